"""The shared look: tokens, components, shells, icons, template tags.

Remembers: nothing.
Promises: every page of console, till and portal is built of the same parts, right to left and left to right,
light and dark, without inline script or style.
Listens to: nothing.
Never: knows a room. Pages pass a frozen `Frame` and plain values.
"""
