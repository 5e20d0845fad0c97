"""Reads of redemptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.redemption.models import Grant, Redemption
from bashgah.redemption.types import BILL, GrantInfo, RedemptionInfo
from bashgah.rewards import selectors as rewards
from bashgah.rewards.scoping import scope_names
from bashgah.rewards.shelf import gives
from bashgah.rewards.types import CouponInfo, RewardInfo

PAYING = Texts("پرداخت با امتیاز", "Paying by points")
PAYING_SHARED = Texts("پرداخت با امتیاز حساب مشترک", "Paying by points of the shared account")
SET_ASIDE = {
    "reward_out_of_stock": _("None of this reward is left."),
    "member_blocked": _("This member is blocked."),
    "member_left": _("This member has left the club."),
    "group_spends_by_person": _("One of its members spends for a shared account."),
    "reward_not_found": _("There is no such reward."),
    "reward_kind_unknown": _("This reward can no longer be issued."),
    "reward_wallet_unknown": _("The wallet of this reward no longer exists."),
}
"""Why a reward of a rule waits for staff, by the refusal's code."""

PAID_BY_GROUPS = """
    SELECT club_id, payer_id, member_id, id, unit, price, begun_at,
           state = 'open' OR state = 'captured' AND kind <> 'bill' AS counts
    FROM redemption_redemption WHERE payer_id IS NOT NULL
"""
"""Redemptions that a household or company pays, and whether they count against the month; for proofs.

What paid a bill counts as that purchase's payment.
"""


def redemption_get(
    club: ClubInfo, redemption_id: UUID, *, now: datetime, with_code: bool = False
) -> RedemptionInfo:
    """One redemption of the club; refuses with ``redemption_not_found`` (404).

    ``with_code`` opens the coupon's code: for its owner, and for whoever just handed it to them.
    """
    return redemption_info(club, redemption_row(club, redemption_id), now, with_code=with_code)


def redemption_of_hold(club: ClubInfo, member_id: UUID, hold_id: UUID) -> UUID | None:
    """The open redemption a hold belongs to, if it belongs to one."""
    return (
        Redemption.objects.filter(club_id=club.id, member_id=member_id, hold_id=hold_id, state="open")
        .values_list("id", flat=True)
        .first()
    )


def redemption_list(
    club: ClubInfo,
    *,
    state: str = "",
    reward: str = "",
    before: UUID | None = None,
    limit: int = 50,
    now: datetime,
) -> list[RedemptionInfo]:
    """The club's redemptions, newest first; ``before`` is the last id of the page before."""
    found = Redemption.objects.filter(club_id=club.id)
    for name, value in (("state", state), ("reward", reward)):
        if value:
            found = found.filter(**{name: value})
    if before is not None:
        found = found.filter(id__lt=before)
    return _infos(club, list(found.order_by("-id")[:limit]), now)


def redemptions_of_member(
    club: ClubInfo,
    member_ids: Sequence[UUID],
    *,
    before: UUID | None = None,
    limit: int = 50,
    now: datetime,
) -> list[RedemptionInfo]:
    """One member's redemptions (all ids that are theirs), newest first."""
    found = Redemption.objects.filter(club_id=club.id, member_id__in=list(member_ids))
    if before is not None:
        found = found.filter(id__lt=before)
    return _infos(club, list(found.order_by("-id")[:limit]), now)


def redemptions_awaiting_yes(
    club: ClubInfo, member_ids: Sequence[UUID], *, now: datetime
) -> list[RedemptionInfo]:
    """What a member is asked to agree to at this moment, for the portal."""
    found = Redemption.objects.filter(
        club_id=club.id,
        member_id__in=list(member_ids),
        state="open",
        needs_yes=True,
        yes_by="",
        expires_at__gt=now,
    )
    return _infos(club, list(found.order_by("-id")), now)


