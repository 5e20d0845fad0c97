"""Which stages a program must have passed before it is published, and which of them it has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection

from bashgah.clubs.types import ClubInfo, StageTerms
from bashgah.engine.document import Program, Rule
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.programs.models import Approval
from bashgah.programs.types import Cost, Need, Readiness, RuleStep, Stage

Estimate = Callable[[ClubInfo, Program, Rule, datetime], int | None]
"""What a rule would cost a month, in the currency's smallest unit; None where nothing was found of it."""
ESTIMATES: dict[str, Estimate] = {}
"""What rooms above know of costs, by where it is known from: "shadow", "backtest"."""

MONTH_DAYS = 30
_A_MONTH = {"day": (30, 1), "week": (30, 7), "month": (1, 1), "year": (1, 12), "ever": (1, 1)}
_BESIDE = {"stage", "pilot", "examples", "name"}
_PARTS = (
    "wallets",
    "ladders",
    "rewards",
    "promotions",
    "counters",
    "occasions",
    "activity_types",
    "activity_names",
)
_ALONE = ("calendar", "currency", "pay_with_points")


def readiness(
    club: ClubInfo, program: Program, *, published: Program | None, number: int, now: datetime
) -> Readiness:
    """Return what publishing ``program`` after version ``number`` needs, and which of it is there."""
    terms = club.settings.stages
    before = {rule.key: rule for rule in published.rules} if published else {}
    steps = tuple(
        _step(club, program, rule, before.get(rule.key), terms, now)
        for rule in program.rules
        if _begins(rule, before.get(rule.key))
    )
    known = [step.cost.amount for step in steps if step.cost is not None]
    cost = sum(known) if len(known) == len(steps) else None
    return Readiness(steps, cost, _approval(club, program, published, number, steps, cost))


NEEDS = {
    "backtest": _("a backtest of this rule as it is written now"),
    "shadow": _("{wanted} days in shadow as it is written now; {have} are over"),
    "pilot": _("{wanted} days in pilot as it is written now; {have} are over"),
    "approval": _("the approval of a second person, who did not write this draft"),
}


def need_said(need: Need) -> Phrase:
    """Say what a publication needs."""
    return Phrase(NEEDS[need.kind], {"wanted": need.wanted, "have": need.have})


def rule_terms(rule: Rule) -> dict[str, Any]:
    """Return what a rule does, whatever its stage, its name and its examples."""
    return rule.model_dump(mode="json", exclude=_BESIDE)


