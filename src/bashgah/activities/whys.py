"""Why a settled fact gave what it gave, and why any rule of that time gave nothing; for ever.

All of it is derived again from what was stored with the fact: the program version, the state it was decided
from and the fact itself. What was published since changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.compact import Outcome
from bashgah.activities.discounts import DiscountTold, discounts_told
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.selectors import branch_list
from bashgah.clubs.types import ClubInfo
from bashgah.engine.criteria.saying import Names
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Program, is_reward
from bashgah.engine.explaining import explain
from bashgah.engine.program import CompiledProgram, trigger_of
from bashgah.engine.unheard import changed_since, no_such_rule, unheard
from bashgah.engine.words import rewards_named, texts, units
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase, translated
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.selectors import alias_set
from bashgah.products.selectors import brand_list, category_list
from bashgah.programs.selectors import program_by_number, program_in_force
from bashgah.rewards.selectors import reward_list

_WORDS = {
    "channels": {
        "pos": _("till of the shop"),
        "till": _("the club's till"),
        "online": _("online shop"),
        "app": _("app"),
        "console": _("console"),
    },
    "genders": {"female": _("woman"), "male": _("man"), "other": _("other")},
    "payment_methods": {
        "cash": _("cash"),
        "card": _("bank card"),
        "gift_card": _("gift card"),
        "credit": _("on account"),
        "points": _("points"),
    },
}


@dataclass(frozen=True, slots=True)
class ActivityWhy:
    """The whole why of a fact: the version that decided, what each rule did, and what became of the rules.

    ``unheard`` are the version's rules that were not asked;
    ``since`` says by rule ``changed`` or ``removed``; ``discounts`` are what promotions took off.
    """

    number: int
    program: Program
    explanation: Explanation
    unheard: tuple[RuleOutcome, ...]
    since: Mapping[str, str]
    discounts: tuple[DiscountTold, ...] = ()

    def name(self, rule: str) -> Texts:
        """Return what a rule was called then; one the version did not have stands by its key."""
        found = next((each.name for each in self.program.rules if each.key == rule), None)
        return texts(found, rule) if found else Texts(rule, rule)


def activity_why(club: ClubInfo, member_id: UUID, id: UUID, names: Names | None = None) -> Explanation:
    """Return the why of a settled fact, rules that gave nothing included.

    A return is explained by its purchase: what each rule gave for it and how much of that went back.
    ``names`` gives codes their names (``names_of``). Raises ``activity_not_found`` (404).
    """
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT program, state, fact, outcome, about_id FROM activities_activity
            WHERE member_id = ANY(%s) AND id = %s AND club_id = %s
            """,
            [alias_set(club, member_id), id, club.id],
        ).fetchone()
    if row is None:
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    number, state, packed, outcome, about = row
    fact = compact.fact_unpack(packed)
    if fact.kind == "return":
        return _of_return(club, about, compact.outcome_unpack(outcome))
    return explain(program_by_number(club, number), compact.state_unpack(state), fact, names)


def activity_why_all(club: ClubInfo, info: ActivityInfo, *, now: datetime) -> ActivityWhy:
    """Return the why of a settled fact with every rule of its version, also those that were never asked.

    Codes stand by their names; ``since`` says which of the rules were changed or removed by ``now``.
    """
    about = activity_get(club, info.about_id) if info.kind == "return" and info.about_id else info
    compiled, names = program_by_number(club, about.program), names_of(club)
    return ActivityWhy(
        number=about.program,
        program=rewards_named(compiled.document, names),
        explanation=activity_why(club, info.member_id, info.id, names),
        unheard=unheard(compiled.document, about.fact),
        since=changed_since(compiled.document, _now_in_force(club, now, compiled).document),
        discounts=discounts_told(compiled, about.fact.promotions, club.currency),
    )


