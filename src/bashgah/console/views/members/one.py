"""One member's page: who, what they have, what happened, what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.access.selectors import limit_for
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.naming import credit_units, rule_names, wallet_names
from bashgah.console.views.base import page, read_id, show
from bashgah.console.views.groups.pages import group_note
from bashgah.console.views.members import standing
from bashgah.console.views.members.listing import status_word
from bashgah.console.views.members.merging import merged_note
from bashgah.console.views.members.statement import StatementLine, lines
from bashgah.console.views.moving import HoldRow, hold_rows
from bashgah.ground import clock
from bashgah.history import selectors as history
from bashgah.kit import formats, ids
from bashgah.ledger import selectors as ledger
from bashgah.ledger.types import LotInfo, WalletInfo, WalletKind
from bashgah.members import selectors
from bashgah.members.types import ConsentInfo, MemberInfo, PersonInfo, StatusChange
from bashgah.ui.figures import day_words, digits, money_parts, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option, Stat, Tab

LOTS_MOST = 20
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Head:
    """The card at the top of every view of a member."""

    id: str
    name: str
    initials: str
    tier: str
    tone: str
    status: str
    status_word: str
    mobile: str
    card: str
    branch: str
    birth: str
    since: str
    tags: tuple[str, ...]
    stats: tuple[Stat, ...]
    tabs: tuple[Tab, ...]
    crumbs: tuple[Crumb, ...]
    may_edit: bool
    may_block: bool
    may_recompute: bool
    may_export: bool
    may_erase: bool
    erased: str
    wish: str
    may_adjust: bool
    may_record: bool
    adjust_limit: int | None
    reasons: tuple[Option, ...]
    may_merge: bool
    may_unmerge: bool
    merged: tuple[str, str, str, str]
    group: tuple[str, str]


@dataclass(frozen=True, slots=True)
class LotRow:
    """Units that expire together; ``wallet`` is empty for points."""

    wallet: str
    remaining: str
    until: str
    is_near: bool
    from_words: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A channel of advertising and the member's latest word on it."""

    key: str
    label: str
    granted: bool | None
    at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class PointsPage:
    """Statement and lots."""

    head: Head
    rows: tuple[StatementLine, ...]
    next_url: str
    lots: tuple[LotRow, ...]
    holds: tuple[HoldRow, ...]


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """Profile, personal data, consents, status history."""

    head: Head
    facts: tuple[tuple[str, str], ...]
    personal: tuple[tuple[str, str], ...]
    masked: bool
    consents: tuple[ConsentRow, ...]
    changes: tuple[StatusChange, ...]


@page("members.read")
def points(request: HttpRequest, member_id: str) -> HttpResponse:
    """Every movement of every wallet, and what expires when."""
    club: ClubInfo = request.club
    member, now = selectors.member_get(club, read_id("member", member_id)), clock.now()
    lang = lang_of(request)
    names = {f"wallet:{key}": name for key, name in wallet_names(club, lang, now).items()}
    names |= rule_names(club, lang, now)
    found = ledger.statement_list(club, member.id, cursor=request.GET.get("after") or None, limit=40)
    here = reverse("console:member_points", args=[member_id])
    model = PointsPage(
        head=head_of(request, member, "points"),
        rows=lines(request, found.rows, names),
        next_url=f"{here}?after={found.next_cursor}" if found.next_cursor else "",
        lots=lot_rows(club, member, now, lang),
        holds=hold_rows(request, member.id, lang, now),
    )
    return show(request, "members/points.html", model)


@page("members.read")
def details(request: HttpRequest, member_id: str) -> HttpResponse:
    """Profile and consents; personal data masked for those who may not see it."""
    club: ClubInfo = request.club
    member = selectors.member_get(club, read_id("member", member_id))
    person = selectors.person_get(club, member.id)
    clear = may(request, "members.personal")
    latest = selectors.consents(club, member.id)
    model = DetailsPage(
        head=head_of(request, member, "details"),
        facts=_facts(request, club, member),
        personal=_personal(person if clear else person.masked(), lang_of(request), clear=clear),
        masked=not clear,
        consents=tuple(_consent(key, label, latest.get((key, "marketing"))) for key, label in _channels()),
        changes=tuple(selectors.status_history(club, member.id)),
    )
    return show(request, "members/details.html", model)


