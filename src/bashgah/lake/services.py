"""Brings the lake up to date: what was recorded since the last time, and the members as they are now."""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from bashgah.activities.streaming import StoredFact, facts_after, facts_of
from bashgah.clubs.types import ClubInfo
from bashgah.ground.places import var_folder
from bashgah.kit.ids import uuid7
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.lake.types import LakeInfo
from bashgah.members.facts import MemberFacts
from bashgah.members.selectors.deciding import members_facts
from bashgah.tiers.selectors import reviewed_list

if TYPE_CHECKING:
    from bashgah.lake.files import Manifest

FACTS_AT_ONCE = 20_000
MEMBERS_AT_ONCE = 20_000
OVERLAP = timedelta(minutes=10)
"""A fact's id is made before its transaction ends, so an older one may appear after the mark passed it."""

Told = Callable[[int], None]


def lake_folder(club: ClubInfo) -> Path:
    """Return the folder of a club's lake."""
    return var_folder() / "lake" / f"club={club.id}"


def lake_export(*, club: ClubInfo, told: Told | None = None) -> LakeInfo:
    """Bring the club's lake up to date and return how far it goes.

    Late facts and returns go to the month in which they happened, whose file is then written again. Killed
    anywhere and run again it misses and doubles nothing. ``told`` hears how many facts were read so far. Two
    exports of one club wait for one another. Refuses ``lake_unavailable`` (503) without PyArrow.
    """
    if not lake_available():
        raise lake_unavailable()
    from bashgah.lake import files

    folder = lake_folder(club)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        manifest = files.manifest_read(folder)
        if not manifest.mark:
            _emptied(folder)
        with reading():
            _facts_export(club, folder, manifest, told)
            members = [row for page in _members(club) for row in page]
            reviewed = reviewed_list(club)
        files.table_write(folder / "members.parquet", files.members_table(members))
        files.reviewed_write(folder, reviewed)
        manifest.members = len(members)
        files.manifest_write(folder, manifest)
    return LakeInfo(folder, manifest.facts, manifest.members)


def lake_forget(*, club: ClubInfo) -> None:
    """Throw the club's lake away; the next export makes it again."""
    shutil.rmtree(lake_folder(club), ignore_errors=True)


def lake_forget_words(*, club: ClubInfo, member_ids: Sequence[UUID]) -> None:
    """Write anew what the lake holds of erased members, as the books have it now; no lake, nothing to do."""
    if not lake_available() or not (lake_folder(club) / "manifest.json").is_file():
        return
    from bashgah.lake import files

    folder, owners = lake_folder(club), [id_.bytes for id_ in member_ids]
    with _alone(folder):
        manifest = files.manifest_read(folder)
        with reading():
            by_month: dict[str, list[dict[str, Any]]] = {}
            for stored in facts_of(club, member_ids):
                by_month.setdefault(f"{stored.fact.local_at:%Y-%m}", []).append(_row(stored))
            members = [row for page in _members(club) for row in page]
        for month, rows in by_month.items():
            if month in manifest.months:
                files.month_write_anew(folder, month, owners, files.facts_table(rows))
        files.table_write(folder / "members.parquet", files.members_table(members))


@contextmanager
def reading() -> Iterator[None]:
    """A transaction in which PostgreSQL refuses every write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield


def lake_available() -> bool:
    """Say whether the library that writes Parquet is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def lake_unavailable() -> Refusal:
    """Return the refusal where the library that writes Parquet is not installed."""
    return Refusal(
        "lake_unavailable",
        Phrase(_("Replaying the past needs the extra “insights”; ask whoever runs this installation.")),
        status=503,
    )


def _facts_export(club: ClubInfo, folder: Path, manifest: Manifest, told: Told | None) -> None:
    from bashgah.lake import files

    after = _with_overlap(UUID(manifest.mark)) if manifest.mark else files.BEGINNING
    read = 0
    while found := list(facts_after(club, after, limit=FACTS_AT_ONCE)):
        by_month: dict[str, list[dict[str, Any]]] = {}
        for stored in found:
            by_month.setdefault(f"{stored.fact.local_at:%Y-%m}", []).append(_row(stored))
        for month, rows in by_month.items():
            manifest.months[month] = files.month_write(folder, month, files.facts_table(rows))
        after = found[-1].id
        manifest.mark = str(max(after, UUID(manifest.mark or str(files.BEGINNING))))
        files.manifest_write(folder, manifest)
        read += len(found)
        if told is not None:
            told(read)
        if len(found) < FACTS_AT_ONCE:
            break


def _row(stored: StoredFact) -> dict[str, Any]:
    from bashgah.lake import files

    given = [(c.line.wallet, c.line.rule, c.line.amount) for c in stored.given.credits]
    return files.fact_row(
        stored.id, stored.member_id, stored.about_id, stored.program, stored.fact, given, stored.outcome
    )


def _members(club: ClubInfo) -> Iterator[list[tuple[UUID, UUID, MemberFacts]]]:
    after = UUID(int=0)
    while page := members_facts(club, after, limit=MEMBERS_AT_ONCE):
        yield page
        after = page[-1][0]


def _with_overlap(mark: UUID) -> UUID:
    at = datetime.fromtimestamp((mark.int >> 80) / 1000, UTC) - OVERLAP
    return uuid7(at, bytes(10))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lake's lock; it goes with the process."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _emptied(folder: Path) -> None:
    """Remove what a lake of another form, or one that was never finished, left."""
    for path in [*folder.glob("*.parquet"), *folder.glob(".*.parquet.*")]:
        path.unlink()
