"""What the clubs room hands out: frozen clubs, branches, themes and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bashgah.kit.jalali import Calendar
from bashgah.kit.text import Texts

MoneyDisplay = Literal["toman", "rial"]
Locale = Literal["fa", "en"]
ClubKind = Literal["live", "sandbox"]
FactPolicy = Literal["refuse", "review", "settle"]
GroupType = Literal["household", "company"]
ConsentPolicy = Literal["never", "above", "always"]
BehaviourKey = Literal[
    "sign_up", "profile_completed", "birthday", "anniversary", "inactivity", "app_opened", "check_in"
]
"""What members do that the club itself records; listed in settings, it is kept even if no rule listens."""
ReviewPolicy = Literal["off", "looked_at", "at_once"]
"""Whether members may write reviews of their purchases, and whether staff look at them first."""
MemberField = Literal[
    "first_name", "last_name", "email", "birth_date", "gender", "city", "national_id", "address", "source"
]


class TextsSetting(BaseModel):
    """A text of the settings in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fa: str = Field("", max_length=2000)
    en: str = Field("", max_length=2000)

    @property
    def texts(self) -> Texts:
        """Return it as the value everyone else uses."""
        return Texts(self.fa, self.en)


class TransferTerms(BaseModel):
    """How members may give units of one wallet to each other; None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wallet: str = Field(min_length=1, max_length=40)
    least: int = Field(10, ge=1, le=10**9)
    most: int = Field(1000, ge=1, le=10**9)
    per_day: int | None = Field(2000, ge=1, le=10**9)
    per_month: int | None = Field(5000, ge=1, le=10**9)
    per_pair: int | None = Field(2000, ge=1, le=10**9)
    member_days: int = Field(30, ge=0, le=3650)


class GroupTerms(BaseModel):
    """Accounts that several members share: which kinds there are, and what becomes of points.

    The shares are the percentage of what members earn that goes to the shared account by itself; with 0 they
    pay in by hand. ``leaving`` says whether who leaves takes their part along.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[GroupType, ...] = Field((), max_length=2)
    opened_by: Literal["staff", "members"] = "members"
    most_members: int = Field(8, ge=2, le=200)
    household_share: int = Field(0, ge=0, le=100)
    company_share: int = Field(100, ge=0, le=100)
    leaving: Literal["stay", "share"] = "stay"

    def share_of(self, type: GroupType) -> int:
        """Return the percentage a new group of this kind begins with."""
        return self.household_share if type == "household" else self.company_share


class AdjustmentReason(BaseModel):
    """Why staff correct points by hand, as the club words it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    fa: str = Field("", max_length=100)
    en: str = Field("", max_length=100)

    @property
    def texts(self) -> Texts:
        """Return it as the value everyone else uses."""
        return Texts(self.fa, self.en)


REASONS = (
    AdjustmentReason(key="missed", fa="خرید ثبت‌نشده", en="Purchase that was not recorded"),
    AdjustmentReason(key="mistake", fa="رفع اشتباه", en="Correcting a mistake"),
    AdjustmentReason(key="goodwill", fa="دلجویی از عضو", en="Goodwill"),
    AdjustmentReason(key="misuse", fa="سوءاستفاده", en="Misuse"),
    AdjustmentReason(key="other", fa="دلیل دیگر", en="Another reason"),
)
"""What a club begins with."""


class RetentionTerms(BaseModel):
    """How long what is told of people is kept, and how an erasure goes.

    ``erasure_wait_days`` is how long a member's own wish waits and can be taken back; 0 erases at once.
    Texts of messages and facts that were held back and decided go after so many days; 0 keeps them until
    their member is erased. ``duty`` says to members in the club's own words what must be kept by law.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    erasure_wait_days: int = Field(7, ge=0, le=30)
    message_days: int = Field(730, ge=0, le=3650)
    held_fact_days: int = Field(180, ge=0, le=3650)
    duty: TextsSetting = TextsSetting()


