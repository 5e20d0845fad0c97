"""Declaring a task: what to do and where, how it is proved, for whom and how many."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, secrets
from bashgah.ground.audit import audit_post
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean
from bashgah.social.links import address_checked, host_of
from bashgah.social.models import Proof, Task
from bashgah.social.networks import NETWORKS
from bashgah.social.selectors import task_info
from bashgah.social.types import PROOFS, TaskInfo, TaskTerms

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
NAME_MOST, TEXT_MOST, TRIES_MOST, PLACES_MOST = 200, 2000, 20, 10**9
CODE_LEAST, CODE_MOST = 4, 40


def task_save(
    *,
    club: ClubInfo,
    key: str,
    terms: TaskTerms,
    revision: int | None,
    tiers: Collection[str],
    actor: Actor,
    now: datetime,
) -> TaskInfo:
    """Declare a task or change it; what members sent before stays as it was judged.

    ``revision`` is that of the task as it was read, None for a new one; ``tiers`` are those there are, as
    ``ladder:tier``. Refuses (422) what is missing or doesn't fit, ``key_taken`` (409), ``changed_meanwhile``
    (409), and ``proof_fixed`` (409) for another kind of proof once members have sent some.
    """
    values = _checked(key, terms, tiers)
    with transaction.atomic():
        row = Task.objects.select_for_update().filter(club_id=club.id, key=key).first()
        if row is None:
            row = Task(id=ids.fresh(), club_id=club.id, key=key, created_at=now, revision=0)
        elif revision is None:
            raise _key_taken()
        elif revision != row.revision:
            raise Refusal("changed_meanwhile", Phrase(_("Somebody changed it meanwhile. Look at it again.")))
        elif row.proof != terms.proof and Proof.objects.filter(task_id=row.id).exists():
            raise Refusal(
                "proof_fixed",
                Phrase(_("Members have sent proofs already; how it is proved stays as it is.")),
                field="/proof",
            )
        for name, value in values.items():
            setattr(row, name, value)
        row.code = _code(club, row, terms)
        row.updated_at, row.revision = now, row.revision + 1
        _stored(row, is_new=row.revision == 1)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="social_task.saved",
            target=key,
            details={"is_on": row.is_on, "proof": row.proof, "most": row.most},
            now=now,
        )
    return task_info(row)


def _stored(row: Task, *, is_new: bool) -> None:
    """Write a task; a new one whose key somebody else took in between is refused."""
    if not is_new:
        row.save()
        return
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as conflict:
        raise _key_taken() from conflict


def _key_taken() -> Refusal:
    return Refusal("key_taken", Phrase(_("There is a task with this key.")), field="/key")


def code_plain(text: str) -> str:
    """Return a code as it is compared: digits of any script, letters large, without spaces and dashes."""
    return re.sub(r"[\s\-]", "", ascii_digits(clean(text, field="/code"))).upper()


def _code(club: ClubInfo, row: Task, terms: TaskTerms) -> bytes | None:
    if terms.proof != "code":
        return None
    code = code_plain(terms.code)
    if not code and row.code is not None:
        return bytes(row.code)
    if not CODE_LEAST <= len(code) <= CODE_MOST:
        raise _wrong("/code", _("A code has 4 to 40 letters or digits."))
    return secrets.encrypt(club.id, "social_task", "code", row.id, code)


def _checked(key: str, terms: TaskTerms, tiers: Collection[str]) -> dict[str, object]:
    if not KEY.fullmatch(key):
        raise _wrong("/key", _("A key begins with a small Latin letter; letters, digits and _ follow."))
    name = {
        "name_fa": clean(terms.name.fa, field="/name", limit=NAME_MOST),
        "name_en": clean(terms.name.en, field="/name", limit=NAME_MOST),
        "text_fa": clean(terms.text.fa, field="/text", limit=TEXT_MOST, lines=True),
        "text_en": clean(terms.text.en, field="/text", limit=TEXT_MOST, lines=True),
    }
    if not name["name_fa"] and not name["name_en"]:
        raise _wrong("/name", _("Write its name in Persian or in English."))
    if terms.network not in NETWORKS:
        raise _wrong("/network", _("There is no such network."))
    if terms.proof not in PROOFS:
        raise _wrong("/proof", _("There is no such kind of proof."))
    url = address_checked(terms.url, field="/url")
    host = terms.host.strip().lower().removeprefix("www.") or host_of(url)
    if len(host) > 120 or not HOST.fullmatch(host):
        raise _wrong("/host", _("Write a host such as instagram.com."))
    if terms.starts_on and terms.ends_on and terms.ends_on < terms.starts_on:
        raise _wrong("/ends_on", _("It ends before it begins."))
    if terms.most is not None and not 1 <= terms.most <= PLACES_MOST:
        raise _wrong("/most", _("This number is out of range."))
    if not 1 <= terms.tries <= TRIES_MOST:
        raise _wrong("/tries", _("This number is out of range."))
    if set(terms.tiers) - set(tiers):
        raise _wrong("/tiers", _("There is no such tier."))
    return name | {
        "network": terms.network,
        "url": url,
        "host": host,
        "proof": terms.proof,
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "most": terms.most,
        "tries": terms.tries,
        "tiers": list(terms.tiers),
        "is_on": terms.is_on,
    }


def _wrong(field: str, text: str) -> Refusal:
    return Refusal("task_invalid", Phrase(text), status=422, field=field)
