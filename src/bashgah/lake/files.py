"""Where the lake lies and what its files look like; plain Arrow, so that child processes need no Django.

``lake/club=<id>/month=<yyyy-mm>.parquet`` holds the facts of one month of the branch's calendar days,
``members.parquet`` what rules may ask about members, ``reviewed.json`` when tiers were reviewed,
``manifest.json`` how far all of it goes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bashgah.engine.facts import Fact
from bashgah.members.facts import MemberFacts

FORM = 2
"""Rises when the files look otherwise; a lake of another form is thrown away and made again."""

BUCKETS = 64
ROWS_A_GROUP = 50_000
ROWS_A_GROUP_LEAST = 2_000
BEGINNING = UUID(int=0)

_WORD = pa.dictionary(pa.int32(), pa.string())
FACTS = pa.schema(
    [
        ("id", pa.binary()),
        ("member_id", pa.binary()),
        ("bucket", pa.uint8()),
        ("kind", _WORD),
        ("type", _WORD),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("zone", _WORD),
        ("branch", _WORD),
        ("channel", _WORD),
        ("gross", pa.int64()),
        ("discount", pa.int64()),
        ("tax", pa.int64()),
        ("net", pa.int64()),
        ("program", pa.int32()),
        ("about_id", pa.binary()),
        (
            "lines",
            pa.list_(
                pa.struct(
                    [
                        ("no", pa.int32()),
                        ("sku", pa.string()),
                        ("category", pa.list_(pa.string())),
                        ("brand", pa.string()),
                        ("quantity", pa.int64()),
                        ("gross", pa.int64()),
                        ("discount", pa.int64()),
                    ]
                )
            ),
        ),
        (
            "credits",
            pa.list_(pa.struct([("wallet", pa.string()), ("rule", pa.string()), ("amount", pa.int64())])),
        ),
        ("fact", pa.binary()),
        ("outcome", pa.binary()),
    ]
)
"""``fact`` is the engine's value as MessagePack, ``outcome`` as the books keep it; the rest is for questions
of others."""

MEMBERS = pa.schema(
    [
        ("member_id", pa.binary()),
        ("survivor_id", pa.binary()),
        ("bucket", pa.uint8()),
        ("city", pa.string()),
        ("gender", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("birth_date", pa.date32()),
        ("enrolled_on", pa.date32()),
        ("attributes", pa.string()),
    ]
)
ORDER = [(name, "ascending") for name in ("bucket", "member_id", "occurred_at", "id")]

READ = ["id", "member_id", "occurred_at", "zone", "about_id", "fact", "outcome"]

fact_encode = msgspec.msgpack.Encoder().encode
fact_decode = msgspec.msgpack.Decoder(Fact).decode
_reviewed_decode = msgspec.json.Decoder(list[tuple[datetime, date]]).decode


@dataclass(slots=True)
class Manifest:
    """How far the lake goes: the id up to which facts are in it, and how many by month."""

    form: int = FORM
    mark: str = ""
    months: dict[str, int] = field(default_factory=dict)
    members: int = 0

    @property
    def facts(self) -> int:
        """All facts in the lake."""
        return sum(self.months.values())


def bucket_of(member_id: bytes) -> int:
    """Return which of ``BUCKETS`` parts of the members this one belongs to; all its facts lie there."""
    return member_id[-1] % BUCKETS


def manifest_read(folder: Path) -> Manifest:
    """Return how far the lake in this folder goes; an empty one where there is none of this form."""
    path = folder / "manifest.json"
    if not path.is_file():
        return Manifest()
    read = json.loads(path.read_text(encoding="utf-8"))
    return Manifest(**read) if read.get("form") == FORM else Manifest()


def manifest_write(folder: Path, manifest: Manifest) -> None:
    """Say how far the lake goes; only after its files are there."""
    fresh = folder / f"manifest.json.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(manifest), sort_keys=True), encoding="utf-8")
    fresh.replace(folder / "manifest.json")


def reviewed_write(folder: Path, reviewed: Sequence[tuple[datetime, date]]) -> None:
    """Say when tiers were reviewed, oldest first, and up to which day each time."""
    fresh = folder / f"reviewed.json.{os.getpid()}"
    fresh.write_bytes(msgspec.json.encode(reviewed))
    fresh.replace(folder / "reviewed.json")


def reviewed_read(folder: Path) -> list[tuple[datetime, date]]:
    """Return when tiers were reviewed; where nothing says so they never were."""
    path = folder / "reviewed.json"
    return _reviewed_decode(path.read_bytes()) if path.is_file() else []


def month_path(folder: Path, month: str) -> Path:
    """Return the file of a month (``2026-05``)."""
    return folder / f"month={month}.parquet"


def months(folder: Path, since: str = "", until: str = "9999") -> list[Path]:
    """Return the months' files from ``since`` to ``until``, both counted, in order of time."""
    found = sorted(folder.glob("month=*.parquet"))
    return [path for path in found if since <= path.stem.removeprefix("month=") <= until]


