"""The first steps of a club on its home page: what is there, what is missing, and where it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from bashgah.access import selectors as access
from bashgah.access.gate import may
from bashgah.access.permissions import ROLES
from bashgah.activities import selectors as activities
from bashgah.activities.types import ActivityFilters
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo, Theme
from bashgah.console.views.members.standing import program_now
from bashgah.engine.document import Program
from bashgah.engine.words import texts
from bashgah.programs import selectors as programs
from bashgah.rewards import selectors as rewards
from bashgah.ui.figures import listed, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Lang

PART = "first_steps"
"""Under which name the card is put away."""


@dataclass(frozen=True, slots=True)
class Way:
    """A page on which a step is done."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps; ``text`` says what is there when it is done, else what it is for."""

    title: str
    text: str
    icon: str
    is_done: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The steps that somebody may take, the first open one foremost."""

    open: tuple[Step, ...]
    done: tuple[Step, ...]

    @property
    def said(self) -> str:
        """How far the club has come."""
        words = {"done": plain(len(self.done)), "all": plain(self.most)}
        return gettext("%(done)s of %(all)s steps are done.") % words

    @property
    def most(self) -> int:
        """How many steps there are for this person."""
        return len(self.open) + len(self.done)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the steps are judged by, read once for all of them."""

    club: ClubInfo
    lang: Lang
    program: Program | None
    has_members: bool
    has_bought: bool


Judge = Callable[[Ground], str]
"""Says what is there, and nothing while the step is open."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A step as it is declared: ways are (label, route, permissions, all of which are needed)."""

    title: str
    text: str
    icon: str
    judge: Judge
    ways: tuple[tuple[str, str, tuple[str, ...]], ...]


def is_furnished(club: ClubInfo) -> bool:
    """Whether the club was furnished by the demonstration, and nobody has first steps to take."""
    return club.is_demo


def first_steps(request: HttpRequest, *, has_members: bool, now: datetime) -> FirstSteps | None:
    """The steps this person may take in the club; None where they may take none, or all are done."""
    club: ClubInfo = request.club
    if is_furnished(club):
        return None
    ground = _ground(club, lang_of(request), has_members=has_members, now=now)
    steps = tuple(_steps(request, ground))
    waiting = tuple(step for step in steps if not step.is_done)
    if not waiting:
        return None
    return FirstSteps(open=waiting, done=tuple(step for step in steps if step.is_done))


def _ground(club: ClubInfo, lang: Lang, *, has_members: bool, now: datetime) -> Ground:
    compiled = program_now(club, now)
    bought = activities.activity_list(club, ActivityFilters(kind="purchase"), limit=1).rows
    return Ground(club, lang, compiled, has_members, bool(bought))


def _steps(request: HttpRequest, ground: Ground) -> Iterator[Step]:
    for kind in KINDS:
        ways = tuple(
            Way(gettext(label), reverse(route))
            for label, route, needed in kind.ways
            if all(may(request, permission) for permission in needed)
        )
        if not ways:
            continue
        there = kind.judge(ground)
        yield Step(gettext(kind.title), there or gettext(kind.text), kind.icon, bool(there), ways)


def _brand(ground: Ground) -> str:
    theme = ground.club.theme
    if theme == Theme():
        return ""
    return gettext("Your colours and your logo") if theme.logo else gettext("Your colours")


def _branch(ground: Ground) -> str:
    return _named(
        [branch.name.say(ground.lang) for branch in clubs.branch_list(ground.club, active_only=True)]
    )


def _colleagues(ground: Ground) -> str:
    people = len(access.staff_list(ground.club)) - 1
    invited = len(access.invitation_list(ground.club))
    if people + invited < 1:
        return ""
    return ngettext("%(n)s colleague", "%(n)s colleagues", people + invited) % {"n": plain(people + invited)}


def _wallet(ground: Ground) -> str:
    wallets = ground.program.wallets if ground.program else ()
    wallet = next((each for each in wallets if each.kind == "points" and each.worth), None)
    if wallet is None:
        return ""
    words = {
        "unit": texts(wallet.name, wallet.key).say(ground.lang),
        "worth": money_words(wallet.worth, ground.club),
    }
    return gettext("1 %(unit)s is worth %(worth)s") % words


def _program(ground: Ground) -> str:
    """Done once a person has published, or members have bought under what the club began with."""
    if ground.program is None:
        return ""
    if not ground.has_bought and not any(row.published_by for row in programs.version_list(ground.club)):
        return ""
    count = sum(rule.stage == "live" for rule in ground.program.rules)
    return (
        ngettext("%(n)s rule in force", "%(n)s rules in force", count) % {"n": plain(count)} if count else ""
    )


