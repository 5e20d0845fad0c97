"""A proof of a club's books, asked for by a person: done by the worker, its result kept beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.accounting import liability
from bashgah.accounting.models import Proof
from bashgah.activities import verify as activities
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post, audit_verify
from bashgah.ground.jobs import job_defer, job_progress, job_status
from bashgah.ground.proofs import Finding
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, phrase_from_json, phrase_to_json
from bashgah.kit.phrases import marked as _

JOB = "accounting.prove"
STEPS = 3
OPEN = frozenset({"waiting", "running"})


@dataclass(frozen=True, slots=True)
class ProofInfo:
    """A proof: how far it is, and what it found once it is done.

    ``is_open`` while the worker has still to finish it; neither open nor done means that it broke off.
    """

    id: UUID
    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    step: int
    is_open: bool
    findings: tuple[Finding, ...]


def proof_last(club: ClubInfo) -> ProofInfo | None:
    """Return the proof asked for last, or None before the first."""
    row = Proof.objects.filter(club_id=club.id).order_by("-id").first()
    return _info(row) if row else None


def proof_ask(*, club: ClubInfo, actor: Actor, now: datetime) -> ProofInfo:
    """Have the books of the club proved by the worker; while a proof is under way that one comes back."""
    last = proof_last(club)
    if last is not None and last.is_open:
        return last
    id_ = ids.fresh()
    job = job_defer(JOB, proof=str(id_))
    row = Proof.objects.create(id=id_, club_id=club.id, job=job, asked_at=now, asked_by=actor.name)
    audit_post(
        club_id=club.id, actor=actor, action="books.proof_asked", target=public("club", club.id), now=now
    )
    return _info(row)


def proof_run(id: UUID) -> list[Finding]:
    """Recompute the club's stored figures, its outstanding units and the audit trail; return what differs."""
    row = Proof.objects.get(id=id)
    found: list[Finding] = []
    for step, prove in enumerate((activities.verify, liability.verify, _audit_trail)):
        job_progress(done=step, total=STEPS)
        found += prove(row.club_id)
    return found


def proof_close(*, id: UUID, findings: Sequence[Finding], now: datetime) -> None:
    """Keep what a proof found."""
    told = [{"code": one.code, "where": one.where, "phrase": phrase_to_json(one.phrase)} for one in findings]
    Proof.objects.filter(id=id).update(done_at=now, findings=told)


def _audit_trail(club_id: UUID) -> list[Finding]:
    """Read the whole chain: it is one for the installation, and touched anywhere it proves nothing."""
    phrase = Phrase(_("The audit trail was touched after it was written."))
    return [Finding(sign.code, str(sign.audit_id or sign.seq or ""), phrase) for sign in audit_verify()]


def _info(row: Proof) -> ProofInfo:
    status = job_status(row.job) if row.job is not None and row.done_at is None else None
    return ProofInfo(
        id=row.id,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        done_at=row.done_at,
        step=status.done if status else STEPS,
        is_open=status is not None and status.state in OPEN,
        findings=tuple(
            Finding(one["code"], one["where"], phrase_from_json(one["phrase"])) for one in row.findings
        ),
    )
