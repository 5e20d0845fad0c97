"""Writes of members: enrolment, profile, standing, consents, attributes, one-time codes, erasure."""

from bashgah.members.services.attributes import attribute_declare, attribute_filter, attribute_retire
from bashgah.members.services.codes import code_check, code_issue, codes_sweep
from bashgah.members.services.consents import consent_record, consents_join, consents_part
from bashgah.members.services.enrolment import member_enrol, members_enrol_bulk
from bashgah.members.services.erasure import member_erase
from bashgah.members.services.merging import member_put_under, member_take_out
from bashgah.members.services.profile import member_update
from bashgah.members.services.standing import (
    member_block,
    member_leave,
    member_rejoin,
    member_unblock,
    members_lock,
    members_locking,
)

__all__ = [
    "attribute_declare",
    "attribute_filter",
    "attribute_retire",
    "code_check",
    "code_issue",
    "codes_sweep",
    "consent_record",
    "consents_join",
    "consents_part",
    "member_block",
    "member_enrol",
    "member_erase",
    "member_leave",
    "member_put_under",
    "member_rejoin",
    "member_take_out",
    "member_unblock",
    "member_update",
    "members_enrol_bulk",
    "members_lock",
    "members_locking",
]
