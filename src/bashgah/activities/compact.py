"""Facts, states and outcomes in few bytes: positional MessagePack, defaults at the end left out.

A row of an activity keeps all three for good, so each begins with the number of its form; a new form gets a
new number and the old ones stay readable. Names of state fields are stored as small numbers
(``FIELD_CODES``), which are never used again for another name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from bashgah.activities.types import Balance, CreditLine, GivenBack
from bashgah.engine.decisions import TierMove
from bashgah.engine.facts import Discount, Fact, FactKind, Line
from bashgah.engine.states import Standing, State
from bashgah.kit.phrases import phrase_from_json, phrase_to_json
from bashgah.kit.text import Texts
from bashgah.redemption.types import GrantLine
from bashgah.rewards.types import CouponLine

FORM = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEFORE_2000 = 946_684_800_000_000
"""Microseconds from 1970 to 2000, whence columns count (``ground.arrays.instant``)."""

KINDS: tuple[FactKind, ...] = ("purchase", "return", "visit", "custom")
"""A kind's place is its code in rows: new kinds go to the end."""
KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}

FIELD_NAMES: tuple[str, ...] = (
    "member.city",
    "member.gender",
    "member.tags",
    "member.age_days",
    "member.birth_month_day",
    "history.purchases",
    "history.spend",
    "history.visits",
    "history.days_since_last_purchase",
    "member.id",
)
FIELD_CODES = {name: code for code, name in enumerate(FIELD_NAMES)}

