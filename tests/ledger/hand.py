"""A hand on the ledger for tests: one member locked, points given and taken in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.ledger import services
from bashgah.ledger.selectors import wallets_get
from bashgah.ledger.types import Cause, HoldInfo, WalletInfo, WalletKind
from bashgah.members.services import members_lock
from bashgah.members.types import LockedMember


@dataclass(frozen=True, slots=True)
class Hand:
    """One member of one club."""

    club: ClubInfo
    member_id: UUID

    def locked(self) -> LockedMember:
        """The member, locked; only inside a transaction."""
        return members_lock(self.club, [self.member_id])[self.member_id]

    def gives(
        self,
        amount: int,
        *,
        now: datetime,
        expires_at: datetime | None = None,
        available_from: datetime | None = None,
        unit: str = "points",
    ) -> UUID:
        """Credit units as one lot."""
        with transaction.atomic():
            return services.credit_post(
                club=self.club,
                locked=self.locked(),
                unit=unit,
                kind=WalletKind.POINTS,
                amount=amount,
                cause=Cause.OPENING,
                cause_id=uuid4(),
                expires_at=expires_at,
                available_from=available_from,
                now=now,
            )

    def holds(self, amount: int, *, now: datetime, minutes: int = 10) -> HoldInfo:
        """Set units aside."""
        with transaction.atomic():
            return services.hold_open(
                club=self.club,
                locked=self.locked(),
                unit="points",
                amount=amount,
                expires_at=now + timedelta(minutes=minutes),
                purpose="test",
                now=now,
            )

    def captures(self, hold: HoldInfo, *, now: datetime) -> HoldInfo:
        """Spend a hold."""
        with transaction.atomic():
            return services.hold_capture(club=self.club, locked=self.locked(), hold_id=hold.id, now=now)

    def releases(self, hold: HoldInfo, *, now: datetime) -> HoldInfo:
        """Give a hold back."""
        with transaction.atomic():
            return services.hold_release(club=self.club, locked=self.locked(), hold_id=hold.id, now=now)

    def adjusts(
        self, amount: int, *, now: datetime, reason: str = "a mistake", limit: int | None = None
    ) -> UUID:
        """Correct the balance by hand."""
        with transaction.atomic():
            return services.entry_adjust(
                club=self.club,
                locked=self.locked(),
                unit="points",
                kind=WalletKind.POINTS,
                amount=amount,
                reason=reason,
                limit=limit,
                actor=SYSTEM,
                now=now,
            )

    def passes(self, now: datetime) -> bool:
        """Post what time did."""
        with transaction.atomic():
            return services.dues_post(club=self.club, locked=self.locked(), now=now)

    def wallet(self, now: datetime) -> WalletInfo:
        """The member's points as of an instant."""
        return wallets_get(self.club, self.member_id, now).get("points") or WalletInfo(
            "points", WalletKind.POINTS
        )