class StageTerms(BaseModel):
    """What a rule must have passed before it is published, by what it costs a month.

    Each ``…_above`` is an amount of the club's currency a month in its smallest unit: a rule that costs more,
    or whose cost nobody knows, needs that stage; 0 always asks, None never. ``approve_rest`` asks for a
    second person also where wallets, tiers, rewards and the like change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backtest_above: int | None = Field(None, ge=0, le=10**15)
    shadow_above: int | None = Field(None, ge=0, le=10**15)
    shadow_days: int = Field(7, ge=1, le=365)
    pilot_above: int | None = Field(None, ge=0, le=10**15)
    pilot_days: int = Field(14, ge=1, le=365)
    approval_above: int | None = Field(None, ge=0, le=10**15)
    approve_rest: bool = False


class ClubSettings(BaseModel):
    """What a club decides for itself; every setting has a default that works."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    late_window_days: int = Field(60, ge=0, le=3650)
    late_policy: FactPolicy = "settle"
    future_policy: FactPolicy = "refuse"
    claim_window_days: int = Field(30, ge=0, le=365)
    expiry_warning_days: int = Field(14, ge=0, le=180)
    redeem_consent: ConsentPolicy = "above"
    redeem_consent_above: int = Field(1000, ge=0, le=1_000_000_000)
    amount_ceiling: int = Field(2_000_000_000, ge=1, le=10**15)
    amount_ask_above: int = Field(500_000_000, ge=1, le=10**15)
    enrolment_asks: tuple[MemberField, ...] = ("first_name", "last_name", "birth_date")
    enrolment_requires: tuple[MemberField, ...] = ()
    card_prefix: str = Field("6280", pattern=r"^[1-9][0-9]{3,5}$")
    portal_welcome: TextsSetting = TextsSetting()
    portal_terms: TextsSetting = TextsSetting()
    consent_text_version: Annotated[str, Field(min_length=1, max_length=40)] = "1"
    support_phone: str = Field("", max_length=20)
    transfers: tuple[TransferTerms, ...] = Field((), max_length=20)
    groups: GroupTerms = GroupTerms()
    adjustment_reasons: tuple[AdjustmentReason, ...] = Field(REASONS, min_length=1, max_length=30)
    adjustment_days: int = Field(7, ge=1, le=90)
    adjustment_key_limit: int = Field(1000, ge=0, le=10**9)
    stages: StageTerms = StageTerms()
    retention: RetentionTerms = RetentionTerms()

    behaviours: tuple[BehaviourKey, ...] = Field((), max_length=15)
    check_in_hours: int = Field(12, ge=1, le=24 * 30)
    reviews: ReviewPolicy = "off"
    inactivity_days: tuple[Annotated[int, Field(ge=7, le=3650)], ...] = Field(
        (60,), min_length=1, max_length=5
    )

    def transfer_terms(self, wallet: str) -> TransferTerms | None:
        """Return how units of a wallet may be given to others, or None where they may not."""
        return next((terms for terms in self.transfers if terms.wallet == wallet), None)

    def adjustment_reason(self, key: str) -> AdjustmentReason | None:
        """Return a reason of the club's list, or None for one that is not on it."""
        return next((reason for reason in self.adjustment_reasons if reason.key == key), None)

    def asks_consent(self, points: int) -> bool:
        """Say whether spending this many points needs the member's yes."""
        if self.redeem_consent == "above":
            return points > self.redeem_consent_above
        return self.redeem_consent == "always"


@dataclass(frozen=True, slots=True)
class Theme:
    """The four colours a club may choose (``brand_on`` is computed) and its logo's address in media."""

    brand: str = "#0c7572"
    brand_on: str = "#ffffff"
    pass_a: str = "#0c5f63"  # noqa: S105 a colour of the member pass
    pass_b: str = "#0a3f4a"  # noqa: S105 a colour of the member pass
    logo: str = ""


@dataclass(frozen=True, slots=True)
class ClubInfo:
    """A club as every room above sees it; ``revision`` changes with each write to club or branches."""

    id: UUID
    slug: str
    name: Texts
    currency: str
    money_display: MoneyDisplay
    calendar: Calendar
    timezone: str
    week_start: int
    locale: Locale
    domain: str
    theme: Theme
    settings: ClubSettings
    is_demo: bool
    kind: ClubKind
    revision: UUID


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A branch; its time zone is the club's unless it has its own."""

    id: UUID
    club_id: UUID
    code: str
    name: Texts
    city: str
    region: str
    timezone: str
    is_active: bool
    franchise: str