_DATE = 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class StoredCredit(msgspec.Struct, frozen=True, gc=False):
    """A credit as it was recorded, with its parts by line: what a return takes its share of."""

    line: CreditLine
    base: tuple[tuple[int, int], ...]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a fact gave, and how things stood right after it."""

    credits: tuple[StoredCredit, ...] = ()
    balances: tuple[Balance, ...] = ()
    tiers: tuple[tuple[str, str], ...] = ()
    moves: tuple[TierMove, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    coupons_back: tuple[UUID, ...] = ()
    grants: tuple[GrantLine, ...] = ()
    coupons: tuple[CouponLine, ...] = ()


# plain loops, here and below: a comprehension costs as much as five turns of a loop, and there are one or two
def fact_pack(fact: Fact, since: int | None = None) -> bytes:
    """Pack a fact; both of its times keep their zones. ``since`` is its ``micros``, where they are known."""
    lines = []
    for line in fact.lines:
        lines.append(_line_parts(line))
    zone, occurred_at = fact.local_at.tzinfo, fact.occurred_at
    offset = 0 if occurred_at.tzinfo is UTC else _minutes(occurred_at)
    zone_key = zone.key if isinstance(zone, ZoneInfo) else "UTC"
    head = [
        FORM,
        KIND_CODES[fact.kind],
        micros(occurred_at) if since is None else since,
        offset,
        zone_key,
        fact.type,
        fact.branch,
        fact.channel,
        lines,
    ]
    if (
        lines
        and fact.lines_known
        and fact.currency == _FACT_DEFAULTS[10]
        and not (fact.payment_methods or fact.city or fact.region or fact.shipping)
        and not (fact.coupons or fact.attributes or fact.promotions)
    ):
        return _encode(head)  # as most are: all that would follow is left out
    return _encode(
        _trimmed(
            [
                *head,
                fact.payment_methods,
                fact.currency,
                fact.city,
                fact.region,
                fact.shipping,
                None if fact.lines else [fact.gross, fact.discount, fact.tax, fact.paid_by_points],
                fact.lines_known,
                fact.coupons,
                dict(fact.attributes),
                [_discount_parts(each) for each in fact.promotions],
            ],
            _FACT_DEFAULTS,
        )
    )


def fact_unpack(packed: bytes | memoryview) -> Fact:
    """Read a fact back, equal to what was packed."""
    _form, kind, occurred, offset, zone, type_, *rest = _filled(_decode(packed), _FACT_DEFAULTS)
    branch, channel, lines, methods, currency, city, region, shipping, *rest = rest
    amounts, known, coupons, attributes, promotions = rest
    at = EPOCH + timedelta(microseconds=occurred)
    made = tuple(_line(each) for each in lines)
    gross, discount, tax, paid = amounts or (
        sum(li.gross for li in made),
        sum(li.discount for li in made),
        sum(li.tax for li in made),
        sum(li.paid_by_points for li in made),
    )
    return Fact(
        kind=KINDS[kind],
        type=type_,
        occurred_at=at.astimezone(_offset(offset)),
        local_at=at.astimezone(_zone(zone)),
        branch=branch,
        region=region,
        city=city,
        channel=channel,
        currency=currency,
        lines=made,
        lines_known=known,
        gross=gross,
        discount=discount,
        tax=tax,
        shipping=shipping,
        paid_by_points=paid,
        payment_methods=tuple(methods),
        coupons=tuple(coupons),
        attributes=attributes,
        promotions=tuple(_discount(each) for each in promotions),
    )


def state_pack(state: State) -> bytes:
    """Pack the state a fact was decided from: only what the program version read."""
    values, standings, measures = {}, {}, state.measures
    for name, value in state.values.items():
        values[FIELD_CODES.get(name, name)] = _plain(value) if isinstance(value, date) else value
    for ladder, standing in state.standings.items():
        standings[ladder] = _standing_parts(standing)
    if measures and not (state.used or state.balances or state.budgets):
        return _encode([FORM, values, standings, measures])
    used = [[key, start.toordinal(), amount] for (key, start), amount in state.used.items()]
    budgets = [[key, start.toordinal(), branch, left] for (key, start, branch), left in state.budgets.items()]
    parts = [FORM, values, standings, dict(measures), used, dict(state.balances), budgets]
    return _encode(_trimmed(parts, _STATE_DEFAULTS))


def state_unpack(packed: bytes | memoryview) -> State:
    """Read a state back, equal to what was packed."""
    _form, values, standings, measures, used, balances, budgets = _filled(_decode(packed), _STATE_DEFAULTS)
    return State(
        values={FIELD_NAMES[name] if type(name) is int else name: _value(v) for name, v in values.items()},
        standings={ladder: _standing(parts) for ladder, parts in standings.items()},
        measures=measures,
        used={(key, date.fromordinal(start)): amount for key, start, amount in used},
        balances=balances,
        budgets={(key, date.fromordinal(start), branch): left for key, start, branch, left in budgets},
    )


def outcome_pack(outcome: Outcome) -> bytes:
    """Pack what a fact gave."""
    credits_: list[Any] = []
    balances: list[Any] = []
    for credit in outcome.credits:
        credits_.append(_credit_parts(credit))
    for b in outcome.balances:
        available, pending, held = b.available, b.pending, b.held
        balances.append(
            [b.wallet, available]
            if available and not (pending or held)
            else _trimmed([b.wallet, available, pending, held], ("", 0, 0, 0))
        )
    if (
        outcome.tiers
        and not (outcome.moves or outcome.given_back or outcome.coupons_back)
        and not (outcome.grants or outcome.coupons)
    ):
        return _encode([FORM, credits_, balances, outcome.tiers])
    moves = [[m.ladder, m.before, m.after, m.direction, phrase_to_json(m.why)] for m in outcome.moves]
    back = [[given.wallet, given.amount] for given in outcome.given_back]
    again = [id_.bytes for id_ in outcome.coupons_back]
    grants = [[each.reward, each.count, each.rule] for each in outcome.grants]
    used = [[c.id.bytes, c.reward, c.name.fa, c.name.en, c.amount] for c in outcome.coupons]
    parts = [FORM, credits_, balances, list(outcome.tiers), moves, back, again, grants, used]
    return _encode(_trimmed(parts, _OUTCOME_DEFAULTS))


def outcome_unpack(packed: bytes | memoryview) -> Outcome:
    """Read an outcome back, equal to what was packed."""
    _form, credits_, balances, tiers, moves, back, again, grants, used = _filled(
        _decode(packed), _OUTCOME_DEFAULTS
    )
    return Outcome(
        credits=tuple(_credit(parts) for parts in credits_),
        balances=tuple(Balance(*_filled(parts, ("", 0, 0, 0))) for parts in balances),
        tiers=tuple((ladder, tier) for ladder, tier in tiers),
        moves=tuple(
            TierMove(ladder, before, after, direction, phrase_from_json(why))
            for ladder, before, after, direction, why in moves
        ),
        given_back=tuple(GivenBack(wallet, amount) for wallet, amount in back),
        coupons_back=tuple(UUID(bytes=id_) for id_ in again),
        grants=tuple(GrantLine(reward, count, rule) for reward, count, rule in grants),
        coupons=tuple(
            CouponLine(UUID(bytes=id_), reward, Texts(fa, en), amount) for id_, reward, fa, en, amount in used
        ),
    )


def micros(at: datetime) -> int:
    """An instant as microseconds since 1970, exactly."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


_LINE_DEFAULTS = (0, "", 0, 1000, "", (), 0, 0, "", (), 0)
_FACT_DEFAULTS = (FORM, 0, 0, 0, "", "", "", "pos", [], (), "IRR", "", "", 0, None, True, (), {}, [])
_STATE_DEFAULTS: tuple[Any, ...] = (0, {}, {}, {}, [], {}, [])
_OUTCOME_DEFAULTS: tuple[Any, ...] = (0, [], [], [], [], [], [], [], [])
_CREDIT_DEFAULTS: tuple[Any, ...] = ("", 0, "", [], 0, 0, 0)


