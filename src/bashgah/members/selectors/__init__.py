"""Reads of members; every one names its club, and none returns another club's row."""

from bashgah.members.selectors.conditions import cities_in_use, sources_in_use, within_branches
from bashgah.members.selectors.people import (
    MERGED,
    alias_set,
    alias_sets,
    member_by_qr,
    member_get,
    member_qr_token,
    member_resolve,
    member_root,
    members_exist,
    members_get,
    members_mobiles,
    members_resolve_bulk,
    person_get,
)
from bashgah.members.selectors.records import (
    BRANCHES,
    attribute_list,
    consent_history,
    consents,
    consents_granted,
    member_export,
    status_history,
)
from bashgah.members.selectors.search import member_find, member_list, members_count, tags_in_use

__all__ = [
    "BRANCHES",
    "MERGED",
    "alias_set",
    "alias_sets",
    "attribute_list",
    "cities_in_use",
    "consent_history",
    "consents",
    "consents_granted",
    "member_by_qr",
    "member_export",
    "member_find",
    "member_get",
    "member_list",
    "member_qr_token",
    "member_resolve",
    "member_root",
    "members_count",
    "members_exist",
    "members_get",
    "members_mobiles",
    "members_resolve_bulk",
    "person_get",
    "sources_in_use",
    "status_history",
    "tags_in_use",
    "within_branches",
]
