"""The part of gifts, corrections and merges in an erasure: the words go, the movements stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bashgah.clubs.types import ClubInfo
from bashgah.dealings.models import Adjustment, Transfer
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger.forgetting import gifts_forget
from bashgah.ledger.selectors import wallets_get
from bashgah.ledger.types import WalletKind
from bashgah.members.forgetting import ForgetPart, Leaving
from bashgah.programs.units import units_value


def _forget(leaving: Leaving) -> None:
    """Empty what was written with gifts in either direction: it was said to, or by, the person."""
    club_id, ids = leaving.club.id, leaving.ids
    gifts = Transfer.objects.filter(Q(member_id__in=ids) | Q(receiver_id__in=ids), club_id=club_id)
    pairs = gifts.values_list("member_id", "receiver_id", "id")
    gifts_forget(
        leaving=leaving,
        gifts=[(receiver if giver in ids else giver, gift) for giver, receiver, gift in pairs],
    )
    gifts.filter(state="open").update(state="cancelled", closed_at=leaving.now)
    gifts.exclude(note="", undo_reason="").update(note="", undo_reason="")
    corrections = Adjustment.objects.filter(club_id=club_id, member_id__in=ids)
    corrections.exclude(note="", decision_note="").update(note="", decision_note="")
    with cursor() as cur:
        cur.execute("SELECT dealings_words_forget(%s::uuid[])", [ids])


def _hindrances(club: ClubInfo, member_ids: list[UUID], now: datetime) -> list[Phrase]:
    waiting = Adjustment.objects.filter(club_id=club.id, member_id__in=member_ids, state="waiting")
    if waiting.filter(expires_at__gt=now).exists():
        return [Phrase(_("A correction of points waits for a second person. Decide it first."))]
    return []


def _losses(club: ClubInfo, member_ids: list[UUID], now: datetime) -> list[Phrase]:
    """Name each wallet with what it holds: here, since the ledger does not know what units are called."""
    said = []
    for unit, wallet in sorted(wallets_get(club, member_ids[0], now).items()):
        left = max(0, wallet.available) + wallet.pending
        if left and wallet.kind != WalletKind.STATUS:
            said.append(Phrase(_("{units} lapse."), {"units": units_value(club, left, unit, now)}))
    return said


PART = ForgetPart("dealings", _forget, hindrances=_hindrances, losses=_losses)
