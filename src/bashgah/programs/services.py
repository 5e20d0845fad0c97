"""Writes: saving the draft, editing its parts, publishing it as a version that never changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bashgah import engine
from bashgah.clubs.types import ClubInfo
from bashgah.engine import examples
from bashgah.engine.document import Program
from bashgah.engine.validation import document_read, program_check
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.models import Draft, Version
from bashgah.programs.staging import readiness
from bashgah.programs.starter import starter_program
from bashgah.programs.types import DraftInfo, VersionInfo

RUNNING = frozenset({"shadow", "pilot", "live"})
LARGEST_DOCUMENT = 2_000_000
PARTS = ("rules", "ladders", "rewards", "wallets", "promotions", "counters", "occasions")


def draft_open(*, club: ClubInfo, document: Mapping[str, Any], actor: Actor, now: datetime) -> DraftInfo:
    """Give a club its first draft; a club that has one keeps it and gets it back."""
    checked = _checked(document)
    Draft.objects.bulk_create(
        [
            Draft(
                club_id=club.id,
                document=checked,
                revision=1,
                base_number=0,
                saved_at=now,
                saved_by=actor.name,
                note="",
                authors=[actor.id],
            )
        ],
        ignore_conflicts=True,
    )
    return selectors.draft_get(club)


def program_start(*, club: ClubInfo, actor: Actor, now: datetime) -> VersionInfo:
    """Give a new club the starter program as its first version; a club that has a version gets its newest."""
    if number := selectors.version_last(club):
        return selectors.version_get(club, number)
    draft = draft_open(
        club=club, document=starter_program(club.currency, club.calendar), actor=actor, now=now
    )
    try:
        return draft_publish(club=club, revision=draft.revision, actor=actor, now=now)
    except Refusal as refusal:
        if refusal.code != "nothing_changed":
            raise
        # somebody else started the club at the same moment
        return selectors.version_get(club, selectors.version_last(club))


def draft_save(
    *,
    club: ClubInfo,
    document: Mapping[str, Any],
    revision: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    base_number: int | None = None,
) -> DraftInfo:
    """Save the whole draft over the revision that was read.

    A draft may be saved while it has problems, but it must have the shape of a program (``program_invalid``,
    422). If somebody saved in between, ``draft_moved`` (409) names the revision that is there now.
    """
    with transaction.atomic():
        saved = _saved(club, _checked(document), revision, actor, now, note=note, base_number=base_number)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="program.draft_saved",
            target="program/draft",
            details={"revision": saved.revision, "note": saved.note},
            now=now,
        )
    return saved


def _saved(
    club: ClubInfo,
    checked: dict[str, Any],
    revision: int,
    actor: Actor,
    now: datetime,
    *,
    note: str,
    base_number: int | None,
) -> DraftInfo:
    there = selectors.draft_get(club)
    changes: dict[str, Any] = {
        "document": checked,
        "revision": revision + 1,
        "saved_at": now,
        "saved_by": actor.name,
        "note": note[:500],
        "authors": sorted({*there.authors, actor.id}),
    }
    if base_number is not None:
        changes["base_number"] = base_number
    if not Draft.objects.filter(club_id=club.id, revision=revision).update(**changes):
        there = selectors.draft_get(club)
        raise Refusal(
            "draft_moved",
            Phrase(_("{name} saved this draft in between. Look at it again."), {"name": there.saved_by}),
            status=409,
            extra={"revision": there.revision},
        )
    return selectors.draft_get(club)


def draft_publish(
    *,
    club: ClubInfo,
    revision: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    effective_from: datetime | None = None,
) -> VersionInfo:
    """Publish the draft as the club's next version and return it.

    Refused while anything is wrong (``program_invalid``, 422) or an example fails (``examples_fail``, 409,
    each listed in ``extra["examples"]``), while a stage or an approval that the club asks for is missing
    (``stages_missing``, 409, all listed in ``extra["missing"]``), when another revision was meant
    (``draft_moved``) and when it says nothing new (``nothing_changed``). ``effective_from`` may not lie in
    the past; without it the version holds from now.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(club_id=club.id).first()
        draft = selectors.draft_get(club) if row is None else selectors.draft_info(row)
        if draft.revision != revision:
            raise Refusal(
                "draft_moved",
                Phrase(_("{name} saved this draft in between. Look at it again."), {"name": draft.saved_by}),
                status=409,
                extra={"revision": draft.revision},
            )
        program = document_read(draft.document)
        program_check(program)
        if program.currency != club.currency:
            raise Refusal(
                "program_invalid",
                Phrase(_("The program's currency is not the club's.")),
                status=422,
                field="/currency",
            )
        examples_check(program)
        stages_check(club, program, now)
        return _publish(club, program, effective_from, note, actor, now)


