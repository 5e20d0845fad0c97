"""Hold, issue, capture or release: points turned into rewards.

Remembers: each redemption and the references it was asked for by.
Promises: points, stock and coupon move together or not at all; no capture without the yes the club asks
    for; the same reference is one redemption; points that pay a bill wait for their purchase; what is not
    finished in ten minutes is given back to the same lots.
Listens to: the clock (open redemptions past their time).
Never: writes the ledger itself; shows a code to anybody but its owner.
"""