def redemption_payers(redemption_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return those of these redemptions that a household or company paid, with whose points it was."""
    if not redemption_ids:
        return {}
    found = Redemption.objects.filter(id__in=list(redemption_ids), payer_id__isnull=False)
    return dict(found.values_list("id", "payer_id"))


def redemption_row(club: ClubInfo, redemption_id: UUID) -> Redemption:
    """The row of a redemption of this club, or the refusal."""
    row = Redemption.objects.filter(club_id=club.id, id=redemption_id).first()
    if row is None:
        raise Refusal("redemption_not_found", Phrase(_("There is no such redemption.")), status=404)
    return row


def redemption_info(
    club: ClubInfo, row: Redemption, now: datetime, *, with_code: bool = False, repeated: bool = False
) -> RedemptionInfo:
    """The redemption as pages show it."""
    coupon = None
    if row.coupon_id is not None:
        coupon = rewards.coupon_get(club, row.member_id, row.coupon_id, now=now, with_code=with_code)
    known = {info.key: info for info in rewards.reward_list(club) if info.key == row.reward}
    return _info(club, row, known, coupon, repeated=repeated)


def _infos(club: ClubInfo, rows: Sequence[Redemption], now: datetime) -> list[RedemptionInfo]:
    known = {info.key: info for info in rewards.reward_list(club)}
    coupons = {
        coupon.id: coupon
        for coupon in rewards.coupon_list(club, list({row.member_id for row in rows}), now=now)
    }
    return [_info(club, row, known, coupons.get(row.coupon_id) if row.coupon_id else None) for row in rows]


def _name(row: Redemption, reward: RewardInfo | None) -> Texts:
    if row.kind == BILL:
        return PAYING_SHARED if row.payer_id else PAYING
    return reward.name if reward else Texts(row.reward, row.reward)


def _gives(club: ClubInfo, row: Redemption) -> Phrase:
    if row.kind == BILL:
        return Phrase(_("{amount} of a bill"), {"amount": Money(row.params["pays"], club.currency)})
    return gives(row.kind, row.params, club.currency, scope_names(club, [row.params]))


def _info(
    club: ClubInfo,
    row: Redemption,
    known: Mapping[str, RewardInfo],
    coupon: CouponInfo | None,
    *,
    repeated: bool = False,
) -> RedemptionInfo:
    reward = known.get(row.reward)
    return RedemptionInfo(
        id=row.id,
        member_id=row.member_id,
        payer_id=row.payer_id,
        reward=row.reward,
        kind=row.kind,
        name=_name(row, reward),
        gives=_gives(club, row),
        unit=row.unit,
        price=row.price,
        state=row.state,
        needs_yes=row.needs_yes,
        yes_by=row.yes_by,
        channel=row.channel,
        branch=row.branch,
        begun_at=row.begun_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        reason=row.reason,
        coupon=coupon,
        credited=row.credited,
        credited_unit=row.credited_unit,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
        repeated=repeated,
    )


def grants_waiting(club: ClubInfo, *, limit: int = 500) -> list[GrantInfo]:
    """Return rewards of rules that could not be issued, oldest first."""
    return grant_list(club, limit=limit)


def grant_list(
    club: ClubInfo, *, state: str = "aside", reward: str = "", after: UUID | None = None, limit: int = 50
) -> list[GrantInfo]:
    """Return rewards of rules that wait, ``aside`` or ``due``, oldest first; ``after`` is the page's last."""
    found = Grant.objects.filter(club_id=club.id, state=state)
    if reward:
        found = found.filter(reward=reward)
    if after is not None:
        found = found.filter(id__gt=after)
    return _grants(club, list(found.order_by("id")[:limit]))


def grants_of_member(
    club: ClubInfo, member_ids: Sequence[UUID], *, before: UUID | None = None, limit: int = 50
) -> list[GrantInfo]:
    """Return what rules gave one member (all ids that are theirs), in whatever state, newest first."""
    found = Grant.objects.filter(club_id=club.id, member_id__in=list(member_ids))
    if before is not None:
        found = found.filter(id__lt=before)
    return _grants(club, list(found.order_by("-id")[:limit]))


def grant_get(club: ClubInfo, grant_id: UUID) -> GrantInfo:
    """One reward that a rule gave; refuses with ``grant_not_found`` (404)."""
    return grant_info(club, grant_row(club, grant_id))


def grants_of_activities(
    club: ClubInfo, member_ids: Sequence[UUID], activity_ids: Sequence[UUID]
) -> dict[UUID, list[GrantInfo]]:
    """Return by activity of these members the rewards that its rules gave."""
    found: dict[UUID, list[GrantInfo]] = {}
    if activity_ids:
        rows = Grant.objects.filter(
            club_id=club.id, member_id__in=list(member_ids), activity_id__in=list(activity_ids)
        ).order_by("id")
        for info in _grants(club, list(rows)):
            found.setdefault(info.activity_id, []).append(info)
    return found


def grant_row(club: ClubInfo, grant_id: UUID) -> Grant:
    """The row of a grant of this club, or the refusal."""
    row = Grant.objects.filter(club_id=club.id, id=grant_id).first()
    if row is None:
        raise grant_missing()
    return row


def grant_missing() -> Refusal:
    """Return the refusal of a reward that no rule gave."""
    return Refusal("grant_not_found", Phrase(_("No rule gave such a reward.")), status=404)


def grant_info(club: ClubInfo, row: Grant) -> GrantInfo:
    """The grant as pages show it."""
    return _grants(club, [row])[0]


def _grants(club: ClubInfo, rows: Sequence[Grant]) -> list[GrantInfo]:
    known = {info.key: info.name for info in rewards.reward_list(club)} if rows else {}
    return [
        GrantInfo(
            id=row.id,
            member_id=row.member_id,
            activity_id=row.activity_id,
            rule=row.rule,
            reward=row.reward,
            name=known.get(row.reward, Texts(row.reward, row.reward)),
            state=row.state,
            reason=row.reason,
            why=Phrase(SET_ASIDE.get(row.reason, _("It could not be issued."))) if row.reason else None,
            granted_at=row.granted_at,
            closed_at=row.closed_at,
            redemption_id=row.redemption_id,
        )
        for row in rows
    ]
