"""Values without a home of their own: money, points, ids, time, Jalali, Persian text, phrases, refusals.

Remembers: nothing.
Promises: pure and total functions over frozen values; what cannot be read is a ``Refusal`` with a sentence.
Listens to: nothing.
Never: reads a clock, a random source, a database, a network, or Django.
"""
