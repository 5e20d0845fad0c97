"""A fact as it comes in and the answer it gets: the only declaration of both.

The API decodes these structs straight from its body; console, till, imports and tests build them by hand.
Amounts are integers in the currency's smallest unit, quantities in thousandths.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from bashgah.engine.decisions import Decision, RuleOutcome, TierMove
from bashgah.engine.facts import Discount, Fact, Line
from bashgah.kit.refusals import Refusal
from bashgah.redemption.types import GrantLine
from bashgah.rewards.types import CouponLine

Amount = Annotated[int, Meta(ge=0, le=10**15)]
Quantity = Annotated[int, Meta(ge=1, le=10**12, description="thousandths: 1500 is one and a half")]
Source = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
ReferenceText = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(max_length=64)]
Name = Annotated[str, Meta(max_length=200)]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]
Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Form(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of what comes in: unknown fields are refused, values are frozen."""


class MemberRef(Form):
    """A member by one of their names; exactly one is given."""

    id: Code = ""
    mobile: Code = ""
    card: Code = ""
    external: Annotated[str, Meta(max_length=120)] = ""
    qr: Annotated[str, Meta(max_length=200)] = ""


class LineIn(Form, kw_only=True):
    """One invoice line; amounts are totals of the line, ``gross`` before discount and without tax.

    ``no`` may be left out: lines are then numbered from 1. Category, brand and tags are looked up in the
    club's products by ``sku``; what is said here only fills what the club does not know.
    """

    no: Annotated[int, Meta(ge=0, le=100_000)] = 0
    sku: Code = ""
    name: Name = ""
    category: Annotated[tuple[Code, ...], Meta(max_length=8)] = ()
    brand: Code = ""
    quantity: Quantity = 1000
    gross: Amount
    discount: Amount = 0
    tax: Amount = 0
    paid_by_points: Amount = 0


class AmountsIn(Form):
    """A purchase known by its amounts alone."""

    gross: Amount
    discount: Amount = 0
    tax: Amount = 0
    paid_by_points: Amount = 0


class PaymentIn(Form):
    """One thing of the member's that a purchase was paid with; exactly one is named.

    ``wallet`` with ``amount`` takes units now, ``hold`` captures units set aside before, ``coupon`` (its
    code, or ``cpn_…``) uses a coupon up, ``redemption`` names a captured redemption, or one that set units
    aside to pay this bill and has the member's yes. Coming back, the goods
    give back what they were paid with. With ``pool`` the units are those of the shared account (household or
    company) that the member is in.
    """

    wallet: Code = ""
    amount: Amount = 0
    hold: Code = ""
    coupon: Code = ""
    redemption: Code = ""
    pool: bool = False


class PurchaseIn(Form, tag="purchase", tag_field="kind"):
    """Somebody bought something: by lines, or by amounts alone. Without a member it is anonymous.

    ``quote`` (``qte_…``) commits what was promised to the cart: its prices, by its lines. Then lines may be
    left out; told with the shop's prices or with the promised ones, they must be those of the quote.
    """

    source: Source
    reference: ReferenceText
    occurred_at: Instant
    member: MemberRef | None = None
    branch: Code = ""
    channel: Key = "pos"
    currency: Annotated[str, Meta(max_length=3)] = ""
    lines: Annotated[tuple[LineIn, ...], Meta(max_length=1000)] = ()
    amounts: AmountsIn | None = None
    shipping: Amount = 0
    payment_methods: Annotated[tuple[Key, ...], Meta(max_length=10)] = ()
    coupons: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    paid_with: Annotated[tuple[PaymentIn, ...], Meta(max_length=20)] = ()
    quote: Code = ""


class CartIn(Form):
    """A purchase that has not happened: what it would cost and earn is asked.

    ``pay`` is how many units the member wants to pay with; with ``pool`` they are those of the shared account
    (household or company) that the member is in. ``codes`` are what was typed, ``coupons`` the member's
    coupons, by code or id (``cpn_…``).
    """

    member: MemberRef | None = None
    branch: Code = ""
    channel: Key = "pos"
    currency: Annotated[str, Meta(max_length=3)] = ""
    lines: Annotated[tuple[LineIn, ...], Meta(max_length=1000)] = ()
    amounts: AmountsIn | None = None
    shipping: Amount = 0
    payment_methods: Annotated[tuple[Key, ...], Meta(max_length=10)] = ()
    codes: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    coupons: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    pay: Amount = 0
    pool: bool = False


class PurchaseRef(Form):
    """The purchase that is meant: by its activity id, or by source and reference."""

    activity: Code = ""
    source: Annotated[str, Meta(max_length=40)] = ""
    reference: Annotated[str, Meta(max_length=120)] = ""


class ReturnLineIn(Form):
    """How much of one line of the purchase came back."""

    no: Annotated[int, Meta(ge=1, le=100_000)]
    quantity: Quantity


class ReturnIn(Form, tag="return", tag_field="kind"):
    """Goods came back: some lines, part of a line's quantity, or (without lines) all that is left.

    A purchase known by amounts alone is returned by ``amount`` (of its net), or wholly without it.
    """

    source: Source
    reference: ReferenceText
    occurred_at: Instant
    purchase: PurchaseRef
    lines: Annotated[tuple[ReturnLineIn, ...], Meta(max_length=1000)] = ()
    amount: Annotated[int, Meta(ge=1, le=10**15)] | UnsetType = UNSET
    branch: Code = ""
    channel: Key = "pos"


