"""Ready rules a marketer begins from: each with its examples, put into the draft as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.ground.types import Actor
from bashgah.kit.money import CURRENCIES
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo

_SUNDAY_EVENING = "2026-11-22T20:30:00+03:30"
_WEEK: dict[str, Any] = {"window": "week", "most": 1, "of": "times"}
_YEAR: dict[str, Any] = {"window": "year", "most": 1, "of": "times"}
_EVER: dict[str, Any] = {"window": "ever", "most": 1, "of": "times"}


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule to begin from, in a program's currency, with the counters it needs."""

    key: str
    name: Texts
    rule: Mapping[str, Any]
    counters: tuple[Mapping[str, Any], ...] = ()


def ready_rules(program: Program) -> tuple[ReadyRule, ...]:
    """Return the ready rules for a program: all give points, so a program without points has none."""
    if not any(wallet.key == "points" for wallet in program.wallets):
        return ()
    currency = CURRENCIES[program.currency]
    step = 1_000_000 if program.currency == "IRR" else 10 * 10**currency.exponent
    return (*_bought(step, program.calendar == "jalali"), *_done(), *_related(step))


def rule_from_ready(*, club: ClubInfo, key: str, revision: int, actor: Actor, now: datetime) -> DraftInfo:
    """Put a ready rule into the draft as a draft, with the counters it needs; a taken key gets a number.

    Raises ``part_not_found`` (404) for a key no ready rule has, ``program_invalid`` (422) while the draft has
    not the shape of a program, and ``draft_moved`` (409) as every save.
    """
    draft = selectors.draft_get(club)
    if draft.program is None:
        raise Refusal("program_invalid", Phrase(_("Mend the draft first.")), status=422)
    found = next((each for each in ready_rules(draft.program) if each.key == key), None)
    if found is None:
        raise Refusal(
            "part_not_found", Phrase(_("There is no ready rule called “{key}”."), {"key": key}), status=404
        )
    document = dict(draft.document)
    taken = {rule["key"] for rule in document["rules"]}
    name = next(name for name in (key, *(f"{key}_{i}" for i in range(2, 1002))) if name not in taken)
    document["rules"] = [*document["rules"], {**found.rule, "key": name, "stage": "draft"}]
    known = {counter["key"] for counter in document["counters"]}
    document["counters"] = [
        *document["counters"],
        *(dict(counter) for counter in found.counters if counter["key"] not in known),
    ]
    return services.draft_save(club=club, document=document, revision=revision, actor=actor, now=now)


def _rule(  # noqa: PLR0917 a table reads best in columns
    key: str,
    fa: str,
    en: str,
    units: int,
    examples: list[dict[str, Any]],
    trigger: str = "purchase",
    counters: tuple[Mapping[str, Any], ...] = (),
    **more: Any,
) -> ReadyRule:
    effects = more.pop("effects", [{"amount": "fixed", "params": {"units": units}}])
    rule = {
        "key": key,
        "name": {"fa": fa, "en": en},
        "trigger": trigger,
        "effects": effects,
        "examples": examples,
        **more,
    }
    return ReadyRule(key, Texts(fa, en), rule, counters)


def _case(fa: str, en: str, expect: int, fact: dict[str, Any] | None = None, **state: Any) -> dict[str, Any]:
    return {
        "name": {"fa": fa, "en": en},
        "fact": fact or {},
        "state": state,
        "expect": {"points": expect} if expect else {},
    }


def _counter(key: str, fa: str, en: str, **more: Any) -> Mapping[str, Any]:
    return {"key": key, "name": {"fa": fa, "en": en}, **more}


