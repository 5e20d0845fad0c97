"""The files of the trial channels, under ``var/outbox``: one line of JSON a message."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from bashgah.ground import places
from bashgah.messaging.sms import sms_parts
from bashgah.messaging.types import Outgoing, TrialMessage

KEPT_BYTES = 2_000_000
CHANNELS = ("sms", "email")


def write(channel: str, batch: Sequence[Outgoing]) -> None:
    """Append the messages to their clubs' files; a file grown too long starts anew, its last part kept."""
    lines: dict[str, list[str]] = {}
    for message in batch:
        lines.setdefault(message.club_slug, []).append(_line(channel, message))
    for slug, ready in lines.items():
        path = _path(slug, channel)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > KEPT_BYTES:
            path.replace(path.with_suffix(".older.jsonl"))
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, "".join(ready).encode())
        finally:
            os.close(descriptor)


def read(club_slug: str, *, limit: int) -> list[TrialMessage]:
    """The latest messages of a club's trial channels, newest first."""
    found = [
        TrialMessage(**{**fields, "at": datetime.fromisoformat(fields["at"])})
        for channel in CHANNELS
        for fields in _last(_path(club_slug, channel), limit)
    ]
    return sorted(found, key=lambda message: message.at, reverse=True)[:limit]


def forget(club_slug: str, refs: Collection[str]) -> int:
    """Take the messages of these ids out of a club's files, also the older ones; return how many."""
    gone = 0
    for channel in CHANNELS:
        path = _path(club_slug, channel)
        for one in (path, path.with_suffix(".older.jsonl")):
            gone += _without(one, refs) if one.exists() else 0
    return gone


def _without(path: Path, refs: Collection[str]) -> int:
    """Write the file anew without these; one appended meanwhile may be lost, which a trial bears."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if not (line.endswith("}\n") and json.loads(line)["ref"] in refs)]
    if len(kept) < len(lines):
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(kept)
        fresh.replace(path)
    return len(lines) - len(kept)


def _line(channel: str, message: Outgoing) -> str:
    fields = {
        "at": message.at.isoformat(),
        "channel": channel,
        "to": message.to,
        "subject": message.subject,
        "body": message.body,
        "parts": sms_parts(message.body) if channel == "sms" else 0,
        "line": message.line,
        "locale": message.locale,
        "ref": str(message.ref),
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _last(path: Path, limit: int) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        begin = max(0, file.tell() - limit * 4000)
        file.seek(begin)
        lines = file.read().decode("utf-8", "replace").splitlines()
    whole = lines[1:] if begin else lines
    return [json.loads(line) for line in whole[-limit:] if line.endswith("}")]


def _path(club_slug: str, channel: str) -> Path:
    return places.var_folder() / "outbox" / club_slug / f"{channel}.jsonl"