class VisitIn(Form, tag="visit", tag_field="kind"):
    """A member came."""

    source: Source
    reference: ReferenceText
    occurred_at: Instant
    member: MemberRef
    branch: Code = ""
    channel: Key = "pos"


class CustomIn(Form, tag="custom", tag_field="kind"):
    """A member did something the club declared in its program (``activity_types``).

    It may name the purchase it is about: a delivery then confirms that purchase's pending units, or a failed
    one cancels them, where a wallet's terms say so.
    """

    source: Source
    reference: ReferenceText
    occurred_at: Instant
    member: MemberRef
    type: Key
    attributes: dict[Key, str | int | float | bool | None] = {}
    purchase: PurchaseRef | None = None
    branch: Code = ""
    channel: Key = "api"


Intake = PurchaseIn | ReturnIn | VisitIn | CustomIn


def body_hash(intake: Intake) -> bytes:
    """SHA-256 of the canonical decoded fact: what two tellings of one fact must share.

    Key order, spacing and left-out defaults of the client's JSON make no difference; every value does.
    """
    return hashlib.sha256(_canonical.encode(intake)).digest()


_canonical = msgspec.json.Encoder(order="sorted")


class CreditLine(Struct, frozen=True, gc=False):
    """Units the fact gave (or, on a return, took back: below zero) by one rule.

    Units with ``confirm_by`` wait for a confirmation of the purchase and are cancelled without one by then.
    """

    wallet: str
    amount: int
    rule: str
    available_from: datetime | None = None
    expires_at: datetime | None = None
    confirm_by: datetime | None = None


class GivenBack(Struct, frozen=True, gc=False):
    """Units that a return put back into a wallet because its purchase was paid with them."""

    wallet: str
    amount: int


class Balance(Struct, frozen=True, gc=False):
    """A wallet right after the fact."""

    wallet: str
    available: int
    pending: int
    held: int = 0


class Settled(Struct, frozen=True, eq=False, gc=False):
    """The answer to a fact that was recorded.

    ``repeated`` says that it was recorded before and this is the first answer again. An anonymous purchase
    has no member, no credits and no balances.
    """

    kind: str
    source: str
    reference: str
    activity_id: UUID
    member_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    credits: tuple[CreditLine, ...] = ()
    balances: tuple[Balance, ...] = ()
    tiers: tuple[tuple[str, str], ...] = ()
    moves: tuple[TierMove, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    coupons_back: tuple[UUID, ...] = ()
    grants: tuple[GrantLine, ...] = ()
    discounts: tuple[Discount, ...] = ()
    paid_by_points: int = 0
    coupons: tuple[CouponLine, ...] = ()
    repeated: bool = False
    decision: Decision | None = None

    def __eq__(self, other: object) -> bool:
        """Say whether both tell the same; how it was decided is not part of it."""
        if not isinstance(other, Settled):
            return NotImplemented
        return structs.astuple(structs.replace(self, decision=None)) == structs.astuple(
            structs.replace(other, decision=None)
        )

    def __hash__(self) -> int:
        return hash(self.activity_id)

    @property
    def reasons(self) -> tuple[RuleOutcome, ...]:
        """The rules that fired and why; told when asked, since not every caller reads them."""
        return self.decision.trace if self.decision is not None else ()

    def points_of(self, wallet: str) -> int:
        """Units of one wallet this fact gave, all rules together."""
        return sum(credit.amount for credit in self.credits if credit.wallet == wallet)


@dataclass(frozen=True, slots=True)
class Refused:
    """The fact was understood and declined; nothing of it was written and its reference is free."""

    source: str
    reference: str
    refusal: Refusal


Outcome = Settled | Refused


@dataclass(frozen=True, slots=True)
class ActivityInfo:
    """A settled fact as it is shown."""

    id: UUID
    member_id: UUID
    kind: str
    type: str
    source: str
    reference: str
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    branch: str
    channel: str
    gross: int
    net: int
    program: int
    actor_kind: str
    actor_id: UUID | None
    about_id: UUID | None
    fact: Fact
    credits: tuple[CreditLine, ...]
    balances: tuple[Balance, ...]
    moves: tuple[TierMove, ...]
    given_back: tuple[GivenBack, ...] = ()
    coupons_back: tuple[UUID, ...] = ()
    grants: tuple[GrantLine, ...] = ()
    coupons: tuple[CouponLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BoughtInfo:
    """A purchase with its returns: each is (source, reference, its lines as (number, thousandths))."""

    member_id: UUID
    reference: str
    occurred_at: datetime
    lines: tuple[Line, ...]
    returns: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class SpentInfo:
    """What a purchase was paid with, and how much of it went back; a coupon or redemption counts as one.

    ``owner_id`` is whose it was: the member's, or the shared account's that they are in.
    """

    kind: str
    unit: str
    amount: int
    returned: int
    ref_id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A purchase line and what may still come back: thousandths, or the net of a purchase by amounts."""

    no: int
    name: str
    sku: str
    bought: int
    returned: int
    net: int

    @property
    def left(self) -> int:
        return self.bought - self.returned


@dataclass(frozen=True, slots=True)
class AnonymousInfo:
    """A purchase nobody showed a card for."""

    id: UUID
    source: str
    reference: str
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    branch: str
    channel: str
    gross: int
    net: int
    fact: Fact
    claimed_at: datetime | None
    claimed_by: UUID | None


@dataclass(frozen=True, slots=True)
class ActivityFilters:
    """What a list of activities is narrowed to; empty fields do not narrow."""

    kind: str = ""
    branch: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None
    member_id: UUID | None = None
