"""What is done with points beside buying and redeeming: gifts, corrections, merges of memberships.

Remembers: each transfer with its yes, each correction with who asked and who decided, each merge.
Promises: nobody gives beyond the club's limits or without their own yes; whoever asks for a large correction
    never approves it; a merge loses no unit and no day of it, and can be undone for thirty days.
Listens to: the clock (what nobody decided in time).
Never: writes the ledger itself; lets an API key be the second person.
"""
