"""From what came in to what can be decided: whose fact it is, when and where it happened, what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from bashgah.activities import promises
from bashgah.activities.invoices import Places, in_future, placed, purchase_fact, stored, too_late
from bashgah.activities.promises import Promise
from bashgah.activities.types import CustomIn, Intake, MemberRef, PurchaseIn, body_hash
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact, FactKind
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import qr
from bashgah.members.identifiers import normalised
from bashgah.members.selectors import alias_sets, members_resolve_bulk
from bashgah.members.types import IdentifierKind
from bashgah.products.selectors import products_facts
from bashgah.products.types import ProductFact

FUTURE_MOST = timedelta(minutes=5)

Answer = UUID | Refusal
Name = tuple[str, str | UUID]


class Draft(Struct, gc=False):
    """One fact of a batch on its way to an answer.

    ``refusal`` is kept until the reference was looked up: a fact told before gets its first answer whatever
    would be said of it now. ``claims`` is the anonymous purchase (or return) this one stands for,
    ``goods_of`` the anonymous purchase a return names; ``waits`` says that a return names none yet.
    ``made_by`` is the merged membership whose card or number it names, ``member_id`` who stands for it.
    ``is_admitted`` says that a person let it pass whenever it happened; ``held_for`` why one must look at it
    first. ``promise`` is the quote that a purchase names. ``cancels`` lets a return take back an
    activity that is no purchase. ``is_usual`` marks what ``activities.usual`` may settle.
    """

    intake: Intake
    body: bytes
    kind: FactKind
    member_id: UUID | None = None
    fact: Fact | None = None
    refusal: Refusal | None = None
    claims: UUID | None = None
    goods_of: UUID | None = None
    waits: bool = False
    is_admitted: bool = False
    held_for: str = ""
    promise: Promise | None = None
    made_by: UUID | None = None
    cancels: bool = False
    is_usual: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The client's name for the fact: (source, reference)."""
        return self.intake.source, self.intake.reference

    @property
    def business_date(self) -> date:
        """The local day the fact counts on."""
        assert self.fact is not None  # noqa: S101 - only read of drafts that were made into facts
        return self.fact.local_at.date()


def drafts_of(batch: Iterable[Intake]) -> list[Draft]:
    """Name each fact's body and kind; a name that cannot be stored is refused at once."""
    return [_draft(intake) for intake in batch]


def _draft(intake: Intake) -> Draft:
    try:
        stored(intake.source, "/source")
        stored(intake.reference, "/reference")
        return Draft(intake, body_hash(intake), intake.__struct_config__.tag)
    except UnicodeEncodeError:
        refusal = Refusal(
            "text_invalid", Phrase(_("This text holds characters that cannot be shown.")), status=422
        )
    except Refusal as error:
        refusal = error
    return Draft(intake, b"", intake.__struct_config__.tag, refusal=refusal)


def members_resolved(
    club: ClubInfo, drafts: Sequence[Draft], now: datetime, *, lock_follows: bool = False
) -> None:
    """Find every draft's member with one query a kind of name; who cannot be found is the draft's refusal.

    With ``lock_follows`` memberships are taken as they are named: the lock says whose they are, and who gave
    way to whom.
    """
    asked: dict[Name, list[Draft]] = {}
    for draft in drafts:
        if draft.refusal is not None or draft.member_id is not None:
            continue
        ref = getattr(draft.intake, "member", None)
        if ref is None:
            continue
        try:
            name = _name(club, ref, now)
        except Refusal as refusal:
            draft.refusal = refusal
            continue
        if lock_follows and name[0] == "id":
            draft.member_id = name[1]  # type: ignore[assignment]
        else:
            asked.setdefault(name, []).append(draft)
    if not asked:
        return
    answers = _answers(club, asked, lock_follows)
    for name, waiting in asked.items():
        answer = answers[name]
        for draft in waiting:
            if isinstance(answer, Refusal):
                draft.refusal = answer
            else:
                draft.member_id = answer


def member_named(club: ClubInfo, ref: MemberRef, now: datetime) -> UUID:
    """Return the member a reference names, the survivor after a merge; or refuse."""
    name = _name(club, ref, now)
    answer = _answers(club, [name], lock_follows=False)[name]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def facts_made(club: ClubInfo, drafts: Sequence[Draft], now: datetime) -> None:
    """Make the fact of every draft that is not a return: branch, zone, lines and what the products say."""
    purchases = [draft for draft in drafts if isinstance(draft.intake, PurchaseIn)]
    skus = {line.sku for draft in purchases for line in draft.intake.lines if line.sku}  # type: ignore[union-attr]
    known = products_facts(club, skus) if skus else {}
    quoted = [draft for draft in purchases if draft.intake.quote]  # type: ignore[union-attr]
    if quoted:
        _promises_found(club, quoted)
    met: Places = {}
    span = _span(club, now)
    for draft in drafts:
        if draft.kind == "return" or draft.refusal is not None or draft.fact is not None:
            continue
        try:
            is_told = draft.promise is None
            draft.fact = _fact(club, draft.intake, known, met) if is_told else _promised(club, draft, known)
            in_time(club, draft, now, span)
        except Refusal as refusal:
            draft.refusal = refusal


