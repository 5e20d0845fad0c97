"""Settings, addresses and the ASGI application; imported by nobody.

Remembers: nothing; reads the environment.
Promises: a production installation that is not safe refuses to start, and says why.
Listens to: nothing.
Never: holds a rule, a text or a page.
"""
