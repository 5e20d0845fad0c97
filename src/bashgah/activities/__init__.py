"""What happened, recorded and settled once: purchases, returns, visits, custom activities.

Remembers: each fact with the program version and state it was decided from and what it gave; clients'
references; anonymous purchases and their claims; what came back of each purchase; facts kept for review.
Promises: one settlement for every door; the same reference never counts twice and gets its first answer
again; one bad fact never fails its neighbours; why is derived again from what was stored.
Listens to: nothing; doors, imports and tests call ``settle``.
Never: does slow or foreign work inside a settlement; recomputes with present rules what was recorded.
"""
