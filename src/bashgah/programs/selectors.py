"""Reads of drafts, versions and the program in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from bashgah import engine
from bashgah.clubs.types import ClubInfo
from bashgah.engine import examples
from bashgah.engine.document import Program
from bashgah.engine.noticing import notices
from bashgah.engine.validation import Problem, document_read, problems
from bashgah.ground import batch
from bashgah.ground.asking import Question, Statement, ask
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs.differences import differences
from bashgah.programs.models import Draft, Version
from bashgah.programs.staging import readiness
from bashgah.programs.types import Difference, DraftInfo, Readiness, RuleInfo, VersionInfo, VersionRow

COMPILED_KEPT = 256
IDS_KEPT = 4096
LONGEST_TRANSACTION = timedelta(minutes=10)

# (club, number) of versions that are committed for certain, with their ids
_lasting: dict[tuple[UUID, int], UUID] = {}


def program_in_force(club: ClubInfo, at: datetime) -> engine.CompiledProgram:
    """Return the program that held at a moment, ready to decide; without one ``program_missing`` (409).

    Facts older than the first version are decided by the first. Among versions in force at once the newest
    published counts. Numbers are read inside the caller's transaction, compiled programs kept per process.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT number FROM programs_version
            WHERE club_id = %s
            ORDER BY effective_from <= %s DESC,
                     CASE WHEN effective_from <= %s THEN number ELSE -number END DESC
            LIMIT 1
            """,
            [club.id, at, at],
        )
        row = cursor.fetchone()
    if row is None:
        raise Refusal("program_missing", Phrase(_("This club has not published a program yet.")), status=409)
    return program_by_number(club, row[0])


Versions = tuple[tuple[datetime, int, UUID], ...]


def versions_in_force(club: ClubInfo) -> Versions:
    """Return (effective from, number, id) of every version by number, for deciding many facts at once."""
    with batch.cursor() as cursor:
        (versions,) = ask(cursor, versions_asked(club))
    return versions  # type: ignore[no-any-return]


def versions_asked(club: ClubInfo) -> Question:
    """Return the question for what ``versions_in_force`` returns."""

    def read(rows: list[tuple[datetime, int, UUID]]) -> Versions:
        versions = tuple(rows)
        if _seen.get(club.id) != versions:
            if len(_seen) >= IDS_KEPT:
                _seen.clear()
            _seen[club.id] = versions
        return versions

    return _VERSIONS.of(club.id, read=read)


def versions_seen(club: ClubInfo) -> Versions | None:
    """Return what this process read last; a guess what will be read, and no more."""
    return _seen.get(club.id)


_seen: dict[UUID, Versions] = {}
_VERSIONS = Statement(
    "SELECT effective_from, number, id FROM programs_version WHERE club_id = $1 ORDER BY number", "uuid"
)


def number_in_force(versions: Versions, at: datetime) -> int:
    """Return the number that held at a moment, from what ``versions_in_force`` gave; same rule, no query."""
    if not versions:
        raise Refusal("program_missing", Phrase(_("This club has not published a program yet.")), status=409)
    for effective_from, number, _id in reversed(versions[1:]):
        if effective_from <= at:
            return number
    return versions[0][1]


def program_of(club: ClubInfo, versions: Versions, number: int) -> engine.CompiledProgram:
    """Return one of these versions ready to decide, without asking for it again."""
    id = next(id for _, known, id in versions if known == number)
    return _compiled(id, club.id, number, club.currency)


def program_by_number(club: ClubInfo, number: int) -> engine.CompiledProgram:
    """Return a published version ready to decide, or raise ``version_not_found`` (404).

    Compiled programs are kept by the version's own id: a number may come again with other words, if the
    transaction that published it was rolled back, an id never does.
    """
    id = _lasting.get((club.id, number)) or _version_id(club.id, number)
    return _compiled(id, club.id, number, club.currency)


def _version_id(club_id: UUID, number: int) -> UUID:
    """Return the id that stands under a number, remembered once nobody can take it back any more."""
    found = (
        Version.objects.filter(club_id=club_id, number=number)
        .annotate(is_lasting=Q(published_at__lt=Now() - LONGEST_TRANSACTION))
        .values_list("id", "is_lasting")
        .first()
    )
    if found is None:
        raise _no_version()
    id, is_lasting = found
    if is_lasting:
        if len(_lasting) >= IDS_KEPT:
            _lasting.clear()
        _lasting[club_id, number] = id
    return id


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(id: UUID, club_id: UUID, number: int, currency: str) -> engine.CompiledProgram:
    document = _version(club_id, number).document
    return engine.compile_program(Program.model_validate(document), number=number, currency=currency)


def version_get(club: ClubInfo, number: int) -> VersionInfo:
    """Return a published version, or raise ``version_not_found`` (404)."""
    row = _version(club.id, number)
    return VersionInfo(
        club.id,
        row.number,
        Program.model_validate(row.document),
        row.semantics,
        row.effective_from,
        row.published_at,
        row.published_by,
        row.note,
    )


def version_list(club: ClubInfo) -> list[VersionRow]:
    """Return the club's versions, newest first."""
    rows = Version.objects.filter(club_id=club.id).order_by("-number")
    names = ("number", "effective_from", "published_at", "published_by", "note")
    return [VersionRow(*values) for values in rows.values_list(*names)]


