"""What the redemption room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts
from bashgah.rewards.types import CouponInfo

State = Literal["open", "captured", "released", "cancelled"]
Channel = Literal["portal", "till", "api", "console"]
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
