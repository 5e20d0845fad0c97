"""The pages of the books: auditors read roots and statement, a cost makes money of units, files balance."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from openpyxl import load_workbook

from bashgah.accounting import liability
from bashgah.accounting.costs import ACCOUNTS, accounts_on, cost_set, costs_list
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.ledger.roots import days_close, roots_list
from bashgah.ledger.services import credit_post
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.services import members_lock
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(console: Console) -> Console:
    """Yesterday Sara bought; the day is closed, points cost 720 rial each."""
    now = clock.now()
    console.buys(console.cast.sara, 12_000_000, days_ago=1)
    days_close(club=console.club, now=now + timedelta(days=2))
    cost_set(club=console.club, unit="points", per_thousand=720_000, since=None, actor=SYSTEM, now=now)
    liability.liability_keep(club=console.club, program=None)
    return console


def rows(body: bytes) -> list[list[str]]:
    """The lines of a file as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def streamed(answer: object) -> bytes:
    """All of a streamed answer."""
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("path", ["statement", "roots", "liability", "journal", "costs"])
def test_every_page_of_the_books_opens_before_and_after_a_day_is_closed(
    console: Console, path: str, lang: str
) -> None:
    assert console.get(f"ledger/{path}/", lang).status_code == 200
    console.buys(console.cast.sara, 12_000_000)
    days_close(club=console.club, now=clock.now() + timedelta(days=2))
    liability.liability_keep(club=console.club, program=None)
    assert console.get(f"ledger/{path}/", lang).status_code == 200


def test_an_auditor_reads_the_statement_and_takes_it_along(books: Console) -> None:
    auditor = books.works_as("auditor")
    root = roots_list(books.club)[0]
    page = auditor.get("ledger/statement/", "en").content.decode()
    assert root.root in page
    assert "every wallet balances to the unit" in page
    assert root.root in auditor.get("ledger/roots/").content.decode()
    told = json.loads(auditor.get("ledger/statement.json").content)
    (points,) = (line for line in told["lines"] if line["unit"] == "points")
    assert (points["opening"], points["closing"]) == (0, points["flows"]["issued"])
    assert rows(streamed(auditor.get("ledger/statement.csv")))[-1] == ["root", root.root]
    assert rows(streamed(auditor.get("ledger/roots.csv")))[-1][:2] == [root.day.isoformat(), root.root]


def test_who_may_not_audit_sees_no_roots(books: Console) -> None:
    analyst = books.works_as("analyst")
    assert analyst.get("ledger/roots/").status_code == 403
    assert analyst.get("ledger/statement/").status_code == 403
    assert analyst.get("ledger/liability/").status_code == 200


def test_the_liability_is_said_in_units_and_money_however_it_is_split(books: Console) -> None:
    for way in ("tier", "earned", "enrolled", "age"):
        page = books.get(f"ledger/liability/?by={way}", "en").content.decode()
        assert "Nothing is outstanding" not in page
    head, first, *_rest = rows(streamed(books.get("ledger/liability.csv")))
    row = dict(zip(head, first, strict=True))
    assert (row["wallet"], row["branch"], row["age from"]) == ("points", "101", "0")
    assert int(row["value"]) == int(row["units"]) * 720


def test_both_files_of_the_journal_hold_the_same_lines_and_balance(books: Console) -> None:
    lines = rows(streamed(books.get("ledger/journal.csv", "en")))
    sheet = load_workbook(io.BytesIO(books.get("ledger/journal.xlsx", "en").content)).active
    assert [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == lines
    debit, credit = lines[0].index("Debit"), lines[0].index("Credit")
    assert sum(int(row[debit]) for row in lines[1:]) == sum(int(row[credit]) for row in lines[1:]) > 0


def test_a_cost_is_set_from_an_open_day_and_refused_for_a_closed_one(books: Console) -> None:
    form = {"part": "cost", "wallet": "points", "cost_points": "۹۰٬۰۰۰"}
    closed = roots_list(books.club)[0].day.isoformat()
    answer = books.post("ledger/costs/", **form, since_points=closed)
    assert answer.status_code == 422
    assert "بسته شده است" in answer.content.decode()
    assert books.post("ledger/costs/", **form, since_points="").status_code == 302
    assert [cost.per_thousand for cost in costs_list(books.club)] == [720_000, 900_000]


def test_accounts_get_the_codes_of_the_companys_books(books: Console) -> None:
    named = accounts_on(books.club, clock.now().date())
    form = {f"code_{key}": account.code for key, account in named.items()}
    form |= {f"name_{key}": account.name for key, account in named.items()}
    assert books.post("ledger/costs/", part="accounts", **form | {"code_deferred": ""}).status_code == 422
    assert (
        books.post("ledger/costs/", part="accounts", **form | {"code_deferred": "24-01"}).status_code == 302
    )
    assert accounts_on(books.club, clock.now().date())["deferred"].code == "24-01"
    analyst = books.works_as("analyst")
    assert analyst.get("ledger/costs/").status_code == 200
    assert analyst.post("ledger/costs/", part="accounts", **form).status_code == 403


def test_a_wallet_of_money_is_said_as_money_and_counted_in_its_currency_in_files(books: Console) -> None:
    now = clock.now()
    with transaction.atomic():
        credit_post(
            club=books.club,
            locked=members_lock(books.club, [books.cast.sara.id])[books.cast.sara.id],
            unit="credit",
            kind=WalletKind.CREDIT,
            amount=330_000,
            cause=Cause.OPENING,
            cause_id=uuid4(),
            now=now + timedelta(days=3),
        )
    days_close(club=books.club, now=now + timedelta(days=5))
    liability.liability_keep(club=books.club, program=None)
    assert "33,000 toman" in books.get("ledger/statement/", "en").content.decode()
    assert "33,000 toman" in books.get("ledger/liability/?wallet=credit", "en").content.decode()
    head, *lines = rows(streamed(books.get("ledger/statement.csv")))
    counted = {line[0]: line[head.index("counted in")] for line in lines if len(line) == len(head)}
    assert counted == {"credit": "IRR", "points": "units", "status": "units"}


def test_usual_accounts_are_named_in_the_readers_language_and_own_names_as_they_are(books: Console) -> None:
    assert "Revenue deferred for points given" in books.get("ledger/journal/", "en").content.decode()
    assert "کاهش درآمد بابت اعطای امتیاز" in books.get("ledger/journal/", "fa").content.decode()
    english = {key: usual.en for key, (_code, usual) in ACCOUNTS.items()}
    form = {f"code_{key}": code for key, (code, _usual) in ACCOUNTS.items()}
    form |= {f"name_{key}": name for key, name in english.items()} | {"name_expired": "سوخت امتیاز"}
    assert books.post("ledger/costs/", part="accounts", **form).status_code == 302
    named = accounts_on(books.club, clock.now().date())
    assert (named["deferred"].name, named["expired"].name) == (ACCOUNTS["deferred"][1].fa, "سوخت امتیاز")
