"""Rewards: the catalogue, and the form of one: how it looks (at once) and its terms (with the next
publishing)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console import pictures
from bashgah.console.building import params, reward
from bashgah.console.building.params import ParamField
from bashgah.console.building.reward import GoodsView
from bashgah.console.building.sources import Sources, sources_of
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, fragment, page, read_id, show
from bashgah.console.views.reward_cards import RewardCard, card
from bashgah.engine.document import RewardTerms
from bashgah.engine.sentences import reward_sentence
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, search_key
from bashgah.members import selectors as members
from bashgah.programs import selectors as programs
from bashgah.programs import services as drafts
from bashgah.redemption import selectors as redemption
from bashgah.redemption.granting import grant_retry
from bashgah.rewards import selectors, services
from bashgah.rewards.shelf import KINDS, kind_params
from bashgah.rewards.types import RewardInfo
from bashgah.ui.figures import money_unit, plain, shown_amount
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option

WAITING_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A reward of a rule that could not be issued."""

    id: str
    name: str
    member: str
    member_url: str
    why: str
    when: str


@dataclass(frozen=True, slots=True)
class RewardsPage:
    """The catalogue."""

    cards: tuple[RewardCard, ...]
    search: str
    changes: int
    recent: tuple[tuple[str, str, str], ...]
    may_edit: bool
    may_publish: bool
    waiting: tuple[WaitingRow, ...]
    may_retry: bool


@dataclass(frozen=True, slots=True)
class RewardPage:
    """The form of one reward."""

    crumbs: tuple[Crumb, ...]
    title: str
    sentence: str
    gives: str
    key: str
    values: dict[str, str]
    kinds: tuple[Option, ...]
    kind: str
    params: tuple[ParamField, ...]
    wallets: tuple[Option, ...]
    channels: tuple[Option, ...]
    tiers: tuple[Option, ...]
    keeps_when: bool
    stages: tuple[Option, ...]
    limits: tuple[tuple[str, str, str], ...]
    picture: str
    is_visible: bool
    revision: int
    errors: dict[str, str]
    error: str
    is_new: bool
    may_edit: bool
    money_unit: str
    goods: GoodsView | None


@page("rewards.read")
def index(request: HttpRequest) -> HttpResponse:
    """What members can get, with what is left."""
    club: ClubInfo = request.club
    sources, lang, search = _sources(request), lang_of(request), request.GET.get("q", "").strip()
    shown = {info.key: info for info in selectors.reward_list(club)}
    cards = [card(terms, shown.get(terms.key), sources, lang) for terms in sources.program.rewards]
    now = clock.now()
    recent = redemption.redemption_list(club, limit=8, now=now) if may(request, "redemptions.read") else []
    model = RewardsPage(
        cards=tuple(card for card in cards if search_key(search) in search_key(card.name)),
        search=search,
        changes=len(programs.draft_changes(club)),
        recent=tuple(
            (
                info.name.say(lang),
                formats.ago(info.begun_at, now, lang, club.calendar, club.timezone),
                _state(info.state),
            )
            for info in recent
        ),
        may_edit=may(request, "rewards.edit") and may(request, "rules.edit"),
        may_publish=may(request, "rules.publish"),
        waiting=_waiting(request, lang) if may(request, "redemptions.read") else (),
        may_retry=may(request, "rewards.edit"),
    )
    return show(request, "rewards/list.html", model)


@require_POST
@page("rewards.edit")
def retry(request: HttpRequest, grant_id: str) -> HttpResponse:
    """Tries again to issue a reward of a rule that was set aside."""
    found = grant_retry(
        club=request.club, grant_id=read_id("grant", grant_id), actor=request.actor, now=clock.now()
    )
    if found.state == "aside" and found.why is not None:
        raise Refusal("reward_not_issued", found.why)
    done(request, gettext("The reward was issued; the member is told."))
    return redirect("console:rewards")


