"""What members show: a code, a link or a picture for a task, once for each."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, secrets
from bashgah.ground.pictures import PICTURE_BYTES, NoPicture, picture_draw
from bashgah.ground.throttle import throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set, member_get
from bashgah.members.services import members_lock
from bashgah.social import selectors
from bashgah.social.links import link_checked, same_place
from bashgah.social.models import Proof, Task
from bashgah.social.networks import NETWORKS
from bashgah.social.services.deciding import accepted
from bashgah.social.services.tasks import code_plain
from bashgah.social.types import ProofInfo, TaskInfo, Told

# codes are short and the same for all: who guesses is stopped long before finding one
CODES = (Limit(5, 3600), Limit(15, 86_400))
OTHERS = (Limit(10, 3600), Limit(30, 86_400))
PICTURE_SIDE = 1600


def proof_send(
    *, club: ClubInfo, member_id: UUID, task: str, told: Told, actor: Actor, now: datetime
) -> ProofInfo:
    """Take a member's proof of a task; a right code is accepted at once, all else waits for a person.

    Refuses what the member can't do now (409: ``task_done``, ``proof_waiting``, ``task_not_open``,
    ``task_full``, ``tries_used``, ``task_other_tiers``), what is no proof of the kind (422), a wrong code
    (``code_wrong``, 422), and too many tries (429). Sent twice at one moment it is taken once.
    """
    member = member_get(club, member_id)
    member_id = member.merged_into or member.id
    info = selectors.task_get(club, task, counted=False)
    kind = "code" if info.proof == "code" else "other"
    throttle_take(
        key=f"social:{kind}:{member_id}:{info.id}", limits=CODES if kind == "code" else OTHERS, now=now
    )
    shown = _shown(club, info, member_id, told)
    try:
        with transaction.atomic():
            _may_send(club, member_id, info, now)
            row = Proof(member_id=member_id, club_id=club.id, task_id=info.id, sent_at=now, **shown)
            if info.proof == "code":
                accepted(club, row, info, decided_by="", actor=actor, now=now)
            row.save(force_insert=True)
    except Exception:
        if shown.get("picture"):
            default_storage.delete(str(shown["picture"]))
        raise
    return selectors.proof_info(club, row)


def member_locked(club: ClubInfo, member_id: UUID) -> None:
    """Lock a member who may act now; a blocked one or one who left is refused (409)."""
    locked = members_lock(club, [member_id]).get(member_id)
    if locked is None:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    if locked.status == "blocked":
        raise Refusal("member_blocked", Phrase(_("This member is blocked.")))
    if locked.status != "active":
        raise Refusal("member_left", Phrase(_("This member has left the club.")))


def pictures_of(member_id: UUID) -> str:
    """Return the folder of a member's pictures: all that is in it goes with the member."""
    return f"proofs/{member_id.hex}"


def _may_send(club: ClubInfo, member_id: UUID, info: TaskInfo, now: datetime) -> None:
    """Lock the member, then the task, and judge anew: two of one moment become one, places are counted."""
    member_locked(club, member_id)
    Task.objects.select_for_update().get(id=info.id)
    task = selectors.task_get(club, info.key, counted=False)
    rows = Proof.objects.filter(
        club_id=club.id, task_id=task.id, member_id__in=alias_set(club, member_id)
    ).exclude(state="joined")
    shown = [selectors.proof_info(club, row) for row in rows.order_by("-id")]
    tiers = selectors.tiers_of(club, member_id, now) if task.tiers else frozenset()
    offer = selectors.offer_of(task, shown, tiers, club, now)
    if offer.obstacle is not None:
        raise Refusal(selectors.code_of(offer.obstacle), offer.obstacle)


def _shown(club: ClubInfo, task: TaskInfo, member_id: UUID, told: Told) -> dict[str, Any]:
    """Read what was shown, as the row keeps it."""
    id_ = ids.fresh()
    row: dict[str, Any] = {"id": id_, "kind": task.proof, "state": "waiting"}
    if task.proof == "code":
        right = selectors.task_code(club, task.id)
        if not hmac.compare_digest(code_plain(told.code).encode(), right.encode()):
            raise Refusal("code_wrong", Phrase(_("This code is not right.")), status=422, field="/code")
        return row
    if task.proof == "link":
        hosts = {task.host, *NETWORKS[task.network].hosts} if task.host in _own(task) else {task.host}
        link = link_checked(told.link, hosts, field="/link")
        return row | {
            "words": secrets.encrypt(club.id, *selectors.SEALED, id_, link),
            "print": secrets.blind(club.id, "link", same_place(link)),
        }
    if len(told.picture) > PICTURE_BYTES:
        raise Refusal(
            "picture_too_large",
            Phrase(_("The picture is larger than {n} MB."), {"n": PICTURE_BYTES // 2**20}),
            status=422,
            field="/picture",
        )
    try:
        drawn = picture_draw(told.picture, side=PICTURE_SIDE)
    except NoPicture:
        raise Refusal(
            "picture_invalid",
            Phrase(_("This file is not a picture. PNG, JPEG and WebP are read.")),
            status=422,
            field="/picture",
        ) from None
    path = default_storage.save(f"{pictures_of(member_id)}/{id_.hex}.jpg", ContentFile(drawn.data))
    return row | {"picture": path, "print": drawn.print, "likeness": drawn.likeness or None}


def _own(task: TaskInfo) -> tuple[str, ...]:
    """Return the hosts of the task's network: a link to any of them is a link to it."""
    return NETWORKS[task.network].hosts
