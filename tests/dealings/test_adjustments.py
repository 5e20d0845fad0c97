"""Corrections by hand: alone within one's limit, beyond it only with another person's yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from bashgah.access.services import key_issue
from bashgah.dealings import selectors, services
from bashgah.dealings.models import Adjustment
from bashgah.dealings.types import AdjustmentInfo
from bashgah.ground.audit import audit_list
from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import statement_list
from tests.cast import NOW, given
from tests.dealings.conftest import Givers, key_of
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db(transaction=True)


def refusal_of(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        act()
    return refusal.value


def asks(
    givers: Givers,
    amount: int,
    *,
    limit: int | None = 100,
    actor: Actor | None = None,
    reason: str = "goodwill",
    note: str = "",
    reference: tuple[str, str] | None = None,
) -> AdjustmentInfo:
    """Omid corrects Sara's points, up to 100 alone."""
    return services.adjustment_make(
        club=givers.club,
        member_id=givers.sara.id,
        unit="points",
        amount=amount,
        reason=reason,
        note=note,
        limit=limit,
        reference=reference,
        actor=actor or givers.people.cashier,
        now=NOW,
    )


def decides(
    givers: Givers,
    id: UUID,
    *,
    approve: bool = True,
    actor: Actor | None = None,
    limit: int | None = None,
    hours: int = 1,
) -> AdjustmentInfo:
    """Mina decides."""
    return services.adjustment_decide(
        club=givers.club,
        adjustment_id=id,
        approve=approve,
        note="seen",
        limit=limit,
        actor=actor or givers.people.owner,
        now=NOW + timedelta(hours=hours),
    )


def balance(givers: Givers) -> int:
    return Hand(givers.club, givers.sara.id).wallet(NOW + timedelta(hours=2)).available


def test_within_the_limit_it_is_done_at_once_with_its_reason(givers: Givers) -> None:
    made = asks(givers, 100, note="late delivery")
    assert (made.state, balance(givers)) == ("done", 100)
    row = statement_list(givers.club, givers.sara.id).rows[0]
    assert (row.entry_id, row.reason) == (made.entry_id, "دلجویی از عضو — late delivery")


def test_beyond_the_limit_nothing_moves_before_another_person_agrees(givers: Givers) -> None:
    made = asks(givers, 101)
    assert (made.state, balance(givers)) == ("waiting", 0)
    assert selectors.adjustments_waiting(givers.club, now=NOW) == 1
    done = decides(givers, made.id)
    assert (done.state, done.decided_by, balance(givers)) == ("approved", givers.people.owner.id, 101)
    assert selectors.adjustments_waiting(givers.club, now=NOW) == 0
    actions = [row.action for row in audit_list(club_id=givers.club.id) if row.action.startswith("adj")]
    assert actions == ["adjustment.approved", "adjustment.asked"]


def test_taking_counts_against_the_limit_as_giving_does(givers: Givers) -> None:
    given(givers.club, givers.sara, 500)
    assert asks(givers, -101).state == "waiting"
    assert asks(givers, -100).state == "done"


def test_nobody_approves_their_own(givers: Givers) -> None:
    made = asks(givers, 5000, actor=givers.people.owner, limit=10)
    assert refusal_of(lambda: decides(givers, made.id)).code == "approval_own"
    assert balance(givers) == 0


def test_the_maker_of_a_key_does_not_approve_what_the_key_asked(givers: Givers) -> None:
    info, _secret = key_issue(
        club=givers.club, name="shop", scopes=["points.adjust"], actor=givers.people.owner, now=NOW
    )
    made = asks(givers, 5000, actor=key_of(info.id))
    assert refusal_of(lambda: decides(givers, made.id)).code == "approval_own"
    assert decides(givers, made.id, actor=givers.people.cashier).state == "approved"


def test_a_key_is_no_second_person(givers: Givers) -> None:
    info, _secret = key_issue(
        club=givers.club, name="shop", scopes=["points.adjust"], actor=givers.people.owner, now=NOW
    )
    made = asks(givers, 5000)
    refused = refusal_of(lambda: decides(givers, made.id, actor=key_of(info.id)))
    assert refused.code == "approval_needs_person"


def test_the_table_itself_refuses_who_approves_their_own(givers: Givers) -> None:
    made = asks(givers, 5000)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own"), transaction.atomic():
        Adjustment.objects.filter(member_id=givers.sara.id, id=made.id).update(
            state="approved", decided_at=NOW, entry_id=made.id, decided_by=givers.people.cashier.id
        )


def test_who_approves_has_a_limit_too(givers: Givers) -> None:
    made = asks(givers, 5000)
    refused = refusal_of(lambda: decides(givers, made.id, limit=4999))
    assert (refused.code, refused.extra["limit"]) == ("adjustment_over_limit", 4999)
    assert decides(givers, made.id, limit=5000).state == "approved"