def _publish(  # noqa: PLR0917 the one place that makes versions
    club: ClubInfo, program: Program, effective_from: datetime | None, note: str, actor: Actor, now: datetime
) -> VersionInfo:
    if effective_from is not None and effective_from < now:
        raise Refusal(
            "effective_in_the_past",
            Phrase(_("A version cannot hold from a moment that has passed.")),
            status=422,
            field="/effective_from",
        )
    last = selectors.version_last(club)
    if last and selectors.version_get(club, last).program == program:
        raise Refusal(
            "nothing_changed", Phrase(_("The draft says the same as the last version.")), status=409
        )
    number = last + 1
    # the first version also decides the facts that came before it
    Version.objects.create(
        club_id=club.id,
        number=number,
        document=program.model_dump(mode="json"),
        semantics=engine.SEMANTICS,
        effective_from=effective_from or now,
        published_at=now,
        published_by=actor.name,
        note=note[:500],
    )
    Draft.objects.filter(club_id=club.id).update(base_number=number, authors=[])
    audit_post(
        club_id=club.id,
        actor=actor,
        action="program.published",
        target=f"program/{number}",
        details={"number": number, "note": note[:500]},
        now=now,
    )
    news_post(club_id=club.id, kind="program.published", member_id=None, payload={"number": number}, now=now)
    return selectors.version_get(club, number)


def examples_check(program: Program) -> None:
    """Raise ``examples_fail`` (409) while an example of any rule that has not ended comes out otherwise."""
    results = examples.run_all(program)
    failing = [
        {
            "rule": rule.key,
            "example": {"fa": result.name.fa, "en": result.name.en},
            "expected": result.expected,
            "got": result.got,
        }
        for rule in program.rules
        if rule.stage != "ended"
        for result in results.get(rule.key, ())
        if not result.ok
    ]
    if failing:
        raise Refusal(
            "examples_fail",
            Phrase(_("{count} examples do not come out as they should."), {"count": len(failing)}),
            status=409,
            extra={"examples": failing},
        )


def stages_check(club: ClubInfo, program: Program, now: datetime) -> None:
    """Raise ``stages_missing`` (409) with all that the club's stages ask of this publication and lack."""
    number = selectors.version_last(club)
    published = selectors.version_get(club, number).program if number else None
    missing = readiness(club, program, published=published, number=number, now=now).missing
    if missing:
        raise Refusal(
            "stages_missing",
            Phrase(_("{count} things are missing before this can be published."), {"count": len(missing)}),
            extra={
                "missing": [
                    {"rule": rule, "needs": need.kind, "days": need.wanted, "passed": need.have}
                    for rule, need in missing
                ]
            },
        )


def version_return(
    *, club: ClubInfo, number: int, actor: Actor, now: datetime, note: str = ""
) -> VersionInfo:
    """Return to an earlier version at once, as a new one that says the same.

    It was published before, so no stage is asked for. A draft without changes of its own follows; one on
    which somebody works stays as it is.
    """
    with transaction.atomic():
        Draft.objects.select_for_update().filter(club_id=club.id).first()
        program = selectors.version_get(club, number).program
        program_check(program)
        untouched = not selectors.draft_changes(club)
        version = _publish(club, program, None, note or f"v{number}", actor, now)
        if untouched:
            _follow(club, program)
        return version


def rule_stop(*, club: ClubInfo, key: str, actor: Actor, now: datetime, note: str = "") -> VersionInfo:
    """End a rule at once: the newest version without it giving anything, whatever the draft says.

    Nothing is asked of it: stopping costs nobody anything, and examples of other rules wait until the next
    publication. A rule that gives nothing already is refused (``rule_not_running``, 409).
    """
    with transaction.atomic():
        Draft.objects.select_for_update().filter(club_id=club.id).first()
        last = selectors.version_last(club)
        program = selectors.version_get(club, last).program if last else None
        running = program and any(r.key == key and r.stage in RUNNING for r in program.rules)
        if program is None or not running:
            raise Refusal("rule_not_running", Phrase(_("This rule does not run.")))
        version = _publish(club, _ended(program, key), None, note or key, actor, now)
        draft = selectors.draft_get(club)
        if draft.program is not None:
            _follow(club, _ended(draft.program, key))
        return version


