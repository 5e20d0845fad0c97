"""People of a club: identity, identifiers, consents, sign-in codes, status, merge alias, the member lock."""
