"""Questions across rooms: the figures of the home page, and of others that need everything a club has.

Remembers: answers that took long to find, for some minutes.
Promises: every figure has a formula, a period of the club's own calendar and the period before it; a small
club's figures are of this moment, a large one's say of when they are.
Listens to: nothing.
Never: changes what it asks about.
"""