def head_of(request: HttpRequest, member: MemberInfo, view: str) -> Head:
    """What stands over every view of the member."""
    club: ClubInfo = request.club
    lang, now, public = lang_of(request), clock.now(), ids.public("member", member.id)
    own = standing.of_members(club, [member.id], lang, now)[member.id]
    branch = member.favourite_branch_id or member.branch_id
    name, stays = standing.called(member), member.erased_at is None
    words = name.split()
    wish = selectors.erasure_waiting(club, member.id) if stays else None
    mobile = digits(member.mobile_masked)
    if may(request, "members.personal") and (
        clear := selectors.members_mobiles(club, [member.id]).get(member.id)
    ):
        mobile = formats.phone(clear, lang)
    return Head(
        id=public,
        name=name,
        initials="\u200c".join(word[0] for word in words[:1] + words[-1:] if word)
        if len(words) > 1
        else name[:1],
        tier=own.tier,
        tone=own.tone,
        status=member.status,
        status_word=status_word(member.status),
        mobile=mobile,
        card=member.number,
        branch=clubs.branch_get(club, branch).name.say(lang) if branch else "",
        birth=formats.date(member.birth_date, lang, club.calendar, "medium") if member.birth_date else "",
        since=day_words(member.enrolled_at, club, "medium"),
        tags=member.tags,
        stats=_stats(club, member, lang, now)
        + (standing.progress_of(club, member.id, lang, now) if stays else ()),
        tabs=_tabs(public, view, request),
        crumbs=(Crumb(gettext("Members"), reverse("console:members")), Crumb(name)),
        may_edit=may(request, "members.write") and stays,
        may_block=may(request, "members.block") and stays,
        may_recompute=may(request, "points.recompute"),
        may_export=may(request, "members.export"),
        may_erase=may(request, "members.erase") and stays and member.kind == "person",
        erased=day_words(member.erased_at, club, "long") if member.erased_at else "",
        wish=day_words(wish.due_at, club, "long") if wish else "",
        may_adjust=may(request, "points.adjust") and member.merged_into is None and stays,
        may_record=may(request, "activities.write") and member.is_active,
        adjust_limit=limit_for(request.grants, "points.adjust"),
        reasons=tuple(
            Option(reason.key, reason.texts.say(lang)) for reason in club.settings.adjustment_reasons
        ),
        may_merge=may(request, "members.merge") and member.is_active,
        may_unmerge=may(request, "members.merge"),
        merged=merged_note(request, member),
        group=group_note(request, member),
    )


def lot_rows(club: ClubInfo, member: MemberInfo, now: datetime, lang: Lang) -> tuple[LotRow, ...]:
    """The open lots of points in the order they are used, soonest expiry first."""
    rows = []
    names, credits = wallet_names(club, lang, now), credit_units(club, now)
    for lot in ledger.lots_open(club, member.id)[:LOTS_MOST]:
        rows.append(
            LotRow(
                wallet=names.get(lot.unit, lot.unit) if lot.unit != "points" else "",
                remaining=money_words(lot.remaining, club) if lot.unit in credits else plain(lot.remaining),
                until=day_words(lot.expires_at, club, "medium") if lot.expires_at else gettext("never"),
                is_near=lot.expires_at is not None and lot.expires_at - now < timedelta(days=30),
                from_words=_lot_state(lot, club),
            )
        )
    return tuple(rows)


def _lot_state(lot: LotInfo, club: ClubInfo) -> str:
    if lot.is_pending:
        if lot.confirm_by is not None:
            return gettext("waits for a confirmation until %(day)s") % {
                "day": day_words(lot.confirm_by, club, "medium")
            }
        if lot.available_from is None:
            return gettext("pending")
        return gettext("pending until %(day)s") % {"day": day_words(lot.available_from, club, "medium")}
    return gettext("available")


