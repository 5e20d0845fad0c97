"""What each page of the portal shows: ready values, so that a template asks nobody anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.safestring import SafeString

from bashgah.ui.types import Option


@dataclass(frozen=True, slots=True)
class Climb:
    """The way to the next tier, or to keep this one: how far, out of what, said in words."""

    text: str
    so_far: str
    value: int
    goal: int
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """The member's card."""

    name: str
    number: str
    tier: str
    tier_tone: str
    balance: int
    worth: int | None
    pending: int
    pending_from: date | None
    held: int
    credit: int | None
    qr: SafeString
    qr_seconds: int
    climb: Climb | None = None


@dataclass(frozen=True, slots=True)
class CardPage:
    """The card alone, for a scanner."""

    name: str
    number: str
    tier: str
    tier_tone: str
    balance: int
    qr: SafeString
    qr_seconds: int


@dataclass(frozen=True, slots=True)
class RewardCard:
    """A reward in a list; ``reasons`` holds everything that stands between the member and it.

    ``goods`` are those it is for, where it is not for all.
    """

    url: str
    name: str
    price: int
    sign: str
    art: str
    picture_url: str = ""
    tag: str = ""
    tag_tone: str = ""
    reasons: tuple[str, ...] = ()
    have: int = 0
    goods: str = ""

    @property
    def short(self) -> bool:
        """Say whether points are missing, which a bar can show."""
        return self.have < self.price


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon the member holds or held."""

    url: str
    name: str
    note: str
    sign: str
    open: bool


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of points: what caused it, when, how much, and why in sentences."""

    sign: str
    tone: str
    title: str
    note: str
    amount: int
    earned: bool
    why: tuple[str, ...] = ()
    why_url: str = ""


@dataclass(frozen=True, slots=True)
class PriceShown:
    """What a purchase cost: its price, what each step added or took off, what was left to pay."""

    gross: int
    steps: tuple[tuple[str, int], ...]
    due: int


@dataclass(frozen=True, slots=True)
class BenefitRow:
    """One benefit of a tier, in words."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that will expire soon, and a reward they would pay."""

    amount: int
    on: date
    is_today: bool = False
    reward: str = ""
    reward_price: int = 0
    reward_url: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """Units of a wallet that can be used through one day and are gone after it."""

    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class Ask:
    """A redemption that waits for the member's yes."""

    id: str
    reward: str
    points: int
    place: str
    until: datetime


@dataclass(frozen=True, slots=True)
class TaskCard:
    """A social task in a list: what is asked, and how what was sent stands."""

    url: str
    name: str
    note: str
    sign: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """The member's home."""

    greeting: str
    card: Pass
    asks: tuple[Ask, ...]
    expiring: Expiring | None
    coupons: tuple[CouponRow, ...]
    coupon_count: int
    rewards: tuple[RewardCard, ...]
    reward_count: int
    lines: tuple[StatementLine, ...]
    tier: str
    benefits: tuple[BenefitRow, ...]
    tasks: tuple[TaskCard, ...]
    unread: int
    messages_label: str


@dataclass(frozen=True, slots=True)
class LandingPage:
    """The club as a visitor sees it."""

    club: str
    welcome: str
    promises: tuple[str, ...]
    tiers: str
    mobile: str = ""
    wanted: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodePage:
    """Where the one-time code is entered."""

    mobile: str
    wait_seconds: int
    error: str
    title: str
    action: str
    again_url: str
    back_url: str
    verb: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class AskedField:
    """One field of the enrolment or profile form, in the terms of the shared field component."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class ConsentBox:
    """One permission to send messages, with the text the member agrees to."""

    name: str
    label: str
    given: bool
    since: str = ""


@dataclass(frozen=True, slots=True)
class JoinPage:
    """The enrolment form of the fields the club chose."""

    mobile: str
    fields: tuple[AskedField, ...]
    consents: tuple[ConsentBox, ...]
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class StatementPage:
    """The full statement with its filter."""

    lines: tuple[StatementLine, ...]
    units: tuple[Option, ...]
    unit: str
    balance: int
    is_money: bool
    endings: tuple[Ending, ...] = ()
    ending_later: int = 0
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class RewardsPage:
    """Everything the club offers this member."""

    balance: int
    usable: tuple[RewardCard, ...]
    others: tuple[RewardCard, ...]


@dataclass(frozen=True, slots=True)
class KnowRow:
    """One thing to know before taking a reward."""

    sign: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked before an act: its dialog, what follows from yes, and the form it sends."""

    id: str
    title: str
    text: str
    verb: str
    safe: str
    hidden: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RewardPage:
    """One reward: what it is, what it costs, what to know, why it cannot be had."""

    key: str
    name: str
    text: str
    price: int
    left: int
    sign: str
    art: str
    picture_url: str
    tag: str
    know: tuple[KnowRow, ...]
    reasons: tuple[str, ...]
    reference: str
    error: str = ""
    from_shared: Question | None = None


@dataclass(frozen=True, slots=True)
class CouponPage:
    """A coupon with its code for the cashier."""

    name: str
    code: str
    qr: SafeString
    note: str
    open: bool
    fresh: bool = False
    spent: int = 0


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the inbox."""

    title: str
    text: str
    when: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class MePage:
    """The member's own details and choices."""

    name: str
    mobile: str
    number: str
    since: str
    fields: tuple[AskedField, ...]
    consents: tuple[ConsentBox, ...]
    errors: dict[str, str] = field(default_factory=dict)
    said: str = ""
    error: str = ""
    can_give: bool = False
    can_share: bool = False


@dataclass(frozen=True, slots=True)
class MobilePage:
    """Where a member gives a new number."""

    mobile: str
    typed: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HowPage:
    """How the club works, from the program in force."""

    rules: tuple[tuple[str, str], ...]
    tiers: tuple[TierRow, ...]
    worth: int | None


@dataclass(frozen=True, slots=True)
class TierRow:
    """One step of the ladder as members read it."""

    name: str
    tone: str
    need: str
    benefits: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class TrialMessage:
    """A message of the trial channel, on the page that only demonstration clubs have."""

    to: str
    text: str
    when: str
    channel: str


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """A branch the member says they are at, and what that gave once they said it."""

    branch: str
    is_done: bool = False
    points: int = 0
    error: str = ""
