"""Reads of activities: what was told before, lists, one activity, and why it gave what it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES, KINDS
from bashgah.activities.drafts import Draft
from bashgah.activities.recording import reference_reused, refused
from bashgah.activities.returning import bought_of
from bashgah.activities.types import (
    ActivityFilters,
    ActivityInfo,
    AnonymousInfo,
    Outcome,
    PurchaseRef,
    ReturnableLine,
    ReturnIn,
    Settled,
)
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, decide
from bashgah.engine.decisions import Explanation
from bashgah.engine.explaining import explain
from bashgah.ground.actors import actor_of
from bashgah.ground.batch import cursor
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.types import Page
from bashgah.members.selectors import alias_set
from bashgah.programs.selectors import program_by_number

COLUMNS = """
    id, member_id, kind, type, source, reference, occurred_at, recorded_at, business_date, branch, channel,
    gross, net, program, actor_kind, actor_id, about_id, fact, outcome
"""
PAGE_MOST = 200


def activity_get(club: ClubInfo, id: UUID) -> ActivityInfo:
    """Return a settled fact of the club, or raise ``activity_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {COLUMNS} FROM activities_activity WHERE club_id = %s AND id = %s", [club.id, id]
        ).fetchone()
    if row is None:
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    return _info(row)


def activity_find(club: ClubInfo, source: str, reference: str) -> ActivityInfo | None:
    """Return the member's fact that was told under this reference, or None."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT activity_id FROM activities_reference
            WHERE club_id = %s AND source = %s AND reference = %s AND member_id IS NOT NULL
            """,
            [club.id, source, reference],
        ).fetchone()
    return activity_get(club, row[0]) if row else None


def activity_list(
    club: ClubInfo, filters: ActivityFilters | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page[ActivityInfo]:
    """Return the club's settled facts, newest first; ``filters`` narrow them."""
    wanted = filters or ActivityFilters()
    where, params = ["club_id = %s", "id < %s"], [club.id, _before(cursor)]
    for column, value in (("branch", wanted.branch), ("source", wanted.source)):
        if value:
            where.append(f"{column} = %s")
            params.append(value)
    if wanted.kind:
        where.append("kind = %s")
        params.append(KIND_CODES.get(wanted.kind, -1))
    if wanted.member_id:
        where.append("member_id = ANY(%s)")
        params.append(alias_set(club, wanted.member_id))
    if wanted.since:
        where.append("occurred_at >= %s")
        params.append(wanted.since)
    if wanted.until:
        where.append("occurred_at < %s")
        params.append(wanted.until)
    size = min(limit, PAGE_MOST)
    with _reader() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM activities_activity
            WHERE {" AND ".join(where)} ORDER BY id DESC LIMIT %s
            """,
            [*params, size + 1],
        ).fetchall()
    return _page([_info(row) for row in rows[:size]], len(rows) > size)


def member_activities(
    club: ClubInfo, member_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[ActivityInfo]:
    """Return a member's settled facts, newest first, those of merged members included."""
    return activity_list(club, ActivityFilters(member_id=member_id), cursor=cursor, limit=limit)


def activity_why(club: ClubInfo, member_id: UUID, id: UUID) -> Explanation:
    """Return the full why of a settled fact, rules that gave nothing included.

    It is derived again from what was stored with the fact: the program version, the state it was decided from
    and the fact itself. A return has no rules of its own: its purchase has.
    """
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT program, state, fact, outcome FROM activities_activity
            WHERE member_id = ANY(%s) AND id = %s AND club_id = %s
            """,
            [alias_set(club, member_id), id, club.id],
        ).fetchone()
    if row is None:
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    number, state, packed, outcome = row
    fact = compact.fact_unpack(packed)
    if fact.kind == "return":
        stored = compact.outcome_unpack(outcome)
        totals: dict[str, int] = {}
        for credit in stored.credits:
            totals[credit.line.wallet] = totals.get(credit.line.wallet, 0) + credit.line.amount
        return Explanation((), tuple(totals.items()), ())
    return explain(program_by_number(club, number), compact.state_unpack(state), fact)


def purchase_lines(club: ClubInfo, id: UUID) -> list[ReturnableLine]:
    """Return a purchase's lines with what may still come back, for the till's return screen."""
    info = activity_get(club, id)
    if info.kind != "purchase":
        raise purchase_not_found()
    with cursor() as cur:
        back = dict(
            cur.execute(
                "SELECT line_no, returned FROM activities_returned WHERE member_id = %s AND purchase_id = %s",
                [info.member_id, id],
            ).fetchall()
        )
    by_no = {line.no: line for line in info.fact.lines}
    return [
        ReturnableLine(
            no,
            by_no[no].name if no in by_no else "",
            by_no[no].sku if no in by_no else "",
            bought,
            back.get(no, 0),
            by_no[no].net if no in by_no else info.fact.net,
        )
        for no, bought in bought_of(info.fact).items()
    ]


def anonymous_list(
    club: ClubInfo, *, cursor: str | None = None, limit: int = 50, unclaimed: bool = False
) -> Page[AnonymousInfo]:
    """Return purchases nobody showed a card for, newest first."""
    size = min(limit, PAGE_MOST)
    with _reader() as cur:
        rows = cur.execute(
            f"""
            SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous
            WHERE club_id = %s AND id < %s AND (NOT %s OR claimed_at IS NULL) ORDER BY id DESC LIMIT %s
            """,
            [club.id, _before(cursor), unclaimed, size + 1],
        ).fetchall()
    return _page([_anonymous(row) for row in rows[:size]], len(rows) > size)


def anonymous_find(club: ClubInfo, source: str, reference: str) -> AnonymousInfo:
    """Return the anonymous purchase told under this reference, or raise ``purchase_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"""
            SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous WHERE club_id = %s AND id = (
                SELECT activity_id FROM activities_reference
                WHERE club_id = %s AND source = %s AND reference = %s AND member_id IS NULL)
            """,
            [club.id, club.id, source, reference],
        ).fetchone()
    if row is None:
        raise purchase_not_found()
    return _anonymous(row)


