"""The same purchases the plain Django way, for comparison: one transaction each, models and ``save()``.

Eight threads of one process, without HTTP: more than fair to it. The rules are the same engine.
"""

from __future__ import annotations

import os
import random
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.stage import Stage, say

THREADS = 8


def orm(stage: Stage) -> float:
    """Return the median over rounds of purchases a second ÷ pgbench's transactions a second."""
    os.environ["DATABASE_URL"] = stage.club_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
    import django

    django.setup()
    ratios = []
    for number in range(stage.rounds):
        yardstick = stage.yardstick()
        rate = _rate(stage.seconds)
        ratios.append(rate / yardstick)
        say(f"  round {number + 1}: {rate:,.0f}/s by {THREADS} threads, pgbench {yardstick:,.0f} tps")
    return statistics.median(ratios)


def _rate(seconds: int) -> float:
    from django.db import connection

    from bashgah.clubs.models import Club
    from bashgah.clubs.selectors import club_get
    from bashgah.members.models import State as Member
    from bashgah.programs.selectors import program_by_number

    club = club_get(Club.objects.get(slug="figures").id)
    compiled = program_by_number(club, 1)
    members = list(Member.objects.values_list("member_id", flat=True))
    begun = time.monotonic()

    def work(_place: int) -> int:
        done = 0
        try:
            while time.monotonic() < begun + seconds:
                settle(club, compiled, random.choice(members))
                done += 1
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(THREADS) as threads:
        done = sum(threads.map(work, range(THREADS)))
    return done / (time.monotonic() - begun)


def settle(club: Any, compiled: Any, member_id: uuid.UUID) -> None:
    """Record one purchase and what it gives, a row at a time."""
    from django.db import transaction
    from django.db.models import F, Sum

    from bashgah.activities import compact
    from bashgah.activities import models as activities
    from bashgah.engine import decide
    from bashgah.engine.facts import Fact, Line
    from bashgah.engine.states import Standing, State
    from bashgah.ground import clock, ids
    from bashgah.ground.models import NewsItem
    from bashgah.history import models as history
    from bashgah.ledger import models as ledger
    from bashgah.ledger.types import Account, Cause
    from bashgah.members.models import State as Member
    from bashgah.tiers import models as tiers

    now, gross = clock.now(), random.randint(500, 5000) * 1000
    day, reference, id = now.date(), uuid.uuid4().hex, ids.fresh()
    line = Line(1, sku="S1", gross=gross)
    fact = Fact("purchase", "purchase", now, now, branch="b1", lines=(line,), gross=gross)
    club_id = club.id
    with transaction.atomic():
        Member.objects.select_for_update().get(member_id=member_id)
        if activities.Reference.objects.filter(club_id=club_id, source="orm", reference=reference).exists():
            return
        wallets = {wallet.unit: wallet for wallet in ledger.Wallet.objects.filter(member_id=member_id)}
        standing = tiers.Standing.objects.get(member_id=member_id, ladder="main")
        window = history.Day.objects.filter(member_id=member_id, day__gte=day.replace(year=day.year - 1))
        earned = window.aggregate(sum=Sum("qualifying"))["sum"] or 0
        state = State(standings={"main": Standing(standing.tier)}, measures={"main": earned})
        decision = decide(compiled, state, fact)
        activities.Reference.objects.create(
            club_id=club_id, source="orm", reference=reference, activity_id=id, member_id=member_id,
            body=bytes(32),
        )  # fmt: skip
        activities.Activity.objects.create(
            occurred_at=now, recorded_at=now, gross=gross, net=gross, business_date=day, program=1,
            semantics=1, kind=0, actor_kind=0, member_id=member_id, id=id, club_id=club_id, branch="b1",
            channel="pos", type="", source="orm", reference=reference, fact=compact.fact_pack(fact),
            state=compact.state_pack(state), outcome=b"",
        )  # fmt: skip
        ledger.Entry.objects.create(
            occurred_at=now, recorded_at=now, business_date=day, cause=int(Cause.ACTIVITY), actor_kind=0,
            member_id=member_id, id=id, club_id=club_id, cause_id=id, reason="",
        )  # fmt: skip
        for credit in decision.credits:
            posting_id, wallet = ids.fresh(), wallets[credit.wallet]
            ledger.Posting.objects.create(
                amount=credit.amount, debit=int(Account.ISSUED), credit=int(Account.AVAILABLE),
                member_id=member_id, id=posting_id, entry_id=id, club_id=club_id, unit=credit.wallet,
                rule=credit.rule,
            )  # fmt: skip
            if credit.wallet == "points":
                ledger.Lot.objects.create(
                    amount=credit.amount, remaining=credit.amount, expires_at=credit.expires_at,
                    is_open=True, is_pending=False, member_id=member_id, id=posting_id, club_id=club_id,
                    unit=credit.wallet,
                )  # fmt: skip
            wallet.available += credit.amount
            wallet.earned_ever += credit.amount
            wallet.save(update_fields=["available", "earned_ever"])
        status = sum(credit.amount for credit in decision.credits if credit.wallet == "status")
        history.Sums.objects.filter(member_id=member_id).update(
            spend=F("spend") + gross, gross=F("gross") + gross, qualifying=F("qualifying") + status,
            purchases=F("purchases") + 1, last_purchase_at=now, last_activity_at=now,
        )  # fmt: skip
        found = history.Day.objects.filter(member_id=member_id, day=day).update(
            spend=F("spend") + gross, qualifying=F("qualifying") + status, purchases=F("purchases") + 1
        )
        if not found:
            history.Day.objects.create(
                spend=gross, qualifying=status, day=day, purchases=1, visits=0, member_id=member_id,
                club_id=club_id,
            )  # fmt: skip
        NewsItem.objects.create(
            id=ids.fresh(), club_id=club_id, kind="purchase.settled", member_id=member_id, at=now,
            payload={"activity": str(id), "gross": gross},
        )  # fmt: skip
