"""The club's own activity types in the draft: declared, changed and taken out, never under what uses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bashgah.clubs.types import ClubInfo
from bashgah.engine.activities import used_by
from bashgah.engine.document import BothTexts, Program
from bashgah.engine.validation import document_read, problems
from bashgah.engine.words import texts
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.services import draft_save
from bashgah.programs.types import DraftInfo

_WORDS = {"Rule": _("rule “{name}”"), "Counter": _("counter “{name}”"), "Wallet": _("wallet “{name}”")}


def activity_type_put(
    *,
    club: ClubInfo,
    key: str,
    fields: Mapping[str, str],
    names: Mapping[str, Any] | None = None,
    is_new: bool,
    revision: int,
    actor: Actor,
    now: datetime,
) -> DraftInfo:
    """Declare an activity type in the draft, or change its fields; ``fields`` is key → type of value.

    ``names`` is what people call it and its fields (``ActivityName``); without it the names stay.

    A new one under a key the program declares already raises ``activity_type_exists`` (409), one that is
    to be changed and is not there ``part_not_found`` (404). What would make a sound rule, counter or wallet
    faulty, as taking away a field it asks, raises ``activity_type_used`` (409). A change of the draft in
    between raises ``draft_moved``.
    """
    document = selectors.draft_get(club).document
    declared = dict(document.get("activity_types", {}))
    if is_new and key in declared:
        raise Refusal(
            "activity_type_exists",
            Phrase(_("There is an activity type “{key}” already."), {"key": key}),
            status=409,
            field="/key",
        )
    if not is_new:
        _there(declared, key)
    changed = {**document, "activity_types": {**declared, key: dict(fields)}}
    if names is not None:
        changed["activity_names"] = {**document.get("activity_names", {}), key: dict(names)}
    _unbroken(document_read(document), document_read(changed))
    return draft_save(club=club, document=changed, revision=revision, actor=actor, now=now)


def activity_type_remove(
    *, club: ClubInfo, key: str, revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Take an activity type out of the draft.

    While a rule, a counter or a wallet names it ``activity_type_used`` (409) says which; one that is not
    there raises ``part_not_found`` (404).
    """
    document = selectors.draft_get(club).document
    declared = dict(document.get("activity_types", {}))
    _there(declared, key)
    users = used_by(document_read(document), key)
    if users:
        used = Phrase(_WORDS[type(users[0]).__name__], {"name": texts(users[0].name, users[0].key)})
        raise Refusal(
            "activity_type_used",
            Phrase(_("It is used by the {used}. Change that first."), {"used": used}),
            status=409,
        )
    del declared[key]
    named = {at: each for at, each in document.get("activity_names", {}).items() if at != key}
    changed = {**document, "activity_types": declared, "activity_names": named}
    return draft_save(club=club, document=changed, revision=revision, actor=actor, now=now)


def _there(declared: Mapping[str, Any], key: str) -> None:
    if key not in declared:
        raise Refusal(
            "part_not_found", Phrase(_("The draft has nothing called “{key}”."), {"key": key}), status=404
        )


def _unbroken(before: Program, after: Program) -> None:
    """Refuse what brings a fault the draft did not have."""
    known = set(map(repr, problems(before)))
    for problem in problems(after):
        if repr(problem) in known:
            continue
        part, place = problem.at.strip("/").split("/")[:2] if problem.at.count("/") > 1 else ("", "")
        if not place.isdecimal():
            raise Refusal("program_invalid", problem.phrase, status=422)
        user = getattr(after, part)[int(place)]
        phrase = Phrase(
            _("“{name}” would no longer hold: {fault}"),
            {"name": texts(getattr(user, "name", BothTexts()), user.key), "fault": problem.phrase},
        )
        raise Refusal("activity_type_used", phrase, status=409)
