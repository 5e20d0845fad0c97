"""Backtests: a draft or a version replayed over what members did, its progress, its report."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body, Text, Whole
from bashgah.api.through import lang_of
from bashgah.api.values import said
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase, phrase_from_json
from bashgah.simulation import selectors, services
from bashgah.simulation.types import BacktestInfo, Report, SampleFact
from bashgah.simulation.types import Reasons as Found

router = Router(tags=["backtests"])

DAY = timedelta(days=1)

BacktestId = Annotated[str, Path(..., description="`btt_…`", max_length=60)]
Most = Annotated[int, Query(20, ge=1, le=100, description="How many backtests at most, the newest first.")]
Live = Annotated[int, Field(description="Under the version it is compared with.")]
Tried = Annotated[int, Field(description="Under what is tried.")]


class BacktestIn(Body):
    """What to replay: local days from `since` to `until`, both counted."""

    since: date
    until: date
    tried: Annotated[Whole, Field(ge=0, description="A version's number; 0 is the draft as it is.")] = 0
    live: Annotated[Whole, Field(ge=0, description="The version to compare with; 0 is the newest.")] = 0
    permille: Annotated[Whole, Field(ge=1, le=1000, description="So many of a thousand members.")] = 1000
    name: Annotated[Text, Field(max_length=200)] = ""


class BacktestOut(Schema):
    """How a backtest stands. `seconds_left` is a guess, null while there is nothing to guess from."""

    id: str
    name: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    since: date
    until: Annotated[date, Field(description="The last day, counted.")]
    permille: int
    live: int
    tried: Annotated[int, Field(description="0 is a draft, whose revision then is `tried_revision`.")]
    tried_revision: int
    started_by: str
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    parts_done: int
    parts_total: int
    seconds_left: int | None
    is_stopping: bool
    problem: Annotated[str, Field(description="Why it failed; else empty.")]


class BacktestListOut(Schema):
    """Saved backtests, the newest first."""

    backtests: list[BacktestOut]


class BacktestTotalsOut(Schema):
    """What one program gave; `open_…` is what of it has not expired at the end, had nothing been spent."""

    points: int
    money: int
    open_points: int
    open_money: int
    giving: Annotated[int, Field(description="Activities that gave something.")]
    at_limit: Annotated[int, Field(description="Times a limit was reached.")]
    rewards: Annotated[int, Field(description="Copies of rewards that rules gave, less those taken back.")]
    reward_cost: Annotated[int, Field(description="Their part of `money`.")]


class BacktestSpanOut(Schema):
    """A week or month from `start`."""

    start: date
    live_points: Live
    tried_points: Tried
    live_money: Live
    tried_money: Tried
    live_rewards: Live
    tried_rewards: Tried
    live_reward_cost: Live
    tried_reward_cost: Tried


class BacktestGroupOut(Schema):
    """A part of the club, with how many of its members get more and fewer points."""

    key: str
    live_points: Live
    tried_points: Tried
    live_money: Live
    tried_money: Tried
    winners: int
    losers: int
    live_rewards: Live
    tried_rewards: Tried
    live_reward_cost: Live
    tried_reward_cost: Tried


class BacktestSegmentOut(BacktestGroupOut):
    """Members of one city, gender or value of a declared attribute (`attributes.…`)."""

    kind: str


class BacktestRuleOut(Schema):
    """What one rule gave: points, how often, and how often at a limit."""

    rule: str
    live_points: Live
    tried_points: Tried
    live_times: Live
    tried_times: Tried
    live_at_limit: Live
    tried_at_limit: Tried
    live_rewards: Live
    tried_rewards: Tried
    live_reward_cost: Live
    tried_reward_cost: Tried


class BacktestRewardOut(Schema):
    """Copies of a reward that a rule gave, less those taken back, and what they cost the club."""

    reward: str
    rule: str
    live: Live
    tried: Tried
    live_cost: Live
    tried_cost: Tried


class BacktestStandingOut(Schema):
    """Members on a tier at the end."""

    ladder: str
    tier: str
    live: Live
    tried: Tried


class BacktestBudgetOut(Schema):
    """What was taken of a budget in one window; `…_asked` is what would have been taken without an end."""

    rule: str
    wallet: str
    of: str
    start: date
    branch: str
    most: int
    live: Live
    tried: Tried
    live_asked: Live
    tried_asked: Tried


class BacktestChangeOut(Schema):
    """How many members get so much more (below zero: less); both bounds are counted, null is no bound."""

    least: int | None
    most: int | None
    members: int


class BacktestMemberOut(Schema):
    """A member with the points of both programs."""

    member: Annotated[str, Field(description="`mbr_…`")]
    live: Live
    tried: Tried


class BacktestReasonsOut(Schema):
    """What one rule did with an activity, and why."""

    rule: str
    fired: bool
    units: int
    why: list[str]


class BacktestFactOut(Schema):
    """An activity that the programs decide differently, with the rules that differ."""

    day: date
    kind: str
    branch: str
    net: int
    live: Live
    tried: Tried
    live_reasons: list[BacktestReasonsOut]
    tried_reasons: list[BacktestReasonsOut]


class BacktestSampleOut(BacktestMemberOut):
    """A member whose points change, with the activities that change them most."""

    facts: list[BacktestFactOut]


class BacktestSupposedOut(Schema):
    """A rule that is neither live nor ended.

    In what is tried (`is_tried`) it counted as if it were live for everybody; in the version compared with it
    counted as its stage does: a pilot for `percent` of the members it is meant for, others not at all.
    """

    rule: str
    stage: Literal["draft", "shadow", "pilot"]
    is_tried: bool
    percent: int


class BacktestReportOut(Schema):
    """What a backtest found.

    `middle` holds the points of the members at the tenth, fiftieth, ninetieth and ninety-ninth percentile,
    live and tried; `seconds` is the computing time of all processes.
    """

    facts: int
    purchases: int
    spend: int
    members: int
    winners: int
    losers: int
    live: BacktestTotalsOut
    tried: BacktestTotalsOut
    weeks: list[BacktestSpanOut]
    months: list[BacktestSpanOut]
    branches: list[BacktestGroupOut]
    tiers: list[BacktestGroupOut]
    tags: list[BacktestGroupOut]
    segments: list[BacktestSegmentOut]
    rules: list[BacktestRuleOut]
    rewards: list[BacktestRewardOut]
    standings: list[BacktestStandingOut]
    budgets: list[BacktestBudgetOut]
    changes: list[BacktestChangeOut]
    middle: list[list[int]]
    gainers: list[BacktestMemberOut]
    sufferers: list[BacktestMemberOut]
    samples: list[BacktestSampleOut]
    supposed: list[BacktestSupposedOut]
    seconds: float


@router.post("/backtests", response={202: BacktestOut}, auth=Bearer("rules.edit"), summary="Start a backtest")
@once()
def backtest_start(request: Call, body: BacktestIn) -> Status[BacktestOut]:
    """Queue a replay of the draft or a version against another; ask for it to see how far it is.

    Rules of what is tried that are in draft, shadow or pilot count as if they were live for everybody; rules
    of the version it is compared with count as they do. The report lists them (`supposed`).
    It is run by a worker, one after the other, and kept with its report.
    """
    info = services.backtest_start(
        club=request.club,
        since=body.since,
        until=min(body.until, date.max - DAY) + DAY,
        tried=body.tried,
        live=body.live,
        permille=body.permille,
        name=body.name,
        actor=request.actor,
        now=request.now,
    )
    return Status(202, _out(request, info))


@router.get(
    "/backtests", response=BacktestListOut, auth=Bearer("insights.read"), summary="List saved backtests"
)
def backtest_list(request: Call, limit: Most = 20) -> BacktestListOut:
    """The newest first, without their reports."""
    found = selectors.backtest_list(request.club, limit=limit)
    return BacktestListOut(backtests=[_out(request, info) for info in found])


@router.get(
    "/backtests/{backtest_id}",
    response=BacktestOut,
    auth=Bearer("insights.read"),
    summary="Read how far a backtest is",
)
def backtest_get(request: Call, backtest_id: BacktestId) -> BacktestOut:
    """Its state, how many of its parts are done, and about how long it will still run."""
    return _out(request, _found(request, backtest_id))


@router.get(
    "/backtests/{backtest_id}/report",
    response=BacktestReportOut,
    auth=Bearer("insights.read"),
    summary="Read a backtest's report",
)
def backtest_report(request: Call, backtest_id: BacktestId) -> BacktestReportOut:
    """What it found, whole; `backtest_unfinished` (409) until it is done."""
    return _report(request, selectors.backtest_report(_found(request, backtest_id)))


@router.post(
    "/backtests/{backtest_id}/stop",
    response=BacktestOut,
    auth=Bearer("rules.edit"),
    summary="Stop a backtest",
)
@once()
def backtest_stop(request: Call, backtest_id: BacktestId) -> BacktestOut:
    """One that waits is stopped at once, one that runs within a second or two; one that ended stays so."""
    id_ = ids.parse("backtest", backtest_id)
    info = services.backtest_stop(club=request.club, id=id_, actor=request.actor, now=request.now)
    return _out(request, info)


def _found(request: Call, text: str) -> BacktestInfo:
    return selectors.backtest_get(request.club, ids.parse("backtest", text))


def _out(request: Call, info: BacktestInfo) -> BacktestOut:
    return BacktestOut(
        id=ids.public("backtest", info.id),
        name=info.name,
        state=info.state,
        since=info.since,
        until=info.until - DAY,
        permille=info.permille,
        live=info.live_number,
        tried=info.tried_number,
        tried_revision=info.tried_revision,
        started_by=info.started_by,
        created_at=info.created_at,
        began_at=info.began_at,
        ended_at=info.ended_at,
        parts_done=info.done,
        parts_total=info.total,
        seconds_left=info.seconds_left(request.now),
        is_stopping=info.stop_asked and info.is_open,
        problem=said(request.club, Phrase(info.problem), lang_of(request)) if info.problem else "",
    )


def _report(request: Call, report: Report) -> BacktestReportOut:
    named = {name: getattr(report, name) for name in BacktestReportOut.model_fields if name != "samples"}
    samples = [
        BacktestSampleOut(
            member=sample.member,
            live=sample.live,
            tried=sample.tried,
            facts=[_fact(request, fact) for fact in sample.facts],
        )
        for sample in report.samples
    ]
    return BacktestReportOut.model_validate({**named, "samples": samples}, from_attributes=True)


def _fact(request: Call, fact: SampleFact) -> BacktestFactOut:
    return BacktestFactOut(
        day=fact.day,
        kind=fact.kind,
        branch=fact.branch,
        net=fact.net,
        live=fact.live,
        tried=fact.tried,
        live_reasons=[_reasons(request, each) for each in fact.live_reasons],
        tried_reasons=[_reasons(request, each) for each in fact.tried_reasons],
    )


def _reasons(request: Call, found: Found) -> BacktestReasonsOut:
    lang = lang_of(request)
    why = [said(request.club, phrase_from_json(each), lang) for each in found.why]
    return BacktestReasonsOut(rule=found.rule, fired=found.fired, units=found.units, why=why)