def rule_why(why: ActivityWhy, key: str) -> RuleOutcome:
    """Return what one rule did with a fact, whatever the rule is by now.

    One that the version of that time did not have says so: nothing is unknown here.
    """
    every = (*why.explanation.outcomes, *why.unheard)
    return next((outcome for outcome in every if outcome.rule == key), no_such_rule(why.number, key))


def names_of(club: ClubInfo) -> Names:
    """Return what the codes that criteria compare with are called: branches, categories, brands, channels."""
    said = {
        source: {code: Texts(translated(word, "fa"), word) for code, word in words.items()}
        for source, words in _WORDS.items()
    }
    return {
        **said,
        "branches": {branch.code: branch.name for branch in branch_list(club)},
        "categories": {category.code: category.name for category in category_list(club)},
        "brands": {brand.code: brand.name for brand in brand_list(club)},
        "rewards": {reward.key: reward.name for reward in reward_list(club)},
    }


def _of_return(club: ClubInfo, about: UUID | None, stored: Outcome) -> Explanation:
    """Say of each rule what it gave for the purchase and what of that the return took back."""
    taken: dict[tuple[str, str], int] = {}
    totals: dict[str, int] = {}
    for credit in stored.credits:
        key = credit.line.rule, credit.line.wallet
        taken[key] = taken.get(key, 0) + credit.line.amount
        totals[credit.line.wallet] = totals.get(credit.line.wallet, 0) + credit.line.amount
    for line in stored.grants:
        taken[line.rule, line.unit] = taken.get((line.rule, line.unit), 0) + line.count
    if about is None:
        return Explanation((), tuple(totals.items()), stored.moves)
    bought = activity_get(club, about)
    given: dict[tuple[str, str], int] = {}
    for credit in bought.credits:
        given[credit.rule, credit.wallet] = given.get((credit.rule, credit.wallet), 0) + credit.amount
    for line in bought.grants:
        given[line.rule, line.unit] = given.get((line.rule, line.unit), 0) + line.count
    compiled = program_by_number(club, bought.program)
    asked = [ready.key for ready in compiled.rules_for(trigger_of(bought.fact.kind, bought.fact.type))]
    rules = dict.fromkeys([*asked, *(rule for rule, _wallet in (*given, *taken))])
    outcomes = tuple(_taken_back(compiled, rule, given, taken) for rule in rules)
    return Explanation(outcomes, tuple(totals.items()), stored.moves)


def _taken_back(
    compiled: CompiledProgram,
    rule: str,
    given: dict[tuple[str, str], int],
    taken: dict[tuple[str, str], int],
) -> RuleOutcome:
    amounts = tuple((wallet, amount) for (key, wallet), amount in taken.items() if key == rule and amount)
    gave = [
        units(amount, unit, compiled.document)
        for (key, wallet), amount in given.items()
        if key == rule and amount and (unit := compiled.unit(wallet)) is not None
    ]
    if any(key == rule and is_reward(wallet) and not amount for (key, wallet), amount in taken.items()):
        reason = Phrase(_("it had given {gave} for the purchase; it was used or may be kept, so it stays"),
                        {"gave": gave})  # fmt: skip
        return RuleOutcome(rule, bool(amounts), amounts, (reason,))
    if not gave and not amounts:
        reason = Phrase(_("it gave nothing for the purchase, so there is nothing to take back"))
    elif not gave:
        reason = Phrase(_("a later correction of the purchase had given it, and its share goes back"))
    elif amounts:
        reason = Phrase(_("it had given {gave} for the purchase; the share of what came back goes back"),
                        {"gave": gave})  # fmt: skip
    else:
        reason = Phrase(_("it had given {gave} for the purchase; nothing of that belongs to what came back"),
                        {"gave": gave})  # fmt: skip
    return RuleOutcome(rule, bool(amounts), amounts, (reason,))


def _now_in_force(club: ClubInfo, now: datetime, otherwise: CompiledProgram) -> CompiledProgram:
    try:
        return program_in_force(club, now)
    except Refusal:  # a fact older than the first publication in a clock that was set back
        return otherwise