def _bought(step: int, jalali: bool) -> tuple[ReadyRule, ...]:
    """Return what rewards buying: first, again, often, at the right hour, after a pause."""
    return (
        _rule(
            "first_purchase", "نخستین خرید", "First purchase", 100,
            [_case("نخستین خرید", "The first", 100, {"gross": step}, values={"history.purchases": 0}),
             _case("دومین خرید", "The second", 0, {"gross": step}, values={"history.purchases": 1})],
            when={"field": "history.purchases", "op": "eq", "value": 0}, limits=[_EVER],
        ),
        _rule(
            "every_fifth_purchase", "هر پنجمین خرید ماه", "Every fifth purchase of a month", 50,
            [_case("پنجمین خرید", "The fifth", 50, {"gross": step}, counters={"month_purchases": 4}),
             _case("ششمین خرید", "The sixth", 0, {"gross": step}, counters={"month_purchases": 5})],
            when={"field": "counter.month_purchases", "op": "every", "value": 5},
            counters=(_counter("month_purchases", "خرید در ماه", "Purchase in the month", window="month"),),
        ),
        _rule(
            "four_weeks_in_a_row", "چهار هفتهٔ پیاپی", "Four weeks in a row", 200,
            [_case("هفتهٔ چهارم", "The fourth week", 200, {"gross": step}, counters={"weeks": 3}),
             _case("هفتهٔ سوم", "The third week", 0, {"gross": step}, counters={"weeks": 2})],
            when={"field": "counter.weeks", "op": "every", "value": 4}, limits=[_WEEK],
            counters=(
                _counter("weeks", "هفتهٔ خرید", "Week with a purchase", counts="streak", window="week"),
            ),
        ),
        _rule(
            "happy_hour", "ساعت طلایی", "Happy hour", 0,
            [_case("یکشنبه ساعت ۲۰:۳۰", "Sunday at half past eight", 20,
                   {"at": _SUNDAY_EVENING, "gross": 2 * step}),
             _case("ظهر شنبه", "Saturday at noon", 0, {"gross": 2 * step})],
            effects=[{"amount": "per_step", "params": {"units": 10, "step": step}}],
            schedule={"weekdays": [0, 1, 2, 3], "from_hour": "20:00", "to_hour": "22:00"},
        ),
        _rule(
            "occasion_nowruz", "نوروز", "Nowruz", 0,
            [_case("روز سوم نوروز", "The third day of Nowruz", 20,
                   {"at": "2026-03-23T12:00:00+03:30", "gross": 2 * step}),
             _case("آبان", "In Aban", 0, {"gross": 2 * step})],
            effects=[{"amount": "per_step", "params": {"units": 10, "step": step}}],
            schedule={"occasions": ["nowruz"]},
        ),
        _rule(
            "birthday_week", "هفتهٔ تولد", "Birthday week", 300,
            [_case("دو روز پس از تولد", "Two days after the birthday", 300, {"gross": step},
                   values={"member.birth_month_day": 828 if jalali else 1119}),
             _case("تاریخ تولد نامعلوم", "No birthday known", 0, {"gross": step})],
            when={"field": "member.birth_month_day", "op": "within_days", "value": 3}, limits=[_YEAR],
        ),
        _rule(
            "welcome_back", "خوش برگشتید", "Welcome back", 150,
            [_case("پس از ۶۰ روز", "After 60 days", 150, {"gross": step},
                   values={"history.days_since_last_purchase": 60}),
             _case("پس از ۵۹ روز", "After 59 days", 0, {"gross": step},
                   values={"history.days_since_last_purchase": 59})],
            when={"field": "history.days_since_last_purchase", "op": "gte", "value": 60},
        ),
        _rule(
            "after_a_review", "خرید پس از نظر", "Purchase after a review", 40,
            [_case("هفت روز پس از نظر", "Seven days after it", 40, {"gross": step}, counters={"reviewed": 7}),
             _case("هشت روز پس از نظر", "Eight days after it", 0, {"gross": step}, counters={"reviewed": 8})],
            when={"field": "counter.reviewed", "op": "lte", "value": 7}, limits=[_WEEK],
            counters=(
                _counter("reviewed", "نظر", "Review", trigger="custom:review", counts="days_since"),
            ),
        ),
    )  # fmt: skip


