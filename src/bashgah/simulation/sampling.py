"""Shows why: members whose points change, with the facts and the rules that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision, RuleOutcome
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact
from bashgah.engine.states import State
from bashgah.kit.ids import parse
from bashgah.kit.phrases import phrase_to_json
from bashgah.lake.files import bucket_of
from bashgah.simulation.comparing import Comparison, Plan
from bashgah.simulation.tallying import Tally
from bashgah.simulation.types import MemberPoints, Reasons, Sample, SampleFact

FACTS_MOST = 3
Told = dict[int, tuple[Fact, "tuple[State, Decision] | None"]]


def samples_of(plan: Plan, members: Iterable[MemberPoints]) -> tuple[Sample, ...]:
    """Replay these members once more and keep what each program made of their facts, with every reason."""
    wanted = {parse("member", each.member).bytes: each for each in members}
    comparison = Comparison(plan)
    found: dict[bytes, Sample] = {}
    for bucket in sorted({bucket_of(member) for member in wanted}):
        for member, about, rows in comparison.members_of([bucket]):
            if member not in wanted:
                continue
            told: list[Told] = []

            def watch(
                place: int, fact: Fact, made: tuple[State, Decision] | None, told: list[Told] = told
            ) -> None:
                if place == 0:
                    told.append({})
                told[-1][place] = fact, made

            comparison.member(Tally(), member, about, rows, watch)
            found[member] = _sample(comparison, wanted[member], told)
    return tuple(found[member] for member in wanted if member in found)


def _sample(comparison: Comparison, points: MemberPoints, told: list[Told]) -> Sample:
    facts = []
    for each in told:
        fact, live_made = each[0]
        _same, tried_made = each[1]
        if live_made is None or tried_made is None:
            continue
        live, tried = (
            _points(comparison, place, made[1]) for place, made in enumerate((live_made, tried_made))
        )
        if live != tried:
            facts.append((abs(tried - live), fact, live, tried, live_made[0], tried_made[0]))
    facts.sort(key=lambda each: (-each[0], each[1].occurred_at))
    return Sample(
        points.member,
        points.live,
        points.tried,
        tuple(
            _fact(comparison, fact, live, tried, live_state, tried_state)
            for _by, fact, live, tried, live_state, tried_state in facts[:FACTS_MOST]
        ),
    )


def _fact(  # noqa: PLR0917 one fact under two programs
    comparison: Comparison, fact: Fact, live: int, tried: int, live_state: State, tried_state: State
) -> SampleFact:
    programs = [side.compiled for side in comparison.sides]
    before = _outcomes(programs[0], live_state, fact)
    after = _outcomes(programs[1], tried_state, fact)
    differ = [key for key in {**before, **after} if _units(before.get(key)) != _units(after.get(key))]
    return SampleFact(
        fact.local_at.date(),
        fact.kind,
        fact.branch,
        fact.net,
        live,
        tried,
        tuple(_reasons(before[key], comparison.worths[0]) for key in differ if key in before),
        tuple(_reasons(after[key], comparison.worths[1]) for key in differ if key in after),
    )


def _outcomes(compiled: CompiledProgram, state: State, fact: Fact) -> dict[str, RuleOutcome]:
    return {outcome.rule: outcome for outcome in explain(compiled, state, fact).outcomes}


def _units(outcome: RuleOutcome | None) -> dict[str, int]:
    return dict(outcome.amounts) if outcome is not None else {}


def _reasons(outcome: RuleOutcome, worths: Mapping[str, tuple[int, int]]) -> Reasons:
    return Reasons(
        outcome.rule,
        outcome.fired,
        sum(units for wallet, units in outcome.amounts if worths[wallet][0]),
        tuple(phrase_to_json(reason) for reason in outcome.reasons),
    )


def _points(comparison: Comparison, place: int, decision: Decision) -> int:
    worths = comparison.worths[place]
    return sum(credit.amount for credit in decision.credits if worths[credit.wallet][0])
