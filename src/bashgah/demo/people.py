"""The demo club's members: who they are and how faithfully they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bashgah.demo import names
from bashgah.demo.places import PLACES, Place
from bashgah.members.types import ConsentGiven, Gender, NewMember

ZONE = ZoneInfo("Asia/Tehran")
PREFIXES = ("0912", "0919", "0935", "0936", "0930", "0990", "0901", "0910", "0937")


@dataclass(frozen=True, slots=True)
class Habit:
    """A way of coming: purchases a month, how full the basket is, and when it ends (share of the time)."""

    key: str
    share: int
    a_month: float
    basket: float
    stays: tuple[float, float]


HABITS = (
    Habit("devoted", 9, 5.9, 1.25, (1.0, 1.0)),
    Habit("regular", 27, 3.5, 1.0, (0.95, 1.0)),
    Habit("occasional", 34, 1.55, 0.8, (0.9, 1.0)),
    Habit("lapsing", 20, 3.3, 0.95, (0.25, 0.7)),
    Habit("once", 10, 0.15, 0.7, (0.05, 0.4)),
)


@dataclass(frozen=True, slots=True)
class Persona:
    """One member before there is an id: the form, the day they joined and left, their habit and branch."""

    new: NewMember
    joined: int
    left: int
    habit: Habit
    branch: str


@dataclass(frozen=True, slots=True)
class Known:
    """A member whose sign-in is printed."""

    first_name: str
    last_name: str
    mobile: str
    gender: Gender
    born: date
    branch: str
    joined: float
    a_month: float
    basket: float
    stays: float = 1.0


KNOWN = (
    Known("سارا", "محمدی", "09123456789", "female", date(1993, 5, 4), "101", 0.0, 4.4, 1.15),
    Known("رضا", "کریمی", "09352345678", "male", date(1979, 11, 2), "102", 0.0, 6.8, 2.6),
    Known("مهسا", "احمدی", "09198765432", "female", date(1998, 3, 21), "103", 0.1, 2.4, 0.9, 0.6),
    Known("علی", "رضایی", "09361112233", "male", date(2001, 7, 9), "101", 0.93, 2.0, 0.8),
)


def personas(random: Random, *, count: int, begin: date, days: int) -> list[Persona]:
    """Make the known members and then strangers until there are so many."""
    made = [_known(one, begin, days) for one in KNOWN]
    taken = {persona.new.mobile for persona in made}
    habits = [habit for habit in HABITS for _ in range(habit.share)]
    places = [place for place in PLACES for _ in range(place.share)]
    while len(made) < count:
        mobile = f"{random.choice(PREFIXES)}{random.randrange(1_000_000, 9_999_999)}"
        if mobile in taken:
            continue
        taken.add(mobile)
        made.append(_stranger(random, mobile, random.choice(habits), random.choice(places), begin, days))
    return made


def _known(one: Known, begin: date, days: int) -> Persona:
    joined = int(days * one.joined)
    habit = Habit("known", 0, one.a_month, one.basket, (one.stays, one.stays))
    place = next(place for place in PLACES if place.code == one.branch)
    new = NewMember(
        mobile=one.mobile,
        first_name=one.first_name,
        last_name=one.last_name,
        city=place.city,
        gender=one.gender,
        birth_date=one.born,
        source="شعبه",
        enrolled_at=_morning(begin, joined),
        consents=(ConsentGiven("sms", "marketing", True), ConsentGiven("sms", "service", True)),
    )
    return Persona(new, joined, max(joined + 1, int(days * one.stays)), habit, one.branch)


def _stranger(random: Random, mobile: str, habit: Habit, place: Place, begin: date, days: int) -> Persona:  # noqa: PLR0917
    gender: Gender = "female" if random.random() < 0.57 else "male"
    joined = min(days - 2, int(days * random.random() ** 1.7))
    stays = random.uniform(*habit.stays)
    left = days if stays >= 1 else max(joined + 1, int(joined + (days - joined) * stays))
    consents = []
    if random.random() < 0.72:
        consents.append(ConsentGiven("sms", "marketing", random.random() < 0.9))
    new = NewMember(
        mobile=mobile,
        first_name=random.choice(names.WOMEN if gender == "female" else names.MEN),
        last_name=random.choice(names.FAMILIES),
        city=place.city,
        gender=gender,
        birth_date=_born(random) if random.random() < 0.78 else None,
        source=random.choice(names.SOURCES),
        tags=(random.choice(names.TAGS),) if random.random() < 0.2 else (),
        enrolled_at=_morning(begin, joined) + timedelta(minutes=random.randrange(0, 660)),
        consents=tuple(consents),
    )
    return Persona(new, joined, left, habit, place.code)


def _born(random: Random) -> date:
    age = min(82, max(17, int(random.gauss(39, 13))))
    return date(2026 - age, 1, 1) + timedelta(days=random.randrange(365))


def _morning(begin: date, day: int) -> datetime:
    return datetime.combine(begin + timedelta(days=day), time(9), tzinfo=ZONE)
