"""Reads of the social room: tasks with where they stand, proofs, and which were shown before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.db.models import Count, Q, QuerySet

from bashgah.clubs.types import ClubInfo
from bashgah.ground import secrets
from bashgah.kit import ids
from bashgah.kit.pages import Page
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.selectors import alias_set
from bashgah.social.models import Proof, Task
from bashgah.social.types import Offer, ProofInfo, ProofState, TaskInfo, Twin
from bashgah.tiers.selectors import standings_get

PAGE_MOST = 200
COUNT_MOST = 100
SEALED = ("social_proof", "words")
TASK_GONE = Phrase(_("This task is not open now."))


@dataclass(frozen=True, slots=True)
class ProofFilters:
    """What narrows the list of proofs; ``task`` is a task's id, ``reviews`` reviews alone or none of them."""

    state: ProofState | None = "waiting"
    task: UUID | None = None
    reviews: bool | None = None
    member: UUID | None = None


def task_list(club: ClubInfo) -> list[TaskInfo]:
    """Return every task, those that are on first, each with how many members stand where."""
    rows = Task.objects.filter(club_id=club.id).order_by("-is_on", "-created_at")
    return _with_counts(rows)


def task_get(club: ClubInfo, key: str, *, counted: bool = True) -> TaskInfo:
    """Return a task by its key, or raise ``task_not_found`` (404); ``counted`` as in ``offers_of``."""
    found = _with_counts(Task.objects.filter(club_id=club.id, key=key), counted=counted)
    if not found:
        raise task_missing()
    return found[0]


def tasks_named(club: ClubInfo, ids: Collection[UUID]) -> dict[UUID, TaskInfo]:
    """Return these tasks of the club by id."""
    return {task.id: task for task in _with_counts(Task.objects.filter(club_id=club.id, id__in=ids))}


def task_code(club: ClubInfo, task_id: UUID) -> str:
    """Return the code that proves a task, for staff who declare it; empty where none does."""
    row = Task.objects.filter(club_id=club.id, id=task_id).first()
    if row is None or row.code is None:
        return ""
    return secrets.decrypt(club.id, "social_task", "code", row.id, bytes(row.code))


def offers_of(club: ClubInfo, member_id: UUID, now: datetime, *, counted: bool = True) -> list[Offer]:
    """Return what a member may do or did: tasks that are open to them, and those of which they showed proof.

    Tasks of other tiers, not begun, over or off are left out unless the member had a part in them. Who does
    not need how many members stand where says so (``counted``): then a task that takes any number of members
    is not counted, however many a large club has.
    """
    shown = _last_shown(club, member_id)
    rows = Task.objects.filter(Q(is_on=True) | Q(id__in=list(shown)), club_id=club.id)
    tasks = _with_counts(rows.order_by("-is_on", "-created_at"), counted=counted)
    tiers = _tiers_of(club, member_id, now) if any(task.tiers for task in tasks) else frozenset()
    offers = [offer_of(task, shown.get(task.id, ()), tiers, club, now) for task in tasks]
    return [each for each in offers if each.last is not None or each.obstacle not in (TASK_GONE, *_NOT_YOURS)]


def offer_get(club: ClubInfo, member_id: UUID, key: str, now: datetime) -> Offer:
    """Return one task as a member sees it, uncounted where it takes any number of members.

    One they can't have part in raises ``task_not_found`` (404).
    """
    task = task_get(club, key, counted=False)
    shown = _last_shown(club, member_id).get(task.id, ())
    tiers = _tiers_of(club, member_id, now) if task.tiers else frozenset()
    offer = offer_of(task, shown, tiers, club, now)
    if offer.last is None and offer.obstacle in (TASK_GONE, *_NOT_YOURS):
        raise task_missing()
    return offer


def offer_of(
    task: TaskInfo, shown: Sequence[ProofInfo], tiers: frozenset[str], club: ClubInfo, now: datetime
) -> Offer:
    """Judge a task for a member from what they showed so far, newest first, and the tiers they are on."""
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    counting = next((each for each in shown if each.state in ("waiting", "accepted")), None)
    refused = sum(each.state == "refused" for each in shown)
    left = max(0, task.tries - refused)
    obstacle = None
    if counting is not None:
        obstacle = _ACCEPTED if counting.state == "accepted" else _WAITING
    elif (
        not task.is_on
        or (task.starts_on is not None and today < task.starts_on)
        or (task.ends_on is not None and today > task.ends_on)
    ):
        obstacle = TASK_GONE
    elif task.tiers and not tiers & set(task.tiers):
        obstacle = _OTHER_TIERS
    elif task.places == 0:
        obstacle = _FULL
    elif not left:
        obstacle = _NO_TRIES
    return Offer(task, counting or next(iter(shown), None), left, obstacle)


