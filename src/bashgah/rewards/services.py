"""Writes of rewards: how they look, stock, claims on it, coupons from issue to use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import audit, ids, secrets
from bashgah.ground.outbox import news_post
from bashgah.ground.throttle import throttle_return, throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.kit.ids import parse, public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, clean
from bashgah.members.types import LockedMember
from bashgah.rewards import codes, selectors
from bashgah.rewards.models import Claim, Code, Coupon, Reward, Stock
from bashgah.rewards.types import ClaimInfo, CouponInfo, RewardInfo

STOCK_MOST = 1_000_000_000
# wrong codes only: a right one gives its try back
TRIES_OF_ONE = (Limit(count=10, seconds=600), Limit(count=60, seconds=86_400))
TRIES_OF_ALL = (Limit(count=300, seconds=600),)


def reward_save(
    *,
    club: ClubInfo,
    key: str,
    name: Texts,
    description: Texts | None = None,
    conditions: Texts | None = None,
    picture: str = "",
    sort: int = 100,
    is_visible: bool = True,
    actor: Actor,
    now: datetime,
) -> RewardInfo:
    """Say how a reward looks; its price and conditions are the program's, under the same key."""
    texts = {
        f"{column}_{lang}": clean(value, field=f"/{column}/{lang}", limit=limit, lines=column != "name")
        for column, text, limit in (
            ("name", name, 200),
            ("description", description or Texts(), 2000),
            ("conditions", conditions or Texts(), 2000),
        )
        for lang, value in (("fa", text.fa), ("en", text.en))
    }
    if not (texts["name_fa"] or texts["name_en"]):
        raise Refusal(
            "reward_name_missing",
            Phrase(_("Give the reward a name in at least one language.")),
            status=422,
            field="/name",
        )
    values = {**texts, "picture": picture, "sort": sort, "is_visible": is_visible, "updated_at": now}
    Reward.objects.update_or_create(
        club_id=club.id, key=key, defaults=values, create_defaults={**values, "created_at": now}
    )
    audit.audit_post(
        club_id=club.id,
        actor=actor,
        action="reward.saved",
        target=key,
        details={"is_visible": is_visible},
        now=now,
    )
    return selectors.reward_get(club, key)


def stock_set(
    *, club: ClubInfo, reward: str, remaining: int | None, actor: Actor, now: datetime
) -> RewardInfo:
    """Say how many are left to give; None is without end. What members already took stays theirs."""
    selectors.reward_get(club, reward)
    if remaining is not None and not 0 <= remaining <= STOCK_MOST:
        raise Refusal("stock_invalid", Phrase(_("A stock is zero or more.")), status=422, field="/remaining")
    with transaction.atomic():
        before = Stock.objects.select_for_update().filter(club_id=club.id, reward=reward)
        was = before.values_list("remaining", flat=True).first()
        if remaining is None:
            before.delete()
        else:
            Stock.objects.update_or_create(club_id=club.id, reward=reward, defaults={"remaining": remaining})
        audit.audit_post(
            club_id=club.id,
            actor=actor,
            action="reward.stocked",
            target=reward,
            details={"before": was, "after": remaining},
            now=now,
        )
    return selectors.reward_get(club, reward)


def claim_take(
    *,
    club: ClubInfo,
    locked: LockedMember,
    reward: str,
    claim_id: UUID,
    is_gift: bool = False,
    now: datetime,
) -> ClaimInfo:
    """Set one reward aside for a locked member: stock goes down, the member's limits count it.

    A gift is not bought, so no limit counts it.

    The stock row is locked after the member, always, so no two takers wait for each other in a circle.
    Refuses with ``reward_out_of_stock`` (409) when nothing is left.
    """
    row = Stock.objects.select_for_update().filter(club_id=club.id, reward=reward).first()
    if row is not None:
        if row.remaining < 1:
            raise Refusal("reward_out_of_stock", Phrase(_("None of this reward is left.")))
        Stock.objects.filter(club_id=club.id, reward=reward).update(remaining=row.remaining - 1)
    Claim.objects.create(
        member_id=locked.id,
        id=claim_id,
        club_id=club.id,
        reward=reward,
        from_stock=row is not None,
        is_gift=is_gift,
        taken_at=now,
    )
    return ClaimInfo(id=claim_id, member_id=locked.id, reward=reward, from_stock=row is not None)


