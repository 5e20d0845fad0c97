"""Eighteen months of purchases, returns and visits, made of a seed: the same seed, the same story."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from bashgah.activities.types import (
    Intake,
    LineIn,
    MemberRef,
    PurchaseIn,
    PurchaseRef,
    ReturnIn,
    ReturnLineIn,
    VisitIn,
)
from bashgah.demo.goods import GOODS, Good
from bashgah.demo.people import ZONE, Persona
from bashgah.demo.places import PLACES
from bashgah.demo.seasons import busyness
from bashgah.kit.ids import public

SOURCE = "demo"
HOURS = (9, 10, 10, 11, 11, 12, 13, 16, 17, 17, 18, 18, 18, 19, 19, 19, 20, 20, 21)
LINES = (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8)
PAYMENTS = (("card",), ("card",), ("card",), ("card",), ("cash",), ("credit_card",))
PRICES_RISE_A_MONTH = 1.022
RETURNED = 0.034
VISITS = 0.03
ANONYMOUS_SHARE = 0.11
RETURN_AFTER_DAYS = (5, 18)
PULL = tuple(accumulate(good.pull for good in GOODS))
SHARES = tuple(accumulate(place.share for place in PLACES))
CODES = tuple(place.code for place in PLACES)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of the story with their weights, to draw from."""

    begin: date
    weights: tuple[float, ...]

    @staticmethod
    def of(begin: date, count: int) -> Days:
        """The days from ``begin`` on, each as busy as the season makes it."""
        each = (busyness(begin + timedelta(days=day)) for day in range(count))
        return Days(begin, tuple(accumulate(each)))

    def draw(self, random: Random, since: int, until: int) -> int:
        """A day in the half-open range, a busy one rather than a quiet one."""
        low = self.weights[since - 1] if since else 0.0
        place = bisect_left(self.weights, random.uniform(low, self.weights[until - 1]))
        return min(max(place, since), until - 1)


def story(
    random: Random, *, people: Sequence[Persona], ids: Sequence[UUID], begin: date, until: datetime
) -> list[Intake]:
    """Every fact of the story, by the time it happened, none after ``until``."""
    count = (until.astimezone(ZONE).date() - begin).days + 1
    days = Days.of(begin, count)
    facts: list[Intake] = []
    for number, (persona, member_id) in enumerate(zip(people, ids, strict=True)):
        facts += _life(random, days, persona, MemberRef(id=public("member", member_id)), number)
    for number in range(int(len(facts) * ANONYMOUS_SHARE)):
        at = _moment(random, days, days.draw(random, 0, count))
        facts.append(_purchase(random, days, at, f"a-{number}", _branch(random), 0.75))
    ended = [fact for fact in facts if fact.occurred_at <= until]
    return sorted(ended, key=lambda fact: (fact.occurred_at, fact.reference))


def _life(random: Random, days: Days, persona: Persona, member: MemberRef, number: int) -> list[Intake]:
    """What one member did: the first purchase on the day of joining, the rest as the habit has it."""
    months = (persona.left - persona.joined) / 30.4
    mean = persona.habit.a_month * months
    count = max(1, round(random.gauss(mean, mean * 0.18)))
    when = sorted(
        [persona.joined, *(days.draw(random, persona.joined, persona.left) for _ in range(count - 1))]
    )
    facts: list[Intake] = []
    for place, day in enumerate(when):
        branch = persona.branch if random.random() < 0.86 else _branch(random)
        at = _moment(random, days, day)
        if place == 0:
            at = max(at, persona.new.enrolled_at or at)
        reference = f"p-{number}-{place}"
        purchase = _purchase(random, days, at, reference, branch, persona.habit.basket, member)
        facts.append(purchase)
        if random.random() < RETURNED:
            facts.append(_return(random, purchase, f"r-{number}-{place}"))
        if random.random() < VISITS:
            facts.append(
                VisitIn(
                    source=SOURCE,
                    reference=f"v-{number}-{place}",
                    occurred_at=at + timedelta(days=1, minutes=random.randrange(90)),
                    member=member,
                    branch=branch,
                )
            )
    return facts


def _purchase(  # noqa: PLR0917 the parts of a purchase
    random: Random,
    days: Days,
    at: datetime,
    reference: str,
    branch: str,
    basket: float,
    member: MemberRef | None = None,
) -> PurchaseIn:
    months_ago = (len(days.weights) - (at.date() - days.begin).days) / 30.4
    prices = PRICES_RISE_A_MONTH**-months_ago
    wanted = max(1, round(random.choice(LINES) * basket))
    goods = dict.fromkeys(random.choices(GOODS, cum_weights=PULL, k=wanted))
    online = random.random() < 0.09
    return PurchaseIn(
        source=SOURCE,
        reference=reference,
        occurred_at=at,
        member=member,
        branch=branch,
        channel="web" if online else "pos",
        lines=tuple(_line(random, no, good, prices) for no, good in enumerate(goods, start=1)),
        shipping=350_000 if online else 0,
        payment_methods=("online",) if online else random.choice(PAYMENTS),
    )


def _line(random: Random, no: int, good: Good, prices: float) -> LineIn:
    price = max(1, round(good.toman * prices / 1000)) * 10_000
    quantity = random.randrange(5, 50) * 50 if good.weighed else random.choice((1, 1, 1, 2, 2, 3, 4)) * 1000
    gross = price * quantity // 10_000 * 10
    discount = gross * random.choice((5, 10, 15)) // 1000 * 10 if random.random() < 0.12 else 0
    return LineIn(no=no, sku=good.sku, quantity=quantity, gross=gross, discount=discount)


def _return(random: Random, purchase: PurchaseIn, reference: str) -> ReturnIn:
    line = random.choice(purchase.lines)
    quantity = line.quantity
    if quantity > 1000 and quantity % 1000 == 0 and random.random() < 0.5:
        quantity = 1000
    after = timedelta(days=random.randint(*RETURN_AFTER_DAYS), minutes=random.randrange(240))
    return ReturnIn(
        source=SOURCE,
        reference=reference,
        occurred_at=purchase.occurred_at + after,
        purchase=PurchaseRef(source=SOURCE, reference=purchase.reference),
        lines=(ReturnLineIn(no=line.no, quantity=quantity),),
        branch=purchase.branch,
    )


def _moment(random: Random, days: Days, day: int) -> datetime:
    clock = time(random.choice(HOURS), random.randrange(60), random.randrange(60))
    return datetime.combine(days.begin + timedelta(days=day), clock, tzinfo=ZONE).astimezone(UTC)


def _branch(random: Random) -> str:
    return random.choices(CODES, cum_weights=SHARES)[0]
