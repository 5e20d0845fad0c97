"""What was promised to members: one document per club, in versions that never change.

Remembers: published versions, and the draft on which people work. Promises: a version in force is the one
whose time had come when the fact happened; publishing refuses while an example fails. Never: decides anything
itself, that is the engine's; touches points.
"""
