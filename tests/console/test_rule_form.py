"""The rule editor's form loses nothing: a stored rule, shown and submitted unchanged, is the same rule."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from bashgah.clubs import selectors as clubs
from bashgah.console.building import rule as forms
from bashgah.console.building.criteria import changed, from_tree, to_tree
from bashgah.console.building.editor import editor_view
from bashgah.console.building.example import ExampleForm
from bashgah.console.building.judging import judge, plain_sentence
from bashgah.console.building.sources import Sources, sources_of
from bashgah.engine.document import Program, Rule
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts
from bashgah.products.services import categories_upsert_bulk
from bashgah.products.types import CategoryInfo
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo
from bashgah.ui.types import Lang
from tests.cast import NOW, naderi

pytestmark = pytest.mark.django_db


def ground(lang: Lang = "fa") -> tuple[DraftInfo, Sources]:
    """The draft of club Naderi with the starter program."""
    people = naderi()
    services.program_start(club=people.club, actor=SYSTEM, now=NOW)
    draft = selectors.draft_get(people.club)
    assert draft.program is not None
    return draft, sources_of(people.club, draft.program, lang)


class _Fields(HTMLParser):
    """Collects what a browser would submit of a rendered form."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.select = ""
        self.picked: str | None = None
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = dict(attrs)
        name, value = got.get("name") or "", got.get("value") or ""
        if tag == "input" and name:
            if got.get("type") in {"checkbox", "radio"} and "checked" not in got:
                return
            self.pairs.append((name, value))
        elif tag == "select":
            self.select, self.picked, self.first = name, None, None
        elif tag == "option" and self.select:
            self.first = value if self.first is None else self.first
            if "selected" in got:
                self.picked = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            value = self.picked if self.picked is not None else self.first
            self.pairs.append((self.select, value or ""))
            self.select = ""


def submitted(draft: DraftInfo, sources: Sources, form: forms.RuleForm) -> QueryDict:
    """What the browser sends when the shown form is submitted untouched."""
    view = editor_view(
        form, judge(draft, forms.document_of(form, sources), sources), sources, today=NOW.date()
    )
    html = render_to_string("console/rules/body.html", {"view": view, "club": sources.club})
    fields = _Fields()
    fields.feed(html)
    data = QueryDict(mutable=True)
    for name, value in fields.pairs:
        data.appendlist(name, value)
    data["key"] = form.key
    return data


def rules_of(program: Program | None) -> tuple[Rule, ...]:
    assert program is not None
    return program.rules


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_stored_rule_shown_and_submitted_unchanged_is_the_same_rule(lang: Lang) -> None:
    with translation.override(lang):
        draft, sources = ground(lang)
        for rule in rules_of(draft.program):
            form = forms.form_of(rule, sources)
            again = forms.form_read(submitted(draft, sources, form), sources)
            assert Rule.model_validate(forms.document_of(again, sources)) == rule


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_rule_with_everything_in_it_survives_the_form(lang: Lang) -> None:
    with translation.override(lang):
        draft, _sources = ground(lang)
        document = dict(draft.document)
        document["counters"] = [{"key": "buys", "name": {"en": "Buys"}}]
        document["rules"] = [
            {
                "key": "full",
                "name": {"fa": "کامل", "en": "Full"},
                "when": {"field": "counter.buys", "op": "every", "value": 3},
                "effects": [{"amount": "fixed", "params": {"units": 5}}],
                "basis": {
                    "of": "gross",
                    "with_tax": True,
                    "with_points_paid": True,
                    "excluded_lines": {"field": "line.brand", "op": "in", "value": ["cheap", "gift"]},
                },
                "schedule": {
                    "starts_at": "2027-03-21T08:30:00+03:30",
                    "ends_at": "2027-04-03T00:00:00+03:30",
                    "weekdays": [0, 6],
                    "from_hour": "08:30",
                    "to_hour": "21:00",
                    "occasions": ["yalda", "nowruz"],
                    "not_on": ["ramadan"],
                },
                "limits": [
                    {"window": "day", "most": 9},
                    {"window": "day", "most": 2, "of": "times"},
                    {"window": "ever", "most": 50, "of": "times"},
                ],
                "budget": {"most": 1000, "window": "month", "per": "branch", "at_limit": "skip"},
                "stacking": {"group": "g", "mode": "last"},
                "examples": [
                    {
                        "name": {"fa": "سوم", "en": "Third"},
                        "fact": {"gross": 1000000},
                        "state": {"counters": {"buys": 2}, "times": {"day": 1}, "budget": 7},
                        "expect": {"points": 5},
                    },
                    {
                        "name": {"en": "A basket"},
                        "fact": {
                            "at": "2027-03-22T17:42:00+03:30",
                            "lines": [
                                {
                                    "sku": "milk",
                                    "name": "شیر",
                                    "category": ["food", "dairy"],
                                    "gross": 900000,
                                },
                                {"sku": "ham", "quantity": 1500, "gross": 400000, "discount": 100000},
                            ],
                            "shipping": 50000,
                        },
                        "expect": {},
                    },
                ],
            },
            {
                "key": "triple",
                "name": {"en": "Triple"},
                "effects": [
                    {
                        "amount": "multiplier",
                        "params": {"permille": 3000},
                        "lines": {"field": "line.category", "op": "under", "value": "dairy"},
                    }
                ],
                "budget": {"of": "money", "most": 200_000_000},
            },
        ]
        club = clubs.club_get(draft.club_id)
        saved = services.draft_save(club=club, document=document, revision=1, actor=SYSTEM, now=NOW)
        assert saved.problems == ()
        assert saved.program is not None
        sources = sources_of(club, saved.program, lang)
        for rule in rules_of(saved.program):
            form = forms.form_of(rule, sources)
            again = forms.form_read(submitted(saved, sources, form), sources)
            assert Rule.model_validate(forms.document_of(again, sources)) == rule