def claim_return(*, club: ClubInfo, locked: LockedMember, claim_id: UUID, now: datetime) -> bool:
    """Give a claim back to stock and limits; false when it was given back before."""
    claim = Claim.objects.filter(member_id=locked.id, id=claim_id, club_id=club.id, returned_at=None).first()
    if claim is None:
        return False
    Claim.objects.filter(member_id=locked.id, id=claim_id).update(returned_at=now)
    if claim.from_stock:
        row = Stock.objects.select_for_update().filter(club_id=club.id, reward=claim.reward).first()
        if row is not None:
            Stock.objects.filter(club_id=club.id, reward=claim.reward).update(remaining=row.remaining + 1)
    return True


def coupon_issue(
    *,
    club: ClubInfo,
    locked: LockedMember,
    reward: str,
    kind: str,
    value: Mapping[str, Any],
    valid_days: int,
    random: bytes,
    now: datetime,
) -> CouponInfo:
    """Issue a personal coupon whose code comes from the given random bytes; the code is in the answer.

    Stored are the code's keyed digest and the code sealed for its owner. A coupon is good until the end of
    its last day in the club's zone.
    """
    code = codes.code_from(random)
    coupon_id = ids.fresh()
    row = Coupon.objects.create(
        member_id=locked.id,
        id=coupon_id,
        club_id=club.id,
        state="issued",
        reward=reward,
        kind=kind,
        value=dict(value),
        issued_at=now,
        expires_at=selectors.day_end(club, now + timedelta(days=valid_days)) if valid_days else None,
        code_sealed=secrets.encrypt(club.id, "rewards_coupon", "code_sealed", coupon_id, code),
        code_end=code[-4:],
    )
    Code.objects.create(club_id=club.id, digest=_digest(club, code), member_id=locked.id, coupon_id=coupon_id)
    return selectors.coupon_info(club, row, now, with_code=True)


def coupon_find(*, club: ClubInfo, code: str, actor: Actor, now: datetime) -> CouponInfo:
    """Look a coupon up by its code, for a till or an API key.

    Wrong codes are counted per asker and per club on a connection of their own, and refused with
    ``too_many`` (429) beyond that; a slip the check letter finds counts as none. Every wrong code gets the
    same ``coupon_not_found`` (404).
    """
    return selectors.coupon_info(club, _by_code(club, code, actor, now), now)


def coupon_use(
    *, club: ClubInfo, code: str, branch: str = "", reference: str = "", actor: Actor, now: datetime
) -> CouponInfo:
    """Use a coupon up, once. The same reference again gets the same answer; else ``coupon_used`` (409).

    Refuses with ``coupon_expired`` and ``coupon_void`` (409) too. The coupon's own row is locked, so of two
    tills with one code exactly one succeeds.
    """
    found = _by_code(club, code, actor, now)
    with transaction.atomic():
        row = Coupon.objects.select_for_update().get(member_id=found.member_id, id=found.id)
        if row.state == "used" and reference and row.used_reference == reference:
            return selectors.coupon_info(club, row, now)
        _check_usable(row, now)
        _used_up(club, row, branch, reference, actor, now)
    return selectors.coupon_info(club, row, now)


def coupon_set_aside(*, club: ClubInfo, name: str, actor: Actor, now: datetime) -> CouponInfo:
    """Lock a coupon, by its code or its id (``cpn_…``), until the caller's transaction ends.

    Refuses what ``coupon_use`` refuses; ``coupon_spend`` then cannot fail.
    """
    found = _by_name(club, name, actor, now)
    row = Coupon.objects.select_for_update().get(member_id=found.member_id, id=found.id)
    _check_usable(row, now)
    return selectors.coupon_info(club, row, now)


def coupon_named(*, club: ClubInfo, name: str, actor: Actor, now: datetime) -> CouponInfo:
    """Look a coupon up by its code or its id (``cpn_…``), in whatever state it is; nothing is locked.

    Refuses what ``coupon_find`` refuses, and ``id_invalid`` (404).
    """
    return selectors.coupon_info(club, _by_name(club, name, actor, now), now)


def coupon_spend(
    *, club: ClubInfo, coupon: CouponInfo, branch: str, reference: str, actor: Actor, now: datetime
) -> None:
    """Use up a coupon that ``coupon_set_aside`` locked in this transaction."""
    row = Coupon.objects.get(member_id=coupon.member_id, id=coupon.id)
    _used_up(club, row, branch, reference, actor, now)