def in_time(
    club: ClubInfo, draft: Draft, now: datetime, span: tuple[datetime, datetime] | None = None
) -> None:
    """Refuse a fact from the future or from too long ago where the club's policy says so, or hold it back.

    ``span`` is what ``now`` allows, worked out once for a batch.
    """
    settings, occurred_at = club.settings, draft.intake.occurred_at
    if draft.is_admitted:
        return
    earliest, latest = span or _span(club, now)
    if occurred_at > latest:
        _by_policy(settings.future_policy, draft, in_future())
    if occurred_at < earliest:
        _by_policy(settings.late_policy, draft, too_late(club))


def _span(club: ClubInfo, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of facts that are taken now."""
    return now - timedelta(days=club.settings.late_window_days), now + FUTURE_MOST


def _by_policy(policy: str, draft: Draft, refusal: Refusal) -> None:
    if policy == "refuse":
        raise refusal
    if policy == "review":
        draft.held_for = refusal.code
        raise Refusal(
            "held_for_review",
            Phrase(_("This is held back until a person has looked at it.")),
            extra={"reason": refusal.code},
            field="/occurred_at",
        )


def _name(club: ClubInfo, ref: MemberRef, now: datetime) -> Name:
    """Return the kind and the one spelling of the only name a reference gives."""
    given = _spoken(ref)
    if len(given) != 1:
        raise Refusal(
            "member_unclear",
            Phrase(_("Name the member in exactly one way.")),
            status=422,
            field="/member",
        )
    kind, text = given[0]
    try:
        if kind == "id":
            return kind, ids.parse("member", text)
        if kind == "qr":
            return "id", qr.member_of(club.id, text, now)
        return kind, normalised(kind, text)
    except Refusal as refusal:
        refusal.field = f"/member/{kind}"
        raise


_KINDS = ("mobile", "card", "external", "id", "qr")


def _spoken(ref: MemberRef) -> list[tuple[str, str]]:
    """Return every name that a reference gives, with its kind."""
    if ref.id and not (ref.mobile or ref.card or ref.external or ref.qr):
        return [("id", ref.id)]  # as terminals that asked before do
    return [(kind, text) for kind in _KINDS if (text := getattr(ref, kind))]


_IDENTIFIERS: tuple[IdentifierKind, ...] = ("mobile", "card", "external")


def _answers(club: ClubInfo, asked: Iterable[Name], lock_follows: bool) -> dict[Name, Answer]:
    by_kind: dict[str, list[Any]] = {}
    for kind, name in asked:
        by_kind.setdefault(kind, []).append(name)
    answers: dict[Name, Answer] = {}
    for kind in _IDENTIFIERS:
        if texts := by_kind.get(kind):
            found = members_resolve_bulk(club, kind, texts, as_named=lock_follows)
            answers.update(((kind, text), found.get(text) or nobody()) for text in texts)
    if member_ids := by_kind.get("id"):
        sets = {} if lock_follows else alias_sets(club, member_ids)
        for member_id in member_ids:
            aliases = [member_id] if lock_follows else sets.get(member_id)
            answers["id", member_id] = aliases[0] if aliases else nobody()
    return answers


def nobody() -> Refusal:
    """Return the refusal of a member who is not there."""
    return Refusal("member_not_found", Phrase(_("There is no such member.")), status=404, field="/member")


def _fact(club: ClubInfo, intake: Intake, known: Mapping[str, ProductFact], met: Places) -> Fact:
    if isinstance(intake, PurchaseIn):
        return purchase_fact(club, intake, known, met)
    branch, local_at = placed(club, intake.branch, intake.occurred_at, met)
    is_custom = isinstance(intake, CustomIn)
    return Fact(
        kind="custom" if is_custom else "visit",
        type=intake.type if isinstance(intake, CustomIn) else "visit",
        occurred_at=intake.occurred_at,
        local_at=local_at,
        branch=branch.code if branch else "",
        region=branch.region if branch else "",
        city=branch.city if branch else "",
        channel=intake.channel,
        currency=club.currency,
        attributes=_attributes(intake) if isinstance(intake, CustomIn) else {},
    )


def _promises_found(club: ClubInfo, drafts: Sequence[Draft]) -> None:
    """Find the quotes that purchases name."""
    wanted: dict[int, UUID] = {}
    for draft in drafts:
        try:
            wanted[id(draft)] = ids.parse("quote", draft.intake.quote)  # type: ignore[union-attr]
        except Refusal:
            draft.refusal = draft.refusal or promises.quote_not_found()
    found = promises.promises_read(club, list(wanted.values()))
    for draft in drafts:
        if id(draft) in wanted:
            draft.promise = found.get(wanted[id(draft)])
            if draft.promise is None:
                draft.refusal = draft.refusal or promises.quote_not_found()


def _promised(club: ClubInfo, draft: Draft, known: Mapping[str, ProductFact]) -> Fact:
    """Return the purchase that a quote promised, compared with what is told of it."""
    intake, promise = draft.intake, draft.promise
    assert isinstance(intake, PurchaseIn) and promise is not None  # noqa: S101, PT018 - the caller looked
    if promise.fact is None:
        raise promises.quote_used()
    if intake.lines or intake.amounts is not None:
        return promises.agreed(promise.fact, promise.promised.coupons, purchase_fact(club, intake, known))
    _place, local_at = placed(club, promise.fact.branch, intake.occurred_at)
    return structs.replace(promise.fact, occurred_at=intake.occurred_at, local_at=local_at)


def _attributes(intake: CustomIn) -> dict[str, Any]:
    return {
        key: stored(value, f"/attributes/{key}") if isinstance(value, str) else value
        for key, value in intake.attributes.items()
    }
