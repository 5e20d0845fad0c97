"""Where a rule stands on its way, and what stands between it and everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program, Rule
from bashgah.engine.noticing import notices
from bashgah.engine.validation import problems
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, staging
from bashgah.programs.types import Cost, Need, Stage

_TRIALS: tuple[Stage, ...] = ("shadow", "pilot")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A rule of the draft beside what is published of it.

    ``published`` is its stage in the newest version (None: not there), ``since`` when these terms came there.
    ``is_moved`` says that publishing the draft changes this rule. ``needs`` are what going live asks for;
    ``passed`` are the stages of trial that these terms have been in; ``forward`` is the next stage on that
    way, None at its end. ``notices`` are for a person to judge.
    """

    rule: Rule
    program: Program
    published: Stage | None
    since: datetime | None
    is_moved: bool
    cost: Cost | None
    needs: tuple[Need, ...]
    forward: Stage | None
    notices: tuple[Phrase, ...]
    has_problems: bool
    passed: frozenset[Stage]


def rule_ahead(club: ClubInfo, key: str, now: datetime) -> Ahead:
    """Return where a rule of the draft stands; one that is not there raises ``rule_not_found`` (404)."""
    program = selectors.draft_get(club).program
    place = next((i for i, each in enumerate(program.rules) if each.key == key), None) if program else None
    if program is None or place is None:
        raise Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)
    rule = program.rules[place]
    number = selectors.version_last(club)
    published = selectors.version_get(club, number).program if number else None
    there = next((each for each in published.rules if each.key == key), None) if published else None
    live = with_stage(program, key, "live")
    ready = staging.readiness(club, live, published=published, number=number, now=now)
    step = next((each for each in ready.steps if each.rule.key == key), None)
    needs = step.needs if step else ()
    if step and ready.approval is not None:
        needs = (*needs, ready.approval)
    faulty = any(each.at.startswith(f"/rules/{place}/") for each in problems(live))
    return Ahead(
        rule=rule,
        program=program,
        published=there.stage if there else None,
        since=staging.stage_since(club, there, now) if there else None,
        is_moved=there != rule,
        cost=staging.rule_cost(club, program, rule, now),
        needs=needs,
        forward=_forward(rule.stage, there.stage if there else None, needs),
        notices=() if problems(live) else _notices(live, place, now),
        has_problems=faulty,
        passed=frozenset(
            stage for stage in _TRIALS if staging.first_in(club, there or rule, stage, now) is not None
        ),
    )


def with_stage(program: Program, key: str, stage: Stage) -> Program:
    """Return the program with one rule in another stage."""
    rules = tuple(
        rule.model_copy(update={"stage": stage}) if rule.key == key else rule for rule in program.rules
    )
    return program.model_copy(update={"rules": rules})


def _forward(stage: Stage, published: Stage | None, needs: tuple[Need, ...]) -> Stage | None:
    """Return the stage that comes next: one the club still asks for and it is not in yet, else live."""
    if stage == "ended" or published == "live":
        return None
    open_ = {need.kind for need in needs if not need.is_met}
    for trial in _TRIALS:
        if trial in open_:
            return trial if trial not in (stage, published) else None
    return "live" if stage != "live" else None


def _notices(program: Program, place: int, now: datetime) -> tuple[Phrase, ...]:
    return tuple(each.phrase for each in notices(program, now.date()) if each.at == f"/rules/{place}")
