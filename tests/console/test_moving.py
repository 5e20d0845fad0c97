"""Staff confirm, cancel and give back what waits: only who may, with the trail of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground import clock
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.ledger.services import hold_open
from bashgah.members.services.standing import member_lock
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, wallet_put
from tests import cast
from tests.console.conftest import Console, text


def waits(console: Console) -> None:
    """Let points wait for a confirmation."""
    draft = draft_get(console.club)
    wallet = dict(draft.document["wallets"][0]) | {"confirmation": {"within_days": 10}, "pending_days": 0}
    draft = wallet_put(
        club=console.club, wallet=wallet, revision=draft.revision, actor=SYSTEM, now=cast.LONG_AGO
    )
    draft_publish(club=console.club, revision=draft.revision, actor=SYSTEM, now=cast.LONG_AGO)


def points(console: Console) -> tuple[int, int, int]:
    wallet = wallets_get(console.club, console.cast.sara.id, clock.now())["points"]
    return wallet.available, wallet.pending, wallet.held


def test_a_manager_confirms_a_purchase_from_its_page(console: Console) -> None:
    waits(console)
    told = console.buys(console.cast.sara, 12_800_000)
    path = f"activities/{ids.public('activity', told.activity_id)}/"
    given = points(console)[1]
    assert given > 0
    assert "هنوز در انتظار" in text(console.get(path))
    manager = console.works_as("branch_manager")
    assert manager.post(f"{path}confirm/", verdict="confirm").status_code == 302
    assert points(console) == (given, 0, 0)
    assert "هنوز در انتظار" not in text(console.get(path))
    assert [
        row.details["units"] for row in audit_list(club_id=console.club.id, action="points.confirmed")
    ] == [given]


def test_what_waits_of_a_merged_members_purchase_is_shown_and_confirmed(console: Console) -> None:
    waits(console)
    told = console.buys(console.cast.sara, 12_800_000)
    given = points(console)[1]
    made = members_merge(
        club=console.club,
        survivor_id=console.cast.reza.id,
        merged_id=console.cast.sara.id,
        actor=SYSTEM,
        now=clock.now(),
    )
    path = f"activities/{ids.public('activity', told.activity_id)}/"
    assert "هنوز در انتظار" in text(console.get(path))
    assert console.post(f"{path}confirm/", verdict="confirm").status_code == 302
    assert points(console) == (given, 0, 0)
    assert "هنوز در انتظار" not in text(console.get(path))
    merge_undo(club=console.club, merge_id=made.id, actor=SYSTEM, now=clock.now())
    assert points(console) == (given, 0, 0)


def test_a_cancellation_needs_a_reason_and_a_cashier_may_neither(console: Console) -> None:
    waits(console)
    told = console.buys(console.cast.sara, 12_800_000)
    path = f"activities/{ids.public('activity', told.activity_id)}/confirm/"
    assert console.works_as("cashier").post(path, verdict="confirm").status_code == 403
    assert console.post(path, verdict="cancel").status_code == 422
    assert console.post(path, verdict="cancel", reason="never delivered").status_code == 302
    assert points(console) == (0, 0, 0)


def test_points_on_hold_are_shown_and_given_back_by_who_may(console: Console) -> None:
    console.buys(console.cast.sara, 12_800_000)
    available, now = points(console)[0], clock.now()
    with transaction.atomic():
        hold = hold_open(
            club=console.club,
            locked=member_lock(console.club, console.cast.sara.id),
            unit="points",
            amount=7,
            expires_at=now + timedelta(minutes=10),
            purpose="test",
            now=now,
        )
    page = console.page_of(console.cast.sara)
    shown = text(console.get(f"{page}points/"))
    assert "رزرو" in shown
    path = f"{page}holds/{ids.public('hold', hold.id)}/release/"
    assert path in shown
    assert path not in text(console.works_as("auditor").get(f"{page}points/"))
    assert console.post(path).status_code == 302
    assert points(console) == (available, 0, 0)
    assert len(audit_list(club_id=console.club.id, action="hold.released")) == 1
