"""What the redemption room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from bashgah.engine.document import REWARD_UNIT
from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts
from bashgah.rewards.types import CouponInfo

State = Literal["open", "captured", "released", "cancelled"]
Channel = Literal["portal", "till", "api", "console", "rule"]
GrantState = Literal["due", "issued", "aside", "withdrawn", "taken_back"]
Way = Literal["code", "qr", "app"]
BILL = "bill"
"""The kind of a redemption that pays part of a purchase; it names no reward."""
ReleaseReason = Literal["cancelled", "refused", "timed_out"]


@dataclass(frozen=True, slots=True)
class RedemptionInfo:
    """One redemption: open while the member's yes is awaited (``needs_yes``), then captured or released.

    One that pays a bill (``is_payment``) stays open with its yes until a purchase captures it.
    A captured one has its coupon, or ``credited`` units of ``credited_unit``. ``repeated`` says that this is
    the answer to a reference seen before.
    """

    id: UUID
    member_id: UUID
    reward: str
    kind: str
    name: Texts
    gives: Phrase
    unit: str
    price: int
    state: State
    needs_yes: bool
    yes_by: str
    channel: str
    branch: str
    begun_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reason: str
    coupon: CouponInfo | None = None
    credited: int = 0
    credited_unit: str = ""
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    payer_id: UUID | None = None
    repeated: bool = False

    @property
    def awaits_yes(self) -> bool:
        """True while nothing but the member's yes is missing."""
        return self.state == "open" and self.needs_yes and not self.yes_by

    @property
    def is_payment(self) -> bool:
        """True where the units pay a bill; only a purchase finishes it."""
        return self.kind == BILL


@dataclass(frozen=True, slots=True)
class GrantInfo:
    """One copy of a reward that a rule gave: where it stands, and why it was set aside."""

    id: UUID
    member_id: UUID
    activity_id: UUID
    rule: str
    reward: str
    name: Texts
    state: GrantState
    reason: str
    why: Phrase | None
    granted_at: datetime
    closed_at: datetime | None
    redemption_id: UUID | None


@dataclass(frozen=True, slots=True)
class GrantBack:
    """What a whole return made of one copy: gone, or it stays; ``entry`` is (whose, which) credited units.

    ``redemption_id`` is how it was issued; what a recomputation gave (``is_anew``) came out of no budget.
    """

    rule: str
    reward: str
    is_gone: bool
    entry: tuple[UUID, UUID] | None = None
    redemption_id: UUID | None = None
    is_anew: bool = False


@dataclass(frozen=True, slots=True)
class GrantHeld:
    """One copy of what a rule gave that the member has, or is to get; a used one cannot be taken back."""

    id: UUID
    rule: str
    reward: str
    is_issued: bool
    is_used: bool


class GrantLine(Struct, frozen=True):
    """Copies of a reward that a rule gave, or (below zero) that a return took back.

    None at all (0) says that a return left them with the member: used, or theirs to keep.
    """

    reward: str
    count: int
    rule: str

    @property
    def unit(self) -> str:
        """What they are counted in, beside units of wallets."""
        return f"{REWARD_UNIT}{self.reward}"
