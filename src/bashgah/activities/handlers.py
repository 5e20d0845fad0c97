"""Hears that purchases came, and settles the returns that waited for them."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.activities.services import waiting_settle
from bashgah.ground import clock
from bashgah.ground.outbox import hears
from bashgah.ground.types import News


@hears("purchase.settled", "purchase.anonymous", together=500)
def on_purchases(news: Sequence[News]) -> None:
    """Settle what waited for any purchase of these clubs; nothing waits most of the time."""
    waiting_settle(sorted({item.club_id for item in news}), now=clock.now())