def answers_read(club: ClubInfo, drafts: Sequence[Draft]) -> dict[int, Outcome]:
    """Return the answers of facts told before, by the draft's identity; read it under the members' lock.

    The same body gets its first answer again, another body under the same reference is refused.
    """
    asked = [draft for draft in drafts if draft.body]
    if not asked:
        return {}
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT r.source, r.reference, r.body, r.activity_id, r.member_id
            FROM unnest(%s::text[], %s::text[]) asked(source, reference)
            JOIN activities_reference r
              ON r.club_id = %s AND r.source = asked.source AND r.reference = asked.reference
            """,
            [
                [draft.intake.source for draft in asked],
                [draft.intake.reference for draft in asked],
                club.id,
            ],
            prepare=True,
        ).fetchall()
    if not rows:
        return {}
    told = {(source, reference): (bytes(body), id_, member) for source, reference, body, id_, member in rows}
    answers: dict[int, Outcome] = {}
    for draft in asked:
        if draft.key not in told:
            continue
        body, activity_id, member_id = told[draft.key]
        same = body == draft.body
        answers[id(draft)] = (
            _first_answer(club, activity_id, member_id) if same else refused(draft, reference_reused())
        )
    return answers


def purchases_find(club: ClubInfo, drafts: Sequence[Draft]) -> dict[int, UUID]:
    """Find the purchases that returns name, and with them the returns' members; by the draft's identity.

    What cannot be found is the draft's refusal.
    """
    asked: dict[int, tuple[str, str] | UUID] = {}
    for draft in drafts:
        if isinstance(draft.intake, ReturnIn) and draft.refusal is None:
            try:
                asked[id(draft)] = _named(draft.intake.purchase, draft.intake.source)
            except Refusal as refusal:
                draft.refusal = refusal
    if not asked:
        return {}
    by_key, by_id = _purchases(club, asked)
    found: dict[int, UUID] = {}
    for draft in drafts:
        name = asked.get(id(draft))
        if name is None:
            continue
        hit = by_id.get(name) if isinstance(name, UUID) else by_key.get(name)
        if hit is None:
            draft.refusal = purchase_not_found()
        elif hit[1] is None:
            draft.refusal = _of_nobody()
        else:
            found[id(draft)], draft.member_id = hit
    return found


def purchase_not_found() -> Refusal:
    """Return the refusal of a purchase that is not there."""
    return Refusal(
        "purchase_not_found", Phrase(_("There is no such purchase.")), status=404, field="/purchase"
    )


ANONYMOUS_COLUMNS = """
    id, source, reference, occurred_at, recorded_at, business_date, branch, channel, gross, net, fact,
    claimed_at, claimed_by