def test_what_is_decided_is_decided(givers: Givers) -> None:
    made = asks(givers, 5000)
    assert decides(givers, made.id, approve=False).state == "refused"
    assert refusal_of(lambda: decides(givers, made.id)).code == "adjustment_decided"
    assert balance(givers) == 0


def test_a_request_that_nobody_decided_in_time_is_over(givers: Givers) -> None:
    made = asks(givers, 5000)
    week = 7 * 24
    assert refusal_of(lambda: decides(givers, made.id, hours=week)).code == "adjustment_decided"
    assert services.adjustments_expire(now=NOW + timedelta(hours=week)) == 1
    assert services.adjustments_expire(now=NOW + timedelta(hours=week)) == 0
    assert selectors.adjustment_get(givers.club, made.id).state == "expired"


def test_only_who_asked_takes_it_back(givers: Givers) -> None:
    made = asks(givers, 5000)

    def withdraw(actor: Actor) -> AdjustmentInfo:
        return services.adjustment_withdraw(club=givers.club, adjustment_id=made.id, actor=actor, now=NOW)

    assert refusal_of(lambda: withdraw(givers.people.owner)).code == "adjustment_not_yours"
    assert withdraw(givers.people.cashier).state == "withdrawn"


def test_what_is_to_be_taken_and_is_not_there_stays_waiting(givers: Givers) -> None:
    made = asks(givers, -5000)
    assert refusal_of(lambda: decides(givers, made.id)).code == "points_short"
    assert selectors.adjustment_get(givers.club, made.id).state == "waiting"


def test_the_reason_stands_on_the_clubs_list(givers: Givers) -> None:
    assert refusal_of(lambda: asks(givers, 5, reason="because")).code == "reason_unknown"
    assert refusal_of(lambda: asks(givers, 5, reason="other")).code == "note_missing"
    assert refusal_of(lambda: asks(givers, 0)).code == "amount_invalid"
    other = [{"key": "flood", "fa": "سیل", "en": "Flood"}]
    assert asks(givers.settings(adjustment_reasons=other), 5, reason="flood").state == "done"


def test_one_reference_is_one_adjustment(givers: Givers) -> None:
    first = asks(givers, 50, reference=("crm", "7"))
    again = asks(givers, 50, reference=("crm", "7"))
    assert (again.id, again.repeated, balance(givers)) == (first.id, True, 50)
    assert refusal_of(lambda: asks(givers, 51, reference=("crm", "7"))).code == "reference_reused"


def test_a_large_correction_split_into_small_ones_waits_all_the_same(givers: Givers) -> None:
    assert [asks(givers, amount).state for amount in (60, 40)] == ["done", "done"]
    split = asks(givers, 1)
    assert (split.state, split.over_day, balance(givers)) == ("waiting", True, 100)
    assert not asks(givers, 101).over_day
    assert asks(givers, -1).state == "waiting"


def test_the_sum_is_of_one_author_one_member_one_wallet_and_one_day(givers: Givers) -> None:
    def later(days: int = 0, **of: object) -> str:
        asked = {"member_id": givers.sara.id, "unit": "points", "actor": givers.people.cashier} | of
        return services.adjustment_make(
            club=givers.club, amount=60, reason="goodwill", limit=100, now=NOW + timedelta(days=days), **asked
        ).state  # fmt: skip

    assert later() == "done"
    assert later(unit="status") == "done"
    assert later(member_id=givers.reza.id) == "done"
    assert later(actor=givers.people.owner) == "done"
    assert later(days=1) == "done"
    assert later(days=1) == "waiting"


def test_what_a_key_moved_counts_for_who_made_the_key(givers: Givers) -> None:
    info, _secret = key_issue(
        club=givers.club, name="shop", scopes=["points.adjust"], actor=givers.people.owner, now=NOW
    )
    assert asks(givers, 100, actor=key_of(info.id)).state == "done"
    assert asks(givers, 1, actor=givers.people.owner).over_day
    assert asks(givers, 1, actor=givers.people.cashier).state == "done"


def test_who_approves_cannot_approve_in_parts_what_is_too_much_as_a_whole(givers: Givers) -> None:
    first, second = asks(givers, 3000), asks(givers, 2001)
    assert decides(givers, first.id, limit=5000).state == "approved"
    refused = refusal_of(lambda: decides(givers, second.id, limit=5000))
    assert (refused.code, refused.extra["left"]) == ("adjustment_day_limit", 2000)
    assert decides(givers, second.id, limit=5000, hours=24).state == "approved"


def test_a_merge_does_not_make_room_for_more(givers: Givers) -> None:
    assert asks(givers, 100).state == "done"
    services.members_merge(
        club=givers.club,
        survivor_id=givers.reza.id,
        merged_id=givers.sara.id,
        actor=givers.people.owner,
        now=NOW,
    )
    assert asks(givers, 1).over_day
