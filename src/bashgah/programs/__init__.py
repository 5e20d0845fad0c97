"""What was promised to members: one document per club, in versions that never change.

Remembers: published versions, and the draft on which people work.
Promises: a fact is decided by the version in force when it happened; examples guard what is published.
Listens to: nobody.
Never: decides anything itself, that is the engine's; touches points.
"""