def _trimmed(values: list[Any], defaults: Sequence[Any]) -> list[Any]:
    """Leave out values at the end that are their defaults; the first stays."""
    end = len(values)
    while end > 1 and values[end - 1] == defaults[end - 1]:
        end -= 1
    return values[:end]


def _filled(values: list[Any], defaults: Sequence[Any]) -> list[Any]:
    return [*values, *defaults[len(values) :]]


def _line_parts(line: Line) -> list[Any]:
    more = line.name or line.category or line.discount or line.tax
    if line.gross and not (more or line.brand or line.tags or line.paid_by_points):
        plain = [line.no, line.sku, line.gross]
        return plain if line.quantity == _LINE_DEFAULTS[3] else [*plain, line.quantity]
    return _trimmed(
        [line.no, line.sku, line.gross, line.quantity, line.name, line.category, line.discount, line.tax,
         line.brand, line.tags, line.paid_by_points],
        _LINE_DEFAULTS,
    )  # fmt: skip


def _credit_parts(credit: StoredCredit) -> list[Any]:
    line, base = credit.line, credit.base
    flat = base[0] if len(base) == 1 else [number for pair in base for number in pair]
    if flat and line.available_from is None and line.confirm_by is None:
        if line.expires_at is None:
            return [line.wallet, line.amount, line.rule, flat]
        return [line.wallet, line.amount, line.rule, flat, _instant(line.expires_at)]
    head = [line.wallet, line.amount, line.rule, list(flat)]
    return _trimmed(
        [*head, _instant(line.expires_at), _instant(line.available_from), _instant(line.confirm_by)],
        _CREDIT_DEFAULTS,
    )


def _standing_parts(standing: Standing) -> list[Any]:
    since, until = standing.since, standing.kept_until
    if since is not None and standing.granted_until is None:
        if until is None:
            return [standing.tier, since.toordinal()]
        return [standing.tier, since.toordinal(), until.toordinal()]
    days = _day(since), _day(until), _day(standing.granted_until)
    return _trimmed([standing.tier, *days], ("", 0, 0, 0))


def _minutes(at: datetime) -> int:
    return int((at.utcoffset() or timedelta()).total_seconds()) // 60


def _line(parts: list[Any]) -> Line:
    no, sku, gross, quantity, name, category, discount, tax, brand, tags, paid = _filled(
        parts, _LINE_DEFAULTS
    )
    return Line(
        no=no,
        sku=sku,
        name=name,
        category=tuple(category),
        brand=brand,
        tags=tuple(tags),
        quantity=quantity,
        gross=gross,
        discount=discount,
        tax=tax,
        paid_by_points=paid,
    )


def _discount_parts(discount: Discount) -> list[Any]:
    flat = [number for pair in discount.lines for number in pair]
    return _trimmed([discount.promotion, flat, discount.shipping, discount.code], ("", [], 0, ""))


def _discount(parts: list[Any]) -> Discount:
    promotion, flat, shipping, code = _filled(parts, ("", [], 0, ""))
    return Discount(promotion, tuple(zip(flat[::2], flat[1::2], strict=True)), shipping, code)


def _credit(parts: list[Any]) -> StoredCredit:
    wallet, amount, rule, flat, expires, available, confirm_by = _filled(parts, _CREDIT_DEFAULTS)
    line = CreditLine(wallet, amount, rule, _moment(available), _moment(expires), _moment(confirm_by))
    return StoredCredit(line, tuple(zip(flat[::2], flat[1::2], strict=True)))


def _standing(parts: Iterable[Any]) -> Standing:
    tier, *days = _filled(list(parts), ("", 0, 0, 0))
    return Standing(tier, *(date.fromordinal(day) if day else None for day in days))


def _plain(value: date) -> Any:
    if isinstance(value, datetime):
        return value
    return msgspec.msgpack.Ext(_DATE, value.toordinal().to_bytes(4, "big"))


def _value(value: Any) -> Any:
    if isinstance(value, msgspec.msgpack.Ext):
        return date.fromordinal(int.from_bytes(bytes(value.data), "big"))
    return tuple(value) if isinstance(value, list) else value


def _day(value: date | None) -> int:
    return 0 if value is None else value.toordinal()


def _instant(at: datetime | None) -> int:
    if at is None:
        return 0
    last, found = _last[0]
    if at is not last:  # units of one day expire at one moment, and it is one object
        found = micros(at)
        _last[0] = at, found
    return found


_last: list[tuple[datetime | None, int]] = [(None, 0)]


def _moment(value: int) -> datetime | None:
    return None if value == 0 else EPOCH + timedelta(microseconds=value)


@lru_cache(maxsize=256)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


@lru_cache(maxsize=256)
def _offset(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC
