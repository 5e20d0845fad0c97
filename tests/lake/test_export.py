"""The lake holds every fact once, in its month, and nothing of a person."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bashgah.kit.text import Texts
from bashgah.lake.services import lake_export, lake_folder, lake_forget
from bashgah.members.services import attribute_declare, member_update
from bashgah.programs.selectors import draft_get
from bashgah.simulation.comparing import Comparison, Plan
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW, SARA_MOBILE

pytest.importorskip("pyarrow")
import pyarrow.parquet as pq

from bashgah.lake import files

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=31)


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def references(folder: Path) -> dict[str, int]:
    return {
        path.stem.removeprefix("month="): pq.read_metadata(path).num_rows for path in files.months(folder)
    }


def test_facts_lie_in_the_month_in_which_they_happened_each_once() -> None:
    shop = open_shop()
    shop.buys("one", 500_000, at=NOW - MONTH)
    shop.buys("two", 300_000)
    info = lake_export(club=shop.club)
    assert (info.facts, info.members) == (2, 2)
    assert references(info.folder) == {"2026-10": 1, "2026-11": 1}
    again = lake_export(club=shop.club)
    assert (again.facts, references(info.folder)) == (2, {"2026-10": 1, "2026-11": 1})


def test_a_late_fact_and_a_return_go_to_their_months_later() -> None:
    shop = open_shop()
    shop.tell(shop.purchase("one", line("A1", 400_000, pieces=2), at=NOW - MONTH))
    lake_export(club=shop.club)
    shop.tell(shop.returns("back", "one", (1, 1000)))
    shop.buys("late", 200_000, at=NOW - MONTH)
    info = lake_export(club=shop.club)
    assert references(info.folder) == {"2026-10": 2, "2026-11": 1}


def test_an_export_killed_before_its_manifest_was_written_misses_and_doubles_nothing() -> None:
    shop = open_shop()
    shop.buys("one", 500_000)
    info = lake_export(club=shop.club)
    (info.folder / "manifest.json").unlink()
    shop.buys("two", 500_000)
    assert lake_export(club=shop.club).facts == 2
    assert references(info.folder) == {"2026-11": 2}


def test_an_older_id_that_appears_after_the_mark_is_still_taken() -> None:
    shop = open_shop()
    shop.buys("one", 500_000)
    info = lake_export(club=shop.club)
    path = files.month_path(info.folder, "2026-11")
    shop.buys("two", 500_000)
    lake_export(club=shop.club)
    kept = pq.read_table(path, schema=files.FACTS)
    # as if the first had been committed only now, after the second was exported
    files.table_write(path, kept.slice(1))
    assert lake_export(club=shop.club).facts == 2
    assert references(info.folder) == {"2026-11": 2}


def test_nothing_of_a_person_is_in_the_lake() -> None:
    shop = open_shop()
    shop.buys("one", 500_000)
    folder = lake_export(club=shop.club).folder
    sara = shop.sara
    for path in folder.glob("*.parquet"):
        said = str(pq.read_table(path).to_pylist())
        assert not [secret for secret in (SARA_MOBILE, SARA_MOBILE[3:], sara.first_name) if secret in said]


def test_a_lake_of_another_form_is_made_again() -> None:
    shop = open_shop()
    shop.buys("one", 500_000)
    folder = lake_export(club=shop.club).folder
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"form": {files.FORM}', '"form": 0'))
    files.month_path(folder, "1999-01").write_bytes(b"old")
    assert lake_export(club=shop.club).facts == 1
    assert references(folder) == {"2026-11": 1}
    lake_forget(club=shop.club)
    assert not lake_folder(shop.club).exists()


def test_a_fact_comes_back_from_the_lake_as_it_was() -> None:
    shop = open_shop()
    told = shop.tell(shop.purchase("one", line("A1", 400_000, pieces=2, discount=10_000), line("B2", 90_000)))
    folder = lake_export(club=shop.club).folder
    table, members = files.Opened(folder).read([files.bucket_of(shop.sara.id.bytes)])
    fact = files.fact_decode(table["fact"][0].as_py())
    assert (fact.gross, fact.discount, len(fact.lines)) == (4_900_000, 100_000, 2)
    assert fact.occurred_at == told.occurred_at
    assert table["zone"][0].as_py() == "Asia/Tehran"
    assert shop.sara.id.bytes in members["member_id"].to_pylist()


def test_members_come_back_from_the_lake_with_what_rules_ask_about_them() -> None:
    shop = open_shop()
    attribute_declare(club=shop.club, key="shirt", label=Texts("سایز"), type="choice", choices=["M"], now=NOW)
    member_update(club=shop.club, id=shop.sara.id, changes={"attributes": {"shirt": "M"}}, now=NOW)
    shop.buys("one", 400_000)
    folder = lake_export(club=shop.club).folder
    plan = Plan(str(folder), date(2026, 1, 1), date(2027, 1, 1), b"", tried(shop), "IRR")
    found = {id_: about for id_, about, _rows in Comparison(plan).members_of(range(files.BUCKETS))}
    sara = found[shop.sara.id.bytes]
    assert (sara.city, sara.gender, sara.attributes, sara.id) == (
        "تهران",
        "female",
        {"shirt": "M"},
        shop.sara.id.hex,
    )


def tried(shop: Shop) -> bytes:
    return draft_get(shop.club).program.model_dump_json().encode()
