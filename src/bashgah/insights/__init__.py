"""Questions across rooms: the figures of the home page.

Remembers: nothing.
Promises: every figure has a formula, a period of the club's own calendar and the period before it.
Listens to: nothing.
Never: writes.
"""
