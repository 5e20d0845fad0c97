"""What a settled activity is answered with: what it gave, what the member has now, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from bashgah.activities.types import Settled
from bashgah.api.intake.receipts import receipt
from bashgah.api.language import Lang
from bashgah.api.speaking import Remembered, voice
from bashgah.api.wording import Wording
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Discount
from bashgah.kit import ids
from bashgah.rewards.types import CouponLine


class Amount(Struct, frozen=True):
    """Units of one wallet."""

    wallet: str
    amount: int


class Earned(Struct, frozen=True):
    """Units given by one rule; below zero when a return took them back."""

    wallet: str
    amount: int
    rule: str
    available_from: datetime | None
    confirm_by: datetime | None
    expires_at: datetime | None


class WalletBalance(Struct, frozen=True):
    """A wallet right after the activity."""

    wallet: str
    available: int
    pending: int
    held: int


class Standing(Struct, frozen=True):
    """The tier held on a ladder after the activity."""

    ladder: str
    tier: str


class Move(Struct, frozen=True):
    """A step on a ladder that the activity caused."""

    ladder: str
    before: str
    after: str
    direction: Literal["raised", "lowered"]
    why: str


class Why(Struct, frozen=True):
    """What one rule did and the sentences that say why."""

    rule: str
    fired: bool
    amounts: list[Amount]
    reasons: list[str]


class Given(Struct, frozen=True):
    """Copies of a reward that a rule gave; below zero a return took them back, at zero they stay."""

    reward: str
    count: int
    rule: str


class LinePart(Struct, frozen=True):
    """A promotion's part of a line's discount."""

    no: int
    amount: int


class Discounted(Struct, frozen=True):
    """What one promotion took off, as the quote promised; its parts and ``shipping`` add up to ``amount``."""

    promotion: str
    amount: int
    shipping: int
    lines: list[LinePart]


class Name(Struct, frozen=True):
    """A name in Persian and English; one of them may be empty."""

    fa: str
    en: str


class Coupon(Struct, frozen=True):
    """A coupon that the purchase used up, its reward, and the money it took off (0 where none is told)."""

    coupon: str
    reward: str
    name: Name
    amount: int


class ActivityAnswer(Struct, frozen=True):
    """A recorded activity. ``receipt`` holds the lines to print for the member.

    A return says in ``given_back`` which units its purchase was paid with went back, and in ``coupons_back``
    which coupons can be used again. A purchase that took a quote names its ``discounts``, and in
    ``paid_by_points`` the money that points paid of it; one paid with coupons names them in ``coupons``. What
    rules gave beside units stands in ``rewards``; coupons among them are issued a moment later.

    In a batch ``why`` and ``receipt`` are empty unless it asks for them with ``explain``.
    """

    id: str
    kind: Literal["purchase", "return", "visit", "custom"]
    source: str
    reference: str
    member_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    earned: list[Earned]
    balances: list[WalletBalance]
    tiers: list[Standing]
    moves: list[Move]
    given_back: list[Amount]
    coupons_back: list[str]
    discounts: list[Discounted]
    coupons: list[Coupon]
    rewards: list[Given]
    paid_by_points: int
    why: list[Why]
    receipt: list[str]
    repeated: bool


class BatchResult(Struct, frozen=True, omit_defaults=True):
    """One activity of a batch: recorded (201; repeated 200), kept (202), or refused with its problem."""

    status: int
    activity: ActivityAnswer | None = None
    problem: dict[str, Any] | None = None


class BatchAnswer(Struct, frozen=True):
    """Results in the order of the request; ``waiting`` are returns kept until their purchase comes."""

    settled: int
    repeated: int
    waiting: int
    refused: int
    results: list[BatchResult]


encoder = msgspec.json.Encoder()

# why a rule gave is told in few sentences, again and again
TOLD = Remembered(8_192)


def activity(
    settled: Settled, *, club: ClubInfo, wording: Wording, lang: Lang, explain: bool = True
) -> ActivityAnswer:
    """Say a settled activity in a language; the sentences are more than half of the work."""
    return ActivityAnswer(
        id=ids.public("activity", settled.activity_id),
        kind=settled.kind,  # type: ignore[arg-type]
        source=settled.source,
        reference=settled.reference,
        member_id=ids.public("member", settled.member_id) if settled.member_id else None,
        occurred_at=settled.occurred_at.astimezone(UTC),
        recorded_at=settled.recorded_at.astimezone(UTC),
        business_date=settled.business_date,
        earned=[
            Earned(
                credit.wallet,
                credit.amount,
                credit.rule,
                _utc(credit.available_from),
                _utc(credit.confirm_by),
                _utc(credit.expires_at),
            )
            for credit in settled.credits
        ],
        balances=[
            WalletBalance(balance.wallet, balance.available, balance.pending, balance.held)
            for balance in settled.balances
        ],
        tiers=[Standing(ladder, tier) for ladder, tier in settled.tiers],
        moves=[
            Move(move.ladder, move.before, move.after, move.direction, voice(club, lang)(move.why))
            for move in settled.moves
        ],
        given_back=[Amount(back.wallet, back.amount) for back in settled.given_back],
        coupons_back=[ids.public("coupon", id_) for id_ in settled.coupons_back],
        discounts=_discounts(settled.discounts) if settled.discounts else [],
        coupons=_coupons(settled.coupons) if settled.coupons else [],
        rewards=[Given(line.reward, line.count, line.rule) for line in settled.grants],
        paid_by_points=settled.paid_by_points,
        why=[
            Why(
                outcome.rule,
                outcome.fired,
                [Amount(wallet, amount) for wallet, amount in outcome.amounts],
                [TOLD.said(reason, club, lang) for reason in outcome.reasons],
            )
            for outcome in (settled.reasons if explain else ())
        ],
        receipt=receipt(settled, club=club, wording=wording, lang=lang) if explain else [],
        repeated=settled.repeated,
    )


# asked for only where there are some: most purchases have neither
def _discounts(discounts: Iterable[Discount]) -> list[Discounted]:
    return [
        Discounted(
            each.promotion, each.amount, each.shipping, [LinePart(no, part) for no, part in each.lines]
        )
        for each in discounts
    ]


def _coupons(lines: Iterable[CouponLine]) -> list[Coupon]:
    return [
        Coupon(ids.public("coupon", line.id), line.reward, Name(line.name.fa, line.name.en), line.amount)
        for line in lines
    ]


def _utc(moment: datetime | None) -> datetime | None:
    """Write an instant always the same way, whether it was just decided or read again."""
    return moment.astimezone(UTC) if moment else None
