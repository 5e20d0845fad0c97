"""What was told before: first answers given again, and the purchases that returns name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bashgah.activities import compact, strangers
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.drafts import Draft
from bashgah.activities.recording import reference_reused, refused
from bashgah.activities.selectors import COLUMNS, anonymous_get, info_of, purchase_not_found
from bashgah.activities.types import AnonymousInfo, CustomIn, Outcome, PurchaseRef, ReturnIn, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, decide
from bashgah.engine.decisions import Decision
from bashgah.ground.asking import Question, Statement
from bashgah.ground.batch import cursor
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set, member_root
from bashgah.programs.selectors import program_by_number


def answers_asked(club: ClubInfo, drafts: Sequence[Draft]) -> Question:
    """Return the question which references are taken, to be asked under the members' lock."""
    asked = [draft.intake for draft in drafts if draft.body]
    sources, references = [intake.source for intake in asked], [intake.reference for intake in asked]
    return _TOLD.of(sources, references, club.id)


# each reference is looked up for itself: a join would be planned by the size of the table
_TOLD = Statement(
    """
    SELECT r.source, r.reference, r.body, r.activity_id, r.member_id
    FROM unnest($1, $2) asked(source, reference)
    CROSS JOIN LATERAL (
        SELECT * FROM activities_reference
        WHERE club_id = $3 AND source = asked.source AND reference = asked.reference LIMIT 1) r
    """,
    "text[]",
    "text[]",
    "uuid",
)


def answers_made(
    club: ClubInfo, drafts: Sequence[Draft], rows: Sequence[tuple[Any, ...]]
) -> dict[int, Outcome]:
    """Return the answers of facts told before, by the draft's identity, from the rows of ``answers_asked``.

    The same body gets its first answer again, another body under the same reference is refused.
    """
    if not rows:
        return {}
    told = {(source, reference): (bytes(body), id_, member) for source, reference, body, id_, member in rows}
    answers: dict[int, Outcome] = {}
    for draft in drafts:
        if not draft.body or draft.key not in told:
            continue
        body, activity_id, member_id = told[draft.key]
        same = body == draft.body
        answers[id(draft)] = (
            _first_answer(club, activity_id, member_id) if same else refused(draft, reference_reused())
        )
    return answers


def purchases_find(club: ClubInfo, drafts: Sequence[Draft]) -> dict[int, UUID]:
    """Find the purchases that facts name, and with them the members of returns; by the draft's identity.

    What cannot be found, or is somebody else's than who is said to act, is the draft's refusal. For a return
    a purchase that was anonymous and claimed since is its claim's, and a reference that nobody told yet may
    still come (``Draft.waits``).
    """
    asked = _asked(drafts)
    if not asked:
        return {}
    by_key, by_id = _purchases(club, asked)
    found: dict[int, UUID] = {}
    nameless: list[tuple[Draft, UUID]] = []
    for draft in drafts:
        name = asked.get(id(draft))
        if name is None:
            continue
        hit = by_id.get(name) if isinstance(name, UUID) else by_key.get(name)
        if hit is None:
            _unknown(draft, name)
        elif hit[1] is None and draft.kind == "return":
            nameless.append((draft, hit[0]))
        elif hit[1] is None:
            draft.refusal = _of_nobody()
        elif draft.member_id not in (None, hit[1]) and hit[1] not in alias_set(club, draft.member_id):
            draft.refusal = purchase_not_found()
        else:
            found[id(draft)], draft.member_id = hit
    if nameless:
        _nameless(club, nameless, found)
    return found


def _asked(drafts: Sequence[Draft]) -> dict[int, tuple[str, str] | UUID]:
    """Return the purchase each draft names, by the draft's identity."""
    asked: dict[int, tuple[str, str] | UUID] = {}
    for draft in drafts:
        if not isinstance(draft.intake, ReturnIn | CustomIn):
            continue
        if draft.intake.purchase is not None and draft.refusal is None:
            try:
                asked[id(draft)] = _named(draft.intake.purchase, draft.intake.source)
            except Refusal as refusal:
                draft.refusal = refusal
    return asked


def _unknown(draft: Draft, name: tuple[str, str] | UUID) -> None:
    if draft.kind == "return" and not isinstance(name, UUID):
        draft.waits = True
    else:
        draft.refusal = purchase_not_found()


def _nameless(club: ClubInfo, named: Sequence[tuple[Draft, UUID]], found: dict[int, UUID]) -> None:
    """Say of returns of anonymous purchases whose each is by now: its claim's, or still nobody's."""
    claims = strangers.claimed_lock(club, {id_ for _draft, id_ in named})
    for draft, id_ in named:
        if id_ not in claims:
            draft.refusal = purchase_not_found()
        elif (claim := claims[id_]) is not None:
            found[id(draft)], draft.member_id = claim
        else:
            draft.goods_of = id_


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
            """
            SELECT id, member_id FROM activities_activity WHERE club_id = %s AND id = ANY(%s) AND kind = %s
            UNION ALL
            SELECT id, NULL FROM activities_anonymous WHERE club_id = %s AND id = ANY(%s)
            """,
            [club.id, wanted, KIND_CODES["purchase"], club.id, wanted],
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
    info = info_of(row[:-1])
    outcome = compact.outcome_unpack(row[18])
    decision = None if info.kind == "return" else _decision(program_by_number(club, info.program), row)
    return Settled(
        kind=info.kind,
        source=info.source,
        reference=info.reference,
        activity_id=info.id,
        member_id=member_root(club, info.member_id),
        occurred_at=info.occurred_at,
        recorded_at=info.recorded_at,
        business_date=info.business_date,
        credits=info.credits,
        balances=info.balances,
        tiers=outcome.tiers,
        moves=info.moves,
        given_back=outcome.given_back,
        coupons_back=outcome.coupons_back,
        grants=outcome.grants,
        discounts=info.fact.promotions,
        paid_by_points=info.fact.paid_by_points,
        coupons=outcome.coupons,
        decision=decision,
        repeated=True,
    )


def _decision(compiled: CompiledProgram, row: tuple[Any, ...]) -> Decision:
    return decide(compiled, compact.state_unpack(row[19]), compact.fact_unpack(row[17]))


def _anonymous_answer(club: ClubInfo, id: UUID) -> Settled:
    info: AnonymousInfo | strangers.NamelessReturn | None = strangers.return_find(club, id)
    kind = "return" if info else "purchase"
    info = info or anonymous_get(club, id)
    return Settled(
        kind=kind,
        source=info.source,
        reference=info.reference,
        activity_id=info.id,
        member_id=None,
        occurred_at=info.occurred_at,
        recorded_at=info.recorded_at,
        business_date=info.business_date,
        discounts=info.fact.promotions,
        repeated=True,
    )
