"""What a page hands to the shared shells and components."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Lang = Literal["fa", "en"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in a menu. `count` is shown beside it when it is not None."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    middle: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Places that belong together, under a title or none."""

    title: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something done, shown once as a toast, with one way to take it back."""

    text: str
    undo_url: str = ""
    undo_label: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """All that the frame around a page shows: the club, the person, the menu, language and theme.

    `club` is any object with `currency`, `money_display`, `calendar` and `timezone`; the money and date
    tags read
    those four names. `None` is allowed before a club is known (sign-in, errors).
    """

    lang: Lang
    theme: str
    path: str
    club_name: str = ""
    club_line: str = ""
    logo_url: str = ""
    theme_url: str = ""
    club: object | None = None
    nav: tuple[NavGroup, ...] = ()
    foot: tuple[NavItem, ...] = ()
    person: str = ""
    person_line: str = ""
    person_url: str = ""
    search_url: str = ""
    sign_out_url: str = ""
    home_url: str = "/"
    manifest_url: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def dir(self) -> str:
        return "rtl" if self.lang == "fa" else "ltr"

    @property
    def other_lang(self) -> Lang:
        return "en" if self.lang == "fa" else "fa"

    @property
    def initials(self) -> str:
        """Two letters of a name, kept apart by a ZWNJ so that Persian letters do not join."""
        words = self.person.split()
        return (
            "\u200c".join(word[0] for word in (words[0], words[-1]) if word)
            if len(words) > 1
            else self.person[:1]
        )


@dataclass(frozen=True, slots=True)
class Delta:
    """Change against a named period: the sign is the direction, `good` the meaning of the colour."""

    text: str
    direction: Literal["up", "down", "same"]
    good: bool | None
    against: str = ""


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure with its unit, comparison and, where it chooses a chart, its address."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    delta: Delta | None = None
    tone: str = ""
    url: str = ""
    current: bool = False
    meter: tuple[int, int, str] | None = None  # value, maximum, what it means in words


@dataclass(frozen=True, slots=True)
class Series:
    """One column of a chart's table. `tone` is a token c1…c6."""

    label: str
    tone: str = "c1"
    dashed: bool = False
    line: bool = False


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One row of a chart's table: its full name, its short name on the axis, values and the words for
    them."""

    label: str
    short: str
    values: tuple[float | int | None, ...]
    shown: tuple[str, ...]

    @property
    def cells(self) -> tuple[tuple[float | int | None, str], ...]:
        return tuple(zip(self.values, self.shown, strict=True))


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table, which is the data of both."""

    key: str
    title: str
    axis: str
    kind: Literal["bars", "stack", "line", "hist"]
    series: tuple[Series, ...]
    rows: tuple[ChartRow, ...]
    low: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, a radio or a group of checkboxes."""

    value: str
    label: str
    selected: bool = False
    hint: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One step of an explanation. `quiet` greys a rule that gave nothing, its reason in `text`."""

    step: str
    text: str
    amount: str = ""
    note: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation as a small sum that ends in the total."""

    title: str
    rows: tuple[WhyRow, ...]
    total: str = ""
    foot: tuple[str, ...] = ()
    open: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, on a timeline. `day` is set on the first of a day."""

    icon: str
    title: str
    note: str = ""
    tone: str = ""
    amount: str = ""
    amount_tone: str = ""
    day: str = ""
    url: str = ""
    why: Why | None = None
    why_url: str = ""
    key: str = ""
    last: bool = False
    icon_dir: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. `key` is the name of its sort, empty when it has none."""

    label: str
    key: str = ""
    numeric: bool = False
    narrow_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, with the address of the list without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A filter a list offers, as a select that submits at once."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading as it is drawn: with its sort address and direction."""

    label: str
    numeric: bool
    narrow_hidden: bool
    url: str
    sort: Literal["", "none", "ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything around the rows of a list: search, filters, headings, pages, export."""

    path: str
    search: str
    search_label: str
    heads: tuple[Head, ...]
    chips: tuple[Chip, ...]
    choices: tuple[FilterChoice, ...]
    hidden: tuple[tuple[str, str], ...]
    said: str
    first_url: str = ""
    next_url: str = ""
    export_url: str = ""
    filtered: bool = False
    clear_url: str = ""
    dialog: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to a page; the last has no address."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the views of a thing."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what it is, for short lists of facts; `tone` colours the value."""

    term: str
    value: str
    tone: str = ""
    tags: tuple[str, ...] = field(default=())
