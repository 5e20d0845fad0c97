"""What a redemption does under the member's lock: open, capture, release; each all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground import audit, ids
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import services as ledger
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.selectors import member_root
from bashgah.members.services import group_spent, members_lock
from bashgah.members.types import LockedMember
from bashgah.programs import selectors as programs
from bashgah.redemption.agreement import is_member
from bashgah.redemption.models import Redemption
from bashgah.redemption.types import Channel, ReleaseReason
from bashgah.rewards import selectors as rewards_selectors
from bashgah.rewards import services as rewards
from bashgah.rewards.codes import RANDOM_BYTES
from bashgah.rewards.shelf import KINDS, kind_params
from bashgah.rewards.types import Context, CouponEffect, CreditEffect, RewardOffer

OPEN_FOR = timedelta(minutes=10)
# the ledger frees forgotten holds by itself; ours must have been released by then
HOLD_LONGER = timedelta(hours=1)
PURPOSE = "redemption"

Randomness = Callable[[int], bytes]


def member_lock(club: ClubInfo, member_id: UUID) -> LockedMember:
    """Lock a member, or refuse with ``member_not_found`` (404)."""
    locked = members_lock(club, [member_id]).get(member_id)
    if locked is None:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return locked


def not_merged(locked: LockedMember) -> None:
    """Refuse with ``member_merged`` who gave way to another membership."""
    if locked.merged_into is not None:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))


def stands_for(club: ClubInfo, locked: LockedMember, asked_id: UUID) -> None:
    """Refuse with ``member_merged`` who stands no more for whom they were looked up; ask again.

    Two who part take the lock of the one who stood for both.
    """
    not_merged(locked)
    if asked_id != locked.id and member_root(club, asked_id) != locked.id:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))


def may_spend(locked: LockedMember) -> None:
    """Refuse a member who was merged, blocked or left since; only the lock makes that sure."""
    not_merged(locked)
    if locked.status == "blocked":
        raise Refusal("member_blocked", Phrase(_("This member is blocked.")))
    if locked.status == "left":
        raise Refusal("member_left", Phrase(_("This member has left the club.")))


def is_person(locked: LockedMember) -> None:
    """Refuse with ``group_spends_by_person`` a shared account; its people spend for it."""
    if locked.kind == "group":
        raise Refusal("group_spends_by_person", Phrase(_("One of its members spends for a shared account.")))


def opened(
    club: ClubInfo,
    locked: LockedMember,
    offer: RewardOffer,
    *,
    payer: LockedMember | None = None,
    channel: Channel,
    branch: str,
    actor: Actor,
    now: datetime,
) -> Redemption:
    """Set the reward and its points aside and write the redemption down.

    With a ``payer`` (the member's locked group) the points are the group's; all else is the member's.
    """
    compiled = programs.program_in_force(club, now)
    terms = compiled.rewards[offer.key].terms
    redemption_id = ids.fresh()
    # a reward whose settings no longer fit must fail now, not after the member agreed
    kind_params(terms.kind, terms.params)
    rewards.claim_take(club=club, locked=locked, reward=offer.key, claim_id=redemption_id, now=now)
    hold = None
    if offer.price:
        hold = ledger.hold_open(
            club=club,
            locked=payer or locked,
            unit=offer.unit,
            amount=offer.price,
            expires_at=now + OPEN_FOR + HOLD_LONGER,
            purpose=PURPOSE,
            actor=actor,
            cause_id=redemption_id,
            now=now,
        )
    if payer is not None:
        _pool_count(club, payer.id, locked.id, offer.unit, offer.price, now)
    return Redemption.objects.create(
        member_id=locked.id,
        payer_id=payer.id if payer else None,
        id=redemption_id,
        club_id=club.id,
        hold_id=hold.id if hold else None,
        price=offer.price,
        unit=offer.unit,
        reward=offer.key,
        kind=offer.kind,
        params=dict(terms.params),
        program=compiled.number,
        state="open",
        needs_yes=needs_yes(club, locked, offer.price, actor),
        channel=channel,
        branch=branch,
        actor_kind=actor.kind,
        actor_id=actor.id,
        begun_at=now,
        expires_at=now + OPEN_FOR,
    )


def _pool_count(  # noqa: PLR0917 what one person spent of one group
    club: ClubInfo, group_id: UUID, member_id: UUID, unit: str, amount: int, at: datetime
) -> None:
    if amount:
        group_spent(club=club, group_id=group_id, member_id=member_id, unit=unit, amount=amount, at=at)


def payer_of(club: ClubInfo, locked: LockedMember, row: Redemption) -> LockedMember:
    """Return whose points pay: the member, or the group, which is locked already (people before groups)."""
    if row.payer_id is None:
        return locked
    return members_lock(club, [row.payer_id])[row.payer_id]


def needs_yes(club: ClubInfo, locked: LockedMember, price: int, actor: Actor) -> bool:
    """Whoever redeems for themselves has agreed; for anybody else the club's policy says."""
    if is_member(actor, locked.id):
        return False
    return club.settings.asks_consent(price)


def capture(
    club: ClubInfo,
    locked: LockedMember,
    row: Redemption,
    *,
    actor: Actor,
    now: datetime,
    random: Randomness,
) -> None:
    """Spend the hold, carry out what the kind says, and tell it."""
    if row.hold_id is not None:
        ledger.hold_capture(
            club=club,
            locked=payer_of(club, locked, row),
            hold_id=row.hold_id,
            actor=actor,
            cause_id=row.id,
            now=now,
        )
    expires_at = None
    kind = KINDS.find(row.kind)
    if kind is None:
        raise Refusal("reward_kind_unknown", Phrase(_("This reward can no longer be issued.")))
    context = Context(currency=club.currency, now=now)
    for effect in kind.issue(kind_params(row.kind, row.params), context):
        match effect:
            case CouponEffect():
                coupon = rewards.coupon_issue(
                    club=club,
                    locked=locked,
                    reward=row.reward,
                    kind=effect.kind,
                    value=effect.value,
                    valid_days=effect.valid_days,
                    random=random(RANDOM_BYTES),
                    now=now,
                )
                row.coupon_id, expires_at = coupon.id, coupon.expires_at
            case CreditEffect():
                _credit(club, locked, row, effect, actor=actor, now=now)
    row.state, row.closed_at = "captured", now
    row.save(
        update_fields=["state", "closed_at", "yes_by", "coupon_id", "entry_id", "credited", "credited_unit"]
    )
    news_post(
        club_id=club.id,
        kind="reward.issued",
        member_id=row.member_id,
        payload=_news(club, row, expires_at),
        now=now,
    )
    write_down(club, row, actor, "redemption.captured", now)


def _credit(
    club: ClubInfo,
    locked: LockedMember,
    row: Redemption,
    effect: CreditEffect,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    wallet = programs.program_by_number(club, row.program).wallets.get(effect.wallet)
    if wallet is None or wallet.kind == "status":
        raise Refusal(
            "reward_wallet_unknown",
            Phrase(_("The wallet of this reward no longer exists.")),
        )
    kind = WalletKind.CREDIT if wallet.kind == "credit" else WalletKind.POINTS
    row.entry_id = ledger.credit_post(
        club=club,
        locked=locked,
        unit=effect.wallet,
        kind=kind,
        amount=effect.amount,
        cause=Cause.REDEMPTION,
        cause_id=row.id,
        rule=row.reward,
        actor=actor,
        now=now,
    )
    row.credited, row.credited_unit = effect.amount, effect.wallet


def release(
    club: ClubInfo,
    locked: LockedMember,
    row: Redemption,
    *,
    reason: ReleaseReason,
    actor: Actor,
    now: datetime,
) -> None:
    """Give back the points, the stock and the member's limit, and tell it."""
    if row.hold_id is not None:
        ledger.hold_release(
            club=club,
            locked=payer_of(club, locked, row),
            hold_id=row.hold_id,
            actor=actor,
            cause_id=row.id,
            reason=reason,
            now=now,
        )
    rewards.claim_return(club=club, locked=locked, claim_id=row.id, now=now)
    if row.payer_id is not None:
        _pool_count(club, row.payer_id, row.member_id, row.unit, -row.price, row.begun_at)
    row.state, row.reason, row.closed_at = "released", reason, now
    row.save(update_fields=["state", "reason", "closed_at"])
    news_post(
        club_id=club.id,
        kind="redemption.released",
        member_id=row.member_id,
        payload={"redemption_id": row.id, "reward": row.reward, "reason": reason},
        now=now,
    )
    write_down(club, row, actor, "redemption.released", now)


def redemption_undo(
    *,
    club: ClubInfo,
    locked: LockedMember,
    redemption_id: UUID,
    reason: str,
    used_for: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> bool:
    """Call off a captured redemption but for its points, which the caller gives back under the same lock.

    Its coupon is made void, the reward goes back to stock and limits. False, and nothing is changed, where it
    is not captured (any more) or its coupon was used: it never refuses, for the caller may be half way. A
    coupon used for one of ``used_for`` was used for what comes back now, and stays used.
    """
    row = Redemption.objects.filter(club_id=club.id, member_id=locked.id, id=redemption_id).first()
    if row is None or row.state != "captured":
        return False
    if row.coupon_id is not None and not _voided(club, row, reason, used_for, actor, now):
        return False
    rewards.claim_return(club=club, locked=locked, claim_id=row.id, now=now)
    if row.payer_id is not None:
        _pool_count(club, row.payer_id, row.member_id, row.unit, -row.price, row.begun_at)
    row.state, row.cancel_reason, row.cancelled_at = "cancelled", reason, now
    row.save(update_fields=["state", "cancel_reason", "cancelled_at"])
    news_post(
        club_id=club.id,
        kind="redemption.cancelled",
        member_id=row.member_id,
        payload={"redemption_id": row.id, "reward": row.reward, "price": row.price, "unit": row.unit},
        now=now,
    )
    write_down(club, row, actor, "redemption.cancelled", now)
    return True


def _voided(  # noqa: PLR0917 one coupon, why, and what it may have been used for
    club: ClubInfo, row: Redemption, reason: str, used_for: Collection[str], actor: Actor, now: datetime
) -> bool:
    """Make the coupon void; False where it was used, also by a till that held it a moment ago.

    Tills lock the coupon alone, not its member: only the coupon's own row tells whose hand was first.
    """
    assert row.coupon_id is not None  # noqa: S101 - the caller looked
    try:
        rewards.coupon_void(
            club=club, member_id=row.member_id, coupon_id=row.coupon_id, reason=reason, actor=actor, now=now
        )
    except Refusal as refusal:
        if refusal.code != "coupon_used":
            raise
        found = rewards_selectors.coupon_get(club, row.member_id, row.coupon_id, now=now)
        return found.used_reference in used_for
    return True


def cancel(
    club: ClubInfo, locked: LockedMember, row: Redemption, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Call off a captured redemption: points to their lots, coupon void, credit taken back, stock back."""
    wallet = programs.program_in_force(club, now).wallets.get(row.unit)
    days = wallet.return_grace_days if wallet else 0
    ledger.spending_undo(
        club=club,
        locked=locked,
        payer=payer_of(club, locked, row),
        hold_id=row.hold_id,
        credit_id=row.entry_id,
        cause_id=row.id,
        reason=reason,
        grace_until=now + timedelta(days=days) if days else None,
        actor=actor,
        now=now,
    )
    if not redemption_undo(
        club=club, locked=locked, redemption_id=row.id, reason=reason, actor=actor, now=now
    ):
        raise Refusal(
            "coupon_used", Phrase(_("The coupon of this redemption was used, so it cannot be cancelled."))
        )


def _news(club: ClubInfo, row: Redemption, expires_at: datetime | None) -> dict[str, object]:
    name = rewards_selectors.reward_name(club, row.reward)
    return {
        "redemption_id": row.id,
        "reward": row.reward,
        "kind": row.kind,
        "name": {"fa": name.fa, "en": name.en},
        "price": row.price,
        "unit": row.unit,
        "coupon_id": row.coupon_id,
        "credited": row.credited,
        "credited_unit": row.credited_unit,
        "expires_at": expires_at,
        "branch": row.branch,
        "channel": row.channel,
        "program": row.program,
    }


def write_down(club: ClubInfo, row: Redemption, actor: Actor, action: str, now: datetime) -> None:
    """Keep a step in the audit: who, what, for whom, by which yes."""
    audit.audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("redemption", row.id),
        details={
            "reward": row.reward,
            "price": row.price,
            "unit": row.unit,
            "member_id": public("member", row.member_id),
            "yes_by": row.yes_by,
            "reason": row.reason,
            "branch": row.branch,
        },
        now=now,
    )
