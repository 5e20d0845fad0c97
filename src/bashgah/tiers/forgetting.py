"""The part of standing in an erasure: why a tier was granted by hand is told by nobody any more."""

from __future__ import annotations

from bashgah.ground.batch import cursor
from bashgah.members.forgetting import ForgetPart, Leaving


def _forget(leaving: Leaving) -> None:
    with cursor() as cur:
        cur.execute("SELECT tiers_words_forget(%s::uuid[])", [leaving.ids])


PART = ForgetPart("tiers", _forget)
