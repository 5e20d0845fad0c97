"""The program document: what a club promised, as one validated value."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from bashgah.engine.deals import (
    AmountOff,
    BracketsOff,
    BuyGet,
    CheapestFree,
    FixedPrice,
    FreeShipping,
    PercentOff,
)
from bashgah.engine.parts import Part

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Window = Literal["day", "week", "month", "year", "ever"]


class BothTexts(Part):
    """A text people wrote in Persian and English; one of them may be empty."""

    fa: str = ""
    en: str = ""


class ExpiryTerms(Part):
    """When units of a wallet expire, each lot by its own date and all of them together by inactivity.

    A lot expires never, at an age, after a fixed day, or at a period's end. ``inactive_months`` goes with any
    of them: everything in the wallet expires that long after the member's last purchase or visit.
    """

    kind: Literal["never", "age_days", "age_months", "on_date", "period_end"] = "never"
    count: int = Field(default=0, ge=0, le=3660, description="days or months of age; periods later")
    until: Literal["day", "month_end"] = Field(
        default="day", description="an age ends that day, or with the month in which it is reached"
    )
    last_day: date | None = Field(
        default=None, description="of on_date; units earned after it have the same day of the next year"
    )
    period: Literal["month", "quarter", "year"] = "year"
    grace_months: int = Field(default=0, ge=0, le=24, description="months units still live after a period")
    calendar: Literal["jalali", "gregorian"] | None = Field(
        default=None, description="whose months and years count; the program's unless told"
    )
    inactive_months: int = Field(default=0, ge=0, le=120, description="0: inactivity takes nothing")


class ConfirmationTerms(Part):
    """Units of a purchase wait until an event confirms or cancels it, or until the days for it are over.

    ``confirms`` and ``cancels`` are types of custom activities that name the purchase; staff and the API can
    always do it by hand. ``otherwise`` says what happens to units nobody decided about in time.
    """

    confirms: Key | None = None
    cancels: Key | None = None
    within_days: int = Field(default=30, ge=1, le=3660)
    otherwise: Literal["release", "cancel"] = "release"


class Wallet(Part):
    """A unit members hold: ``points`` are spent, ``status`` only qualifies (no lots), ``credit`` is money.

    ``negative`` says what happens when a return takes back more than is available: it is refused, it takes
    the rest from pending units and is refused beyond them, or it leaves a debt that the next units repay.
    """

    key: Key
    kind: Literal["points", "status", "credit"]
    name: BothTexts
    expiry: ExpiryTerms = ExpiryTerms()
    pending_days: int = Field(default=0, ge=0, le=3660)
    confirmation: ConfirmationTerms | None = None
    negative: Literal["refuse", "pending_only", "allow"] = "allow"
    rounding: Literal["down", "nearest", "up"] = "down"
    worth: int = Field(default=0, ge=0, description="what one unit pays, in the currency's smallest unit")
    return_grace_days: int = Field(
        default=0,
        ge=0,
        le=3660,
        description="how long spent units stay good when a return gives them back after their lot expired;"
        " 0 keeps the old expiry, so they are gone",
    )


class Basis(Part):
    """Which part of a purchase counts."""

    of: Literal["net", "gross"] = "net"
    with_tax: bool = False
    with_shipping: bool = False
    with_points_paid: bool = False
    excluded_lines: dict[str, Any] | None = None


REWARD_UNIT = "reward:"
"""Begins the unit in which copies of a reward are counted, where units of a wallet stand under its key."""


def is_reward(unit: str) -> bool:
    """Say whether a unit counts copies of a reward, not units of a wallet."""
    return unit.startswith(REWARD_UNIT)


class Effect(Part):
    """One thing a rule does: units of a wallet (``credit``), or copies of a reward (``reward``).

    ``amount`` is a shelf key of ``engine/rules/amounts`` with its parameters. A reward is given free of
    points, ``count`` copies of it; ``valid_days`` says for how long its coupon is good where not as its terms
    say, ``on_return`` what becomes of unused ones when the whole purchase comes back.
    """

    kind: str = "credit"
    wallet: Key = "points"
    amount: str = ""
    params: dict[str, Any] = {}
    lines: dict[str, Any] | None = Field(default=None, description="criteria over lines: only these count")
    reward: Key | None = None
    count: int = Field(default=1, ge=1, le=20, description="copies of the reward")
    valid_days: int | None = Field(
        default=None, ge=1, le=3660, description="of the reward's coupon; as its terms say unless told"
    )
    on_return: Literal["take_back", "keep"] = "take_back"

    @model_validator(mode="after")
    def _says_what_it_gives(self) -> Effect:
        if self.kind == "reward" and self.reward is None:
            raise ValueError("say which reward it gives")
        if self.kind != "reward" and not self.amount:
            raise ValueError("say how much it gives")
        return self

    @property
    def unit(self) -> str:
        """What it is counted in: the wallet's key, or the reward's."""
        return self.wallet if self.kind != "reward" else f"{REWARD_UNIT}{self.reward}"


class Limit(Part):
    """At most ``most`` units of the rule's wallet for one member in a window of the club's calendar."""

    window: Window
    most: int = Field(gt=0)


class RuleLimit(Limit):
    """A limit of a rule: so many units of each wallet, or so many times whatever it gave."""

    of: Literal["units", "times"] = "units"


class Budget(Part):
    """What a rule may give to all members together in a window, in units of a wallet or in their worth.

    With ``reward`` it is copies of that reward instead, or what they cost. ``cut`` gives the last of it in
    part, ``skip`` gives nothing of what does not fit whole; ``per`` branch gives every branch a budget of its
    own.
    """

    wallet: Key = "points"
    of: Literal["units", "money"] = "units"
    most: int = Field(gt=0, le=10**15)
    window: Window = "ever"
    per: Literal["club", "branch"] = "club"
    at_limit: Literal["cut", "skip"] = "cut"
    reward: Key | None = None

    @property
    def unit(self) -> str:
        """What it is counted in: the wallet's key, or the reward's."""
        return self.wallet if self.reward is None else f"{REWARD_UNIT}{self.reward}"


class DaySpan(Part):
    """Days from the first to the last, both counted."""

    first: date
    last: date


MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Occasion(Part):
    """Days of the year that a schedule can name, from ``begins`` to ``ends`` (month-day) of one calendar.

    ``years`` corrects single years of that calendar, as lunar months are announced by sight: what stands
    there replaces the computed days of that year. An ``ends`` before ``begins`` lies in the next year.
    """

    key: Key
    name: BothTexts
    calendar: Literal["jalali", "gregorian", "lunar"]
    begins: MonthDay
    ends: MonthDay
    years: dict[Annotated[str, Field(pattern=r"^[1-9][0-9]{3}$")], DaySpan] = {}


class Counter(Part):
    """Counts what each member does, for conditions: how often, how many pieces, how much money, a streak.

    ``streak`` counts windows in a row with at least one such act; ``days_since`` keeps the last day of one.
    ``when`` says which acts count, ``lines`` which invoice lines (then an act without such a line is none).
    """

    key: Key
    name: BothTexts
    trigger: str = "purchase"
    when: dict[str, Any] | None = None
    lines: dict[str, Any] | None = None
    counts: Literal["times", "pieces", "money", "streak", "days_since"] = "times"
    window: Window = "ever"


class Schedule(Part):
    """When a rule applies: half-open instants, weekdays (0 is Saturday), local hours, days of occasions."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    from_hour: time | None = None
    to_hour: time | None = None
    occasions: tuple[Key, ...] = Field(default=(), max_length=50, description="only on days of one of these")
    not_on: tuple[Key, ...] = Field(default=(), max_length=50, description="on no day of any of these")


