"""Door: the worker. It relays news, delivers it, runs jobs and what the clock asks for.

Remembers: nothing.
Promises: what a killed worker left is taken up again; a database that goes away is waited for.
Listens to: the clock and the queue.
Never: holds logic of its own; every job and handler belongs to a room.
"""
