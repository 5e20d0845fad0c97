"""Makes a program document ready to decide, and refuses one that says something impossible."""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from bashgah.engine.activities import schema_of
from bashgah.engine.counters import ReadyCounter, counter_ready
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.tree import needs_lines, state_fields
from bashgah.engine.document import Effect as EffectTerms
from bashgah.engine.document import Ladder, Program, RewardTerms, Rule, Wallet
from bashgah.engine.ladders import multiplier_permille, next_values
from bashgah.engine.limiting import TIMES
from bashgah.engine.occasions import occasions_named
from bashgah.engine.piloting import MEMBER
from bashgah.engine.program import (
    SEMANTICS,
    Clock,
    CompiledProgram,
    ReadyEffect,
    ReadyLadder,
    ReadyPilot,
    ReadyReward,
    ReadyRule,
    Traits,
    limit_key,
)
from bashgah.engine.promotions.ready import promotions_ready
from bashgah.engine.rules.done import EFFECTS
from bashgah.engine.rules.measured import AMOUNTS, Told
from bashgah.engine.rules.retired import RetiredAmount
from bashgah.engine.states import Needs
from bashgah.engine.tiers.measured import MEASURES, status_wallet
from bashgah.engine.tiers.retired import RetiredMeasure
from bashgah.engine.words import copies_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.registry import load_shelf

EFFECTS_MOST = 1000
"""More effects than a rule can have, so that the effects of rules keep their order as one number."""

COPIES = "fixed"
"""The amount that says how many copies of a reward are given."""

COUNTING = frozenset({"live", "pilot"})
SHADOWING = COUNTING | {"shadow"}

for _shelf in ("rules.amounts", "rules.effects", "tiers.measures"):
    load_shelf(f"bashgah.engine.{_shelf}")


def compile_program(document: Program, *, number: int, currency: str | None = None) -> CompiledProgram:
    """Return the program ready to decide.

    ``number`` is the version's; ``currency`` replaces the document's when given. Rules that neither are live
    nor in pilot are left out; those in shadow are in the program's ``shadow``. Raises ``Refusal`` (422) with
    a JSON pointer where something cannot be understood; run ``engine.validation.problems`` first to see every
    fault at once.
    """
    if currency is not None and currency != document.currency:
        document = document.model_copy(update={"currency": currency})
    program = _compiled(document, number, COUNTING)
    if not any(rule.stage == "shadow" for rule in document.rules):
        return program
    shadow = _compiled(document, number, SHADOWING)
    # one state serves both, so it holds what either reads
    return replace(program, shadow=shadow, needs=shadow.needs)


def _compiled(document: Program, number: int, stages: frozenset[str]) -> CompiledProgram:
    wallets = {wallet.key: wallet for wallet in document.wallets}
    ordered = sorted(enumerate(document.rules), key=lambda each: (each[1].priority, each[0]))
    rules = [
        rule_ready(document, i, rule, wallets, order=order)
        for order, (i, rule) in enumerate(ordered)
        if rule.stage in stages
    ]
    by_trigger: dict[str, list[ReadyRule]] = {}
    for ready in rules:
        by_trigger.setdefault(ready.rule.trigger, []).append(ready)
    counters = tuple(
        counter_ready(document, counter, f"/counters/{i}") for i, counter in enumerate(document.counters)
    )
    rewards = {terms.key: reward_ready(document, i, terms) for i, terms in enumerate(document.rewards)}
    return CompiledProgram(
        document=document,
        number=number,
        semantics=SEMANTICS,
        needs=_needs(document, rules, counters),
        rules={trigger: tuple(found) for trigger, found in by_trigger.items()},
        wallets=wallets,
        ladders={ladder.key: _ladder_ready(ladder, document) for ladder in document.ladders},
        rewards=rewards,
        clocks={wallet.key: Clock(wallet, document.calendar) for wallet in document.wallets},
        traits={trigger: _traits(found) for trigger, found in by_trigger.items()},
        earners={},
        counters=counters,
        promotions=promotions_ready(document),
    )


def rule_ready(
    document: Program,
    place: int,
    rule: Rule,
    wallets: dict[str, Wallet],
    at: str | None = None,
    *,
    order: int = 0,
) -> ReadyRule:
    """Check one rule and bind its plug-ins.

    ``place`` is its place in the document, ``at`` leads to it, ``order`` is its place in deciding.
    """
    at = f"/rules/{place}" if at is None else at
    trigger_check(document, rule.trigger, f"{at}/trigger")
    when = None
    if rule.when is not None:
        when = parse(rule.when, program=document, trigger=rule.trigger, at=f"{at}/when")
    effects = tuple(
        _effect_ready(document, rule, i, effect, wallets, at, order * EFFECTS_MOST + i)
        for i, effect in enumerate(rule.effects)
    )
    lines = needs_lines(when) or any(
        effect.lines is not None or effect.excluded is not None or effect.amount.needs_lines
        for effect in effects
    )
    only = occasions_named(document, rule.schedule.occasions, f"{at}/schedule/occasions")
    never = occasions_named(document, rule.schedule.not_on, f"{at}/schedule/not_on")
    pilot = pilot_ready(document, rule, f"{at}/pilot")
    return ReadyRule(place, rule, when, effects, lines, only, never, pilot)


def pilot_ready(document: Program, rule: Rule, at: str) -> ReadyPilot | None:
    """Check whom a rule in pilot is for; the criterion sees the member alone."""
    if rule.stage != "pilot" or rule.pilot is None:
        return None
    when = None
    if rule.pilot.when is not None:
        when = parse(rule.pilot.when, program=document, trigger="reward", at=f"{at}/when")
    return ReadyPilot(rule.key, rule.pilot.percent, when, document.calendar)


