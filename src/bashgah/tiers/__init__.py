"""Where each member stands on each ladder, how long, and every step with its reason.

Remembers: standings and their changes.
Promises: a rise is immediate, a fall comes only when a kept period has ended; every step says why.
Listens to: nothing; the settlement moves standings, ``tiers_review_run`` judges ended periods.
Never: looks at a spendable balance; lets a member fall because a job ran late.
"""
