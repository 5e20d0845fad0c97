"""Who may do what: staff, roles, keys and clients.

Remembers: staff and the roles they hold in each club, invitations, API keys, OAuth2 clients, and which roles
must bring a second factor, and what somebody put away in the console.
Promises: a permission is asked of one table; a role taken back bites at the next request, a key within five
seconds; no secret is stored, only its digest.
Listens to: nothing.
Never: knows members or points; decides by an address or a page instead of by a permission.
"""
