"""Why an activity gave what it gave: rules and promotions, in the language asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from bashgah.activities import selectors, whys
from bashgah.activities.discounts import discounts_told, promotion_said
from bashgah.api.bearer import Bearer, Call
from bashgah.api.routes.activities import ActivityId, MoveOut, move_out
from bashgah.api.strict import QueryText
from bashgah.api.through import lang_of
from bashgah.api.values import AmountOut, TextsOut, said
from bashgah.engine.decisions import RuleOutcome
from bashgah.kit import ids
from bashgah.programs.selectors import program_by_number

router = Router(tags=["activities"])


class RuleWhyOut(Schema):
    """What one rule of the version that decided did, or why it did nothing, and what became of the rule."""

    rule: str
    name: TextsOut
    fired: bool
    amounts: list[AmountOut]
    reasons: list[str]
    asked: Annotated[bool, Field(description="Whether the rule was live and looks at this kind of activity.")]
    since: Annotated[
        Literal["", "changed", "removed"],
        Field(description="What became of the rule in the program in force now."),
    ]


class DiscountWhyOut(Schema):
    """A promotion that the purchase got: what it says and what it took off."""

    promotion: str
    name: TextsOut
    sentence: str
    amount: int
    why: str


class WhyOut(Schema):
    """The full why: every rule of the version that decided, the sums, the steps on ladders, promotions."""

    program: Annotated[int, Field(description="The program version that decided.")]
    discounts: list[DiscountWhyOut]
    rules: list[RuleWhyOut]
    totals: list[AmountOut]
    moves: list[MoveOut]


@router.get(
    "/activities/{activity_id}/why",
    response=WhyOut,
    auth=Bearer("activities.read"),
    summary="Why an activity gave what it gave",
)
def activity_why(
    request: Call,
    activity_id: ActivityId,
    rule: Annotated[
        QueryText | None,
        Query(None, max_length=60, description="Only this rule, also one that the version did not have."),
    ] = None,
) -> WhyOut:
    """Every rule of the version that decided, what it gave or why it gave nothing, in the language asked for.

    It is derived from what was stored, so it stays the same when rules change. A return says what each
    rule had given for its purchase and what of that went back.
    """
    info = selectors.activity_get(request.club, ids.parse("activity", activity_id))
    why = whys.activity_why_all(request.club, info, now=request.now)
    outcomes = (whys.rule_why(why, rule),) if rule else (*why.explanation.outcomes, *why.unheard)
    compiled, lang = program_by_number(request.club, info.program), lang_of(request)
    return WhyOut(
        program=why.number,
        discounts=[
            DiscountWhyOut(
                promotion=each.promotion,
                name=TextsOut.of(each.name),
                sentence=promotion_said(compiled, each.promotion, lang, request.club),
                amount=each.amount,
                why=said(request.club, each.why, lang),
            )
            for each in discounts_told(compiled, info.fact.promotions, info.fact.currency)
        ],
        rules=[_rule_of_then(request, why, outcome) for outcome in outcomes],
        totals=AmountOut.list_of(why.explanation.totals),
        moves=[move_out(request, move) for move in why.explanation.tier_moves],
    )


def _rule_of_then(request: Call, why: whys.ActivityWhy, outcome: RuleOutcome) -> RuleWhyOut:
    lang = lang_of(request)
    return RuleWhyOut(
        rule=outcome.rule,
        name=TextsOut.of(why.name(outcome.rule)),
        fired=outcome.fired,
        amounts=AmountOut.list_of(outcome.amounts),
        reasons=[said(request.club, reason, lang) for reason in outcome.reasons],
        asked=outcome in why.explanation.outcomes,
        since=why.since.get(outcome.rule, ""),
    )