def _done() -> tuple[ReadyRule, ...]:
    """Return what rewards taking part: each kind of activity that a club can record."""
    month: dict[str, Any] = {"window": "month", "most": 4, "of": "times"}
    day: dict[str, Any] = {"window": "day", "most": 1, "of": "times"}
    rows: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
        ("sign_up", "هدیهٔ ثبت‌نام", "Welcome gift", 50, _EVER),
        ("profile_completed", "تکمیل پروفایل", "Profile completed", 30, _EVER),
        ("birthday", "هدیهٔ تولد", "Birthday gift", 200, _YEAR),
        ("anniversary", "سالگرد عضویت", "Membership anniversary", 100, _YEAR),
        ("inactivity", "دلمان برایتان تنگ شده", "We miss you", 50, _YEAR),
        ("review", "نوشتن نظر", "Writing a review", 20, month),
        ("survey_answered", "پاسخ به نظرسنجی", "Answering a survey", 20, month),
        ("app_opened", "باز کردن اپ", "Opening the app", 1, day),
        ("check_in", "حضور در شعبه", "Checking in", 5, day),
        ("social_task", "کار در شبکه‌های اجتماعی", "Social task", 25, month),
    )
    again = {"year": "year", "ever": "ever", "month": "month", "day": "day"}
    return tuple(
        _rule(
            f"ready_{key}", fa, en, units,
            [_case("یک بار", "Once", units),
             _case("بیش از سقف", "Above the limit", 0, times={again[limit["window"]]: limit["most"]})],
            f"custom:{key}", limits=[limit],
        )
        for key, fa, en, units, limit in rows
    )  # fmt: skip


def _related(step: int) -> tuple[ReadyRule, ...]:
    """Return what rewards relations: referral, contracts, payments, support, sales."""

    def asked(field: str, value: Any, op: str = "gte") -> dict[str, Any]:
        return {"field": f"activity.{field}", "op": op, "value": value}

    def told(**attributes: Any) -> dict[str, Any]:
        return {"attributes": attributes}

    return (
        _rule(
            "ready_referral", "معرفی عضو تازه", "Referral", 150,
            [_case("دوست خرید کرد", "The friend bought", 150, told(purchases=1, amount=step)),
             _case("دوست هنوز نخریده", "The friend has not bought yet", 0, told(purchases=0, amount=0))],
            "custom:referral", when=asked("purchases", 1),
            limits=[{"window": "year", "most": 20, "of": "times"}],
        ),
        _rule(
            "ready_contract_renewed", "تمدید قرارداد", "Contract renewal", 300,
            [_case("یک سال", "For a year", 300, told(contract="C-1", amount=step, months=12)),
             _case("سه ماه", "For three months", 0, told(contract="C-1", amount=step, months=3))],
            "custom:contract_renewed", when=asked("months", 12),
        ),
        _rule(
            "ready_subscription_renewed", "تمدید اشتراک", "Subscription renewal", 100,
            [_case("یک سال", "For a year", 100, told(subscription="S-1", amount=step, months=12)),
             _case("یک ماه", "For one month", 0, told(subscription="S-1", amount=step, months=1))],
            "custom:subscription_renewed", when=asked("months", 12),
        ),
        _rule(
            "ready_ticket_closed", "بسته شدن تیکت", "Ticket closed", 5,
            [_case("یک بار", "Once", 5, told(topic="order", hours=3)),
             _case("بیش از سقف", "Above the limit", 0, told(topic="order", hours=3), times={"month": 2})],
            "custom:ticket_closed", limits=[{"window": "month", "most": 2, "of": "times"}],
        ),
        _rule(
            "ready_paid_on_time", "پرداخت به‌موقع", "On-time payment", 20,
            [_case("روز سررسید", "On the day", 20, told(contract="C-1", amount=step, days_early=0)),
             _case("یک روز دیر", "A day late", 0, told(contract="C-1", amount=step, days_early=-1))],
            "custom:paid_on_time", when=asked("days_early", 0),
        ),
        _rule(
            "ready_ticket_rated", "امتیاز خوب به پشتیبانی", "Support well rated", 10,
            [_case("چهار از پنج", "Four of five", 10, told(topic="order", score=4)),
             _case("سه از پنج", "Three of five", 0, told(topic="order", score=3))],
            "custom:ticket_rated", when=asked("score", 4),
            limits=[{"window": "month", "most": 4, "of": "times"}],
        ),
        _rule(
            "ready_sale_won", "فروش به نتیجه رسید", "Sale won", 500,
            [_case("برنده", "Won", 500, told(stage="won", amount=step)),
             _case("پیشنهاد قیمت", "Offer sent", 0, told(stage="offer", amount=step))],
            "custom:sale_stage", when=asked("stage", "won", "is"),
            budget={"most": 100_000, "window": "year"},
        ),
    )  # fmt: skip