def version_last(club: ClubInfo) -> int:
    """Return the newest version's number, 0 before the first."""
    row = Version.objects.filter(club_id=club.id).order_by("-number").values_list("number", flat=True).first()
    return row or 0


def versions_compare(club: ClubInfo, older: int, newer: int) -> list[Difference]:
    """Return what changed from one version to another, in words."""
    return differences(version_get(club, older).program, version_get(club, newer).program)


def draft_get(club: ClubInfo) -> DraftInfo:
    """Return the club's draft, or raise ``draft_missing`` (404) where the club has no program at all."""
    row = Draft.objects.filter(club_id=club.id).first()
    if row is None:
        raise Refusal("draft_missing", Phrase(_("This club has no program yet.")), status=404)
    return draft_info(row)


def draft_changes(club: ClubInfo) -> list[Difference]:
    """Return what the draft changes of the version it began from, in words; everything, before the first."""
    draft = draft_get(club)
    if draft.program is None:
        return []
    if not draft.base_number:
        return differences(None, draft.program)
    return differences(version_get(club, draft.base_number).program, draft.program)


def draft_readiness(club: ClubInfo, now: datetime) -> Readiness | None:
    """Return what publishing the draft needs of the club's stages; None while it has problems."""
    draft = draft_get(club)
    if draft.program is None or draft.problems:
        return None
    number = version_last(club)
    published = version_get(club, number).program if number else None
    return readiness(club, draft.program, published=published, number=number, now=now)


def draft_notices(club: ClubInfo, today: date) -> list[tuple[Texts, Phrase]]:
    """Return what the draft says that is probably not meant, each with its rule's name.

    Rules that can never give anything, and campaigns that add up though nobody said so. A draft with
    problems has none: they come first.
    """
    program = draft_get(club).program
    if program is None or problems(program):
        return []
    named = [(program.rules[int(each.at.split("/")[2])], each.phrase) for each in notices(program, today)]
    return [
        (Texts(rule.name.fa or rule.name.en, rule.name.en or rule.name.fa), phrase) for rule, phrase in named
    ]


def rules_list(club: ClubInfo) -> list[RuleInfo]:
    """Return the draft's rules in the document's order, their examples run; none while it has no shape."""
    draft = draft_get(club)
    if draft.program is None:
        return []
    results = _examples(draft.program)
    return [
        RuleInfo(rule, place, tuple(results.get(rule.key, ())), _problems_at(draft, f"/rules/{place}"))
        for place, rule in enumerate(draft.program.rules)
    ]


def _examples(program: Program) -> dict[str, list[examples.ExampleResult]]:
    """Run every rule's examples; a program that cannot be compiled has no results, its problems say why."""
    try:
        return examples.run_all(program)
    except Refusal:
        return {}


def _problems_at(draft: DraftInfo, at: str) -> tuple[Problem, ...]:
    return tuple(each for each in draft.problems if each.at == at or each.at.startswith(f"{at}/"))


def draft_info(row: Draft) -> DraftInfo:
    """Return what a row of the draft says; for this room's services."""
    program, found = _read(row.document)
    return DraftInfo(
        row.club_id,
        row.document,
        row.revision,
        row.base_number,
        row.saved_at,
        row.saved_by,
        row.note,
        program,
        found,
        tuple(row.authors),
    )


def _read(document: Mapping[str, Any]) -> tuple[Program | None, tuple[Problem, ...]]:
    try:
        program = document_read(document)
    except Refusal as refusal:
        return None, (Problem(refusal.field or "", refusal.phrase),)
    return program, problems(program)


def _version(club_id: UUID, number: int) -> Version:
    row = Version.objects.filter(club_id=club_id, number=number).first()
    if row is None:
        raise _no_version()
    return row


def _no_version() -> Refusal:
    return Refusal("version_not_found", Phrase(_("There is no such version.")), status=404)
