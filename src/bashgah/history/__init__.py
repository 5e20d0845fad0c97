"""Each member's sums, days, counters and limits, kept in the settlement."""