def proofs_list(
    club: ClubInfo, filters: ProofFilters | None = None, *, after: UUID | None = None, limit: int = 50
) -> Page[ProofInfo]:
    """Return a page of proofs: what waits oldest first, all else newest first."""
    wanted = filters or ProofFilters()
    waits = wanted.state == "waiting"
    found = _narrowed(club, wanted).order_by("id" if waits else "-id")
    if after is not None:
        found = found.filter(id__gt=after) if waits else found.filter(id__lt=after)
    size = max(1, min(limit, PAGE_MOST))
    rows = list(found[: size + 1])
    shown = [proof_info(club, row) for row in rows[:size]]
    return Page(shown, ids.public("proof", shown[-1].id) if len(rows) > size else None)


def proofs_waiting(club: ClubInfo) -> int:
    """Count what waits for a decision, a hundred at most: what a badge shows."""
    return Proof.objects.filter(club_id=club.id, state="waiting")[:COUNT_MOST].count()


def proof_get(club: ClubInfo, id: UUID) -> ProofInfo:
    """Return one proof of the club, or raise ``proof_not_found`` (404)."""
    return proof_info(club, proof_row(club, id))


def proofs_of_member(club: ClubInfo, member_id: UUID, *, limit: int = 50) -> list[ProofInfo]:
    """Return what a member showed, newest first, also under memberships that were merged into theirs."""
    rows = Proof.objects.filter(club_id=club.id, member_id__in=alias_set(club, member_id)).order_by("-id")
    return [proof_info(club, row) for row in rows[: min(limit, PAGE_MOST)]]