"""
_reader = cursor


def _purchases(
    club: ClubInfo, asked: Mapping[int, tuple[str, str] | UUID]
) -> tuple[dict[tuple[str, str], tuple[UUID, UUID | None]], dict[UUID, tuple[UUID, UUID | None]]]:
    keys = [name for name in asked.values() if not isinstance(name, UUID)]
    wanted = [name for name in asked.values() if isinstance(name, UUID)]
    with cursor() as cur:
        by_key = cur.execute(
            """
            SELECT r.source, r.reference, r.activity_id, r.member_id
            FROM unnest(%s::text[], %s::text[]) asked(source, reference)
            JOIN activities_reference r
              ON r.club_id = %s AND r.source = asked.source AND r.reference = asked.reference
            """,
            [[source for source, _ in keys], [reference for _, reference in keys], club.id],
        ).fetchall()
        by_id = cur.execute(
            "SELECT id, member_id FROM activities_activity WHERE club_id = %s AND id = ANY(%s) AND kind = %s",
            [club.id, wanted, KIND_CODES["purchase"]],
        ).fetchall()
    return (
        {(source, reference): (id_, member) for source, reference, id_, member in by_key},
        {id_: (id_, member) for id_, member in by_id},
    )


def _named(ref: PurchaseRef, source: str) -> tuple[str, str] | UUID:
    if bool(ref.activity) == bool(ref.reference):
        raise Refusal(
            "purchase_unclear",
            Phrase(_("Name the purchase by its id, or by its source and reference.")),
            status=422,
            field="/purchase",
        )
    return ids.parse("activity", ref.activity) if ref.activity else (ref.source or source, ref.reference)


def _of_nobody() -> Refusal:
    return Refusal(
        "purchase_anonymous",
        Phrase(_("This purchase belongs to no member, so nothing was earned that could be taken back.")),
        field="/purchase",
    )


def _first_answer(club: ClubInfo, activity_id: UUID, member_id: UUID | None) -> Settled:
    if member_id is None:
        return _anonymous_answer(club, activity_id)
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {COLUMNS}, state FROM activities_activity WHERE member_id = %s AND id = %s",
            [member_id, activity_id],
        ).fetchone()
    assert row is not None  # noqa: S101 - the reference was written with its activity
    info = _info(row[:-1])
    outcome = compact.outcome_unpack(row[18])
    trace = () if info.kind == "return" else _trace(program_by_number(club, info.program), row)
    return Settled(
        kind=info.kind,
        source=info.source,
        reference=info.reference,
        activity_id=info.id,
        member_id=info.member_id,
        occurred_at=info.occurred_at,
        recorded_at=info.recorded_at,
        business_date=info.business_date,
        credits=info.credits,
        balances=info.balances,
        tiers=outcome.tiers,
        moves=info.moves,
        reasons=trace,
        repeated=True,
    )


def _trace(compiled: CompiledProgram, row: tuple[Any, ...]) -> Any:
    return decide(compiled, compact.state_unpack(row[19]), compact.fact_unpack(row[17])).trace


def _anonymous_answer(club: ClubInfo, id: UUID) -> Settled:
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous WHERE club_id = %s AND id = %s",
            [club.id, id],
        ).fetchone()
    assert row is not None  # noqa: S101 - the reference was written with its purchase
    info = _anonymous(row)
    return Settled(
        kind="purchase",
        source=info.source,
        reference=info.reference,
        activity_id=info.id,
        member_id=None,
        occurred_at=info.occurred_at,
        recorded_at=info.recorded_at,
        business_date=info.business_date,
        repeated=True,
    )


def _info(row: Sequence[Any]) -> ActivityInfo:
    (id_, member, kind, type_, source, reference, occurred, recorded, day, branch, channel, gross, net,
     program, actor_kind, actor_id, about, packed, outcome) = row  # fmt: skip
    fact, stored = compact.fact_unpack(packed), compact.outcome_unpack(outcome)
    actor = actor_of(actor_kind, actor_id)
    return ActivityInfo(
        id=id_,
        member_id=member,
        kind=KINDS[kind],
        type=type_ or KINDS[kind],
        source=source,
        reference=reference,
        occurred_at=occurred,
        recorded_at=recorded,
        business_date=day,
        branch=branch,
        channel=channel,
        gross=gross,
        net=net,
        program=program,
        actor_kind=actor.kind,
        actor_id=actor_id,
        about_id=about,
        fact=fact,
        credits=tuple(credit.line for credit in stored.credits),
        balances=stored.balances,
        moves=stored.moves,
    )


def _anonymous(row: Sequence[Any]) -> AnonymousInfo:
    *columns, packed, claimed_at, claimed_by = row
    return AnonymousInfo(*columns, compact.fact_unpack(packed), claimed_at, claimed_by)


def _page(rows: list[Any], more: bool) -> Page[Any]:
    return Page(rows, rows[-1].id.hex if more else None)


def _before(text: str | None) -> UUID:
    if text is None:
        return UUID(int=(1 << 128) - 1)
    try:
        return UUID(hex=text)
    except ValueError:
        raise Refusal(
            "cursor_invalid", Phrase(_("This page cannot be found.")), status=422, field="/cursor"
        ) from None
