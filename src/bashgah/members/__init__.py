"""People of a club: identity, identifiers, consents, sign-in codes, status, merge alias, the member lock.

Remembers: each member's profile, sealed personal data, identifiers as digests, consents, status changes,
declared attributes, one-time codes.
Promises: an identifier belongs to one member of a club; personal data is read only through ``person_get``;
``members_lock`` is the one way to lock members, in id order.
Listens to: its own erasures, to forget once more what was written beside them.
Never: touches points, sends messages, deletes consents or status changes.
"""