def _stats(club: ClubInfo, member: MemberInfo, lang: Lang, now: datetime) -> tuple[Stat, ...]:
    names = wallet_names(club, lang, now)
    wallets = ledger.wallets_get(club, member.id, now)
    points = wallets.get("points") or WalletInfo("points", WalletKind.POINTS)
    sums = history.sums_get(club, member.id)
    until = now.date() + timedelta(days=1)
    year = history.window_value(club, member.id, "spend", until - YEAR, until)
    value, unit = money_parts(year, club)
    found = [
        Stat(gettext("Available points"), plain(points.available), tone="points"),
        Stat(
            gettext("Pending points"),
            plain(points.pending),
            note=gettext("%(n)s on hold") % {"n": plain(points.held)} if points.held else "",
        ),
        Stat(
            gettext("Purchases in 12 months"),
            value,
            unit,
            note=gettext("%(n)s purchases ever") % {"n": plain(sums.purchases)},
        ),
    ]
    for wallet in wallets.values():
        if wallet.kind == WalletKind.CREDIT:
            shown, name = money_parts(wallet.available, club)
            found.insert(2, Stat(names.get(wallet.unit, wallet.unit), shown, name))
        elif wallet.kind == WalletKind.POINTS and wallet.unit != "points":
            found.insert(2, Stat(names.get(wallet.unit, wallet.unit), plain(wallet.available), tone="points"))
    return tuple(found)


def _tabs(public: str, view: str, request: HttpRequest) -> tuple[Tab, ...]:
    places = [
        ("timeline", gettext("Timeline"), "console:member", "activities.read"),
        ("points", gettext("Statement"), "console:member_points", "wallets.read"),
        ("gifts", gettext("Gifts of points"), "console:member_gifts", "wallets.read"),
        ("messages", gettext("Messages"), "console:member_messages", "messages.read"),
        ("details", gettext("Details and consents"), "console:member_details", "members.read"),
    ]
    return tuple(
        Tab(label, reverse(route, args=[public]), current=key == view)
        for key, label, route, permission in places
        if may(request, permission)
    )


def _facts(request: HttpRequest, club: ClubInfo, member: MemberInfo) -> tuple[tuple[str, str], ...]:
    lang = lang_of(request)
    sums = history.sums_get(club, member.id)
    genders = {"female": gettext("woman"), "male": gettext("man"), "other": gettext("other")}
    facts = [
        (
            gettext("Birth date"),
            formats.date(member.birth_date, lang, club.calendar, "medium") if member.birth_date else "",
        ),
        (gettext("Gender"), genders.get(member.gender, "")),
        (gettext("City"), member.city),
        (gettext("How they came to know us"), member.source),
        (gettext("Customer number in the shop"), member.external_id),
        (gettext("First purchase"), day_words(sums.first_at, club, "medium") if sums.first_at else ""),
        (
            gettext("Last purchase"),
            day_words(sums.last_purchase_at, club, "medium") if sums.last_purchase_at else "",
        ),
        (gettext("All purchases"), money_words(sums.spend, club) if sums.purchases else ""),
    ]
    declared = {attribute.key: attribute for attribute in selectors.attribute_list(club)}
    facts += [
        (declared[key].label.say(lang) if key in declared else key, str(value))
        for key, value in member.attributes.items()
    ]
    return tuple((term, value) for term, value in facts if value)


def _personal(person: PersonInfo, lang: Lang, *, clear: bool) -> tuple[tuple[str, str], ...]:
    mobile = formats.phone(person.mobile, lang) if clear and person.mobile else digits(person.mobile)
    facts = (
        (gettext("Mobile"), mobile),
        (gettext("E-mail"), person.email),
        (gettext("National id"), person.national_id),
        (gettext("Address"), person.address),
        (gettext("Notes"), person.notes),
    )
    return tuple((term, value) for term, value in facts if value)


def _channels() -> tuple[tuple[str, str], ...]:
    return (
        ("sms", gettext("SMS")),
        ("email", gettext("E-mail")),
        ("app", gettext("Inbox of the portal")),
        ("call", gettext("Telephone call")),
    )


def _consent(key: str, label: str, found: ConsentInfo | None) -> ConsentRow:
    if found is None:
        return ConsentRow(key, label, None, None, "")
    return ConsentRow(key, label, found.granted, found.at, found.source)