def proofs_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return what a person showed and wrote, with its decisions, for their own export; oldest first.

    Who of the staff decided is left out; of a picture it says that there is one.
    """
    rows = Proof.objects.filter(club_id=club.id, member_id__in=members).order_by("id")
    found = [proof_info(club, row) for row in rows]
    tasks = tasks_named(club, {info.task_id for info in found if info.task_id})
    return [
        {
            "id": ids.public("proof", info.id),
            "task": tasks[info.task_id].key if info.task_id in tasks else None,
            "purchase": ids.public("activity", info.purchase_id) if info.purchase_id else None,
            "kind": info.kind,
            "words": info.words,
            "stars": info.stars,
            "has_picture": bool(info.picture),
            "state": info.state,
            "sent_at": info.sent_at,
            "decided_at": info.decided_at,
            "reason": info.reason,
            "note": info.note,
        }
        for info in found
    ]


def review_of(club: ClubInfo, member_id: UUID, purchase_id: UUID) -> list[ProofInfo]:
    """Return what a member wrote of a purchase, newest first: the last, and those refused before it."""
    rows = Proof.objects.filter(
        club_id=club.id, member_id__in=alias_set(club, member_id), purchase_id=purchase_id
    ).order_by("-id")
    return [proof_info(club, row) for row in rows]


def picture_of(club: ClubInfo, id: UUID) -> bytes:
    """Return the picture of a proof as it was drawn; without one ``proof_not_found`` (404)."""
    row = proof_row(club, id)
    if not row.picture or not default_storage.exists(row.picture):
        raise proof_missing()
    with default_storage.open(row.picture) as file:
        return bytes(file.read())


def twins_of(club: ClubInfo, proofs: Iterable[UUID]) -> dict[UUID, list[Twin]]:
    """Return for each proof the others of the club that show the same link or picture, oldest first."""
    own = {row.id: row for row in Proof.objects.filter(club_id=club.id, id__in=list(proofs))}
    prints = {bytes(row.print) for row in own.values() if row.print}
    looks = {bytes(row.likeness) for row in own.values() if row.likeness}
    if not prints and not looks:
        return {}
    others = Proof.objects.filter(Q(print__in=prints) | Q(likeness__in=looks), club_id=club.id)
    found: dict[UUID, list[Twin]] = defaultdict(list)
    for other in others.exclude(kind="code").order_by("id")[:1000]:
        for row in own.values():
            is_same = row.print is not None and other.print == row.print
            is_like = row.likeness is not None and other.likeness == row.likeness
            if other.id != row.id and (is_same or is_like):
                found[row.id].append(
                    Twin(other.id, other.member_id, other.state, other.sent_at, is_same)  # type: ignore[arg-type]
                )
    return dict(found)


def proof_row(club: ClubInfo, id: UUID) -> Proof:
    """Return the row of a proof, or raise ``proof_not_found`` (404)."""
    row = Proof.objects.filter(club_id=club.id, id=id).first()
    if row is None:
        raise proof_missing()
    return row


def proof_info(club: ClubInfo, row: Proof) -> ProofInfo:
    """Return a proof as it is handed out, its words opened."""
    return ProofInfo(
        id=row.id,
        member_id=row.member_id,
        task_id=row.task_id,
        purchase_id=row.purchase_id,
        kind=row.kind,  # type: ignore[arg-type]
        state=row.state,  # type: ignore[arg-type]
        words=secrets.decrypt(club.id, *SEALED, row.id, bytes(row.words)) if row.words else "",
        stars=row.stars,
        picture=row.picture,
        sent_at=row.sent_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        note=row.note,
        activity_id=row.activity_id,
    )


def task_info(row: Task, waiting: int = 0, accepted: int = 0) -> TaskInfo:
    """Return a task as it is handed out."""
    return TaskInfo(
        id=row.id,
        key=row.key,
        name=Texts(row.name_fa, row.name_en),
        text=Texts(row.text_fa, row.text_en),
        network=row.network,
        url=row.url,
        host=row.host,
        proof=row.proof,  # type: ignore[arg-type]
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        most=row.most,
        tries=row.tries,
        tiers=tuple(row.tiers),
        is_on=row.is_on,
        revision=row.revision,
        waiting=waiting,
        accepted=accepted,
    )


def tiers_of(club: ClubInfo, member_id: UUID, now: datetime) -> frozenset[str]:
    """Return the tiers a member is on, each as ``ladder:tier``."""
    return _tiers_of(club, member_id, now)


def task_missing() -> Refusal:
    """Return the refusal of a task that there is not."""
    return Refusal("task_not_found", Phrase(_("There is no such task.")), status=404)


def proof_missing() -> Refusal:
    """Return the refusal of a proof that there is not."""
    return Refusal("proof_not_found", Phrase(_("There is nothing of this kind to look at.")), status=404)


_ACCEPTED = Phrase(_("You did this already."))
_WAITING = Phrase(_("Your proof is being looked at."))
_OTHER_TIERS = Phrase(_("This task is for other tiers."))
_FULL = Phrase(_("All places of this task are taken."))
_NO_TRIES = Phrase(_("You tried this as often as it can be tried."))
_NOT_YOURS = (_OTHER_TIERS,)
_CODES = (
    (_ACCEPTED, "task_done"),
    (_WAITING, "proof_waiting"),
    (TASK_GONE, "task_not_open"),
    (_OTHER_TIERS, "task_other_tiers"),
    (_FULL, "task_full"),
    (_NO_TRIES, "tries_used"),
)


def code_of(obstacle: Phrase) -> str:
    """Return the stable code of an offer's obstacle."""
    return next(code for phrase, code in _CODES if phrase == obstacle)


def _tiers_of(club: ClubInfo, member_id: UUID, now: datetime) -> frozenset[str]:
    return frozenset(f"{each.ladder}:{each.tier}" for each in standings_get(club, member_id, now))


def _last_shown(club: ClubInfo, member_id: UUID) -> dict[UUID, list[ProofInfo]]:
    rows = (
        Proof.objects.filter(club_id=club.id, member_id__in=alias_set(club, member_id), task_id__isnull=False)
        .exclude(state="joined")
        .order_by("-id")
    )
    shown: dict[UUID, list[ProofInfo]] = defaultdict(list)
    for row in rows:
        shown[row.task_id].append(proof_info(club, row))  # type: ignore[index]
    return shown


def _narrowed(club: ClubInfo, wanted: ProofFilters) -> QuerySet[Proof]:
    found = Proof.objects.filter(club_id=club.id)
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    if wanted.task is not None:
        found = found.filter(task_id=wanted.task)
    if wanted.reviews is not None:
        found = found.filter(task_id__isnull=wanted.reviews)
    if wanted.member is not None:
        found = found.filter(member_id__in=alias_set(club, wanted.member))
    return found


def _with_counts(rows: QuerySet[Task], *, counted: bool = True) -> list[TaskInfo]:
    tasks = list(rows)
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    wanted = [task.id for task in tasks if counted or task.most is not None]
    if wanted:
        asked = Proof.objects.filter(task_id__in=wanted, state__in=["waiting", "accepted"])
        for id_, state, n in asked.values_list("task_id", "state").annotate(n=Count("id")):
            counts[id_][state] = n
    return [
        task_info(row, counts[row.id].get("waiting", 0), counts[row.id].get("accepted", 0)) for row in tasks
    ]