def _tiers(ground: Ground) -> str:
    ladders = ground.program.ladders if ground.program else ()
    return _named(
        [texts(tier.name, tier.key).say(ground.lang) for ladder in ladders for tier in ladder.tiers]
    )


def _reward(ground: Ground) -> str:
    hidden = {info.key for info in rewards.reward_list(ground.club) if not info.is_visible}
    terms = ground.program.rewards if ground.program else ()
    count = sum(each.stage == "live" and each.key not in hidden and bool(each.channels) for each in terms)
    return ngettext("%(n)s reward", "%(n)s rewards", count) % {"n": plain(count)} if count else ""


def _source(ground: Ground) -> str:
    """A key in force, or somebody (invited) whose work is the till."""
    keys = sum(key.revoked_at is None for key in access.key_list(ground.club))
    if keys:
        return ngettext("%(n)s API key", "%(n)s API keys", keys) % {"n": plain(keys)}
    held = [grant.role for person in access.staff_list(ground.club) for grant in person.grants]
    held += [invitation.role for invitation in access.invitation_list(ground.club)]
    at_till = sum(role != "owner" and "till.use" in ROLES[role].permissions for role in held if role in ROLES)
    return (
        ngettext("%(n)s person at the till", "%(n)s people at the till", at_till) % {"n": plain(at_till)}
        if at_till
        else ""
    )


def _member(ground: Ground) -> str:
    return gettext("Members are enrolling") if ground.has_members else ""


def _purchase(ground: Ground) -> str:
    return gettext("Purchases are being recorded") if ground.has_bought else ""


def _named(names: list[str]) -> str:
    most = 4
    if len(names) <= most:
        return listed(*names)
    rest = gettext("%(n)s more") % {"n": plain(len(names) - most)}
    return listed(*names[:most], rest)


KINDS: tuple[Kind, ...] = (
    Kind(
        _("Colours and logo"),
        _("Members see the portal, their card and every page in your own colours."),
        "palette",
        _brand,
        ((_("Choose the colours"), "console:brand", ("settings.read", "settings.edit")),),
    ),
    Kind(
        _("The first branch"),
        _("Tills and purchases belong to a branch; an online shop is a branch too."),
        "building-store",
        _branch,
        ((_("Open a branch"), "console:branch_new", ("settings.read", "settings.edit")),),
    ),
    Kind(
        _("Colleagues"),
        _("Invite the marketer, the branch manager and the cashiers, each with a role of their own."),
        "users",
        _colleagues,
        ((_("Invite a colleague"), "console:invite", ("staff.manage",)),),
    ),
    Kind(
        _("Points, their worth and their expiry"),
        _("Say what a point is worth when it is used, and how long it lasts."),
        "coin",
        _wallet,
        ((_("To the wallets"), "console:wallets", ("rules.read", "rules.edit")),),
    ),
    Kind(
        _("Earning rules"),
        _("A starter program is in force already. Look through its rules, make them yours and publish."),
        "adjustments-alt",
        _program,
        (
            (_("Look through the rules"), "console:rules", ("rules.read", "rules.publish")),
            (_("Ready rules"), "console:rules_ready", ("rules.read", "rules.edit")),
        ),
    ),
    Kind(
        _("Tiers"),
        _("Tiers give those who buy more a reason to stay."),
        "stairs",
        _tiers,
        ((_("To the tiers"), "console:tiers", ("rules.read", "rules.edit")),),
    ),
    Kind(
        _("The first reward"),
        _("Points are worth what they buy. Ready rewards wait, hidden from members until you show one."),
        "gift",
        _reward,
        ((_("To the rewards"), "console:rewards", ("rewards.read", "rewards.edit", "rules.edit")),),
    ),
    Kind(
        _("A cashier or an API key"),
        _("Purchases come from a cashier at the till, or from your sales software with a key."),
        "key",
        _source,
        (
            (_("Invite a cashier"), "console:invite", ("staff.manage",)),
            (_("Make a key"), "console:key_new", ("keys.manage",)),
        ),
    ),
    Kind(
        _("The first member"),
        _("Enrol yourself by your mobile, and see the club as members do."),
        "user-plus",
        _member,
        ((_("Enrol a member"), "console:member_new", ("members.read", "members.write")),),
    ),
    Kind(
        _("The first purchase"),
        _("Record a purchase at the till: the points arrive at once, with the reason."),
        "shopping-bag",
        _purchase,
        ((_("To the till"), "till:desk", ("till.use",)),),
    ),
)
