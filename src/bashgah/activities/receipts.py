"""What a purchase cost, step by step: its price, what took how much off, what points paid, what was left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bashgah.activities.compact import KIND_CODES, fact_unpack
from bashgah.activities.discounts import discounts_told, promotion_name, took_off
from bashgah.activities.selectors import spent_list
from bashgah.activities.taken_off import coupons_told, other_discount
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.facts import Discount, Fact
from bashgah.ground.batch import cursor
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.members.selectors import groups_get
from bashgah.programs.selectors import program_by_number
from bashgah.programs.units import wallet_value
from bashgah.rewards.types import CouponLine


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What a step is called, the money it adds (below zero: takes off), and the step as a sentence."""

    name: Phrase
    amount: int
    said: Phrase


@dataclass(frozen=True, slots=True)
class Receipt:
    """From the price of a purchase to what was left to pay; ``gross`` and all steps add up to ``due``."""

    gross: int
    steps: tuple[PriceStep, ...]
    due: int


def receipt_of(club: ClubInfo, info: ActivityInfo) -> Receipt:
    """Return what one purchase cost: promotions and coupons by name, other discounts, tax, shipping, points.

    Promotions are called what the version that decided called them, coupons what their reward is called. One
    query more where points paid, a few where something else than promotions came off.
    """
    fact, compiled = info.fact, program_by_number(club, info.program)
    told = discounts_told(compiled, fact.promotions, fact.currency)
    shipping_off = sum(each.shipping for each in told)
    coupons = coupons_told(club, [info.member_id], {info.id: fact}).get(info.id, ())
    other = other_discount(fact) - sum(each.amount for each in coupons)
    steps = [
        PriceStep(
            Phrase("{name}", {"name": each.name}),
            -each.amount,
            took_off(each.name, each.amount, fact.currency),
        )
        for each in (*coupons, *told)
        if each.amount
    ]
    if other:
        steps.append(_step(_("Other discounts"), -other, fact.currency))
    if fact.shipping + shipping_off:
        steps.append(_step(_("Shipping"), fact.shipping + shipping_off, fact.currency))
    if fact.tax:
        steps.append(_step(_("Tax"), fact.tax, fact.currency))
    if fact.paid_by_points:
        steps.append(_paid(club, compiled, info))
    return Receipt(fact.gross, tuple(steps), fact.gross + sum(step.amount for step in steps))


def price_said(
    discounts: Iterable[Discount],
    paid_by_points: int,
    currency: str,
    name_of: Callable[[str], Texts],
    coupons: Iterable[CouponLine] = (),
) -> list[Phrase]:
    """Say what coupons and promotions took off and what points paid, a sentence each."""
    said = [took_off(each.name, each.amount, currency) for each in coupons if each.amount]
    said += [took_off(name_of(each.promotion), each.amount, currency) for each in discounts if each.amount]
    if paid_by_points:
        said.append(_points_paid(Phrase(_("Points")), paid_by_points, currency))
    return said


def price_of(info: ActivityInfo, club: ClubInfo) -> list[Phrase]:
    """Say the same of a settled purchase, with the names of the version that decided it."""
    return prices_of([info], club).get(info.id, [])


def prices_of(infos: Iterable[ActivityInfo], club: ClubInfo) -> dict[UUID, list[Phrase]]:
    """Say the same of many at once; those that cost what they said are not there."""
    bought = [info for info in infos if info.kind == "purchase"]
    owners = list({info.member_id for info in bought})
    return _prices(club, owners, {info.id: (info.program, info.fact) for info in bought})


def prices_said(
    club: ClubInfo, member_ids: Sequence[UUID], activity_ids: Iterable[UUID]
) -> dict[UUID, list[Phrase]]:
    """Say the same of activities by their ids."""
    wanted = list(set(activity_ids))
    if not wanted:
        return {}
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, program, fact FROM activities_activity
            WHERE club_id = %s AND member_id = ANY(%s) AND id = ANY(%s) AND kind = %s
            """,
            [club.id, list(member_ids), wanted, KIND_CODES["purchase"]],
        ).fetchall()
    return _prices(club, member_ids, {id_: (program, fact_unpack(packed)) for id_, program, packed in rows})


def _prices(
    club: ClubInfo, member_ids: Sequence[UUID], bought: Mapping[UUID, tuple[int, Fact]]
) -> dict[UUID, list[Phrase]]:
    coupons = coupons_told(club, member_ids, {id_: fact for id_, (_program, fact) in bought.items()})
    found = {
        id_: _price(club, program, fact, coupons.get(id_, ())) for id_, (program, fact) in bought.items()
    }
    return {id_: said for id_, said in found.items() if said}


def _price(club: ClubInfo, program: int, fact: Fact, coupons: Sequence[CouponLine]) -> list[Phrase]:
    if not (fact.promotions or fact.paid_by_points or coupons):
        return []
    compiled = program_by_number(club, program)

    def name_of(key: str) -> Texts:
        return promotion_name(compiled, key)

    return price_said(fact.promotions, fact.paid_by_points, fact.currency, name_of, coupons)


def _paid(club: ClubInfo, compiled: CompiledProgram, info: ActivityInfo) -> PriceStep:
    """The step of what was paid by points; the units where one wallet paid all of it."""
    amount, currency = info.fact.paid_by_points, info.fact.currency
    units: dict[str, int] = {}
    owners = set()
    for each in spent_list(club, info.member_id, info.id):
        if each.kind == "units":
            units[each.unit] = units.get(each.unit, 0) + each.amount
            owners.add(each.owner_id)
    if len(units) != 1:
        return PriceStep(
            Phrase(_("Paid with points")), -amount, _points_paid(Phrase(_("Points")), amount, currency)
        )
    ((unit, count),) = units.items()
    value = wallet_value(compiled.wallets.get(unit), count, unit, club)
    is_shared = len(owners) == 1 and owners != {info.member_id} and bool(groups_get(club, owners))
    named = _("Paid with {units} of the shared account") if is_shared else _("Paid with {units}")
    return PriceStep(Phrase(named, {"units": value}), -amount, _points_paid(value, amount, currency))


def _points_paid(what: object, amount: int, currency: str) -> Phrase:
    return Phrase(_("{what} paid {amount}"), {"what": what, "amount": Money(amount, currency)})


def _step(name: str, amount: int, currency: str) -> PriceStep:
    named = Phrase(name)
    told = Phrase(_("{name}: {amount}"), {"name": named, "amount": Money(abs(amount), currency)})
    return PriceStep(named, amount, told)
