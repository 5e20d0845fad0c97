"""Who stands for whom: a membership put under another one, and taken out again.

No row changes its member: reads take the alias set, identifiers keep leading to the membership they belong to
and from there to the survivor, so taking it out again needs nothing but this one column.
"""

from __future__ import annotations

from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.models import State
from bashgah.members.services.erased import erased_refuse
from bashgah.members.types import LockedMember


def member_put_under(*, club: ClubInfo, survivor: LockedMember, merged: LockedMember) -> None:
    """Make ``survivor`` stand for ``merged`` from now on; both are locked.

    Refuses ``merge_with_self`` (422), ``member_merged`` (409) where one of them is somebody else already,
    ``merge_kinds_differ`` (409) for a person and a household, ``group_not_merged`` (409) for two of these,
    ``member_erased`` (409), ``merge_has_others`` (409) where the one to go has taken others in: they would
    lose their way back.
    """
    if survivor.id == merged.id:
        raise Refusal(
            "merge_with_self", Phrase(_("Choose two different members.")), status=422, field="/merged_id"
        )
    if survivor.merged_into or merged.merged_into:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))
    erased_refuse(survivor.id)
    erased_refuse(merged.id)
    if survivor.kind == merged.kind == "group":
        raise Refusal("group_not_merged", Phrase(_("Shared accounts can't be merged.")))
    if survivor.kind != merged.kind:
        raise Refusal("merge_kinds_differ", Phrase(_("A person and a group can't be merged.")))
    if State.objects.filter(club_id=club.id, merged_into=merged.id).exists():
        raise Refusal(
            "merge_has_others",
            Phrase(_("This member has taken another one in. Let them be the one who stays.")),
        )
    State.objects.filter(club_id=club.id, member_id=merged.id).update(merged_into=survivor.id)


def member_take_out(*, club: ClubInfo, merged_id: UUID) -> None:
    """Let a merged membership stand for itself again; both are locked.

    Refuses ``member_erased`` (409): nothing is left that could tell the two apart.
    """
    erased_refuse(merged_id)
    State.objects.filter(club_id=club.id, member_id=merged_id).update(merged_into=None)
