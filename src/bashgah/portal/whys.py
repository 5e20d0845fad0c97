"""Why an activity gave what it gave, for its member: in a sentence, and as the full sum."""

from __future__ import annotations

from django.utils.translation import gettext

from bashgah.activities.receipts import receipt_of
from bashgah.activities.types import ActivityInfo
from bashgah.activities.whys import ActivityWhy
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Program, is_reward
from bashgah.engine.voices import to_member
from bashgah.engine.words import counted_in, texts, units
from bashgah.kit import formats
from bashgah.kit.phrases import Phrase
from bashgah.portal.doorway import Door
from bashgah.portal.pages import PriceShown
from bashgah.programs.units import wallet_value
from bashgah.ui.figures import listed
from bashgah.ui.types import Why, WhyRow

POINTS = "points"


def sentences(door: Door, program: Program, explanation: Explanation, unit: str) -> tuple[str, ...]:
    """One sentence for each rule that gave something of this unit."""
    return tuple(
        gettext("%(rule)s: %(amount)s, %(reasons)s")
        % {
            "rule": name_of(door, program, outcome.rule),
            "amount": _units(door, program, dict(outcome.amounts)[unit], unit),
            "reasons": reasons_of(door, to_member(outcome)),
        }
        for outcome in explanation.outcomes
        if dict(outcome.amounts).get(unit)
    )


def _units(door: Door, program: Program, amount: int, unit: str) -> str:
    wallet = counted_in(program, unit)
    if wallet is not None and is_reward(unit):
        return door.say(units(amount, wallet, program))
    return door.say(Phrase("{units}", {"units": wallet_value(wallet, amount, unit, door.club)}))


def table(door: Door, why: ActivityWhy) -> Why:
    """Every rule in force then: what gave, and in grey what did not and why, the nearest to giving first.

    Rules that were drafts or on trial without giving are the club's own affair and are not there.
    """
    rows = [
        (not outcome.fired, len(outcome.reasons), _row(door, why.program, to_member(outcome)))
        for outcome in why.explanation.for_members().outcomes
    ]
    return Why(
        title=gettext("The rules of that day"),
        rows=(*(row for *_order, row in sorted(rows, key=lambda each: each[:2])),),
        total=formats.signed(dict(why.explanation.totals).get(POINTS, 0), door.lang),
    )


def receipt(door: Door, activity: ActivityInfo) -> PriceShown | None:
    """What a purchase cost, step by step; nothing where its price is all there is to say."""
    found = receipt_of(door.club, activity)
    if not found.steps:
        return None
    steps = tuple((door.say(step.name), step.amount) for step in found.steps)
    return PriceShown(found.gross, steps, found.due)


def name_of(door: Door, program: Program, key: str) -> str:
    """The rule's name, or its key where the program no longer has it."""
    return next((texts(rule.name, key).say(door.lang) for rule in program.rules if rule.key == key), key)


def reasons_of(door: Door, outcome: RuleOutcome) -> str:
    """The reasons of one rule, in one breath."""
    return ("؛ " if door.lang == "fa" else "; ").join(door.say(reason) for reason in outcome.reasons)


def _row(door: Door, program: Program, outcome: RuleOutcome) -> WhyRow:
    amounts = dict(outcome.amounts)
    points = amounts.get(POINTS, 0)
    # a reward is named by its reason
    others = [
        _units(door, program, amount, unit)
        for unit, amount in amounts.items()
        if unit != POINTS and not is_reward(unit)
    ]
    return WhyRow(
        step=name_of(door, program, outcome.rule),
        text=reasons_of(door, outcome),
        amount=formats.signed(points, door.lang) if points else "",
        note=listed(*others),
        quiet=not any(amounts.values()),
    )
