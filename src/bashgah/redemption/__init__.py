"""Hold, issue, capture or release: points turned into rewards.

Remembers: each redemption and the references it was asked for by; rewards that rules gave.
Promises: points, stock and coupon move together or not at all; no capture without the yes the club asks
    for; the same reference is one redemption; points that pay a bill wait for their purchase; what is not
    finished in ten minutes is given back to the same lots; what a rule gave is issued once, or set aside.
Listens to: the clock (open redemptions past their time), rewards that rules gave.
Never: writes the ledger itself; shows a code to anybody but its owner.
"""
