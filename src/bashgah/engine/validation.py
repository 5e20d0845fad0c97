"""Finds everything that is wrong with a program document, each fault with a pointer to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bashgah.engine.compiling import reward_ready, rule_ready, trigger_check
from bashgah.engine.counters import counter_ready
from bashgah.engine.document import (
    BothTexts,
    Budget,
    Counter,
    ExpiryTerms,
    Ladder,
    Limit,
    Occasion,
    Pilot,
    Program,
    Promotion,
    RewardTerms,
    Rule,
    Schedule,
    Wallet,
)
from bashgah.engine.promotions.checking import payment_faults, promotion_faults
from bashgah.engine.promotions.ready import promotion_ready
from bashgah.engine.rules.measured import AMOUNTS
from bashgah.engine.tiers.measured import MEASURES
from bashgah.kit.money import CURRENCIES
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

DEEPEST = 30
LARGEST = 10**15
_UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
RewardCheck = Callable[[RewardTerms, Program], Iterable[tuple[str, Phrase]]]
REWARD_CHECKS: list[RewardCheck] = []
"""What rooms above know of rewards' kinds and the engine does not: (part of the terms, what is wrong)."""

MOST = {
    "wallets": 20,
    "rules": 1000,
    "ladders": 10,
    "rewards": 1000,
    "promotions": 1000,
    "activity_types": 200,
    "counters": 50,
    "occasions": 100,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault and the JSON pointer that leads to it."""

    at: str
    phrase: Phrase


def document_read(data: Mapping[str, Any]) -> Program:
    """Return the document of plain values; one of another shape raises ``program_invalid`` (422).

    ``extra["errors"]`` lists every fault as pointer and code, the first of them is the refusal's own field.
    """
    _plain(data, "", 0)
    try:
        return Program.model_validate(data)
    except ValidationError as error:
        faults = [
            ("/" + "/".join(str(part) for part in fault["loc"]), str(fault["type"]))
            for fault in error.errors()
        ]
        phrase = _SHAPES.get(faults[0][1], Phrase(_("This value does not fit here.")))
        listed = [{"at": at, "code": code} for at, code in faults]
        raise Refusal(
            "program_invalid", phrase, status=422, field=faults[0][0], extra={"errors": listed}
        ) from error


def _plain(value: Any, at: str, depth: int) -> None:
    """Refuse what JSON and PostgreSQL cannot both keep: fractions, control characters, endless nesting."""
    if depth > DEEPEST:
        raise _odd(at, _("This is nested too deeply."))
    if isinstance(value, Mapping):
        for key, each in value.items():
            _plain(key, at, depth)
            _plain(each, f"{at}/{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for i, each in enumerate(value):
            _plain(each, f"{at}/{i}", depth + 1)
    elif isinstance(value, str) and _UNKEPT.search(value):
        raise _odd(at, _("This text holds characters that cannot be kept."))
    elif isinstance(value, float):
        raise _odd(at, _("The value must be a whole number."))
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise _odd(at, _("This number is too large."))


def _odd(at: str, msgid: str) -> Refusal:
    return Refusal("program_invalid", Phrase(msgid), status=422, field=_cleaned(at))


def _cleaned(at: str) -> str:
    return _UNKEPT.sub("?", at)[:300]


_SHAPES = {
    "missing": Phrase(_("This is missing.")),
    "extra_forbidden": Phrase(_("This is not known here.")),
    "string_pattern_mismatch": Phrase(_("A key is written in small Latin letters, digits and underscores.")),
}


def problems(program: Program) -> tuple[Problem, ...]:
    """Return every fault of the document, empty when it can be published."""
    return tuple(_problems(program))


def program_check(program: Program) -> None:
    """Raise ``program_invalid`` (422) with the first fault, and all of them in ``extra["errors"]``."""
    found = problems(program)
    if found:
        listed = [{"at": each.at, "code": each.phrase.msgid} for each in found]
        raise Refusal(
            "program_invalid", found[0].phrase, status=422, field=found[0].at, extra={"errors": listed}
        )


def _problems(program: Program) -> Iterator[Problem]:
    if program.currency not in CURRENCIES:
        yield Problem("/currency", Phrase(_("This currency is not known.")))
    for name, most in MOST.items():
        if len(getattr(program, name)) > most:
            yield Problem(f"/{name}", Phrase(_("There are more than {most} of these."), {"most": most}))
            return
    yield from _unique("/wallets", program.wallets)
    yield from _unique("/rules", program.rules)
    yield from _unique("/ladders", program.ladders)
    yield from _unique("/rewards", program.rewards)
    yield from _unique("/counters", program.counters)
    yield from _unique("/promotions", program.promotions)
    yield from _unique("/occasions", program.occasions)
    wallets = {wallet.key: wallet for wallet in program.wallets}
    for i, wallet in enumerate(program.wallets):
        yield from _wallet(f"/wallets/{i}", wallet, program)
    for i, ladder in enumerate(program.ladders):
        yield from _ladder(f"/ladders/{i}", ladder, program)
    for i, occasion in enumerate(program.occasions):
        yield from _occasion(f"/occasions/{i}", occasion)
    for i, counter in enumerate(program.counters):
        yield from _counter(f"/counters/{i}", counter, program)
    for i, rule in enumerate(program.rules):
        yield from _rule(f"/rules/{i}", i, rule, program, wallets)
    for i, promotion in enumerate(program.promotions):
        yield from _promotion(f"/promotions/{i}", i, promotion, program)
    for part, phrase in payment_faults(program):
        yield Problem(f"/pay_with_points/{part}", phrase)
    for i, terms in enumerate(program.rewards):
        yield from _reward(f"/rewards/{i}", i, terms, program, wallets)


def _unique(at: str, things: Sequence[Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, thing in enumerate(things):
        if thing.key in seen:
            yield Problem(f"{at}/{i}/key", Phrase(_("The key “{key}” is used twice."), {"key": thing.key}))
        seen.add(thing.key)


def _named(at: str, name: BothTexts) -> Iterator[Problem]:
    if not (name.fa.strip() or name.en.strip()):
        yield Problem(f"{at}/name", Phrase(_("Give it a name in Persian or English.")))


def _wallet(at: str, wallet: Wallet, program: Program) -> Iterator[Problem]:
    yield from _named(at, wallet.name)
    expiry, confirmation = wallet.expiry, wallet.confirmation
    if wallet.kind == "status":
        if expiry != ExpiryTerms() or wallet.pending_days or confirmation:
            yield Problem(
                f"{at}/expiry", Phrase(_("Qualifying points have no expiry; the ladder's window counts."))
            )
        return
    if expiry.kind in ("age_days", "age_months") and expiry.count < 1:
        yield Problem(f"{at}/expiry/count", Phrase(_("Say after how long it expires.")))
    elif expiry.kind == "age_days" and expiry.until == "day" and expiry.count <= _waits(wallet):
        yield Problem(f"{at}/expiry/count", Phrase(_("It would expire before it can be used.")))
    if expiry.kind == "on_date" and expiry.last_day is None:
        yield Problem(f"{at}/expiry/last_day", Phrase(_("Say which day is the last.")))
    if confirmation is None:
        return
    if wallet.pending_days:
        yield Problem(f"{at}/pending_days", Phrase(_("Units wait for days or for an event, not for both.")))
    for name in ("confirms", "cancels"):
        key = getattr(confirmation, name)
        if key is not None and key not in program.activity_types:
            yield Problem(
                f"{at}/confirmation/{name}", Phrase(_("There is no activity type “{key}”."), {"key": key})
            )
    if confirmation.confirms is not None and confirmation.confirms == confirmation.cancels:
        yield Problem(
            f"{at}/confirmation/cancels", Phrase(_("One activity cannot confirm and cancel at once."))
        )


def _waits(wallet: Wallet) -> int:
    """Return how many days units may stay pending."""
    return wallet.confirmation.within_days if wallet.confirmation else wallet.pending_days


def _ladder(at: str, ladder: Ladder, program: Program) -> Iterator[Problem]:
    yield from _named(at, ladder.name)
    yield from _unique(f"{at}/tiers", ladder.tiers)
    if ladder.measure not in MEASURES:
        yield Problem(
            f"{at}/measure", Phrase(_("There is no tier measure called “{key}”."), {"key": ladder.measure})
        )
    if ladder.measure == "qualifying_points" and not any(each.kind == "status" for each in program.wallets):
        yield Problem(f"{at}/measure", Phrase(_("No wallet collects qualifying points.")))
    if ladder.tiers[0].threshold != 0:
        yield Problem(f"{at}/tiers/0/threshold", Phrase(_("The first tier begins at zero.")))
    for i, tier in enumerate(ladder.tiers):
        yield from _named(f"{at}/tiers/{i}", tier.name)
        if i and tier.threshold <= ladder.tiers[i - 1].threshold:
            yield Problem(f"{at}/tiers/{i}/threshold", Phrase(_("Each tier begins above the one before it.")))
        for j, benefit in enumerate(tier.benefits):
            if benefit.kind == "multiplier" and benefit.permille < 1000:
                yield Problem(
                    f"{at}/tiers/{i}/benefits/{j}/permille",
                    Phrase(_("A multiplier below one would take points away.")),
                )


def _occasion(at: str, occasion: Occasion) -> Iterator[Problem]:
    yield from _named(at, occasion.name)
    for year, span in occasion.years.items():
        if span.first > span.last:
            yield Problem(f"{at}/years/{year}/last", Phrase(_("It ends before it starts.")))


def _counter(at: str, counter: Counter, program: Program) -> Iterator[Problem]:
    yield from _named(at, counter.name)
    yield from _caught(lambda: trigger_check(program, counter.trigger, f"{at}/trigger"))
    yield from _caught(lambda: counter_ready(program, counter, at))
    if counter.counts == "streak" and counter.window == "ever":
        yield Problem(f"{at}/window", Phrase(_("Say in which window it is counted once.")))
    if counter.counts == "days_since" and counter.window != "ever":
        yield Problem(f"{at}/window", Phrase(_("Days since the last time have no window.")))
    if counter.counts in ("pieces", "money") and counter.trigger != "purchase":
        yield Problem(f"{at}/counts", Phrase(_("Only purchases have pieces and amounts.")))


def _reward_budget(at: str, rule: Rule, budget: Budget, program: Program) -> Iterator[Problem]:
    terms = next((each for each in program.rewards if each.key == budget.reward), None)
    if terms is None or all(effect.unit != budget.unit for effect in rule.effects):
        told = {"key": budget.reward}
        yield Problem(f"{at}/reward", Phrase(_("The rule gives no reward called “{key}”."), told))
    elif budget.of == "money" and terms.cost < 1:
        yield Problem(f"{at}/of", Phrase(_("Say first what the reward costs the club.")))


def _given_rewards(at: str, rule: Rule, program: Program) -> Iterator[Problem]:
    """Find rewards that a rule gives though they are not offered, or gives twice."""
    stages = {terms.key: terms.stage for terms in program.rewards}
    seen: set[str] = set()
    for i, effect in enumerate(rule.effects):
        if effect.kind != "reward" or effect.reward is None:
            continue
        if stages.get(effect.reward) == "off" and rule.stage not in ("draft", "ended"):
            yield Problem(f"{at}/{i}/reward", Phrase(_("This reward is switched off.")))
        if effect.reward in seen:
            yield Problem(f"{at}/{i}/reward", Phrase(_("The rule gives this reward twice.")))
        seen.add(effect.reward)


def _budget(at: str, rule: Rule, program: Program, wallets: dict[str, Wallet]) -> Iterator[Problem]:
    budget = rule.budget
    if budget is None:
        return
    if budget.reward is not None:
        yield from _reward_budget(at, rule, budget, program)
        return
    wallet = wallets.get(budget.wallet)
    if wallet is None or all(effect.unit != budget.unit for effect in rule.effects):
        told = {"key": budget.wallet}
        yield Problem(f"{at}/wallet", Phrase(_("The rule gives nothing in a wallet called “{key}”."), told))
    elif budget.of == "money" and wallet.worth < 1:
        yield Problem(f"{at}/of", Phrase(_("Say first what one unit of the wallet is worth.")))


def _rule(at: str, place: int, rule: Rule, program: Program, wallets: dict[str, Wallet]) -> Iterator[Problem]:
    yield from _named(at, rule.name)
    for i, effect in enumerate(rule.effects):
        if effect.kind != "reward" and effect.amount not in AMOUNTS:
            phrase = Phrase(_("There is no amount called “{key}”."), {"key": effect.amount})
            yield Problem(f"{at}/effects/{i}/amount", phrase)
    yield from _caught(lambda: rule_ready(program, place, rule, wallets))
    yield from _schedule(f"{at}/schedule", rule.schedule)
    yield from _limits(f"{at}/limits", rule.limits)
    yield from _given_rewards(f"{at}/effects", rule, program)
    yield from _budget(f"{at}/budget", rule, program, wallets)
    if rule.stage == "pilot" and (rule.pilot is None or rule.pilot == Pilot()):
        yield Problem(f"{at}/pilot", Phrase(_("Say for whom the pilot is: a share of members, or a group.")))
    if rule.stacking.mode != "add" and not rule.stacking.group.strip():
        yield Problem(f"{at}/stacking/group", Phrase(_("Name the group of rules it joins.")))
    if len(rule.stacking.group) > 100:
        yield Problem(
            f"{at}/stacking/group", Phrase(_("This text is longer than {most} characters."), {"most": 100})
        )


def _schedule(at: str, schedule: Schedule) -> Iterator[Problem]:
    for name in ("starts_at", "ends_at"):
        instant: datetime | None = getattr(schedule, name)
        if instant is not None and instant.tzinfo is None:
            yield Problem(f"{at}/{name}", Phrase(_("Say in which time zone this is.")))
            return
    if schedule.starts_at and schedule.ends_at and schedule.starts_at >= schedule.ends_at:
        yield Problem(f"{at}/ends_at", Phrase(_("It ends before it starts.")))
    if schedule.from_hour is not None and schedule.from_hour == schedule.to_hour:
        yield Problem(f"{at}/to_hour", Phrase(_("There is no time between these hours.")))
    if len(set(schedule.weekdays)) != len(schedule.weekdays):
        yield Problem(f"{at}/weekdays", Phrase(_("A day of the week is named twice.")))


def _limits(at: str, limits: Sequence[Limit]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for i, limit in enumerate(limits):
        kind = limit.window, getattr(limit, "of", "times")
        if kind in seen:
            yield Problem(f"{at}/{i}/window", Phrase(_("There are two caps for the same time.")))
        seen.add(kind)


def _promotion(at: str, place: int, promotion: Promotion, program: Program) -> Iterator[Problem]:
    yield from _named(at, promotion.name)
    yield from _caught(lambda: promotion_ready(program, place, promotion))
    yield from _schedule(f"{at}/schedule", promotion.schedule)
    yield from _limits(f"{at}/limits", promotion.limits)
    for part, phrase in promotion_faults(promotion):
        yield Problem(f"{at}/{part}", phrase)


def _reward(
    at: str, place: int, terms: RewardTerms, program: Program, wallets: dict[str, Wallet]
) -> Iterator[Problem]:
    wallet = wallets.get(terms.wallet)
    if wallet is None:
        yield Problem(f"{at}/wallet", Phrase(_("There is no wallet called “{key}”."), {"key": terms.wallet}))
    elif wallet.kind == "status":
        yield Problem(f"{at}/wallet", Phrase(_("Qualifying points cannot be spent.")))
    if terms.starts_on and terms.ends_on and terms.starts_on > terms.ends_on:
        yield Problem(f"{at}/ends_on", Phrase(_("It ends before it starts.")))
    if not terms.channels and terms.price and not _is_given(terms.key, program):
        yield Problem(f"{at}/channels", Phrase(_("Choose at least one place where it can be had.")))
    yield from _limits(f"{at}/limits", terms.limits)
    yield from _caught(lambda: reward_ready(program, place, terms))
    for check in REWARD_CHECKS:
        for part, phrase in check(terms, program):
            yield Problem(f"{at}/{part}", phrase)


def _is_given(reward: str, program: Program) -> bool:
    """Say whether a rule gives the reward: then it need not be for sale."""
    return any(effect.reward == reward for rule in program.rules for effect in rule.effects)


def _caught(check: Callable[[], object]) -> Iterator[Problem]:
    try:
        check()
    except Refusal as refusal:
        yield Problem(refusal.field or "", refusal.phrase)
