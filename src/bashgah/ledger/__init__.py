"""The books: the only writer of points.

Remembers: wallets, entries with their postings, lots with their allocations, holds.
Promises: every posting is balanced by construction and written once; every debit names its lots, soonest
expiring first; what is released or reversed is what was recorded; ``verify`` recomputes every stored figure.
Listens to: nothing; whoever locked the member calls.
Never: decides what is earned; changes or deletes an entry; moves units of a member who is not locked.
"""
