"""The clock's work, done by hands that may be killed anywhere: expiry, overdue holds, redemptions, codes."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

MEMBERS = 100
EXPIRED, COMING, STAYING, HELD = 70, 40, 500, 25
LAPSED, ENDING = 30, 15


def prepare(path: Path) -> None:
    """Make members with points that are over, that come, stay or end soon, with credit that lapsed and a hold
    overdue. Leaves their ids in a file.
    """
    from django.db import transaction

    from bashgah.clubs.selectors import club_by_slug
    from bashgah.ground import clock, ids
    from bashgah.ledger.services import credit_post, hold_open
    from bashgah.ledger.types import Cause, WalletKind
    from bashgah.members.services import member_enrol, members_lock
    from tests import cast

    club, now = club_by_slug("naderi"), clock.now()
    before = now - timedelta(days=60)
    made = []
    for number in range(MEMBERS):
        with transaction.atomic():
            member = member_enrol(club=club, mobile=f"0935{7000000 + number}", channel="till", now=before)
            locked = members_lock(club, [member.id])[member.id]
            cast.given(club, member, STAYING, expires_at=now + timedelta(days=300), now=before)
            cast.given(club, member, EXPIRED, expires_at=now - timedelta(days=number % 20 + 1), now=before)
            credit_post(
                club=club,
                locked=locked,
                unit="points",
                kind=WalletKind.POINTS,
                amount=COMING,
                cause=Cause.OPENING,
                cause_id=ids.fresh(),
                available_from=now - timedelta(days=number % 7 + 1),
                now=before,
            )
            cast.given(club, member, ENDING, expires_at=now + timedelta(days=5), now=before)
            credit_post(
                club=club,
                locked=locked,
                unit="credit",
                kind=WalletKind.CREDIT,
                amount=LAPSED,
                cause=Cause.OPENING,
                cause_id=ids.fresh(),
                lapses_at=now - timedelta(days=number % 5 + 1),
                now=before,
            )
            # of the points that are over first: given back, they expire in the same breath
            hold_open(
                club=club,
                locked=locked,
                unit="points",
                amount=HELD,
                expires_at=before + timedelta(minutes=10),
                purpose="proof",
                now=before,
            )
            made.append(str(member.id))
    path.write_text(json.dumps(made), encoding="utf-8")


def work(begun: Path) -> None:
    """Do all of the clock's work, as the worker's jobs do; say when it begins."""
    from bashgah.clubs.selectors import club_by_slug
    from bashgah.ground import clock
    from bashgah.ledger.services import dues_run, holds_due_release
    from bashgah.members.services import codes_sweep
    from bashgah.messaging.expiry import expiry_warn
    from bashgah.redemption.services import redemptions_due_release

    club, now = club_by_slug("naderi"), clock.now()
    begun.touch()
    while holds_due_release(now=now, limit=10):
        pass
    after = None
    while (after := dues_run(club=club, now=now, limit=10, after=after)) is not None:
        pass
    while redemptions_due_release(now=now, limit=10):
        pass
    codes_sweep(now=now)
    expiry_warn(club=club, now=now, members=10)


def naive(begun: Path) -> None:
    """Control: such a job as a careless hand writes it, the deed and its mark in two transactions.

    It takes its time between the two, so that on a fast machine too most kills fall there.
    """
    from django.db import connection

    begun.touch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM chaos_naive WHERE NOT done ORDER BY id")
        for (id_,) in cursor.fetchall():
            cursor.execute("UPDATE chaos_naive SET times = times + 1 WHERE id = %s", [id_])
            time.sleep(0.002)
            cursor.execute("UPDATE chaos_naive SET done = true WHERE id = %s", [id_])
