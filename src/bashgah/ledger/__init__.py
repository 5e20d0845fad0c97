"""The only writer of points: entries, postings, lots, allocations, holds, wallets."""
