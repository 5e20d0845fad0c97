"""Hands that read the books while others write."""

from __future__ import annotations

import json
import time
from pathlib import Path


def prove_often(path: Path, reads: int) -> None:
    """Prove all books so many times, each in one snapshot; leave what was found in a file."""
    from django.db import connections, transaction
    from psycopg import IsolationLevel

    from bashgah.activities.verify import verify

    wrapper = connections["default"]
    wrapper.settings_dict["OPTIONS"] = {
        **wrapper.settings_dict["OPTIONS"],
        "isolation_level": IsolationLevel.REPEATABLE_READ,
    }
    found: list[str] = []
    seen: list[int] = []
    for _read in range(reads):
        time.sleep(0.05)
        with transaction.atomic():
            found += [f"{one.code} {one.where}" for one in verify()]
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM ledger_posting")
                seen.append(cursor.fetchone()[0])
    path.write_text(json.dumps({"found": found, "seen": seen}), encoding="utf-8")


def add_up_often(path: Path, reads: int) -> None:
    """Compare wallets with postings so many times, each sum on its own: no snapshot holds them together."""
    from django.db import connection

    differing = 0
    with connection.cursor() as cursor:
        for _read in range(reads):
            cursor.execute("SELECT coalesce(sum(available + pending + held), 0) FROM ledger_wallet")
            held = cursor.fetchone()[0]
            cursor.execute(
                "SELECT coalesce(sum(CASE WHEN debit >= 10 THEN amount ELSE 0 END"
                " - CASE WHEN credit >= 10 THEN amount ELSE 0 END), 0) FROM ledger_posting"
            )
            differing += held != cursor.fetchone()[0]
    path.write_text(json.dumps({"differing": differing}), encoding="utf-8")
