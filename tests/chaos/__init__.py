"""Abuse: killed servers, cut lines, many hands. Run by ``make prove``, longer with ``TIMES=10``.

Every proof has a control with a planted fault that it must find: a harness that cannot fail proves nothing.
kill -9 is not a power cut (what the kernel holds survives); that every commit is flushed is asserted when the
server starts (``ground.postgres.launcher``).
"""
