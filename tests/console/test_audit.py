"""The audit trail in the console: in words, narrowed, paged, as a file."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.ground.audit import audit_post, audit_seal
from bashgah.ground.types import Actor
from tests.cast import NOW
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db
OMID = Actor(kind="staff", id="stf_omid", name="Omid Karimi")


def acts(console: Console, count: int, *, action: str = "key.issued", target: str = "key_1") -> None:
    for number in range(count):
        audit_post(
            club_id=console.club.id,
            actor=OMID,
            action=action,
            target=target,
            details={"n": number},
            now=NOW - timedelta(days=40),
        )


def test_acts_are_told_in_words_of_both_languages(console: Console) -> None:
    acts(console, 1)
    assert "An API key was issued" in text(console.get("ledger/audit/", lang="en"))
    assert "کلید API صادر شد" in text(console.get("ledger/audit/"))


def test_a_subject_narrows_the_trail_and_its_file(console: Console) -> None:
    acts(console, 1)
    acts(console, 1, action="reward.saved", target="coffee")
    page = text(console.get("ledger/audit/?about=rewards", lang="en"))
    assert "A reward was saved" in page
    assert "An API key was issued" not in page
    rows = b"".join(console.get("ledger/audit.csv?about=rewards").streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "reward.saved" in rows[1]
    assert "coffee" in rows[1]


def test_the_id_of_a_target_finds_its_acts(console: Console) -> None:
    acts(console, 1)
    acts(console, 1, target="key_2")
    page = text(console.get("ledger/audit/?q=key_2", lang="en"))
    assert "key_2" in page
    assert "key_1" not in page


def test_a_long_trail_has_pages(console: Console) -> None:
    acts(console, 51)
    first = text(console.get("ledger/audit/?about=access", lang="en"))
    assert first.count("An API key was issued") == 50
    after = first.split("after=")[1].split('"')[0]
    assert (
        text(console.get(f"ledger/audit/?about=access&after={after}", lang="en")).count(
            "An API key was issued"
        )
        >= 1
    )


def test_days_narrow_the_trail(console: Console) -> None:
    acts(console, 1)
    day = (NOW - timedelta(days=40)).date().isoformat()
    assert "An API key was issued" in text(console.get(f"ledger/audit/?since={day}&until={day}", lang="en"))
    assert "An API key was issued" not in text(console.get("ledger/audit/?since=2030-01-01", lang="en"))


def test_the_page_says_how_much_is_chained(console: Console) -> None:
    acts(console, 3)
    audit_seal(NOW)
    assert "acts are in the chain." in text(console.get("ledger/audit/", lang="en"))


def test_a_cashier_may_not_read_the_trail(console: Console) -> None:
    assert console.works_as("cashier").get("ledger/audit/").status_code == 403