def reward_ready(document: Program, place: int, terms: RewardTerms) -> ReadyReward:
    """Check one reward's criterion; it sees the member alone, no purchase."""
    when = None
    if terms.when is not None:
        when = parse(terms.when, program=document, trigger="reward", at=f"/rewards/{place}/when")
    return ReadyReward(terms, when)


def _traits(rules: list[ReadyRule]) -> Traits:
    effects = [effect for ready in rules for effect in ready.effects]
    codes = [effect.amount.code(effect.params) for effect in effects]
    return Traits(
        grouped=any(ready.rule.stacking.group for ready in rules),
        multiplied=any(effect.amount.multiplies for effect in effects),
        limited=any(ready.rule.limits for ready in rules),
        budgeted=any(ready.rule.budget is not None for ready in rules),
        fractional=any(code is None or code[1] != 1 for code in codes),
        granting=any(effect.is_reward for effect in effects),
    )


def trigger_check(document: Program, trigger: str, at: str) -> None:
    """Refuse a trigger that no fact can pull."""
    declared = (
        trigger.startswith("custom:") and schema_of(document, trigger.removeprefix("custom:")) is not None
    )
    if trigger not in ("purchase", "visit") and not declared:
        raise _refusal(at, _("No activity is called “{trigger}”."), trigger=trigger)


def _effect_ready(  # noqa: PLR0917 private, all of one rule
    document: Program,
    rule: Rule,
    place: int,
    effect: EffectTerms,
    wallets: dict[str, Wallet],
    at: str,
    order: int,
) -> ReadyEffect:
    here = f"{at}/effects/{place}"
    kind = EFFECTS.find(effect.kind)
    if kind is None:
        raise _refusal(f"{here}/kind", _("There is no effect called “{key}”."), key=effect.kind)
    name, given = effect.amount, effect.params
    if effect.kind == "reward":
        wallet, name, given = _copies(document, effect, here), COPIES, {"units": effect.count}
    elif effect.wallet in wallets:
        wallet = wallets[effect.wallet]
    else:
        raise _refusal(f"{here}/wallet", _("There is no wallet called “{key}”."), key=effect.wallet)
    # a published rule may name an amount that has since left the shelf; a draft may not (see ``validation``)
    amount = AMOUNTS.find(name) or RetiredAmount(name)
    try:
        params = amount.Params.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"])
        raise _refusal(
            f"{here}/params/{where}", _("This value is missing or does not fit."), detail=str(first["msg"])
        ) from error
    told = Told(document, wallet)
    for name, phrase in amount.problems(params, told):
        raise Refusal("program_invalid", phrase, status=422, field=f"{here}/params/{name}")
    lines = excluded = None
    if effect.lines is not None:
        lines = parse(effect.lines, program=document, trigger=rule.trigger, scope="line", at=f"{here}/lines")
    if rule.basis.excluded_lines is not None:
        excluded = parse(
            rule.basis.excluded_lines,
            program=document,
            trigger=rule.trigger,
            scope="line",
            at=f"{at}/basis/excluded_lines",
        )
    return ReadyEffect(
        rule=rule,
        effect=kind,
        amount=amount,
        params=params,
        wallet=wallet,
        basis=rule.basis,
        lines=lines,
        excluded=excluded,
        told=told,
        at=place,
        place=order,
        rule_key=rule.key,
        wallet_key=wallet.key,
        done=kind.done,
        counts_as=rule.counts_as,
        is_reward=effect.kind == "reward",
    )


def _copies(document: Program, effect: EffectTerms, at: str) -> Wallet:
    """Return the reward an effect gives as something that is counted."""
    for terms in document.rewards:
        if terms.key == effect.reward:
            return copies_of(terms)
    raise _refusal(f"{at}/reward", _("There is no reward called “{key}”."), key=effect.reward)


def _ladder_ready(ladder: Ladder, document: Program) -> ReadyLadder:
    measure = MEASURES.find(ladder.measure) or RetiredMeasure(ladder.measure)
    multipliers = {tier.key: multiplier_permille(tier) for tier in ladder.tiers}
    return ReadyLadder(ladder, measure, multipliers, next_values(ladder), status_wallet(document))


def _needs(document: Program, rules: list[ReadyRule], counters: tuple[ReadyCounter, ...]) -> Needs:
    """Return what must be loaded to decide facts; rewards read their members' fields at their own door."""
    fields: set[str] = set()
    limits: dict[tuple[str, str], None] = {}
    for ready in rules:
        fields |= state_fields(ready.when)
        if ready.pilot is not None:
            fields |= state_fields(ready.pilot.when)
            fields |= {MEMBER} if ready.pilot.percent < 100 else set()
        for limit in ready.rule.limits:
            wallets = [effect.wallet.key for effect in ready.effects] if limit.of == "units" else [TIMES]
            for wallet in wallets:
                limits[limit_key(ready.rule.counts_as, wallet, limit.window), limit.window] = None
    for counter in counters:
        fields |= state_fields(counter.when)
        limits |= dict.fromkeys((counter.key, window) for window in counter.windows)
    return Needs(
        fields=frozenset(fields),
        limits=tuple(limits),
        ladders=tuple(ladder.key for ladder in document.ladders),
        measures=tuple((ladder.key, ladder.measure, ladder.window) for ladder in document.ladders),
    )


def reward_fields(compiled: CompiledProgram) -> frozenset[str]:
    """Return the state fields that the rewards' conditions read."""
    return frozenset().union(*(state_fields(ready.when) for ready in compiled.rewards.values()))


def _refusal(at: str, msgid: str, **params: object) -> Refusal:
    return Refusal("program_invalid", Phrase(msgid, dict(params)), status=422, field=at)
