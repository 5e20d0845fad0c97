"""The member's yes to a redemption: by one-time code, by the portal's QR, or in the portal itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members import services as members_services
from bashgah.members.types import CodeIssued
from bashgah.messaging.services import code_post
from bashgah.redemption import selectors
from bashgah.redemption.models import Redemption
from bashgah.redemption.types import Way


def redemption_code_send(
    *, club: ClubInfo, redemption_id: UUID, at: str | None = None, address: str = "", now: datetime
) -> CodeIssued:
    """Send the member a one-time code that agrees to this redemption and to nothing else.

    Refuses with ``mobile_missing`` (409) where there is no number, ``redemption_closed`` (409) when it is too
    late, ``redemption_elsewhere`` (403) at a counter of another branch than ``at``, and ``too_many`` (429)
    beyond the number's limits. The code is in the answer for nobody to show.
    """
    row = selectors.redemption_row(club, redemption_id)
    check_place(row.branch, at)
    check_open(row, now)
    number = members.members_mobiles(club, [row.member_id]).get(row.member_id)
    if not number:
        raise Refusal("mobile_missing", Phrase(_("This member has no mobile number.")))
    member = members.member_get(club, row.member_id)
    issued = members_services.code_issue(
        club=club,
        purpose="redeem",
        contact=number,
        subject=public("redemption", row.id),
        address=address,
        now=now,
    )
    info = selectors.redemption_info(club, row, now)
    code_post(
        club=club,
        issued=issued,
        purpose="redeem",
        locale=member.locale or club.locale,
        params={"price": Points(row.price, row.unit), "reward": info.name},
        now=now,
    )
    return issued


def yes_check(
    club: ClubInfo,
    row: Redemption,
    way: Way,
    proof: str,
    request_id: UUID | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse anything but this member's own yes to this redemption."""
    if way == "code":
        if request_id is None:
            raise Refusal("code_missing", Phrase(_("Send the code first.")), status=422, field="/code")
        accepted = members_services.code_check(
            club=club,
            request_id=request_id,
            purpose="redeem",
            code=proof,
            subject=public("redemption", row.id),
            now=now,
        )
        agreed = accepted.member_id
    elif way == "qr":
        agreed = members.member_by_qr(club, proof, now).id
    else:
        agreed = row.member_id if is_member(actor, row.member_id) else None
    if agreed != row.member_id:
        raise Refusal(
            "yes_of_another", Phrase(_("Only the member themselves can agree to this.")), status=403
        )


def is_member(actor: Actor, member_id: UUID) -> bool:
    """Whether the actor is this very member."""
    return actor.kind == "member" and actor.id == public("member", member_id)


def check_open(row: Redemption, now: datetime) -> None:
    """Refuse with ``redemption_closed`` what was finished, given back or has run out of time."""
    if row.state != "open" or row.expires_at <= now:
        raise closed()


def check_place(branch: str, at: str | None) -> None:
    """Refuse with ``redemption_elsewhere`` (403) what a counter asks about another branch's redemption.

    ``at`` is the branch that asks; None asks for the whole club. What was begun in no branch (in the portal,
    by a machine) is no counter's either.
    """
    if at is not None and branch != at:
        raise Refusal(
            "redemption_elsewhere",
            Phrase(
                _(
                    "This was not begun at this branch: it is finished or given back where it was begun,"
                    " or in the console."
                )
            ),
            status=403,
        )


def closed() -> Refusal:
    """The refusal of a redemption that is over."""
    return Refusal("redemption_closed", Phrase(_("This redemption is over. Begin again.")))


def of_purchase() -> Refusal:
    """The refusal to finish or call off by itself what a purchase is paid with."""
    return Refusal(
        "redemption_of_purchase",
        Phrase(_("These points pay a purchase: recording it uses them, returning it gives them back.")),
    )