class Stacking(Part):
    """How rules of one group join: all add, the best alone, an exclusive one alone, none after the last."""

    group: str = ""
    mode: Literal["add", "best_of", "exclusive", "last"] = "add"


class Example(Part):
    """A case a rule must keep for ever: a fact and a state in plain values, and what it must give."""

    name: BothTexts
    fact: dict[str, Any]
    state: dict[str, Any] = {}
    expect: dict[str, int]


class Pilot(Part):
    """Whom a rule in pilot is for: a criterion over the member, and so many percent of those who meet it."""

    percent: int = Field(default=100, ge=1, le=100)
    when: dict[str, Any] | None = None


class Rule(Part):
    """When something happens (trigger) and holds (when), do this (effects); ``pilot`` is for its stage."""

    key: Key
    name: BothTexts
    trigger: str = "purchase"
    when: dict[str, Any] | None = None
    basis: Basis = Basis()
    effects: tuple[Effect, ...] = Field(min_length=1, max_length=50)
    schedule: Schedule = Schedule()
    limits: tuple[RuleLimit, ...] = ()
    budget: Budget | None = None
    stacking: Stacking = Stacking()
    priority: int = Field(default=100, ge=0, le=1000)
    stage: Literal["draft", "shadow", "pilot", "live", "ended"] = "live"
    pilot: Pilot | None = None
    examples: tuple[Example, ...] = ()

    @field_validator("stage", mode="before")
    @classmethod
    def _as_said_now(cls, stage: object) -> object:
        return "ended" if stage == "off" else stage

    @property
    def counts_as(self) -> str:
        """Under which name its limits and budget are counted: in shadow apart from those that are real."""
        return f"?{self.key}" if self.stage == "shadow" else self.key