def table_write(path: Path, table: pa.Table) -> None:
    """Write a file beside the old one and put it in its place at once.

    Rows lie by bucket, in groups of about one, so that who reads a part of the members unpacks no others.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    group = min(ROWS_A_GROUP, max(ROWS_A_GROUP_LEAST, table.num_rows // BUCKETS))
    pq.write_table(table, fresh, compression="zstd", row_group_size=group)
    fresh.replace(path)


def month_write(folder: Path, month: str, fresh: pa.Table) -> int:
    """Put facts into a month's file, each once; return how many it then holds."""
    path = month_path(folder, month)
    if path.is_file():
        held = pq.read_table(path, schema=FACTS)
        known = pc.is_in(fresh["id"], value_set=held["id"].combine_chunks())
        fresh = fresh.filter(pc.invert(known))
        if not fresh.num_rows:
            return int(held.num_rows)
        fresh = pa.concat_tables([held, fresh]).unify_dictionaries()
    table_write(path, fresh.sort_by(ORDER))
    return int(fresh.num_rows)


def month_write_anew(folder: Path, month: str, owners: Sequence[bytes], fresh: pa.Table) -> None:
    """Replace the facts of these members in a month's file by fresh ones; facts it does not hold stay out."""
    path = month_path(folder, month)
    held = pq.read_table(path, schema=FACTS)
    theirs = pc.is_in(held["member_id"], value_set=pa.array(owners, pa.binary()))
    known = pc.is_in(fresh["id"], value_set=held["id"].combine_chunks())
    parts = [held.filter(pc.invert(theirs)), fresh.filter(known)]
    table_write(path, pa.concat_tables(parts).unify_dictionaries().sort_by(ORDER))


class Opened:
    """The files of a lake, opened once: what is written beside them meanwhile changes nothing.

    Months after ``until`` are not read.
    """

    def __init__(self, folder: Path, until: str = "9999") -> None:
        self._facts = _dataset(months(folder, until=until), FACTS)
        self._members = _dataset([folder / "members.parquet"], MEMBERS)
        gone = pc.field("member_id") != pc.field("survivor_id")
        merged = self._members.to_table(columns=["member_id", "survivor_id"], filter=gone)
        self.alias: dict[bytes, bytes] = dict(
            zip(merged["member_id"].to_pylist(), merged["survivor_id"].to_pylist(), strict=True)
        )
        """Who gave way to whom."""

    def read(self, buckets: Sequence[int]) -> tuple[pa.Table, pa.Table]:
        """Return the facts of some parts of the members, by member and time, and the members.

        Facts of a member merged into another lie with the survivor's.
        """
        mine = (pc.field("bucket") >= min(buckets)) & (pc.field("bucket") <= max(buckets))
        members = self._members.to_table(filter=mine, use_threads=False)
        if self.alias:
            here = [gone for gone, survivor in self.alias.items() if bucket_of(survivor) in buckets]
            moved = pc.field("member_id").isin(pa.array(list(self.alias), pa.binary()))
            mine = (mine & ~moved) | pc.field("member_id").isin(pa.array(here, pa.binary()))
        facts = self._facts.to_table(columns=READ, filter=mine, use_threads=False)
        return facts.unify_dictionaries().sort_by(ORDER[1:]), members


def _dataset(paths: Sequence[Path], schema: pa.Schema) -> ds.Dataset:
    form = ds.ParquetFileFormat(dictionary_columns=["zone"])
    fragments = [form.make_fragment(pa.memory_map(str(path))) for path in paths]
    return ds.FileSystemDataset(fragments, schema, form)


def facts_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Make a table of facts' rows (``fact_row``)."""
    return pa.Table.from_pylist(list(rows), schema=FACTS)


def fact_row(  # noqa: PLR0917 the columns that are not the fact's own
    id: UUID,
    member_id: UUID,
    about_id: UUID | None,
    program: int,
    fact: Fact,
    credits: Sequence[tuple[str, str, int]],
    outcome: bytes,
) -> dict[str, Any]:
    """Return a fact as a row; ``credits`` are (wallet, rule, amount)."""
    member = member_id.bytes
    return {
        "id": id.bytes,
        "member_id": member,
        "bucket": bucket_of(member),
        "kind": fact.kind,
        "type": fact.type,
        "occurred_at": fact.occurred_at,
        "day": fact.local_at.date(),
        "zone": getattr(fact.local_at.tzinfo, "key", "UTC"),
        "branch": fact.branch,
        "channel": fact.channel,
        "gross": fact.gross,
        "discount": fact.discount,
        "tax": fact.tax,
        "net": fact.net,
        "program": program,
        "about_id": about_id.bytes if about_id else None,
        "lines": [
            {
                "no": line.no,
                "sku": line.sku,
                "category": list(line.category),
                "brand": line.brand,
                "quantity": line.quantity,
                "gross": line.gross,
                "discount": line.discount,
            }
            for line in fact.lines
        ],
        "credits": [{"wallet": wallet, "rule": rule, "amount": amount} for wallet, rule, amount in credits],
        "fact": fact_encode(fact),
        "outcome": outcome,
    }


def members_table(rows: Iterable[tuple[UUID, UUID, MemberFacts]]) -> pa.Table:
    """Make a table of (id, survivor, facts)."""
    made = [
        {
            "member_id": id_.bytes,
            "survivor_id": survivor.bytes,
            "bucket": bucket_of(survivor.bytes),
            "city": facts.city,
            "gender": facts.gender,
            "tags": list(facts.tags),
            "birth_date": facts.birth_date,
            "enrolled_on": facts.enrolled_on,
            "attributes": json.dumps(facts.attributes, ensure_ascii=False, sort_keys=True),
        }
        for id_, survivor, facts in rows
    ]
    return pa.Table.from_pylist(made, schema=MEMBERS).sort_by("bucket")
