"""A shop for tests: club Naderi with a published program of plain numbers, and facts in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bashgah.activities.services import settle_one
from bashgah.activities.types import (
    AmountsIn,
    Intake,
    LineIn,
    MemberRef,
    PurchaseIn,
    PurchaseRef,
    ReturnIn,
    ReturnLineIn,
    Settled,
)
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.members.types import MemberInfo
from bashgah.programs.services import draft_open, draft_publish
from tests.cast import LONG_AGO, NOW, Naderi, naderi

TOMAN = 10
STEP = 1_000_000


def program(**changes: Any) -> dict[str, Any]:
    """A program: one point and one status unit for every 100,000 toman, points for a visit, two tiers."""
    return {
        "wallets": [
            {
                "key": "points",
                "kind": "points",
                "name": {"fa": "امتیاز", "en": "Points"},
                **changes.get("points", {}),
            },
            {"key": "status", "kind": "status", "name": {"fa": "امتیاز سطح", "en": "Status"}},
            {"key": "credit", "kind": "credit", "name": {"fa": "اعتبار", "en": "Credit"}, "worth": 1},
        ],
        "rules": [
            {**rule("base", "purchase", [per_step("points"), per_step("status")]), **changes.get("base", {})},
            rule("visit", "visit", [{"wallet": "points", "amount": "fixed", "params": {"units": 5}}]),
            rule(
                "review", "custom:review", [{"wallet": "points", "amount": "fixed", "params": {"units": 7}}]
            ),
            *changes.get("rules", []),
        ],
        "ladders": [
            {
                "key": "club",
                "name": {"fa": "سطح", "en": "Tier"},
                "measure": "qualifying_points",
                "window": "rolling_12m",
                "tiers": [
                    {"key": "plain", "name": {"fa": "عادی", "en": "Plain"}, "threshold": 0},
                    {"key": "gold", "name": {"fa": "طلایی", "en": "Gold"}, "threshold": 100},
                ],
            }
        ],
        "activity_types": {"review": {"stars": "number", "text": "text"}},
        **changes.get("document", {}),
    }


def rule(key: str, trigger: str, effects: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A rule without criteria."""
    return {"key": key, "name": {"fa": key, "en": key}, "trigger": trigger, "effects": effects, **more}


def per_step(wallet: str) -> dict[str, Any]:
    """One unit for every 100,000 toman."""
    return {"wallet": wallet, "amount": "per_step", "params": {"units": 1, "step": STEP}}


@dataclass(frozen=True, slots=True)
class Shop:
    """Club Naderi, open for business."""

    cast: Naderi
    club: ClubInfo
    sara: MemberInfo
    reza: MemberInfo

    def tell(self, intake: Intake, *, now: datetime = NOW) -> Settled:
        """Settle one fact."""
        return settle_one(intake, club=self.club, actor=SYSTEM, now=now)

    def ref(self, member: MemberInfo | None) -> MemberRef | None:
        """Name a member by id."""
        return None if member is None else MemberRef(id=public("member", member.id))

    def purchase(
        self,
        reference: str,
        *lines: LineIn,
        member: MemberInfo | None = None,
        amount: int | None = None,
        at: datetime = NOW,
        **more: Any,
    ) -> PurchaseIn:
        """A purchase of Sara's (or ``member``'s) at Vanak by lines, or by an amount in toman."""
        return PurchaseIn(
            source="pos",
            reference=reference,
            occurred_at=at,
            member=self.ref(member or self.sara),
            branch="101",
            lines=lines,
            amounts=None if amount is None else AmountsIn(gross=amount * TOMAN),
            **more,
        )

    def buys(
        self, reference: str, amount: int, *, member: MemberInfo | None = None, at: datetime = NOW
    ) -> Settled:
        """Record a purchase by an amount in toman, when it happens."""
        return self.tell(self.purchase(reference, member=member, amount=amount, at=at), now=max(at, NOW))

    def returns(self, reference: str, of: str, *lines: tuple[int, int], at: datetime = NOW) -> ReturnIn:
        """A return of lines (number, thousandths) of the purchase ``of``; without lines all that is left."""
        return ReturnIn(
            source="pos",
            reference=reference,
            occurred_at=at,
            purchase=PurchaseRef(reference=of),
            lines=tuple(ReturnLineIn(no=no, quantity=quantity) for no, quantity in lines),
        )


def line(sku: str, amount: int, *, pieces: int = 1, discount: int = 0) -> LineIn:
    """A line of so many pieces worth ``amount`` toman in all."""
    return LineIn(sku=sku, gross=amount * TOMAN, quantity=pieces * 1000, discount=discount * TOMAN)


def open_shop(**changes: Any) -> Shop:
    """Make the cast and publish the program, in force since long ago."""
    cast = naderi()
    before = LONG_AGO - timedelta(days=1)
    draft = draft_open(club=cast.club, document=program(**changes), actor=SYSTEM, now=before)
    draft_publish(club=cast.club, revision=draft.revision, actor=SYSTEM, now=before)
    return Shop(cast, cast.club, cast.sara, cast.reza)
