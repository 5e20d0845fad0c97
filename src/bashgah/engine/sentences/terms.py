"""The sentences themselves: what a rule, a criterion, a ladder, a wallet and a reward say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bashgah.engine import words
from bashgah.engine.activities import READY_TYPES, type_name
from bashgah.engine.compiling import pilot_ready, rule_ready
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.saying import Keep, Names, chain, clause, kept
from bashgah.engine.document import Ladder, Program, RewardTerms, Rule
from bashgah.engine.program import ReadyEffect, ReadyPilot, ReadyRule
from bashgah.engine.rewards import CHANNELS
from bashgah.engine.sentences.marking import Part, Voice, opened, parts, plain
from bashgah.engine.sentences.times import PRIORITY_USUAL, STAGES, often, times
from bashgah.engine.tiers.measured import MEASURES
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_OCCASIONS = {"purchase": _("a member buys"), "visit": _("a member visits")}
_CAPS = {
    "day": _("{most} a day"),
    "week": _("{most} a week"),
    "month": _("{most} a month"),
    "year": _("{most} a year"),
    "ever": _("{most} in all"),
}
_BUDGETS = {
    "day": _("All members together get at most {most} a day"),
    "week": _("All members together get at most {most} a week"),
    "month": _("All members together get at most {most} a month"),
    "year": _("All members together get at most {most} a year"),
    "ever": _("All members together get at most {most} in all"),
}
_BUDGETS_OF_BRANCHES = {
    "day": _("At each branch all members together get at most {most} a day"),
    "week": _("At each branch all members together get at most {most} a week"),
    "month": _("At each branch all members together get at most {most} a month"),
    "year": _("At each branch all members together get at most {most} a year"),
    "ever": _("At each branch all members together get at most {most} in all"),
}
_JOINING = {
    "add": _("In the group “{group}” it adds to the other rules."),
    "best_of": _(
        "If another rule of the group “{group}” applies too, only the one that gives most is given."
    ),
    "exclusive": _("If another rule of the group “{group}” applies too, only this one is given."),
    "last": _("After it no later rule of the group “{group}” is given."),
}
_WINDOWS = {
    "rolling_12m": _("in the last 12 months"),
    "calendar_year": _("in the calendar year"),
    "lifetime": _("since joining"),
}


def rule_sentence(
    rule: Rule,
    program: Program,
    lang: str,
    *,
    names: Names | None = None,
    zone: str = "Asia/Tehran",
    display: str = "toman",
) -> str:
    """Return what a rule says, in words that leave nothing out.

    ``names`` gives codes their names by source (branches, categories …); without it the codes stand. A rule
    that cannot be understood raises ``Refusal`` as ``compile_program`` does.
    """
    return plain(
        _rule(
            rule,
            words.rewards_named(program, names),
            Voice(lang, program.calendar, zone, display),
            names or {},
        )
    )


def rule_sentence_parts(
    rule: Rule,
    program: Program,
    lang: str,
    *,
    names: Names | None = None,
    zone: str = "Asia/Tehran",
    display: str = "toman",
) -> list[Part]:
    """Return the same sentence in pieces; each value has the pointer of its field within the rule."""
    return parts(
        _rule(
            rule,
            words.rewards_named(program, names),
            Voice(lang, program.calendar, zone, display),
            names or {},
        )
    )


def pilot_sentence(
    rule: Rule, program: Program, lang: str, *, names: Names | None = None, display: str = "toman"
) -> str:
    """Return whom a rule in pilot is for; nothing for a rule in another stage."""
    pilot = pilot_ready(program, rule, "/pilot")
    if pilot is None:
        return ""
    return Voice(lang, program.calendar, "Asia/Tehran", display).say(_pilot(pilot, program, names or {}))


def criterion_sentence(
    when: dict[str, Any],
    program: Program,
    lang: str,
    *,
    trigger: str = "purchase",
    scope: str = "fact",
    names: Names | None = None,
    display: str = "toman",
) -> str:
    """Return what a criterion says; one that cannot be understood raises ``Refusal``."""
    node = parse(when, program=program, trigger=trigger, scope=scope)
    voice = Voice(lang, program.calendar, "Asia/Tehran", display)
    return voice.say(clause(node, names, currency=program.currency))


def _rule(rule: Rule, program: Program, voice: Voice, names: Names) -> str:
    wallets = {wallet.key: wallet for wallet in program.wallets}
    ready = rule_ready(program, 0, rule, wallets, at="")
    said = [_main(ready, program, voice, names), *_basis(ready, program, voice, names)]
    said += _unused(ready, voice)
    said += _caps(ready, program, voice)
    said += _budget(ready, program, voice)
    if rule.stacking.group:
        joining = Phrase(_JOINING[rule.stacking.mode], {"group": rule.stacking.group})
        said.append(voice.keep(joining, "/stacking"))
    if rule.priority != PRIORITY_USUAL:
        order = Phrase(_("Its priority is {priority}; smaller goes first."), {"priority": rule.priority})
        said.append(voice.keep(order, "/priority"))
    if rule.stage in STAGES:
        said.append(Phrase(STAGES[rule.stage]))
    if ready.pilot is not None:
        said.append(voice.keep(_pilot(ready.pilot, program, names), "/pilot"))
    return " ".join(opened(voice.say(each)) for each in said)


def _pilot(pilot: ReadyPilot, program: Program, names: Names) -> Phrase:
    """Say whom a rule in pilot is for."""
    told: dict[str, Any] = {"percent": pilot.percent}
    if pilot.when is None:
        return Phrase(_("It is in pilot: only for {percent} percent of members, always the same ones."), told)
    told["when"] = clause(pilot.when, names, currency=program.currency)
    if pilot.percent == 100:
        return Phrase(_("It is in pilot: only for members of whom it holds that {when}."), told)
    return Phrase(
        _("It is in pilot: only for {percent} percent of the members of whom it holds that {when}."), told
    )


def _main(ready: ReadyRule, program: Program, voice: Voice, names: Names) -> Phrase:
    rule = ready.rule
    occasion = occasion_of(rule.trigger, program, voice.keep)
    if ready.when is not None:
        when = clause(ready.when, names, voice.keep, program.currency)
        occasion = Phrase(_("{occasion} and {when}"), {"occasion": occasion, "when": when})
    said = [_gives(alike, voice, names) for alike in _alike(ready)]
    gives = chain(said, _("{first} and {second}"))
    timed = list(times(rule.schedule, ready.only, ready.never, voice))
    if not timed:
        return Phrase(_("When {occasion}, {gives}."), {"occasion": occasion, "gives": gives})
    told: dict[str, Any] = {
        "times": chain(timed, _("{first}, {second}")),
        "occasion": occasion,
        "gives": gives,
    }
    return Phrase(_("{times}, when {occasion}, {gives}."), told)


def occasion_of(trigger: str, program: Program, keep: Keep = kept) -> Phrase:
    """Say what a member does for a trigger to be pulled."""
    if trigger in _OCCASIONS:
        return Phrase(_OCCASIONS[trigger])
    key = trigger.removeprefix("custom:")
    name = type_name(program, key)
    if key in READY_TYPES and key not in program.activity_types:
        recorded = _("“{activity}” is recorded for a member")
        return keep(Phrase(recorded, {"activity": name}), "/trigger")
    return keep(Phrase(_("a member does “{activity}”"), {"activity": name}), "/trigger")


def _alike(ready: ReadyRule) -> list[list[ReadyEffect]]:
    """Group effects one after another that differ in nothing but the wallet, to be said in one breath."""
    groups: list[list[ReadyEffect]] = []
    terms = ready.rule.effects
    for effect in ready.effects:
        first = groups[-1][0] if groups else None
        same = (
            first is not None
            and terms[first.at].model_copy(update={"wallet": terms[effect.at].wallet}) == terms[effect.at]
        )
        if same and isinstance(effect.params.model_dump().get("units"), int):
            groups[-1].append(effect)
        else:
            groups.append([effect])
    return groups


def _gives(alike: list[ReadyEffect], voice: Voice, names: Names) -> Phrase:
    effect = alike[0]
    at = f"/effects/{effect.at}"
    gross = effect.basis.of == "gross"
    if effect.lines is None:
        base = Phrase(_("the amount before discount") if gross else _("the amount after discount"))
        lines = None
    else:
        lines = clause(effect.lines, names, voice.keep, effect.told.program.currency)
        whole = _("the amount before discount of the lines where {lines}")
        base = Phrase(
            whole if gross else _("the amount after discount of the lines where {lines}"), {"lines": lines}
        )
    given = effect.amount.sentence(effect.params, effect.told, base)
    if len(alike) > 1:
        each = [other.amount.sentence(other.params, other.told, base).params["units"] for other in alike]
        kept = [
            voice.keep(units, f"/effects/{other.at}/params") for units, other in zip(each, alike, strict=True)
        ]
        given = Phrase(given.msgid, given.params | {"units": kept})
    if (days := effect.rule.effects[effect.at].valid_days) is not None:
        given = Phrase(_("{given}, good for {days} days"), {"given": given, "days": days})
    if lines is not None and effect.amount.looks_at(effect.params) != "money":
        given = Phrase(_("{given}, for the lines where {lines}"), {"given": given, "lines": lines})
    return voice.keep(given, f"{at}/params")


def _basis(ready: ReadyRule, program: Program, voice: Voice, names: Names) -> Iterator[Phrase]:
    basis = ready.rule.basis
    excluded = next((effect.excluded for effect in ready.effects if effect.excluded is not None), None)
    if excluded is not None:
        lines = clause(excluded, names, voice.keep, program.currency)
        yield Phrase(_("Lines where {lines} do not count."), {"lines": lines})
    if not any(effect.amount.looks_at(effect.params) == "money" for effect in ready.effects):
        return
    flags = (
        (basis.with_tax, _("tax"), "with_tax"),
        (basis.with_shipping, _("the shipping fee"), "with_shipping"),
        (basis.with_points_paid, _("the part paid by points"), "with_points_paid"),
    )
    counted = [Phrase(label) for counts, label, _name in flags if counts]
    left = [Phrase(label) for counts, label, _name in flags if not counts]
    if counted:
        yield Phrase(_("Counted too: {parts}."), {"parts": counted})
    if left:
        yield Phrase(_("Not counted: {parts}."), {"parts": left})


def _unused(ready: ReadyRule, voice: Voice) -> Iterator[Phrase]:
    """Say what becomes of rewards when everything bought comes back."""
    given = [effect for effect in ready.effects if effect.is_reward]
    if not given or ready.rule.trigger != "purchase":
        return
    for policy, said in (
        ("take_back", _("If the whole purchase comes back, {rewards} is taken back unless it was used.")),
        ("keep", _("If the whole purchase comes back, they keep {rewards}.")),
    ):
        chosen = [each for each in given if ready.rule.effects[each.at].on_return == policy]
        if chosen:
            named = [voice.keep(_reward_name(each), f"/effects/{each.at}/on_return") for each in chosen]
            yield Phrase(said, {"rewards": chain(named, _("{first} and {second}"))})


def _reward_name(effect: ReadyEffect) -> Phrase:
    return Phrase(_("“{reward}”"), {"reward": words.wallet_name(effect.wallet)})


def _caps(ready: ReadyRule, program: Program, voice: Voice) -> Iterator[Phrase]:
    wallets = list({effect.wallet.key: effect.wallet for effect in ready.effects}.values())
    caps = []
    for i, limit in enumerate(ready.rule.limits):
        if limit.of == "times":
            caps.append(voice.keep(often(limit), f"/limits/{i}"))
            continue
        if len(wallets) == 1:
            most = words.units(limit.most, wallets[0], program)
        else:
            named = [words.wallet_name(wallet) for wallet in wallets]
            most = Phrase(_("{amount} units each of {wallets}"), {"amount": limit.most, "wallets": named})
        caps.append(voice.keep(Phrase(_CAPS[limit.window], {"most": most}), f"/limits/{i}"))
    if caps:
        yield Phrase(_("For each member at most {caps}."), {"caps": caps})


def _budget(ready: ReadyRule, program: Program, voice: Voice) -> Iterator[Phrase]:
    budget = ready.rule.budget
    if budget is None:
        return
    most: Any = words.money(budget.most, program)
    if budget.of == "units":
        wallet = next(each.wallet for each in ready.effects if each.wallet_key == budget.unit)
        most = words.units(budget.most, wallet, program)
    whole = (_BUDGETS if budget.per == "club" else _BUDGETS_OF_BRANCHES)[budget.window]
    ends = {
        "cut": _("{budget}; the last of it is given in part."),
        "skip": _("{budget}; what does not fit whole is not given."),
    }
    said = voice.keep(Phrase(whole, {"most": most}), "/budget")
    yield Phrase(ends[budget.at_limit], {"budget": said})


def ladder_sentence(ladder: Ladder, program: Program, lang: str, *, display: str = "toman") -> str:
    """Return what a ladder says: measure, window, every tier, its threshold and benefits, how one falls."""
    voice = Voice(lang, program.calendar, "Asia/Tehran", display)
    measure = MEASURES.find(ladder.measure)
    said = [
        Phrase(
            _("Tiers by {measure} {window}: {tiers}."),
            {
                "measure": measure.label if measure else ladder.measure,
                "window": Phrase(_WINDOWS[ladder.window]),
                "tiers": [_tier(ladder, i, program) for i in range(len(ladder.tiers))],
            },
        ),
        Phrase(_("A member rises at once.")),
    ]
    if ladder.downgrade == "never" or ladder.window == "lifetime":
        said.append(Phrase(_("A tier once reached is never lost.")))
    elif ladder.window == "rolling_12m":
        said.append(Phrase(_("A tier is kept for 12 months and judged again at their end.")))
    else:
        said.append(
            Phrase(_("A tier is kept until the end of the next calendar year and judged again then."))
        )
    kept = [words.texts(tier.name, tier.key) for tier in ladder.tiers if tier.kept_for_life]
    if kept:
        said.append(Phrase(_("Kept for life: {tiers}."), {"tiers": kept}))
    return " ".join(voice.say(each) for each in said)


def _tier(ladder: Ladder, place: int, program: Program) -> Phrase:
    tier = ladder.tiers[place]
    measure = MEASURES.find(ladder.measure)
    threshold: Any = measure.said(tier.threshold, ladder, program) if measure else tier.threshold
    told: dict[str, Any] = {"tier": words.texts(tier.name, tier.key), "threshold": threshold}
    benefits: list[Any] = []
    for benefit in tier.benefits:
        if benefit.kind == "multiplier":
            benefits.append(Phrase(_("multiplier {factor}"), {"factor": Decimal(benefit.permille) / 1000}))
        if benefit.text.fa or benefit.text.en:
            benefits.append(words.texts(benefit.text))
    if not benefits:
        return Phrase(_("{tier} from {threshold}"), told)
    return Phrase(_("{tier} from {threshold} ({benefits})"), told | {"benefits": benefits})


def reward_sentence(
    terms: RewardTerms,
    program: Program,
    lang: str,
    *,
    names: Names | None = None,
    display: str = "toman",
) -> str:
    """Return the terms of a reward: price, who can have it, where, when and how often."""
    voice = Voice(lang, program.calendar, "Asia/Tehran", display)
    return " ".join(voice.say(each) for each in _reward(terms, program, names or {}))


def _reward(terms: RewardTerms, program: Program, names: Names) -> Iterator[Phrase]:
    wallet = next(wallet for wallet in program.wallets if wallet.key == terms.wallet)
    if terms.price:
        yield Phrase(_("It costs {price}."), {"price": words.units(terms.price, wallet, program)})
    else:
        yield Phrase(_("It costs nothing."))
    if terms.when is not None:
        node = parse(terms.when, program=program, trigger="reward")
        yield Phrase(_("For members when {when}."), {"when": clause(node, names, currency=program.currency)})
    if terms.channels:
        places = [Phrase(CHANNELS[each]) for each in terms.channels]
        yield Phrase(_("It can be had at {places}."), {"places": places})
    else:
        yield Phrase(_("It cannot be bought, only given by rules."))
    if terms.cost:
        yield Phrase(_("One costs the club {cost}."), {"cost": words.money(terms.cost, program)})
    if terms.starts_on:
        yield Phrase(_("It starts on {date}."), {"date": terms.starts_on})
    if terms.ends_on:
        yield Phrase(_("Its last day is {date}."), {"date": terms.ends_on})
    if terms.limits:
        caps = [often(limit) for limit in terms.limits]
        yield Phrase(_("Each member can have it at most {caps}."), {"caps": caps})
    if terms.stage == "off":
        yield Phrase(_("It is not offered now."))