def rule_cost(club: ClubInfo, program: Program, rule: Rule, now: datetime) -> Cost | None:
    """Return what a rule costs a month: as its shadow saw it, else its backtest, else its budget."""
    for source in ("shadow", "backtest"):
        estimate = ESTIMATES.get(source)
        amount = estimate(club, program, rule, now) if estimate is not None else None
        if amount is not None:
            return Cost(amount, source)  # type: ignore[arg-type]
    budget = rule.budget
    if budget is None or budget.per == "branch":
        return None
    worth = 1
    if budget.of == "units" and budget.reward is not None:
        worth = next((terms.cost for terms in program.rewards if terms.key == budget.reward), 0)
    elif budget.of == "units":
        worth = next((wallet.worth for wallet in program.wallets if wallet.key == budget.wallet), 0)
    if not worth or any(effect.unit != budget.unit for effect in rule.effects):
        return None
    times, per = _A_MONTH[budget.window]
    return Cost(budget.most * worth * times // per, "budget")


def days_in(club: ClubInfo, rule: Rule, stage: Stage, now: datetime) -> int:
    """Return how many whole days a rule with these terms has spent in a stage, all versions together."""
    spent, wanted = timedelta(), rule_terms(rule)
    for begin, end, there in _stays(club, rule.key, now):
        if there.stage == stage and rule_terms(there) == wanted:
            spent += end - begin
    return spent.days


def first_in(club: ClubInfo, rule: Rule, stage: Stage, now: datetime) -> datetime | None:
    """Return when a rule with these terms first came into a stage; None where it never did."""
    wanted = rule_terms(rule)
    stays = (
        begin
        for begin, _end, there in _stays(club, rule.key, now)
        if there.stage == stage and rule_terms(there) == wanted
    )
    return next(stays, None)


def stage_since(club: ClubInfo, rule: Rule, now: datetime) -> datetime | None:
    """Return since when a rule with these terms stands in its stage; None where it does not now."""
    since, wanted = None, rule_terms(rule)
    for begin, _end, there in _stays(club, rule.key, now):
        if there.stage != rule.stage or rule_terms(there) != wanted:
            since = None
        elif since is None:
            since = begin
    return since


def fingerprint(program: Program, number: int) -> bytes:
    """Return what tells one publication from another: every word of the program, and what it follows."""
    text = json.dumps(program.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return sha256(f"{number}|{text}".encode()).digest()


def rest_changed(program: Program, published: Program | None) -> bool:
    """Say whether anything but rules differs; before the first version everything does."""
    return any(
        getattr(program, name) != (getattr(published, name) if published else None)
        for name in (*_PARTS, *_ALONE)
    )


def _begins(rule: Rule, before: Rule | None) -> bool:
    """Say whether a rule gives something by this publication that it did not give before."""
    if rule.stage not in ("pilot", "live"):
        return False
    if before is None or before.stage not in ("pilot", "live") or rule_terms(before) != rule_terms(rule):
        return True
    if rule.stage == "live":
        return before.stage != "live"
    return before.stage == "pilot" and before.pilot != rule.pilot


def _step(  # noqa: PLR0917 private, one rule in its club
    club: ClubInfo, program: Program, rule: Rule, before: Rule | None, terms: StageTerms, now: datetime
) -> RuleStep:
    cost = rule_cost(club, program, rule, now)
    needs: list[Need] = []
    if _asks(terms.backtest_above, cost):
        estimate = ESTIMATES.get("backtest")
        found = estimate(club, program, rule, now) if estimate is not None else None
        needs.append(Need("backtest", found is not None))
    # a live rule cannot step back into shadow without stopping: for it a second person looks (``_approval``)
    if before is None or before.stage != "live":
        if _asks(terms.shadow_above, cost):
            have = days_in(club, rule, "shadow", now)
            needs.append(Need("shadow", have >= terms.shadow_days, terms.shadow_days, have))
        if rule.stage == "live" and _asks(terms.pilot_above, cost):
            have = days_in(club, rule, "pilot", now)
            needs.append(Need("pilot", have >= terms.pilot_days, terms.pilot_days, have))
    return RuleStep(rule, before.stage if before else None, cost, tuple(needs))


def _approval(  # noqa: PLR0917 private, one publication
    club: ClubInfo,
    program: Program,
    published: Program | None,
    number: int,
    steps: tuple[RuleStep, ...],
    cost: int | None,
) -> Need | None:
    terms = club.settings.stages
    whole = Cost(cost, "shadow") if cost is not None else None
    asked = bool(steps) and _asks(terms.approval_above, whole)
    for step in steps:
        if step.before == "live":
            asked = asked or _asks(terms.shadow_above, step.cost) or _asks(terms.pilot_above, step.cost)
    asked = asked or (terms.approve_rest and number > 0 and rest_changed(program, published))
    if not asked:
        return None
    given = Approval.objects.filter(
        club_id=club.id, state="approved", fingerprint=fingerprint(program, number)
    ).exists()
    return Need("approval", given)


def _asks(above: int | None, cost: Cost | None) -> bool:
    return above is not None and (above == 0 or cost is None or cost.amount > above)


def _stays(club: ClubInfo, key: str, now: datetime) -> Iterator[tuple[datetime, datetime, Rule]]:
    """Return from when to when the rule of this key was what, by the versions in force, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.effective_from, r.rule FROM programs_version v
            LEFT JOIN LATERAL (
                SELECT each AS rule FROM jsonb_array_elements(v.document -> 'rules') each
                WHERE each ->> 'key' = %s LIMIT 1) r ON true
            WHERE v.club_id = %s AND v.effective_from <= %s ORDER BY v.number
            """,
            [key, club.id, now],
        )
        rows = cursor.fetchall()
    for place, (begin, found) in enumerate(rows):
        end = min((later for later, _rule in rows[place + 1 :]), default=now)
        if found is not None and begin < end:
            yield begin, end, Rule.model_validate(found if isinstance(found, dict) else json.loads(found))
