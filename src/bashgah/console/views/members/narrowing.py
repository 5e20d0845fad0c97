"""What a list of members is narrowed by: read from the address, offered in a form, said in chips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.views.base import chosen
from bashgah.console.views.members.standing import program_now
from bashgah.engine.document import Ladder
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.insights.questions import TAGS
from bashgah.kit import formats, ids
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors
from bashgah.members.services import attribute_filter
from bashgah.members.types import AttributeFilter, AttributeInfo, MemberFilters
from bashgah.tiers.selectors import members_on
from bashgah.ui.figures import digits
from bashgah.ui.framing import current_lang
from bashgah.ui.types import FilterChoice, Option

SORTS = {
    "name": "name",
    "-name": "name_last",
    "enrolled": "enrolled_first",
    "-enrolled": "enrolled",
}
TAGS_SHOWN = 50
TOP = ("status", "branch", "tier", "tag")
MONTHS = tuple(str(number) for number in range(1, 13))
MORE = ("city", "gender", "month", "born", "source", "favourite", "since", "until")


@dataclass(frozen=True, slots=True)
class Sought:
    """A field of the form behind the list: a select when it has options, else something typed."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filters in force, and everything the page says of them."""

    filters: MemberFilters
    query: dict[str, str]
    choices: tuple[FilterChoice, ...]
    more: tuple[Sought, ...]
    chips: tuple[tuple[str, str, str], ...]
    sort: str

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What the form behind the list must carry along."""
        own = {field.name for field in self.more} | {"after"}
        return tuple((name, value) for name, value in self.query.items() if name not in own and value)


def narrowing(request: HttpRequest) -> Narrowing:
    """Read the address; what cannot be read narrows nothing and has no chip."""
    return _Reader(request).read()


class _Reader:
    """One address against one club."""

    def __init__(self, request: HttpRequest) -> None:
        self.club: ClubInfo = request.club
        self.own: frozenset[UUID] | None = request.staff_branches
        self.lang = current_lang()
        self.declared = selectors.attribute_list(self.club)
        self.given = _given(request.GET, self.declared)
        self.branches = clubs.branch_list(self.club)
        program = program_now(self.club, clock.now())
        self.ladder: Ladder | None = program.ladders[0] if program and program.ladders else None

    def read(self) -> Narrowing:
        filters = self._filters()  # drops from what was given what cannot be read
        choices, more = tuple(self._choices()), tuple(self._more())
        return Narrowing(
            filters=filters,
            query=self.given,
            choices=choices,
            more=more,
            chips=tuple(chip for field in more if (chip := _chip(field))),
            sort=self.given.get("sort", "") if self.given.get("sort") in SORTS else "",
        )

    def _filters(self) -> MemberFilters:
        given = self.given
        status, gender, month = given.get("status", ""), given.get("gender", ""), given.get("month", "")
        tiers = [tier.key for tier in self.ladder.tiers] if self.ladder else []
        on_tier = self.ladder and given.get("tier", "") in tiers
        return MemberFilters(
            text=given.get("q", "").strip()[:100],
            status=status if status in {"active", "blocked", "left"} else None,
            branch_id=self._branch("branch"),
            favourite_branch_id=self._branch("favourite"),
            branches=self.own,
            tag=given.get("tag", "")[:60],
            city=given.get("city", "")[:100],
            gender=gender if gender in {"female", "male", "other"} else "",
            birth_month=int(month) if month in MONTHS else 0,
            birth_date=_day(given.get("born", "")),
            source=given.get("source", "")[:60],
            enrolled_from=self._midnight("since"),
            enrolled_until=self._midnight("until", after=timedelta(days=1)),
            attributes=tuple(self._attributes()),
            also=(members_on(self.club, self.ladder, given["tier"]),) if on_tier and self.ladder else (),
            sort=SORTS.get(given.get("sort", ""), "enrolled"),  # type: ignore[arg-type]
        )

    def _choices(self) -> Iterator[FilterChoice]:
        statuses = {
            "active": gettext("active"),
            "blocked": gettext("blocked"),
            "left": gettext("left the club"),
        }
        yield self._choice("status", gettext("Status"), gettext("Status: all"), statuses)
        own = {ids.public("branch", b.id): b.name.say(self.lang) for b in self.branches if self._is_own(b.id)}
        yield self._choice("branch", gettext("Branch"), gettext("Branch: all"), own)
        if self.ladder:
            steps = {tier.key: texts(tier.name, tier.key).say(self.lang) for tier in self.ladder.tiers}
            yield self._choice("tier", gettext("Tier"), gettext("Tier: all"), steps)
        tags = TAGS.ask(self.club, now=clock.now()).value[:TAGS_SHOWN]
        if tags:
            yield self._choice("tag", gettext("Tag"), gettext("Tag: all"), {tag: tag for tag in tags})

    def _more(self) -> Iterator[Sought]:
        cities = selectors.cities_in_use(self.club)
        yield self._select("city", gettext("City"), {city: city for city in cities})
        genders = {"female": gettext("woman"), "male": gettext("man"), "other": gettext("other")}
        yield self._select("gender", gettext("Gender"), genders)
        yield self._select("month", gettext("Month of birth"), self._months())
        yield self._typed("born", gettext("Birth date"), "date")
        sources = selectors.sources_in_use(self.club)
        yield self._select("source", gettext("How they came to know us"), {text: text for text in sources})
        all_branches = {ids.public("branch", b.id): b.name.say(self.lang) for b in self.branches}
        yield self._select("favourite", gettext("Favourite branch"), all_branches)
        yield self._typed("since", gettext("Enrolled from"), "date")
        yield self._typed("until", gettext("Enrolled until"), "date")
        for attribute in self.declared:
            yield from self._sought(attribute)

    def _sought(self, attribute: AttributeInfo) -> Iterator[Sought]:
        label, name = attribute.label.say(self.lang), f"a.{attribute.key}"
        if attribute.type == "choice":
            yield self._select(name, label, {choice: choice for choice in attribute.choices})
        elif attribute.type == "boolean":
            yield self._select(name, label, {"true": gettext("yes"), "false": gettext("no")})
        elif attribute.type == "text":
            yield self._typed(name, label, "text")
        else:
            kind = "date" if attribute.type == "date" else "text"
            yield self._typed(f"{name}.from", gettext("%(label)s from") % {"label": label}, kind)
            yield self._typed(f"{name}.to", gettext("%(label)s to") % {"label": label}, kind)

    def _attributes(self) -> Iterator[AttributeFilter]:
        for attribute in self.declared:
            names = (f"a.{attribute.key}", f"a.{attribute.key}.from", f"a.{attribute.key}.to")
            equal, least, most = (self.given.get(name, "").strip() for name in names)
            if not (equal or least or most):
                continue
            try:
                yield attribute_filter(attribute, equal=equal, least=least, most=most)
            except Refusal:
                for name in names:
                    self.given.pop(name, None)

    def _choice(self, name: str, label: str, every: str, words: Mapping[str, str]) -> FilterChoice:
        return FilterChoice(name, label, chosen([("", every), *words.items()], self.given.get(name, "")))

    def _select(self, name: str, label: str, words: Mapping[str, str]) -> Sought:
        value = self.given.get(name, "")
        offered = dict(words)
        if value and value not in offered and name in {"city", "source"}:
            offered[value] = value
        return Sought(name, label, "select", value, chosen([("", gettext("all")), *offered.items()], value))

    def _typed(self, name: str, label: str, kind: str) -> Sought:
        return Sought(name, label, kind, self.given.get(name, ""))

    def _months(self) -> dict[str, str]:
        names = formats.month_names(self.lang, self.club.calendar)
        return dict(zip(MONTHS, names, strict=True))

    def _branch(self, name: str) -> UUID | None:
        asked = self.given.get(name, "")
        return next((b.id for b in self.branches if ids.public("branch", b.id) == asked), None)

    def _is_own(self, branch_id: UUID) -> bool:
        return self.own is None or branch_id in self.own

    def _midnight(self, name: str, after: timedelta = timedelta()) -> datetime | None:
        day = _day(self.given.get(name, ""))
        return datetime.combine(day + after, time(), ZoneInfo(self.club.timezone)) if day else None


def _given(query: Mapping[str, str], declared: list[AttributeInfo]) -> dict[str, str]:
    """What the address says under names this list knows; dates that cannot be read are left out."""
    names = {"q", "sort", "after", *TOP, *MORE}
    for attribute in declared:
        names |= {f"a.{attribute.key}{end}" for end in ("", ".from", ".to")}
    dates = {"born", "since", "until"}
    return {
        name: value
        for name, value in query.items()
        if name in names and (name not in dates or _day(value) is not None)
    }


def _chip(field: Sought) -> tuple[str, str, str] | None:
    if not field.value:
        return None
    if field.kind != "select":
        return field.label, digits(field.value), field.name
    said = next((option.label for option in field.options if option.value == field.value), "")
    return (field.label, said, field.name) if said else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text.strip() else None
    except Refusal:
        return None
