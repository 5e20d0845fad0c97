"""Door: the member's pages, an app that can be installed.

Remembers: nothing; a sign-in is a server-side session behind a signed cookie.
Promises: known and unknown numbers get the same answer; every movement of points says why; a reward is at
most three taps from home; the card opens without a line.
Listens to: nothing.
Never: shows one member another's row, keeps a code or a number of somebody who is no member.
"""
