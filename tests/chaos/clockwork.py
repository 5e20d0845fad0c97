"""The clock's work, done by hands that may be killed anywhere: expiry, overdue holds, redemptions, codes."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

AT_ONCE = 10
EXPIRED, COMING, STAYING, HELD = 70, 40, 500, 25
LAPSED, ENDING, CODES = 30, 15, 3


def prepare(path: Path, members: int) -> None:
    """Make members with points that are over, that come, stay or end soon, with credit that lapsed, a hold, a
    redemption and a code overdue. Leaves their ids in a file.
    """
    from django.db import transaction

    from bashgah.clubs.selectors import club_by_slug
    from bashgah.clubs.services import settings_set
    from bashgah.ground import clock, ids
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.text import Texts
    from bashgah.ledger.services import credit_post, hold_open
    from bashgah.ledger.types import Cause, WalletKind
    from bashgah.members.services import code_issue, member_enrol, members_lock
    from bashgah.redemption.services import redemption_begin
    from bashgah.rewards.services import reward_save, stock_set
    from tests import cast

    club, now = club_by_slug("naderi"), clock.now()
    before = now - timedelta(days=60)
    club = settings_set(club=club, changes={"redeem_consent": "always"}, now=before)
    reward_save(club=club, key="free_coffee", name=Texts("قهوه", "Coffee"), actor=SYSTEM, now=before)
    stock_set(club=club, reward="free_coffee", remaining=members, actor=SYSTEM, now=before)
    made = []
    for number in range(members):
        with transaction.atomic():
            mobile = f"0935{7000000 + number}"
            member = member_enrol(club=club, mobile=mobile, channel="till", now=before)
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
            redemption_begin(
                club=club,
                member_id=member.id,
                reward_key="free_coffee",
                channel="till",
                actor=SYSTEM,
                now=before,
            )
            made.append(str(member.id))
        if number < CODES:
            code_issue(club=club, purpose="sign_in", contact=mobile, now=before)
    path.write_text(json.dumps(made), encoding="utf-8")


def work(begun: Path) -> None:
    """Do all of the clock's work, as the worker's jobs do; say when it begins."""
    for _batch in _batches(begun):
        pass


def work_a_batch(begun: Path) -> None:
    """Do one batch that finds something to do, and be killed at the first commit of the next."""
    from django.db import connection

    if next(_batches(begun), None) is None:
        return
    for _batch in _batches(begun, dying=connection):
        pass


def _killed_instead(*_args: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _batches(begun: Path, dying: object = None) -> Iterator[str]:
    """Do the work in small batches, telling after each that did something which it was."""
    from bashgah.clubs.selectors import club_by_slug
    from bashgah.ground import clock
    from bashgah.ledger.services import dues_run, holds_due_release
    from bashgah.members.services import codes_sweep
    from bashgah.messaging.expiry import expiry_warn
    from bashgah.redemption.services import redemptions_due_release

    club, now = club_by_slug("naderi"), clock.now()
    begun.touch()
    if dying is not None:
        dying._commit = _killed_instead  # type: ignore[attr-defined]
    while holds_due_release(now=now, limit=AT_ONCE):
        yield "holds"
    while redemptions_due_release(now=now, limit=AT_ONCE):
        yield "redemptions"
    after = None
    while (after := dues_run(club=club, now=now, limit=AT_ONCE, after=after)) is not None:
        yield "dues"
    if codes_sweep(now=now):
        yield "codes"
    if expiry_warn(club=club, now=now, members=AT_ONCE):
        yield "warnings"


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
