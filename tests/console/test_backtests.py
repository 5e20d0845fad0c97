"""Backtests through their pages: asked for, watched, read, compared, stopped, thrown away."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import rule_put
from bashgah.simulation import selectors, services
from bashgah.simulation.types import BacktestInfo
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")

FORM = {
    "tried": "0",
    "live": "0",
    "since": "1404-01-01",
    "until": "1405-12-01",
    "permille": "1000",
    "name": "",
}


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def asked(console: Console) -> str:
    """Ask for a backtest of a draft that doubles the points; return its address under the console."""
    draft = draft_get(console.club)
    rule = {
        "key": "more",
        "name": {"fa": "امتیاز بیشتر", "en": "More points"},
        "effects": [{"wallet": "points", "amount": "fixed", "params": {"units": 25}}],
    }
    rule_put(club=console.club, rule=rule, revision=draft.revision, actor=SYSTEM, now=clock.now())
    response = console.post("rules/backtests/new/", **FORM)
    assert response.status_code == 302
    return str(response.headers["Location"].removeprefix("/console/"))


def run(console: Console) -> BacktestInfo:
    found = selectors.backtest_list(console.club)[0]
    return services.backtest_run(club=console.club, id=found.id, clock=clock.now, workers=0)


def test_a_report_says_what_would_have_been_given_and_why(console: Console) -> None:
    console.buys(console.cast.sara, 30_000_000)
    address = asked(console)
    assert "به‌محض آزاد شدن پردازشگر شروع می‌شود." in text(console.get(address))
    assert run(console).state == "done"
    page = text(console.get(address))
    assert "۱ عضو بیشتر می‌گرفتند" in page
    assert "امتیاز بیشتر" in page
    assert "سارا محمدی" in page
    assert "25" in text(console.get(address, lang="en"))


def test_progress_is_asked_until_there_is_a_report(console: Console) -> None:
    address = asked(console)
    assert "every 2s" in text(console.get(f"{address}progress/"))
    run(console)
    ended = console.get(f"{address}progress/")
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (204, "true")


def test_one_that_waits_is_stopped_and_then_thrown_away(console: Console) -> None:
    address = asked(console)
    assert console.post(f"{address}remove/").status_code == 409
    console.post(f"{address}stop/")
    assert "متوقف شد" in text(console.get(address))
    console.post(f"{address}remove/")
    assert console.get(address).status_code == 404


def test_two_finished_ones_stand_beside_one_another(console: Console) -> None:
    console.buys(console.cast.sara, 30_000_000)
    first = asked(console).split("/")[-2]
    run(console)
    second = asked(console).split("/")[-2]
    run(console)
    page = text(console.get(f"rules/backtests/compare/?a={first}&b={second}"))
    assert "هر دو به یک اندازه امتیاز می‌دادند." in page
    assert console.get(f"rules/backtests/compare/?a={first}&b={first}").status_code == 302


def test_a_period_that_ends_before_it_begins_is_refused_beside_its_field(console: Console) -> None:
    answer = console.post("rules/backtests/new/", **{**FORM, "until": "1403-01-01"})
    assert answer.status_code == 422
    assert "پایان بازه باید بعد از آغاز آن باشد." in text(answer)


def test_a_report_is_a_file_with_every_figure(console: Console) -> None:
    console.buys(console.cast.sara, 30_000_000)
    address = asked(console)
    run(console)
    told = b"".join(console.get(f"{address}report.csv").streaming_content).decode("utf-8-sig")
    lines = [line.split(",") for line in told.splitlines()]
    assert [line[1] for line in lines[0:1]] == ["نام"]
    given = next(line for line in lines if line[0] == "خلاصه")
    assert int(given[3]) - int(given[2]) == 25
    assert {"خلاصه", "ماه‌ها", "هفته‌ها", "شهر", "جنسیت", "قانون", "بیشترین برنده‌ها", "چرا"} <= {
        line[0] for line in lines
    }
    assert console.get(f"{address}report.xlsx").content[:2] == b"PK"


def test_an_analyst_reads_reports_and_starts_none(console: Console) -> None:
    address = asked(console)
    analyst = console.works_as("analyst")
    assert analyst.get("rules/backtests/").status_code == 200
    assert analyst.get(address).status_code == 200
    assert analyst.post("rules/backtests/new/", **FORM).status_code == 403
    assert analyst.post(f"{address}stop/").status_code == 403


def test_another_clubs_backtest_is_not_found(console: Console) -> None:
    assert console.get("rules/backtests/btt_00000000000000000000000000/").status_code == 404


CASE = {
    "kind": "purchase",
    "day": "1406-01-05",
    "hour": "17:40",
    "branch": "101",
    "channel": "pos",
    "amount": "500000",
    "program": "0",
}


def test_one_case_is_tried_for_a_member_on_a_day_that_lies_ahead(console: Console) -> None:
    page = text(console.post("rules/try/", **CASE, member=console.cast.sara.number))
    assert "سارا محمدی" in page
    assert "b-why" in page


def test_one_case_is_tried_for_somebody_made_up(console: Console) -> None:
    lines = {"line-1-sku": "A1", "line-1-quantity": "2", "line-1-amount": "900000"}
    page = text(console.post("rules/try/", **{**CASE, "amount": ""}, **lines, purchases="3"))
    assert "b-why" in page


def test_a_case_without_an_amount_says_what_is_missing(console: Console) -> None:
    answer = console.post("rules/try/", **{**CASE, "amount": ""})
    assert answer.status_code == 422
    unknown = console.post("rules/try/", **CASE, member="09129999999")
    assert unknown.status_code == 422


def test_a_report_says_which_rules_were_supposed_to_be_live(console: Console) -> None:
    console.buys(console.cast.sara, 30_000_000)
    draft = draft_get(console.club)
    rule = {
        "key": "more",
        "name": {"fa": "امتیاز بیشتر", "en": "More points"},
        "effects": [{"wallet": "points", "amount": "fixed", "params": {"units": 25}}],
        "stage": "draft",
    }
    rule_put(club=console.club, rule=rule, revision=draft.revision, actor=SYSTEM, now=clock.now())
    location = console.post("rules/backtests/new/", **FORM).headers["Location"]
    report = run(console).report
    assert report is not None
    assert report.tried.points - report.live.points == 25
    address = location.removeprefix("/console/")
    assert "«امتیاز بیشتر» پیش‌نویس است؛ با این فرض حساب شد که برای همه فعال باشد." in text(
        console.get(address)
    )
    page = text(console.get(address, lang="en"))
    assert "“More points” is a draft; it was replayed as if it were live for everybody." in page
    told = b"".join(console.get(f"{address}report.csv").streaming_content).decode("utf-8-sig")
    assert "فرض‌های این محاسبه,«امتیاز بیشتر» پیش‌نویس است" in told


def test_rewards_stand_in_columns_of_their_own_in_page_and_file(console: Console) -> None:
    draft = draft_get(console.club)
    assert draft.program is not None
    reward = next(each for each in draft.program.rewards if each.kind == "discount_coupon")
    rule_put(
        club=console.club,
        rule={
            "key": "gift",
            "name": {"fa": "هدیهٔ خرید", "en": "Gift"},
            "effects": [{"kind": "reward", "reward": reward.key, "count": 2}],
        },
        revision=draft.revision,
        actor=SYSTEM,
        now=clock.now(),
    )
    console.buys(console.cast.sara, 30_000_000)
    response = console.post("rules/backtests/new/", **FORM)
    address = str(response.headers["Location"].removeprefix("/console/"))
    report = run(console).report
    assert report is not None
    assert [(each.reward, each.rule, each.live, each.tried) for each in report.rewards] == [
        (reward.key, "gift", 0, 2)
    ]
    page = text(console.get(address))
    assert "پاداش‌هایی که قانون‌ها می‌دهند" in page
    assert "هدیهٔ خرید" in page
    told = b"".join(console.get(f"{address}report.csv", lang="en").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(told.splitlines()))
    assert [cell.split(" · ")[0] for cell in rows[0][-4:]] == [
        "Rewards", "Rewards", "Cost of rewards", "Cost of rewards",
    ]  # fmt: skip
    found = {(row[0], row[1]): row[-4:-2] for row in rows}
    assert found[("Summary", "Points earned in all")] == ["0", "2"]
    assert found[("Rule", "Gift")] == ["0", "2"]
    assert [row[-4:-2] for row in rows if row[0] == "Reward"] == [["0", "2"]]
    assert [row[-4:-2] for row in rows if row[0] == "Months"] == [["0", "2"]]
    assert ["0", "2"] in [row[-4:-2] for row in rows if row[0] == "Branch"]
