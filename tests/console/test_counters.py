"""Counters in the console: built by form, said as they are built, looked at by rules, kept while they are."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.console.building import counter as forms
from bashgah.console.building.sources import sources_of
from bashgah.engine.document import Counter
from bashgah.programs import selectors
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db

MILK = {"field": "line.sku", "op": "is", "value": "milk"}
KINDS: list[dict[str, Any]] = [
    {"counts": "times", "window": "month", "when": {"field": "fact.branch", "op": "is", "value": "101"}},
    {"counts": "pieces", "window": "week", "lines": MILK},
    {"counts": "money", "window": "year", "when": {"lines": {"where": MILK, "measure": "any"}}},
    {"counts": "streak", "window": "week", "trigger": "visit"},
    {"counts": "days_since", "window": "ever", "trigger": "custom:review"},
    {
        "counts": "times",
        "window": "ever",
        "trigger": "custom:review",
        "when": {"field": "activity.stars", "op": "gte", "value": 4},
    },
]


def counters_of(console: Console) -> tuple[Counter, ...]:
    program = selectors.draft_get(console.club).program
    assert program is not None
    return program.counters


def typed(**more: Any) -> dict[str, Any]:
    """The purchases of a month, as the form posts them."""
    return {
        "name_fa": "خریدهای ماه",
        "name_en": "Purchases of the month",
        "trigger": "purchase",
        "counts": "times",
        "window": "month",
        **more,
    }


@pytest.mark.parametrize("kind", KINDS, ids=[f"{k['counts']}-{i}" for i, k in enumerate(KINDS)])
def test_a_stored_counter_survives_its_form(console: Console, kind: dict[str, Any]) -> None:
    draft = selectors.draft_get(console.club)
    assert draft.program is not None
    stored = Counter.model_validate({"key": "one", "name": {"fa": "یک", "en": "One"}, **kind})
    for lang in ("fa", "en"):
        sources = sources_of(console.club, draft.program, lang)
        document = forms.document_of(forms.form_of(stored, sources), sources)
        assert Counter.model_validate(document) == stored
        judged = forms.judge(draft, document, sources)
        assert judged.problems == ()
        assert "{" not in judged.parts[0].text


def test_a_counter_is_written_listed_changed_and_taken_out(console: Console) -> None:
    assert console.get("rules/counters/new/").status_code == 200
    assert console.post("rules/counters/new/", **typed()).status_code == 302
    (made,) = counters_of(console)
    assert (made.key, made.counts, made.window) == ("purchases_of_the_month", "times", "month")
    page = console.get("rules/counters/").content.decode()
    assert "خریدهای ماه" in page
    assert "هر ماه" in page
    here = "rules/counters/purchases_of_the_month/"
    assert console.get(here, "en").status_code == 200
    changed = typed(counts="streak", window="week", key="purchases_of_the_month")
    assert console.post(here, **changed).status_code == 302
    (made,) = counters_of(console)
    assert (made.key, made.counts, made.window) == ("purchases_of_the_month", "streak", "week")
    assert console.post(f"{here}remove/").status_code == 302
    assert counters_of(console) == ()


def test_the_sentence_changes_and_faults_stand_at_their_part(console: Console) -> None:
    said = console.post("rules/counters/preview/?part=said", **typed(counts="money")).content.decode()
    assert "مبلغ" in said
    wrong = console.post("rules/counters/new/", **typed(counts="streak", window="ever"))
    assert wrong.status_code == 422
    assert "b-error" in wrong.content.decode().split('id="f-s-what"')[1].split("</div>")[0]
    assert counters_of(console) == ()
    nameless = console.post("rules/counters/new/", **typed(name_fa="", name_en=""))
    assert "b-error" in nameless.content.decode().split('id="f-s-name"')[1].split("</div>")[0]
    built = console.post("rules/counters/preview/?part=form", **typed(act="l|start|")).content.decode()
    assert 'name="l-1-field"' in built
    visit = console.post("rules/counters/preview/?part=form", **typed(trigger="visit")).content.decode()
    assert 'id="s-lines"' not in visit


def test_a_counter_a_rule_looks_at_stays_and_the_rule_finds_it_at_once(console: Console) -> None:
    console.post("rules/counters/new/", **typed())
    form = console.post("rules/preview/?part=form", trigger="purchase", act="w|start|").content.decode()
    assert 'value="counter.purchases_of_the_month"' in form
    assert 'href="/console/rules/counters/"' in form
    rule = {
        "name_fa": "خرید پنجم",
        "name_en": "Fifth",
        "trigger": "purchase",
        "stage": "draft",
        "w-0-kind": "all",
        "w-0-in": "",
        "w-1-kind": "test",
        "w-1-in": "0",
        "w-1-field": "counter.purchases_of_the_month",
        "w-1-op": "eq",
        "w-1-value": "5",
        "effect-0-wallet": "points",
        "effect-0-amount": "fixed",
        "effect-0-p-units": "10",
    }
    assert console.post("rules/new/", **rule).status_code == 302
    refused = console.post("rules/counters/purchases_of_the_month/remove/")
    assert refused.status_code == 409
    assert "«خرید پنجم» این شمارنده را می‌سنجد" in refused.content.decode()
    assert len(counters_of(console)) == 1


def test_who_may_read_sees_counters_and_changes_none(console: Console) -> None:
    analyst = console.works_as("analyst")
    assert analyst.get("rules/counters/").status_code == 200
    assert analyst.post("rules/counters/new/", **typed()).status_code == 403
    assert counters_of(console) == ()