def test_a_carried_example_stays_its_own_when_an_earlier_one_is_taken_away() -> None:
    draft, sources = ground()
    form = forms.new_form(sources)
    form.name_fa = "تازه"
    basket = {"fact": {"lines": [{"sku": "milk", "gross": 1}, {"sku": "ham", "gross": 2}]}, "state": {}}
    form.examples = [ExampleForm(name_fa="ساده", gross="۱۰"), ExampleForm(name_fa="سبد", case=basket)]
    first = forms.form_read(submitted(draft, sources, form), sources)
    assert forms.acted(first, "example|remove|0", sources) == "example-add"
    again = forms.form_read(submitted(draft, sources, first), sources)
    (kept,) = forms.document_of(again, sources)["examples"]
    assert kept == {"name": {"fa": "سبد", "en": ""}, **basket, "expect": {}}


def test_a_button_says_where_to_go_on() -> None:
    _draft, sources = ground()
    form = forms.new_form(sources)
    assert forms.acted(form, "w|start|", sources) == "w-1-field"
    assert forms.acted(form, "w|group|0", sources) == "w-3-field"
    assert forms.acted(form, "w|lines|0", sources) == "w-4-add"
    assert forms.acted(form, "w|test|4", sources) == "w-5-field"
    assert forms.acted(form, "w|remove|5", sources) == "w-4-add"
    assert forms.acted(form, "e0|start|", sources) == "e0-1-field"


def case(field: str, op: str, value: object) -> dict[str, object]:
    """One test of a criterion."""
    return {"field": field, "op": op, "value": value}


def test_nested_conditions_survive_the_form() -> None:
    draft, sources = ground()
    place = {"any": [case("fact.branch", "is", "101"), case("fact.hour", "gte", 20)]}
    never = {"not": {"any": [case("member.tags", "has_any", ["staff"]), case("fact.weekday", "in", [6])]}}
    dairy = {"all": [case("line.category", "under", "dairy"), case("line.net", "gte", 500_000)]}
    lines = {
        "where": dairy,
        "measure": "sum",
        "of": "gross",
        "op": "between",
        "value": [2_000_000, 9_000_000],
    }
    tree = {
        "all": [
            case("member.tier.main", "in", ["gold", "diamond"]),
            place,
            never,
            {"lines": lines},
            case("purchase.net", "gte", 1_500_000),
            case("member.birth_month_day", "within_days", 7),
        ]
    }
    rule = rules_of(draft.program)[0].model_copy(update={"when": tree})
    again = forms.form_read(submitted(draft, sources, forms.form_of(rule, sources)), sources)
    assert forms.document_of(again, sources)["when"] == tree


def test_a_button_adds_a_condition_and_another_takes_it_away() -> None:
    draft, sources = ground()
    root = from_tree(
        {"field": "fact.branch", "op": "is", "value": "101"}, sources.program, "purchase", sources.club, "fa"
    )
    assert root is not None
    start = forms.start_test(sources, "purchase", "fact")
    root = changed(root, "test|0", start)
    assert root is not None
    assert [child.field for child in root.children] == ["fact.branch", "member.tier.main"]
    root = changed(root, "remove|1", start)
    assert to_tree(root, sources.program, "purchase", sources.club) == {
        "field": "member.tier.main",
        "op": "is",
        "value": None,
    }
    assert draft.revision == 1


def test_the_sentence_follows_the_form() -> None:
    draft, sources = ground()
    form = forms.form_of(rules_of(draft.program)[0], sources)
    form.effects = [forms.EffectForm(params={"units": 15, "step": 1_000_000})]
    judged = judge(draft, forms.document_of(form, sources), sources)
    assert "۱۵ امتیاز" in plain_sentence(judged.parts)
    assert judged.problems == ()
    assert judged.examples_ok < len(judged.examples)


def test_what_is_half_filled_in_is_named_and_not_lost() -> None:
    draft, sources = ground()
    form = forms.new_form(sources)
    form.name_fa = "تازه"
    forms.acted(form, "w|start|", sources)
    data = submitted(draft, sources, form)
    again = forms.form_read(data, sources)
    judged = judge(draft, forms.document_of(again, sources), sources)
    assert again.when is not None
    assert [problem.at.split("/")[1] for problem in judged.problems] == ["when"]
    assert judged.parts == ()


def test_a_sentence_says_the_names_the_club_gave() -> None:
    draft, sources = ground()
    club = sources.club
    named = [CategoryInfo("dairy", Texts("لبنیات", "Dairy"), "")]
    categories_upsert_bulk(club=club, categories=named, now=NOW)
    assert draft.program is not None
    known = sources_of(club, draft.program, "fa")
    when = {
        "lines": {
            "where": case("line.category", "under", "dairy"),
            "measure": "count",
            "op": "gte",
            "value": 1,
        }
    }
    rule = rules_of(draft.program)[0].model_copy(update={"when": when})
    form = forms.form_read(submitted(draft, known, forms.form_of(rule, known)), known)
    saved = plain_sentence(judge(draft, forms.document_of(form, known), known).parts)
    assert "لبنیات" in saved
    assert "dairy" not in saved