def _waiting(request: HttpRequest, lang: Lang) -> tuple[WaitingRow, ...]:
    club: ClubInfo = request.club
    now, rows = clock.now(), redemption.grants_waiting(club, limit=WAITING_SHOWN)
    people = members.members_get(club, [row.member_id for row in rows])
    return tuple(
        WaitingRow(
            public("grant", row.id),
            row.name.say(lang),
            people[row.member_id].name if row.member_id in people else "",
            reverse("console:member", args=[public("member", row.member_id)]),
            said(request, row.why) if row.why else "",
            formats.ago(row.granted_at, now, lang, club.calendar, club.timezone),
        )
        for row in rows
    )


@page("rewards.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A reward that is not there yet."""
    return _form(request, None)


@page("rewards.read", writes="rewards.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A reward of the draft."""
    terms = next((each for each in _sources(request).program.rewards if each.key == key), None)
    if terms is None:
        raise selectors.reward_missing()
    return _form(request, terms)


@require_POST
@page("rewards.edit")
def goods(request: HttpRequest) -> HttpResponse:
    """The condition on the goods in the making, after a button or a choice."""
    sources = _sources(request)
    raw, focus = reward.goods_acted(request.POST, sources)
    view = reward.goods_view(raw, sources)
    response = fragment(request, "rewards/goods.html", view, view=view)
    events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
    response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


@page("rewards.read")
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """A reward's picture as it was stored: a JPEG of our own making."""
    info = selectors.reward_get(request.club, key)
    if not info.picture or not default_storage.exists(info.picture):
        raise Http404
    with default_storage.open(info.picture) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _form(request: HttpRequest, terms: RewardTerms | None) -> HttpResponse:
    club: ClubInfo = request.club
    sources, entry, error = _sources(request), Entry(request), ""
    info = next((each for each in selectors.reward_list(club) if terms and each.key == terms.key), None)
    document = (
        terms.model_dump(mode="json") if terms else {"kind": "discount_coupon", "price": 500, "params": {}}
    )
    if request.method == "POST":
        document = reward.document_of(entry, sources, terms)
        if not _is_reshaped(request):
            error = _check(request, document)
            before = info.picture if info else ""
            stored = pictures.stored(
                request, entry, "picture", before, folder="rewards", side=1200, bytes_most=3 * 1024 * 1024
            )
            name = entry.texts("name", required=True)
            if not entry.errors and not error:
                key, refusal = attempt(lambda: _save(request, entry, document, name, stored))
                if refusal is None:
                    done(
                        request,
                        gettext("Saved. Price and conditions reach members when the draft is published."),
                    )
                    return redirect("console:reward", key)
                error = said(request, refusal.phrase)
    return _page(request, sources, terms, info, document, entry, error)


def _is_reshaped(request: HttpRequest) -> bool:
    """Say whether a button only changed the form: another kind, another condition."""
    act = request.POST.get("act", "")
    return act == "kind" or act.startswith(f"{reward.GOODS}|")


def _save(request: HttpRequest, entry: Entry, document: dict[str, Any], name: Texts, stored: str) -> str:
    club, actor, now = request.club, request.actor, clock.now()
    posted = request.POST.get("revision", "")
    draft = programs.draft_get(club)
    drafts.reward_terms_put(
        club=club,
        terms=document,
        revision=int(posted) if posted.isdecimal() else draft.revision,
        actor=actor,
        now=now,
    )
    services.reward_save(
        club=club,
        key=document["key"],
        name=name,
        description=entry.texts("description", limit=2000),
        conditions=entry.texts("conditions", limit=2000),
        picture=stored,
        sort=entry.whole("sort", most=100_000) or 100,
        is_visible=entry.flag("is_visible"),
        actor=actor,
        now=now,
    )
    services.stock_set(
        club=club, reward=document["key"], remaining=entry.whole("stock", most=10**9), actor=actor, now=now
    )
    return str(document["key"])


def _check(request: HttpRequest, document: Mapping[str, Any]) -> str:
    try:
        kind_params(document["kind"], document["params"])
    except Refusal as refusal:
        return said(request, refusal.phrase)
    return ""


def _page(  # noqa: PLR0917 one page from its parts
    request: HttpRequest,
    sources: Sources,
    terms: RewardTerms | None,
    info: RewardInfo | None,
    document: Mapping[str, Any],
    entry: Entry,
    error: str,
) -> HttpResponse:
    club, lang = sources.club, sources.lang
    kind = KINDS.find(document["kind"])
    name = info.name.say(lang) if info else ""
    title = name or (terms.key if terms else gettext("New reward"))
    picked = reward.tiers_of(document["when"]) if document.get("when") else set()
    tiers = [
        (f"{ladder.key}:{tier.key}", texts(tier.name, tier.key).say(lang))
        for ladder in sources.program.ladders
        for tier in ladder.tiers
    ]
    wallets = [(w.key, texts(w.name, w.key).say(lang)) for w in sources.program.wallets if w.kind != "status"]
    limits = {limit["window"]: plain(limit["most"]) for limit in document.get("limits", ())}
    goods = None
    if kind is not None and params.takes_lines(kind.Params):
        raw = reward.goods_raw(document, sources)
        if request.method == "POST":
            raw, _focus = reward.goods_acted(request.POST, sources)
        goods = reward.goods_view(raw, sources)
    model = RewardPage(
        crumbs=(Crumb(gettext("Rewards"), reverse("console:rewards")), Crumb(title)),
        title=title,
        sentence=reward_sentence(
            terms, sources.program, lang, names=sources.names, display=club.money_display
        )
        if terms
        else "",
        gives=said(request, kind.gives(terms.params, club.currency, sources.names)) if kind and terms else "",
        key=terms.key if terms else "",
        values=_values(request, info, document, sources),
        kinds=chosen([(each.key, say(each.label, lang)) for each in KINDS], document["kind"]),
        kind=say(kind.label, lang) if kind else document["kind"],
        params=params.fields_of(kind.Params, document["params"], sources, "p-", reward.param_words())
        if kind
        else (),
        wallets=chosen(wallets, document.get("wallet", "points")),
        channels=chosen(
            reward.channel_words(), set(document.get("channels", ("portal", "till", "api", "console")))
        ),
        tiers=chosen(tiers, picked or set()),
        keeps_when=picked is None,
        stages=chosen(
            (("live", gettext("live after publishing")), ("off", gettext("off"))),
            document.get("stage", "live"),
        ),
        limits=tuple((window, label, limits.get(window, "")) for window, label in reward.limit_words()),
        picture=reverse("console:reward_picture", args=[terms.key])
        if terms and info and info.picture
        else "",
        is_visible=info.is_visible if info else True,
        revision=programs.draft_get(club).revision,
        errors=entry.errors,
        error=error,
        is_new=terms is None,
        may_edit=may(request, "rewards.edit") and may(request, "rules.edit"),
        money_unit=money_unit(club),
        goods=goods,
    )
    return show(request, "rewards/reward.html", model, status=422 if error or entry.errors else 200)


def _values(
    request: HttpRequest, info: RewardInfo | None, document: Mapping[str, Any], sources: Sources
) -> dict[str, str]:
    def shown(value: object) -> str:
        day = date.fromisoformat(str(value)) if value else None
        return formats.date(day, sources.lang, sources.club.calendar, "short") if day else ""

    blank = Texts()
    look = (info.name, info.description, info.conditions) if info else (blank, blank, blank)
    values = {
        "price": plain(document["price"]),
        "cost": plain(shown_amount(document["cost"], sources.club)) if document.get("cost") else "",
        "starts_on": shown(document.get("starts_on")),
        "ends_on": shown(document.get("ends_on")),
        "stock": plain(info.stock) if info and info.stock is not None else "",
        "sort": plain(info.sort if info else 100),
    }
    for field, value in zip(("name", "description", "conditions"), look, strict=True):
        values |= {f"{field}_fa": value.fa, f"{field}_en": value.en}
    if request.method == "POST":
        values |= {key: request.POST.get(key, "") for key in values if key in request.POST}
    return values


def _sources(request: HttpRequest) -> Sources:
    program = programs.draft_get(request.club).program
    if program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    return sources_of(request.club, program, lang_of(request))


def _state(state: str) -> str:
    words = {"captured": gettext("handed out"), "open": gettext("waiting for the member's yes")}
    return words.get(state, gettext("given back"))
