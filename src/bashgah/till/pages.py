"""What the till's pages and fragments show: ready values, so that a template asks nobody anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from bashgah.ui.types import Option, Why


@dataclass(frozen=True, slots=True)
class Place:
    """A branch the cashier may work at."""

    id: str
    name: str
    city: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Last:
    """The purchase recorded last at this till, which may still be made void."""

    activity: str
    when: str
    amount: int
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """The branch's day so far, for the idle page."""

    purchases: int
    member_share: float | None


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The till as it is opened."""

    now: str
    place: str
    number: str
    mode: str
    invoice: str
    card_prefix: str
    qr_prefix: str
    unit: str
    decimals: bool
    payments: tuple[Option, ...]
    today: Today | None
    last: Last | None
    sum: Sum
    takes_codes: bool = False
    takes_points: bool = False


@dataclass(frozen=True, slots=True)
class MemberCard:
    """The member in front of the cashier."""

    id: str
    name: str
    initials: str
    mobile: str
    tier: str
    tier_tone: str
    distance: str
    balance: int
    worth: int | None
    pending: int
    held: int
    credit: int | None
    hint: str = ""
    hint_strong: str = ""
    blocked: str = ""
    is_new: bool = False
    shared: str = ""
    shared_note: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """What was searched and not found, and whether it can be enrolled as it is."""

    text: str
    can_enrol: bool
    mobile: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class EnrolForm:
    """Enrolment by mobile; the name is optional."""

    mobile: str = ""
    name: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of the sum between the amount and what is due."""

    label: str
    amount: int
    redemption: str = ""


@dataclass(frozen=True, slots=True)
class Paying:
    """What of this bill points may pay (``most`` units), or every reason why they pay nothing.

    ``chosen`` is what they pay, as it would be typed; ``note`` says the terms where that is not what was
    typed, ``asks`` that the member has yet to agree.
    """

    said: tuple[str, ...]
    most: int = 0
    chosen: str = ""
    note: str = ""
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """What is owed and what it would earn, as decided by the server; ``pays`` units of points pay a part."""

    amount: int
    words: str
    discounts: tuple[SumLine, ...]
    due: int
    points: int | None
    points_note: str
    why: Why | None
    cannot: str
    sure: str
    error: str
    missing: str
    is_anonymous: bool
    nearly: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    paying: Paying | None = None
    pays: int = 0
    takes_points: bool = False

    @property
    def ready(self) -> bool:
        """Say whether the purchase can be recorded as it stands."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward or coupon for this customer; usable when ``reasons`` is empty."""

    key: str
    name: str
    note: str
    price: str
    sign: str
    reasons: tuple[str, ...] = ()
    shortcut: int = 0
    is_coupon: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Something taken for this purchase; ``field`` is the form's name for it, ``state`` how far it is."""

    field: str
    id: str
    name: str
    note: str
    sign: str
    state: str


@dataclass(frozen=True, slots=True)
class Yes:
    """The member's yes to spending: how it is asked for, and the request a code answers."""

    redemption: str
    title: str
    policy: str
    way: str
    request: str
    note: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """The second column: the member's yes, what is taken, what can and cannot be had."""

    yes: tuple[Yes, ...] = ()
    taken: tuple[Taken, ...] = ()
    usable: tuple[Offer, ...] = ()
    others: tuple[Offer, ...] = ()
    balance: int = 0
    has_member: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was recorded: for the cashier to say aloud."""

    title: str
    activity: str
    amount: int
    points: int
    note: str
    balance: int | None
    moves: tuple[str, ...]
    issued: tuple[str, ...]
    why: Why | None
    member: str
    repeated: bool
    reference: str
    can_claim: bool = False
    nearly: tuple[str, ...] = ()
    receipt: tuple[SumLine, ...] = ()
    gross: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the invoice being typed."""

    sku: str
    name: str
    quantity: str
    price: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A product that matches what was typed, and what picking it sends."""

    sku: str
    name: str
    vals: str


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line of a found purchase and how much of it may still come back."""

    no: int
    name: str
    sku: str
    bought: str
    left: str
    left_raw: int


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """The purchase found for a return."""

    activity: str
    reference: str
    title: str
    by_amount: bool
    lines: tuple[ReturnLine, ...]
    left_amount: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Something a member got for points; an open one can still be called off."""

    id: str
    name: str
    note: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RedeemedPage:
    """What a member got at this branch, or that one of it was called off."""

    rows: tuple[Redeemed, ...]
    error: str = ""
    done: str = ""