class Benefit(Part):
    """What a tier gives, in words; a multiplier is also read by rules that use ``tier_multiplier``."""

    kind: Literal["multiplier", "text"]
    text: BothTexts = BothTexts()
    permille: int = Field(default=1000, ge=0, le=100_000)


class Tier(Part):
    """One step of a ladder; the first has threshold 0."""

    key: Key
    name: BothTexts
    threshold: int = Field(ge=0)
    benefits: tuple[Benefit, ...] = ()
    kept_for_life: bool = False


class Ladder(Part):
    """Tiers by one measure over one window, lowest first."""

    key: Key
    name: BothTexts
    measure: str = "qualifying_points"
    window: Literal["rolling_12m", "calendar_year", "lifetime"] = "rolling_12m"
    downgrade: Literal["never", "period_end"] = "period_end"
    tiers: tuple[Tier, ...] = Field(min_length=1)


class RewardTerms(Part):
    """Price and conditions of a reward; its picture, texts and stock are rows of the rewards room.

    ``cost`` is what one costs the club: budgets of money and backtests count it. A reward without channels
    cannot be bought, only given by rules.
    """

    key: Key
    kind: str
    name: BothTexts = Field(default=BothTexts(), description="what sentences of rules call it")
    cost: int = Field(default=0, ge=0, le=10**15, description="in the currency's smallest unit")
    wallet: Key = "points"
    price: int = Field(ge=0)
    params: dict[str, Any] = {}
    when: dict[str, Any] | None = None
    channels: tuple[Literal["portal", "till", "api", "console"], ...] = ("portal", "till", "api", "console")
    starts_on: date | None = None
    ends_on: date | None = None
    limits: tuple[Limit, ...] = Field(default=(), description="most redemptions a member in a window")
    stage: Literal["live", "off"] = "live"
    reusable_after_return: bool = Field(
        default=True,
        description="its coupon can be used again when the whole purchase it was used on comes back",
    )


Deal = Annotated[
    PercentOff | AmountOff | FixedPrice | BuyGet | CheapestFree | BracketsOff | FreeShipping,
    Field(discriminator="kind"),
]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{1,39}$")]


class Promotion(Part):
    """A discount on a cart: who gets it, on which lines, what, how far, and beside which others.

    ``minimum_value`` and ``minimum_quantity`` (thousandths) are asked of the chosen lines, before any
    promotion. ``most`` caps its discount, ``lowest_price`` is what a piece costs at least after it.
    ``uses`` is how often it can be had in all, ``budget`` what it may take off in all; a discount that no
    longer fits whole is not given. A code of ``single_use_codes`` can be used once, by anybody. Of a
    ``group`` only the one that gives most is given.
    """

    key: Key
    name: BothTexts
    deal: Deal
    when: dict[str, Any] | None = None
    lines: dict[str, Any] | None = None
    codes: tuple[Code, ...] = Field(default=(), max_length=200)
    single_use_codes: bool = False
    schedule: Schedule = Schedule()
    minimum_value: int = Field(default=0, ge=0, le=10**15)
    minimum_quantity: int = Field(default=0, ge=0, le=10**12)
    most: int = Field(default=0, ge=0, le=10**15)
    lowest_price: int = Field(default=0, ge=0, le=10**15)
    limits: tuple[Limit, ...] = ()
    uses: int = Field(default=0, ge=0, le=10**12)
    budget: int = Field(default=0, ge=0, le=10**15)
    combines: Literal["with_others", "alone"] = "with_others"
    group: str = Field(default="", max_length=100)
    priority: int = Field(default=100, ge=0, le=1000)
    stage: Literal["draft", "live", "off"] = "live"


class PointsPayment(Part):
    """How a bill may be paid by points: at least ``least`` units, at most a part of it, in steps.

    A unit pays what its wallet says it is worth. What units do not divide is paid in money, or by one
    unit more where ``remainder`` says so and the whole bill may be paid.
    """

    wallet: Key = "points"
    least: int = Field(default=1, ge=1, le=10**12)
    step: int = Field(default=1, ge=1, le=10**9)
    most_permille: int = Field(default=1000, ge=1, le=1000)
    remainder: Literal["in_money", "one_more"] = "in_money"


class ActivityName(Part):
    """What people call an activity type and its fields; what has no name here stands by its key."""

    name: BothTexts = BothTexts()
    fields: dict[str, BothTexts] = {}


class Program(Part):
    """Everything a club promised at one version."""

    schema_version: Literal[1] = 1
    calendar: Literal["jalali", "gregorian"] = "jalali"
    currency: str = "IRR"
    wallets: tuple[Wallet, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    rewards: tuple[RewardTerms, ...] = ()
    counters: tuple[Counter, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    pay_with_points: PointsPayment | None = None
    activity_types: dict[Key, dict[str, Literal["text", "number", "money", "boolean", "date"]]] = {}
    activity_names: dict[Key, ActivityName] = {}
