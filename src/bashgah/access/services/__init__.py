"""Writes of the access room, by noun: people and their roles, credentials of machines."""

from bashgah.access.services.credentials import (
    bearer_check,
    client_issue,
    client_revoke,
    credential_check,
    credential_read,
    key_check,
    key_issue,
    key_revoke,
)
from bashgah.access.services.people import (
    factor_policy_set,
    invitation_accept,
    invitation_find,
    invitation_revoke,
    part_bring_back,
    part_put_away,
    role_grant,
    role_revoke,
    staff_invite,
    staff_locale_set,
)

__all__ = [
    "bearer_check",
    "client_issue",
    "client_revoke",
    "credential_check",
    "credential_read",
    "factor_policy_set",
    "invitation_accept",
    "invitation_find",
    "invitation_revoke",
    "key_check",
    "key_issue",
    "key_revoke",
    "part_bring_back",
    "part_put_away",
    "role_grant",
    "role_revoke",
    "staff_invite",
    "staff_locale_set",
]