def _ended(program: Program, key: str) -> Program:
    rules = tuple(
        rule.model_copy(update={"stage": "ended"}) if rule.key == key else rule for rule in program.rules
    )
    return program.model_copy(update={"rules": rules})


def _follow(club: ClubInfo, program: Program) -> None:
    """Let the draft say what was decided beside it; whoever has it open must look again."""
    Draft.objects.filter(club_id=club.id).update(
        document=program.model_dump(mode="json"), revision=F("revision") + 1
    )


def draft_reset_to(*, club: ClubInfo, number: int, revision: int, actor: Actor, now: datetime) -> DraftInfo:
    """Make an earlier version the draft again; publishing it then returns to it as a new version."""
    document = selectors.version_get(club, number).program.model_dump(mode="json")
    return draft_save(
        club=club,
        document=document,
        revision=revision,
        actor=actor,
        now=now,
        note=f"v{number}",
        base_number=selectors.version_last(club),
    )


def rule_put(
    *, club: ClubInfo, rule: Mapping[str, Any], revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put a rule into the draft: in the place of the one with its key, else at the end."""
    return part_put(club=club, part="rules", value=rule, revision=revision, actor=actor, now=now)


def ladder_put(
    *, club: ClubInfo, ladder: Mapping[str, Any], revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put a ladder into the draft, in the place of the one with its key, else at the end."""
    return part_put(club=club, part="ladders", value=ladder, revision=revision, actor=actor, now=now)


def reward_terms_put(
    *, club: ClubInfo, terms: Mapping[str, Any], revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put a reward's terms into the draft, in the place of those with its key, else at the end."""
    return part_put(club=club, part="rewards", value=terms, revision=revision, actor=actor, now=now)


def wallet_put(
    *, club: ClubInfo, wallet: Mapping[str, Any], revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put a wallet into the draft, in the place of the one with its key, else at the end."""
    return part_put(club=club, part="wallets", value=wallet, revision=revision, actor=actor, now=now)


def rule_remove(*, club: ClubInfo, key: str, revision: int, actor: Actor, now: datetime) -> DraftInfo:
    """Take a rule out of the draft; one that is not there raises ``part_not_found`` (404)."""
    return part_remove(club=club, part="rules", key=key, revision=revision, actor=actor, now=now)


def part_put(
    *, club: ClubInfo, part: str, value: Mapping[str, Any], revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put one keyed part (of ``PARTS``) into the draft: in its place by key, else at the end."""

    def change(parts: list[dict[str, Any]]) -> None:
        for i, each in enumerate(parts):
            if each.get("key") == value.get("key"):
                parts[i] = dict(value)
                return
        parts.append(dict(value))

    return _change(club, part, change, revision, actor, now)


def part_remove(
    *, club: ClubInfo, part: str, key: str, revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Take one keyed part out of the draft; one that is not there raises ``part_not_found`` (404)."""

    def change(parts: list[dict[str, Any]]) -> None:
        kept = [each for each in parts if each.get("key") != key]
        if len(kept) == len(parts):
            raise Refusal(
                "part_not_found", Phrase(_("The draft has nothing called “{key}”."), {"key": key}), status=404
            )
        parts[:] = kept

    return _change(club, part, change, revision, actor, now)


def _change(  # noqa: PLR0917 private, behind the functions that name their arguments
    club: ClubInfo,
    part: str,
    change: Callable[[list[dict[str, Any]]], None],
    revision: int,
    actor: Actor,
    now: datetime,
) -> DraftInfo:
    if part not in PARTS:
        raise ValueError(f"a program has no part called {part!r}")
    document = dict(selectors.draft_get(club).document)
    parts = [dict(each) for each in document.get(part, ())]
    change(parts)
    document[part] = parts
    return draft_save(club=club, document=document, revision=revision, actor=actor, now=now)


def _checked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document in its full, canonical form; too large a one is refused."""
    checked = document_read(document).model_dump(mode="json")
    if len(json.dumps(checked)) > LARGEST_DOCUMENT:
        raise Refusal("program_too_large", Phrase(_("The program is too large.")), status=422)
    return checked
