"""What the rewards room hands out: rewards, offers with every reason, coupons, effects of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts

CouponState = Literal["issued", "used", "void", "expired"]


@dataclass(frozen=True, slots=True)
class CouponEffect:
    """Issue a coupon worth ``value`` (the kind's own words), usable for so many days (0: without end)."""

    kind: str
    value: Mapping[str, Any]
    valid_days: int = 0


@dataclass(frozen=True, slots=True)
class CreditEffect:
    """Credit units of a wallet."""

    wallet: str
    amount: int


Effect = CouponEffect | CreditEffect


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind may look at while it says what a reward does: nothing of the member."""

    currency: str
    now: datetime


@dataclass(frozen=True, slots=True)
class RewardInfo:
    """How a reward looks and what is left of it; ``stock`` is None where it never runs out."""

    key: str
    name: Texts
    description: Texts
    conditions: Texts
    picture: str
    sort: int
    is_visible: bool
    stock: int | None


@dataclass(frozen=True, slots=True)
class RewardOffer:
    """A reward as one member sees it now: what it costs and gives, and every reason why it can't be had.

    ``missing`` is how many units the member lacks for it (0: enough); ``needs_yes`` says whether a cashier
    would have to ask the member to agree. ``goods`` are those that a discount is for, None where all are.
    """

    key: str
    kind: str
    name: Texts
    description: Texts
    conditions: Texts
    picture: str
    gives: Phrase
    unit: str
    unit_name: Texts
    price: int
    stock: int | None
    until: date | None
    needs_yes: bool
    missing: int = 0
    goods: Phrase | None = None
    reasons: tuple[Phrase, ...] = ()
    from_group: bool = False

    @property
    def can_have(self) -> bool:
        """True when nothing stands in the way."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class ClaimInfo:
    """One reward set aside for a member."""

    id: UUID
    member_id: UUID
    reward: str
    from_stock: bool


@dataclass(frozen=True, slots=True)
class CouponInfo:
    """A coupon; ``code`` is only filled for its owner and at the moment it is issued.

    ``gives`` says in words what it is worth; ``state`` is ``expired`` once its time is over.
    """

    id: UUID
    member_id: UUID
    reward: str
    kind: str
    name: Texts
    gives: Phrase
    value: Mapping[str, Any]
    state: CouponState
    code_end: str
    issued_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None
    used_reference: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CouponLine:
    """A coupon a purchase used up, its reward's name, and the money it took off; 0 where none is told."""

    id: UUID
    reward: str
    name: Texts
    amount: int
