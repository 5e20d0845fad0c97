"""A believable Persian chain, generated and settled through the same path.

Remembers: nothing of its own: it fills the other rooms.
Promises: the same seed makes the same club; running it again changes nothing.
Listens to: nothing.
Never: touches a club that is not a demo; sends messages of the past.
"""