def coupon_reopen(*, club: ClubInfo, member_id: UUID, coupon_id: UUID, now: datetime) -> bool:
    """Make a used coupon usable again, until its old day; false when it is not used (any more)."""
    with transaction.atomic():
        row = (
            Coupon.objects.select_for_update()
            .filter(club_id=club.id, member_id=member_id, id=coupon_id, state="used")
            .first()
        )
        if row is None:
            return False
        Coupon.objects.filter(member_id=member_id, id=coupon_id).update(
            state="issued", closed_at=None, used_by_kind="", used_by_id="", used_branch="", used_reference=""
        )
        news_post(
            club_id=club.id,
            kind="coupon.reopened",
            member_id=member_id,
            payload={"coupon_id": coupon_id, "reward": row.reward},
            now=now,
        )
    return True


def _used_up(  # noqa: PLR0917 the columns of a use
    club: ClubInfo, row: Coupon, branch: str, reference: str, actor: Actor, now: datetime
) -> None:
    row.state, row.closed_at = "used", now
    row.used_by_kind, row.used_by_id = actor.kind, actor.id
    row.used_branch, row.used_reference = branch, reference
    Coupon.objects.filter(member_id=row.member_id, id=row.id).update(
        state=row.state,
        closed_at=now,
        used_by_kind=actor.kind,
        used_by_id=actor.id,
        used_branch=branch,
        used_reference=reference,
    )
    news_post(
        club_id=club.id,
        kind="coupon.used",
        member_id=row.member_id,
        payload={"coupon_id": row.id, "reward": row.reward, "branch": branch},
        now=now,
    )


def coupon_void(
    *, club: ClubInfo, member_id: UUID, coupon_id: UUID, reason: str, actor: Actor, now: datetime
) -> CouponInfo:
    """Make an unused coupon worthless, with a reason; a used one refuses with ``coupon_used``.

    The reason stays with whoever asks: the audit trail, which nobody can change, takes no free words.
    """
    clean(reason, field="/reason", limit=500)
    with transaction.atomic():
        row = (
            Coupon.objects.select_for_update()
            .filter(club_id=club.id, member_id=member_id, id=coupon_id)
            .first()
        )
        if row is None:
            raise selectors.coupon_missing()
        if row.state == "void":
            return selectors.coupon_info(club, row, now)
        if row.state == "used":
            raise _used()
        Coupon.objects.filter(member_id=member_id, id=coupon_id).update(state="void", closed_at=now)
        row.state, row.closed_at = "void", now
        audit.audit_post(
            club_id=club.id,
            actor=actor,
            action="coupon.voided",
            target=public("coupon", coupon_id),
            details={},
            now=now,
        )
    return selectors.coupon_info(club, row, now)


def _by_name(club: ClubInfo, name: str, actor: Actor, now: datetime) -> Coupon:
    if not name.startswith("cpn_"):
        return _by_code(club, name, actor, now)
    found = Coupon.objects.filter(club_id=club.id, id=parse("coupon", name)).first()
    if found is None:
        raise selectors.coupon_missing()
    return found


def _by_code(club: ClubInfo, code: str, actor: Actor, now: datetime) -> Coupon:
    digest = _digest(club, codes.code_read(code))
    counted = (
        (f"coupon:{club.id}:{actor.kind}:{actor.id}", TRIES_OF_ONE),
        (f"coupon:{club.id}", TRIES_OF_ALL),
    )
    for key, limits in counted:
        throttle_take(key=key, limits=limits, now=now)
    found = Code.objects.filter(club_id=club.id, digest=digest).first()
    if found is None:
        raise selectors.coupon_missing()
    for key, _limits in counted:
        throttle_return(key=key, now=now)
    return Coupon.objects.get(member_id=found.member_id, id=found.coupon_id)


def _check_usable(row: Coupon, now: datetime) -> None:
    state = selectors.coupon_state(row.state, row.expires_at, now)
    if state == "used":
        raise _used()
    if state == "void":
        raise Refusal("coupon_void", Phrase(_("This coupon was cancelled.")))
    if state == "expired":
        raise Refusal(
            "coupon_expired",
            Phrase(_("This coupon was good until {until}."), {"until": row.expires_at}),
        )


def _used() -> Refusal:
    return Refusal("coupon_used", Phrase(_("This coupon was used before.")))


def _digest(club: ClubInfo, code: str) -> bytes:
    return secrets.blind(club.id, "coupon", code)
