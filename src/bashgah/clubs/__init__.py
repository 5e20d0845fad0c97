"""Clubs, their branches, brand, calendar and currency.

Remembers: each club, its settings and theme; its branches.
Promises: hands out frozen values (``ClubInfo``); a brand that cannot be read is refused.
Listens to: nothing.
Never: knows members, points or staff.
"""
