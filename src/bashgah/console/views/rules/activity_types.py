"""Activity types: the ready ones, and those the club declares with fields that rules may ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.views.rules.ground import PartsPage, draft_bar, ground, names_said
from bashgah.engine.activities import FIELD_TYPES, READY_TYPES, field_name, type_name, used_by
from bashgah.engine.document import ActivityName, BothTexts, Program
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.activity_types import activity_type_put, activity_type_remove
from bashgah.programs.types import DraftInfo
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
SPARE, MOST = 3, 40


@dataclass(frozen=True, slots=True)
class TypeField:
    """A field of a type and what stands in it."""

    key: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class TypeRow:
    """An activity type in the list, with what begins with it."""

    key: str
    name: str
    fields: tuple[TypeField, ...]
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesPage(PartsPage):
    """The list."""

    own: tuple[TypeRow, ...]
    ready: tuple[TypeRow, ...]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A row of the form; ``at`` numbers it."""

    at: int
    label: str
    key: str
    fault: str
    kinds: tuple[Option, ...]
    fa: str
    en: str


@dataclass(frozen=True, slots=True)
class TypePage:
    """The form of one type."""

    crumbs: tuple[Crumb, ...]
    title: str
    key: str
    rows: tuple[FieldRow, ...]
    used: tuple[str, ...]
    revision: int
    error: str
    errors: dict[str, str]
    is_new: bool
    may_edit: bool
    name_fa: str
    name_en: str


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The types of the draft, the club's own first."""
    _draft, sources = ground(request)
    program = sources.program
    model = TypesPage(
        own=tuple(
            TypeRow(
                key,
                say(type_name(program, key), sources.lang),
                _fields(program, key, fields, sources.lang),
                _used(program, key, sources.lang),
            )
            for key, fields in program.activity_types.items()
        ),
        ready=tuple(
            TypeRow(
                key,
                say(ready.label, sources.lang),
                _fields(program, key, ready.attributes, sources.lang),
                _used(program, key, sources.lang),
            )
            for key, ready in READY_TYPES.items()
            if key not in program.activity_types
        ),
        **draft_bar(request),
    )
    return show(request, "activity_types/list.html", model)


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Declares a type; one of the ready types may be taken to begin with (``?from=``)."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources.program, "")
    begun = request.GET.get("from", "")
    ready = READY_TYPES.get(begun)
    typed = list(ready.attributes.items()) if ready else []
    return _page(
        request, draft, sources.program, Entry(request), key=begun if ready else "", typed=typed, is_new=True
    )


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Changes the fields of a type; its key stays, as facts and rules name it."""
    draft, sources = ground(request)
    fields = sources.program.activity_types.get(key)
    if fields is None:
        raise Refusal("activity_type_not_found", Phrase(_("There is no such activity type.")), status=404)
    if request.method == "POST":
        return _submitted(request, draft, sources.program, key)
    return _page(
        request, draft, sources.program, Entry(request), key=key, typed=list(fields.items()), is_new=False
    )


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a type out of the draft; refused while something names it."""
    club: ClubInfo = request.club
    activity_type_remove(
        club=club,
        key=key,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The activity type was taken out of the draft."))
    return redirect("console:activity_types")


def _submitted(request: HttpRequest, draft: DraftInfo, program: Program, key: str) -> HttpResponse:
    entry, is_new = Entry(request), not key
    typed = _typed(entry)
    key = key or entry.text("key", limit=40)
    if request.POST.get("act") == "more":
        return _page(
            request, draft, program, entry, key=key, typed=typed, is_new=is_new, spare=len(typed) + SPARE
        )
    fields = _read(entry, typed)
    if not KEY.fullmatch(key):
        entry.wrong("key", _key_hint())
    error = ""
    if not entry.errors:
        posted = request.POST.get("revision", "")
        _saved, refusal = attempt(
            lambda: activity_type_put(
                club=request.club,
                key=key,
                fields=fields,
                names=_names(entry) if "name_fa" in request.POST else None,
                is_new=is_new,
                revision=int(posted) if posted.isdecimal() else draft.revision,
                actor=request.actor,
                now=clock.now(),
            )
        )
        if refusal is None:
            done(request, gettext("Saved in the draft. Rules can ask its fields at once."))
            return redirect("console:activity_types")
        if refusal.field == "/key":
            entry.refuse(refusal)
        else:
            error = said(request, refusal.phrase)
    return _page(request, draft, program, entry, key=key, typed=typed, is_new=is_new, error=error)


def _typed(entry: Entry) -> list[tuple[str, str]]:
    """What stands in the rows, empty ones too, so that faults stay beside theirs."""
    keys = entry.many("field_key")[:MOST]
    return list(zip(keys, entry.many("field_type"), strict=False))


def _read(entry: Entry, typed: list[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for at, (written, kind) in enumerate(typed):
        key = written.strip()
        if not key:
            continue
        if not KEY.fullmatch(key):
            entry.wrong(f"field-{at}", _key_hint())
        elif key in fields:
            entry.wrong(f"field-{at}", gettext("There is another field with this key."))
        elif kind not in FIELD_TYPES:
            entry.wrong(f"field-{at}", gettext("Choose what stands in it."))
        fields[key] = kind
    return fields


def _key_hint() -> str:
    return gettext("Small Latin letters, digits and underscores, beginning with a letter; at most 40.")


def _page(
    request: HttpRequest,
    draft: DraftInfo,
    program: Program,
    entry: Entry,
    *,
    key: str,
    typed: list[tuple[str, str]],
    is_new: bool,
    spare: int = 0,
    error: str = "",
) -> HttpResponse:
    lang = lang_of(request)
    filled = [row for row in typed if row[0].strip()] if not entry.errors else typed
    rows = filled + [("", "text")] * max(SPARE if not entry.errors else 0, spare - len(filled))
    name, called = _stored_names(program, key)
    if request.method == "POST":
        posted = ActivityName.model_validate(_names(entry))
        name, called = posted.name, posted.fields
    title = gettext("New activity type") if is_new else say(type_name(program, key), lang)
    model = TypePage(
        crumbs=(
            Crumb(gettext("Earning rules"), reverse("console:rules")),
            Crumb(gettext("Activity types"), reverse("console:activity_types")),
            Crumb(title),
        ),
        title=title,
        key=key,
        rows=tuple(
            FieldRow(
                at,
                gettext("Field %(n)s") % {"n": plain(at + 1)},
                field,
                entry.errors.get(f"field-{at}", ""),
                chosen([(each, say(word, lang)) for each, word in FIELD_TYPES.items()], kind),
                called[field.strip()].fa if field.strip() in called else "",
                called[field.strip()].en if field.strip() in called else "",
            )
            for at, (field, kind) in enumerate(rows[:MOST])
        ),
        used=() if is_new else _used(program, key, lang),
        revision=draft.revision,
        error=error,
        errors=entry.errors,
        is_new=is_new,
        may_edit=may(request, "rules.edit"),
        name_fa=name.fa,
        name_en=name.en,
    )
    status = 422 if error or entry.errors else 200
    return show(request, "activity_types/editor.html", model, status=status)


def _fields(program: Program, type_: str, fields: Mapping[str, str], lang: Lang) -> tuple[TypeField, ...]:
    return tuple(
        TypeField(key, say(FIELD_TYPES[kind], lang), say(field_name(program, type_, key), lang))
        for key, kind in fields.items()
    )


def _stored_names(program: Program, key: str) -> tuple[BothTexts, dict[str, BothTexts]]:
    """What a type and its fields are called so far; a ready one lends its own names."""
    named = program.activity_names.get(key)
    if named is not None:
        return named.name, named.fields
    ready = READY_TYPES.get(key)
    if ready is None:
        return BothTexts(), {}
    return _both(type_name(program, key)), {
        at: _both(field_name(program, key, at)) for at in ready.attributes
    }


def _both(phrase: Phrase) -> BothTexts:
    return BothTexts(fa=say(phrase, "fa"), en=say(phrase, "en"))


def _names(entry: Entry) -> dict[str, Any]:
    """What the form calls the type and its fields; a field without a name stands by its key."""
    keys = [key.strip() for key in entry.many("field_key")[:MOST]]
    called = zip(keys, entry.many("field_fa"), entry.many("field_en"), strict=False)
    return {
        "name": {"fa": entry.data.get("name_fa", "").strip(), "en": entry.data.get("name_en", "").strip()},
        "fields": {
            key: {"fa": fa.strip(), "en": en.strip()}
            for key, fa, en in called
            if key and (fa.strip() or en.strip())
        },
    }


def _used(program: Program, key: str, lang: Lang) -> tuple[str, ...]:
    return names_said(used_by(program, key), lang)
