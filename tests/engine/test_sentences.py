"""A sentence leaves nothing out, in Persian and in English."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bashgah.engine.document import Program, RewardTerms, Rule, Wallet
from bashgah.engine.sentences import (
    criterion_sentence,
    ladder_sentence,
    reward_sentence,
    rule_sentence,
    rule_sentence_parts,
    wallet_sentence,
)
from bashgah.kit import formats
from bashgah.kit.text import Texts
from tests.engine.cases import LADDER, PER_100K, TIER_MULTIPLIER, TOMAN, document, rule

DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
NOT_ECO = {"field": "line.tags", "op": "has_none", "value": ["eco"]}
FULL = rule(
    "full",
    {"amount": "per_step", "params": {"units": 15, "step": 100_000 * TOMAN}, "lines": DAIRY},
    {"amount": "percent", "params": {"permille": 25}, "wallet": "credit"},
    when={
        "all": [
            {"field": "member.tier.main", "op": "in", "value": ["gold", "diamond"]},
            {"field": "fact.branch", "op": "not_in", "value": ["vanak", "tajrish"]},
            {"any": [
                {"lines": {"where": DAIRY, "measure": "sum", "op": "gte", "value": 200_000 * TOMAN}},
                {"lines": {"where": None, "measure": "quantity", "op": "between", "value": [1500, 7000]}},
                {"lines": {"where": {"field": "line.brand", "op": "is", "value": "mihan"}, "measure": "any"}},
                {"lines": {"where": NOT_ECO, "measure": "all"}},
            ]},
            {"not": {"any": [
                {"field": "purchase.payment_methods", "op": "has", "value": "gift_card"},
                {"field": "member.tags", "op": "has_any", "value": ["staff", "press"]},
            ]}},
            {"field": "member.attributes.shoe_size", "op": "gt", "value": 43},
            {"field": "member.attributes.vip", "op": "is", "value": True},
            {"field": "history.purchases", "op": "eq", "value": 4},
            {"field": "member.birth_month_day", "op": "within_days", "value": 9},
            {"field": "fact.weekday", "op": "in", "value": [2]},
        ]
    },
    basis={
        "of": "gross",
        "with_tax": True,
        "excluded_lines": {"field": "line.tags", "op": "has", "value": "tobacco"},
    },
    schedule={
        "starts_at": "2026-11-26T00:00:00+03:30",
        "ends_at": "2027-02-20T00:00:00+03:30",
        "weekdays": [5, 6],
        "from_hour": "16:30",
        "to_hour": "02:15",
    },
    limits=[{"window": "day", "most": 300}, {"window": "ever", "most": 4321}],
    stacking={"group": "مناسبت‌ها", "mode": "best_of"},
    priority=77,
    stage="draft",
)  # fmt: skip
IN_FULL = {
    "fa": [
        "۵ آذر", "۳۰ بهمن ۱۴۰۵", "پنج‌شنبه", "جمعه", "۱۶:۳۰", "۰۲:۱۵", "طلایی یا الماس", "هیچ‌یک از ونک",
        "tajrish", "۲۰۰٬۰۰۰ تومان", "لبنیات", "۱٫۵", "۷", "mihan", "eco", "gift_card", "staff یا press",
        "shoe_size", "۴۳", "vip", "بله", "۴", "۹ روز", "دوشنبه", "پیش از تخفیف", "۱۵ امتیاز", "۱۰۰٬۰۰۰ تومان",
        "۲٫۵ درصد", "اعتبار خرید", "tobacco", "مالیات هم حساب می‌شود", "هزینهٔ ارسال", "۳۰۰ واحد", "۴٬۳۲۱",
        "در روز", "در مجموع", "«مناسبت‌ها»", "فقط بیشترین", "۷۷", "پیش‌نویس",
    ],
    "en": [
        "5 Azar 1405", "30 Bahman 1405", "Thursday", "Friday", "16:30", "02:15", "Gold or Diamond",
        "none of Vanak", "tajrish", "200,000 toman", "Dairy", "1.5", "7", "mihan", "eco", "gift_card",
        "staff or press", "shoe_size", "43", "vip", "yes", "exactly 4", "9 days", "Monday", "before discount",
        "15 points", "100,000 toman", "2.5 percent", "Store credit", "tobacco", "Counted too: tax",
        "the shipping fee", "300 units", "4,321", "a day", "in all", "“مناسبت‌ها”", "gives most",
        "77", "draft",
    ],
}  # fmt: skip
NAMES = {
    "branches": {"vanak": Texts("ونک", "Vanak")},
    "categories": {"dairy": Texts("لبنیات", "Dairy")},
}


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_the_sentence_of_a_full_rule_has_every_value(lang: str) -> None:
    program = document(FULL)
    said = rule_sentence(program.rules[0], program, lang, names=NAMES)
    assert [value for value in IN_FULL[lang] if value not in said] == []


def test_a_persian_sentence_has_no_english_word_of_ours() -> None:
    program = document(FULL)
    said = rule_sentence(program.rules[0], program, "fa", names=NAMES)
    theirs = {"tajrish", "mihan", "eco", "gift", "card", "staff", "press", "shoe", "size", "vip", "tobacco"}
    words = set("".join(c if c.isascii() and c.isalpha() else " " for c in said).split())
    assert words <= theirs


def test_the_base_rule_reads_like_a_sentence() -> None:
    program = document(rule(priority=100))
    assert rule_sentence(program.rules[0], program, "fa") == (
        "وقتی عضو خرید کند، به ازای هر ۱۰۰٬۰۰۰ تومان کامل از مبلغ پس از تخفیف، ۱۰ امتیاز می‌گیرد. "
        "مالیات، هزینهٔ ارسال و بخش پرداخت‌شده با امتیاز حساب نمی‌شود."
    )
    assert rule_sentence(program.rules[0], program, "en") == (
        "When a member buys, they get 10 points for every full 100,000 toman of the amount after discount. "
        "Not counted: tax, the shipping fee and the part paid by points."
    )


def test_effects_that_differ_in_the_wallet_alone_are_said_in_one_breath() -> None:
    program = document(rule("both", PER_100K, {**PER_100K, "wallet": "status"}))
    said = rule_sentence(program.rules[0], program, "fa")
    assert said.split(". ")[0] == (
        "وقتی عضو خرید کند، به ازای هر ۱۰۰٬۰۰۰ تومان کامل از مبلغ پس از تخفیف، "
        "۱۰ امتیاز و ۱۰ امتیاز سطح می‌گیرد"
    )
    pieces = rule_sentence_parts(program.rules[0], program, "en")
    assert [(piece.text, piece.anchor) for piece in pieces if piece.is_points] == [
        ("10 points", "/effects/0/params"),
        ("10 qualifying points", "/effects/1/params"),
    ]


def test_the_pieces_make_the_sentence_and_lead_to_their_fields() -> None:
    program = document(FULL)
    pieces = rule_sentence_parts(program.rules[0], program, "fa", names=NAMES)
    assert "".join(piece.text for piece in pieces) == rule_sentence(
        program.rules[0], program, "fa", names=NAMES
    )
    anchors = {piece.anchor for piece in pieces if piece.anchor}
    assert {
        "/schedule/starts_at", "/schedule/ends_at", "/schedule/weekdays", "/schedule/from_hour",
        "/schedule/to_hour", "/when/all/0", "/when/all/2/any/0/lines", "/when/all/2/any/0/lines/where",
        "/when/all/3/not/any/1", "/effects/0/params", "/effects/0/lines", "/effects/1/params",
        "/basis/excluded_lines", "/limits/0", "/limits/1", "/stacking", "/priority",
    } <= anchors  # fmt: skip
    assert [piece.text for piece in pieces if piece.is_points] == ["۱۵ امتیاز"]


AMOUNTS: list[tuple[dict[str, Any], list[Any]]] = [
    ({"amount": "fixed", "params": {"units": 41}}, [41]),
    ({"amount": "per_step", "params": {"units": 41, "step": 770, "whole_steps": False}}, [41, 77]),
    ({"amount": "per_unit", "params": {"units": 41, "per": 2500}}, [41, Decimal("2.5")]),
    ({"amount": "per_unit", "params": {"units": 41, "per": 3000, "whole": False}}, [41, 3]),
    ({"amount": "percent", "params": {"permille": 37}}, [Decimal("3.7")]),
    ({"amount": "multiplier", "params": {"permille": 3500}}, [Decimal("3.5")]),
    ({"amount": "multiplier", "params": {"permille": 3500, "rules": ["other"]}}, [Decimal("3.5")]),
    ({"amount": "multiplier", "params": {"ladder": "main"}}, [Decimal("1.2"), Decimal("1.5"), 2]),
    (
        {"amount": "table_by_tier", "params": {"ladder": "main", "units": {"gold": 41, "silver": 29}}},
        [41, 29],
    ),
    ({"amount": "table_by_tier", "params": {"ladder": "main", "units": {"gold": 41}, "step": 670}}, [41, 67]),
    (
        {"amount": "table_by_bracket", "params": {"brackets": [{"at_least": 610, "units": 31}]}},
        [61, 31],
    ),
    (
        {"amount": "table_by_bracket", "params": {"brackets": [{"at_least": 610, "units": 31}], "step": 590}},
        [61, 31, 59],
    ),
]


def cases() -> Iterator[Any]:
    for effect, numbers in AMOUNTS:
        for wallet in ("points", "status", "credit"):
            for lines in (None, DAIRY):
                more = {"lines": lines} if lines else {}
                yield pytest.param({**effect, "wallet": wallet, **more}, numbers, wallet, lines is not None)


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize(("effect", "numbers", "wallet", "with_lines"), list(cases()))
def test_every_amount_says_its_numbers(
    effect: dict[str, Any], numbers: list[Any], wallet: str, with_lines: bool, lang: str
) -> None:
    program = document(rule("told", effect), rule("other", {"amount": "fixed", "params": {"units": 1}}))
    said = rule_sentence(program.rules[0], program, lang)
    plain = effect["amount"] in ("percent", "multiplier") or wallet != "credit"
    for number in numbers:
        # money of the credit wallet is written in toman, a tenth of its smallest unit
        forms = {formats.number(number, lang), formats.number(Decimal(number) / 10, lang)}
        assert any(form in said for form in (forms if not plain else {formats.number(number, lang)})), said
    assert ("dairy" in said) is with_lines
    if effect["params"].get("rules"):
        assert "other" in said


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize(
    ("mode", "fa", "en"),
    [
        ("add", "جمع می‌شود", "adds"),
        ("best_of", "بیشترین", "most"),
        ("exclusive", "به‌تنهایی", "only this one"),
    ],
)
def test_every_way_of_joining_is_said(mode: str, fa: str, en: str, lang: str) -> None:
    program = document(rule(stacking={"group": "yalda", "mode": mode}))
    said = rule_sentence(program.rules[0], program, lang)
    assert "yalda" in said
    assert (fa if lang == "fa" else en) in said


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_cap_of_several_wallets_names_them(lang: str) -> None:
    program = document(
        rule("b", PER_100K, {**PER_100K, "wallet": "status"}, limits=[{"window": "week", "most": 70}])
    )
    said = rule_sentence(program.rules[0], program, lang)
    assert formats.number(70, lang) in said
    assert ("امتیاز سطح" if lang == "fa" else "Qualifying points") in said


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_visit_and_a_custom_activity_are_named(lang: str) -> None:
    types = {"review": {"stars": "number"}}
    gift = {"amount": "fixed", "params": {"units": 5}}
    when = {"field": "activity.stars", "op": "gte", "value": 4}
    program = document(
        rule("v", gift, trigger="visit"),
        rule("r", gift, trigger="custom:review", when=when),
        activity_types=types,
    )
    assert ("سر بزند" if lang == "fa" else "visits") in rule_sentence(program.rules[0], program, lang)
    said = rule_sentence(program.rules[1], program, lang)
    assert ("نظر" if lang == "fa" else "Review") in said
    assert ("ستاره" if lang == "fa" else "stars") in said
    assert formats.number(4, lang) in said


@pytest.mark.parametrize(
    ("when", "fa", "en"),
    [
        (
            {"field": "fact.branch", "op": "in", "value": ["a", "b", "c"]},
            "شعبه a، b یا c باشد",
            "the branch is a, b or c",
        ),
        (
            {"all": [{"field": "fact.channel", "op": "is", "value": "app"}]},
            "کانال خرید app باشد",
            "the channel is app",
        ),
        (
            {"all": [
                {"field": "fact.channel", "op": "is", "value": "app"},
                {"any": [
                    {"field": "fact.city", "op": "is", "value": "x"},
                    {"field": "member.city", "op": "is_not", "value": "y"},
                ]},
            ]},
            "کانال خرید app باشد و (شهر شعبه x باشد یا شهر عضو y نباشد)",
            "the channel is app and (the city of the branch is x or the city of the member is not y)",
        ),
    ],
)  # fmt: skip
def test_a_criterion_reads_as_a_clause(when: dict[str, Any], fa: str, en: str) -> None:
    program = document(rule())
    assert criterion_sentence(when, program, "fa") == fa
    assert criterion_sentence(when, program, "en") == en


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_ladder_says_every_tier_threshold_and_benefit(lang: str) -> None:
    ladder = {**LADDER, "tiers": [{**t, "kept_for_life": t["key"] == "gold"} for t in LADDER["tiers"]]}
    program = document(rule(), ladders=[ladder])
    said = ladder_sentence(program.ladders[0], program, lang)
    for tier in ladder["tiers"]:
        assert tier["name"][lang] in said
        assert formats.number(tier["threshold"], lang) in said
    for factor in (Decimal("1.2"), Decimal("1.5"), 2):
        assert formats.number(factor, lang) in said
    assert ("همیشگی: طلایی" if lang == "fa" else "Kept for life: Gold") in said


@pytest.mark.parametrize(
    ("terms", "fa", "en"),
    [
        ({"kind": "age_days", "count": 45}, "۴۵ روز پس از کسب", "45 days after"),
        ({"kind": "age_months", "count": 12}, "۱۲ ماه پس از کسب", "12 months after"),
        ({"kind": "period_end", "period": "year"}, "پایان همان سالی", "end of the year"),
        ({"kind": "period_end", "period": "month", "count": 3}, "۳ ماه بعد", "3 months later"),
        ({"kind": "period_end", "period": "quarter"}, "پایان همان فصلی", "end of the quarter"),
        (
            {"kind": "period_end", "period": "year", "grace_months": 3},
            "تا ۳ ماه دیگر",
            "still be used for 3 months",
        ),
        ({"kind": "age_days", "count": 90, "until": "month_end"}, "پایان ماهی", "in which it is 90 days old"),
        ({"kind": "on_date", "last_day": "2027-03-20"}, "۲۹ اسفند ۱۴۰۵", "29 Esfand 1405"),
        ({"inactive_months": 6}, "۶ ماه بدون خرید", "6 months pass without a purchase"),
        ({"kind": "period_end", "calendar": "gregorian"}, "تقویم میلادی", "Gregorian calendar"),
        ({}, "منقضی نمی‌شود", "never expire"),
    ],
)
def test_a_wallet_says_when_it_opens_and_expires(terms: dict[str, Any], fa: str, en: str) -> None:
    wallet = Wallet.model_validate(
        {"key": "points", "kind": "points", "name": {"fa": "امتیاز", "en": "Points"}, "expiry": terms,
         "pending_days": 7, "worth": 1230, "rounding": "up"}
    )  # fmt: skip
    program = Program.model_validate({"wallets": [wallet.model_dump()]})
    said_fa, said_en = (wallet_sentence(wallet, program, lang) for lang in ("fa", "en"))
    assert [value for value in (fa, "۷ روز", "۱۲۳ تومان", "رو به بالا") if value not in said_fa] == []
    assert [value for value in (en, "7 days", "123 toman", "rounded up") if value not in said_en] == []


@pytest.mark.parametrize(
    ("terms", "fa", "en"),
    [
        (
            {"confirmation": {"confirms": "delivery", "within_days": 10, "otherwise": "cancel"}},
            ["فعالیت «delivery»", "تا ۱۰ روز تأیید نشود، پس از آن باطل می‌شود"],
            ["The activity “delivery” confirms it", "within 10 days is then cancelled"],
        ),
        ({"negative": "refuse"}, ["پذیرفته نمی‌شود"], ["more than there is is refused"]),
        ({"negative": "pending_only"}, ["واحدهای در انتظار برداشته"], ["from pending units"]),
        ({}, ["از واحدهای بعدی تسویه"], ["leaves a debt"]),
    ],
)
def test_a_wallet_says_what_confirms_its_units_and_what_a_debt_is(
    terms: dict[str, Any], fa: list[str], en: list[str]
) -> None:
    wallet = Wallet.model_validate({"key": "points", "kind": "points", "name": {"fa": "امتیاز"}, **terms})
    program = Program.model_validate({"wallets": [wallet.model_dump()]})
    said_fa, said_en = (wallet_sentence(wallet, program, lang) for lang in ("fa", "en"))
    assert [value for value in fa if value not in said_fa] == []
    assert [value for value in en if value not in said_en] == []


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_reward_says_price_people_places_days_and_caps(lang: str) -> None:
    terms = RewardTerms.model_validate(
        {
            "key": "coffee", "kind": "free_product", "price": 300, "channels": ["till", "portal"],
            "when": {"field": "member.tier.main", "op": "at_least", "value": "gold"},
            "starts_on": "2026-11-21", "ends_on": "2026-12-20", "stage": "off",
            "limits": [{"window": "day", "most": 1}, {"window": "month", "most": 8}],
        }
    )  # fmt: skip
    program = document(rule())
    said = reward_sentence(terms, program, lang)
    expected = {
        "fa": ["۳۰۰ امتیاز", "طلایی یا بالاتر", "صندوق", "پرتال", "۳۰ آبان", "۲۹ آذر", "یک بار در روز",
               "۸ بار در ماه", "ارائه نمی‌شود"],
        "en": ["300 points", "Gold or higher", "till", "portal", "30 Aban", "29 Azar", "once a day",
               "8 times a month", "not offered"],
    }  # fmt: skip
    assert [value for value in expected[lang] if value not in said] == []


def test_text_of_people_cannot_break_the_marks() -> None:
    evil = rule(when={"field": "member.city", "op": "is", "value": "\ue000x\ue001y\ue002"})
    program = document(evil)
    pieces = rule_sentence_parts(program.rules[0], program, "en")
    assert "xy" in [piece.text for piece in pieces]


def test_a_rule_that_has_ended_says_so() -> None:
    program = document({**TIER_MULTIPLIER, "stage": "off"})
    assert rule_sentence(program.rules[0], program, "fa").endswith(
        "این قانون پایان یافته است و دیگر چیزی نمی‌دهد."
    )
    assert isinstance(program.rules[0], Rule)


def test_an_activity_and_its_fields_stand_by_their_names_else_by_their_keys() -> None:
    gift = {"amount": "fixed", "params": {"units": 5}}
    asked = {"field": "activity.cups", "op": "gte", "value": 4}
    when = {"all": [asked, {"field": "activity.bar", "op": "gte", "value": 1}]}
    program = document(
        rule("r", gift, trigger="custom:tasting", when=when),
        activity_types={"tasting": {"cups": "number", "bar": "number"}},
    )
    names = {"name": {"fa": "چشیدن چای", "en": "Tea tasting"}, "fields": {"cups": {"fa": "فنجان‌ها"}}}
    named = {"tasting": names}
    program = program.model_validate(program.model_dump(mode="json") | {"activity_names": named})
    said = {lang: rule_sentence(program.rules[0], program, lang) for lang in ("fa", "en")}
    assert "چشیدن چای" in said["fa"]
    assert "«فنجان‌ها»" in said["fa"]
    assert "Tea tasting" in said["en"]
    assert "“bar”" in said["en"]
