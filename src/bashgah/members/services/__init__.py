"""Writes of members: enrolment, profile, standing, consents, attributes, one-time codes, erasure."""

from bashgah.members.services.attributes import attribute_declare, attribute_filter, attribute_retire
from bashgah.members.services.belonging import groups_join, groups_part
from bashgah.members.services.codes import code_check, code_issue, codes_sweep
from bashgah.members.services.consents import consent_record, consents_join, consents_part
from bashgah.members.services.enrolment import member_enrol, members_enrol_bulk
from bashgah.members.services.erasing import erasure_ask, erasure_withdraw, erasures_carry_out
from bashgah.members.services.erasure import member_erase, member_forget_again
from bashgah.members.services.exporting import member_export_take
from bashgah.members.services.groups import (
    belonging_add,
    belonging_end,
    belonging_set,
    group_allowed,
    group_ended,
    group_lock,
    group_open,
    group_spent,
    group_update,
    groups_lock,
)
from bashgah.members.services.invitations import (
    invitation_decline,
    invitation_make,
    invitation_take,
    invitation_withdraw,
)
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
    "belonging_add",
    "belonging_end",
    "belonging_set",
    "code_check",
    "code_issue",
    "codes_sweep",
    "consent_record",
    "consents_join",
    "consents_part",
    "erasure_ask",
    "erasure_withdraw",
    "erasures_carry_out",
    "group_allowed",
    "group_ended",
    "group_lock",
    "group_open",
    "group_spent",
    "group_update",
    "groups_join",
    "groups_lock",
    "groups_part",
    "invitation_decline",
    "invitation_make",
    "invitation_take",
    "invitation_withdraw",
    "member_block",
    "member_enrol",
    "member_erase",
    "member_export_take",
    "member_forget_again",
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
