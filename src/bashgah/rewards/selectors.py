"""Reads of rewards: the catalogue, what one member can have and why not, coupons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine.criteria.saying import Names
from bashgah.ground import secrets
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.rewards import codes
from bashgah.rewards.discounting import Worth
from bashgah.rewards.models import Claim, Coupon, Reward, Stock
from bashgah.rewards.scoping import scope_names
from bashgah.rewards.shelf import gives
from bashgah.rewards.types import CouponInfo, CouponState, RewardInfo


def reward_list(club: ClubInfo) -> list[RewardInfo]:
    """Every reward's looks and stock, in the club's own order, whether its terms are live or not."""
    stock = dict(Stock.objects.filter(club_id=club.id).values_list("reward", "remaining"))
    rows = Reward.objects.filter(club_id=club.id).order_by("sort", "key")
    return [_info(row, stock.get(row.key)) for row in rows]


def reward_get(club: ClubInfo, key: str) -> RewardInfo:
    """One reward's looks and stock; refuses with ``reward_not_found`` (404)."""
    row = Reward.objects.filter(club_id=club.id, key=key).first()
    if row is None:
        raise reward_missing()
    remaining = Stock.objects.filter(club_id=club.id, reward=key).values_list("remaining", flat=True).first()
    return _info(row, remaining)


def reward_missing() -> Refusal:
    """The refusal for a reward nobody offers."""
    return Refusal("reward_not_found", Phrase(_("There is no such reward.")), status=404)


def claims_used(club: ClubInfo, member_ids: Sequence[UUID], since: datetime | None) -> dict[str, int]:
    """How often a member took each reward and kept it, since an instant or ever."""
    found = Claim.objects.filter(
        club_id=club.id, member_id__in=list(member_ids), returned_at=None, is_gift=False
    )
    if since is not None:
        found = found.filter(taken_at__gte=since)
    used: dict[str, int] = {}
    for reward in found.values_list("reward", flat=True):
        used[reward] = used.get(reward, 0) + 1
    return used


def coupon_list(
    club: ClubInfo, member_ids: Sequence[UUID], *, now: datetime, with_codes: bool = False
) -> list[CouponInfo]:
    """A member's coupons, newest first. Codes are opened for the owner's eyes alone (``with_codes``)."""
    rows = Coupon.objects.filter(club_id=club.id, member_id__in=list(member_ids)).order_by("-id")
    names = _names(club, {row.reward for row in rows})
    goods = scope_names(club, [row.value for row in rows])
    return [_coupon(club, row, names, goods, now, with_code=with_codes) for row in rows]


def coupons_worth(
    club: ClubInfo, member_ids: Sequence[UUID], coupon_ids: Iterable[UUID]
) -> dict[UUID, tuple[str, Texts, Worth]]:
    """Return the reward, name and worth of these coupons of these members, whatever became of them."""
    rows = Coupon.objects.filter(club_id=club.id, member_id__in=list(member_ids), id__in=list(coupon_ids))
    names = _names(club, {row.reward for row in rows})
    return {
        row.id: (row.reward, names.get(row.reward, Texts(row.reward, row.reward)), (row.kind, row.value))
        for row in rows
    }


def coupon_get(
    club: ClubInfo, member_id: UUID, coupon_id: UUID, *, now: datetime, with_code: bool = False
) -> CouponInfo:
    """One coupon; refuses with ``coupon_not_found`` (404)."""
    row = Coupon.objects.filter(club_id=club.id, member_id=member_id, id=coupon_id).first()
    if row is None:
        raise coupon_missing()
    return coupon_info(club, row, now, with_code=with_code)


def coupons_used(club: ClubInfo, coupon_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these coupons that were used."""
    wanted = list(coupon_ids)
    if not wanted:
        return set()
    found = Coupon.objects.filter(club_id=club.id, id__in=wanted, state="used")
    return set(found.values_list("id", flat=True))


def coupon_missing() -> Refusal:
    """The refusal for a coupon that does not exist, and for every wrong code."""
    return Refusal("coupon_not_found", Phrase(_("No coupon has this code.")), status=404)


def coupon_info(club: ClubInfo, row: Coupon, now: datetime, *, with_code: bool = False) -> CouponInfo:
    """The coupon as pages show it."""
    goods = scope_names(club, [row.value])
    return _coupon(club, row, _names(club, {row.reward}), goods, now, with_code=with_code)


def coupon_state(state: str, expires_at: datetime | None, now: datetime) -> CouponState:
    """The state of a coupon at an instant: an issued one whose time is over has expired."""
    if state == "issued" and expires_at is not None and expires_at <= now:
        return "expired"
    return state  # type: ignore[return-value]


def day_of(club: ClubInfo, at: datetime) -> date:
    """The club's local day of an instant."""
    return at.astimezone(ZoneInfo(club.timezone)).date()


def day_begin(club: ClubInfo, day: date) -> datetime:
    """The instant at which a day begins in the club's zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(club.timezone)).astimezone(UTC)


def day_end(club: ClubInfo, at: datetime) -> datetime:
    """The end of an instant's local day, which is the beginning of the next."""
    return day_begin(club, day_of(club, at) + timedelta(days=1))


def reward_name(club: ClubInfo, key: str) -> Texts:
    """The reward's name, or its key where nobody named it."""
    return _names(club, {key}).get(key, Texts(key, key))


def _names(club: ClubInfo, keys: set[str]) -> dict[str, Texts]:
    rows = Reward.objects.filter(club_id=club.id, key__in=keys)
    return {row.key: Texts(row.name_fa, row.name_en) for row in rows}


def _coupon(
    club: ClubInfo, row: Coupon, names: dict[str, Texts], goods: Names, now: datetime, *, with_code: bool
) -> CouponInfo:
    code = ""
    if with_code:
        code = secrets.decrypt(club.id, "rewards_coupon", "code_sealed", row.id, bytes(row.code_sealed))
    return CouponInfo(
        id=row.id,
        member_id=row.member_id,
        reward=row.reward,
        kind=row.kind,
        name=names.get(row.reward, Texts(row.reward, row.reward)),
        gives=gives(row.kind, row.value, club.currency, goods),
        value=row.value,
        state=coupon_state(row.state, row.expires_at, now),
        code_end=row.code_end,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        used_reference=row.used_reference,
        code=codes.code_shown(code) if code else "",
    )


def _info(row: Reward, remaining: int | None) -> RewardInfo:
    return RewardInfo(
        key=row.key,
        name=Texts(row.name_fa, row.name_en),
        description=Texts(row.description_fa, row.description_en),
        conditions=Texts(row.conditions_fa, row.conditions_en),
        picture=row.picture,
        sort=row.sort,
        is_visible=row.is_visible,
        stock=remaining,
    )
