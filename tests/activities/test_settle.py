"""Facts are settled once, in order, and never at a neighbour's cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from bashgah.activities import selectors, whys
from bashgah.activities.recording import Batch, rowsets
from bashgah.activities.services import anonymous_claim, settle
from bashgah.activities.types import (
    AmountsIn,
    Balance,
    CustomIn,
    LineIn,
    MemberRef,
    PurchaseIn,
    Refused,
    Settled,
    VisitIn,
)
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import statement_list, wallets_get
from bashgah.ledger.types import Cause
from bashgah.members.services import member_block
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.activities.shop import Shop, line, open_shop, program
from tests.cast import NOW, ketab

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def available(shop: Shop, member: MemberInfo | None = None) -> int:
    """A member's points; Sara's if nobody is named."""
    wallet = wallets_get(shop.club, (member or shop.sara).id, NOW).get("points")
    return wallet.available if wallet else 0


def test_a_purchase_earns_points_and_status_and_says_why(shop: Shop) -> None:
    answer = shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))

    assert answer.points_of("points") == 7
    assert answer.points_of("status") == 7
    assert [(b.wallet, b.available, b.pending) for b in answer.balances] == [
        ("points", 7, 0),
        ("status", 7, 0),
        ("credit", 0, 0),
    ]
    assert answer.tiers == (("club", "plain"),)
    assert [outcome.rule for outcome in answer.reasons] == ["base"]
    assert not answer.repeated


def test_a_young_program_is_not_asked_for_again_with_every_fact(shop: Shop) -> None:
    shop.buys("A-0", 250_000)
    facts = [shop.purchase(f"A-{number}", line("milk", 250_000)) for number in range(1, 4)]
    with CaptureQueriesContext(connection) as asked:
        settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    assert [query for query in asked.captured_queries if "programs_version" in query["sql"]] == []


def test_the_same_purchase_sent_twice_earns_once_and_gets_the_first_answer_again(shop: Shop) -> None:
    told = shop.purchase("A-1", line("milk", 250_000))
    first = shop.tell(told)
    shop.buys("A-2", 900_000)
    again = shop.tell(told)

    assert again == replace(first, repeated=True)
    assert again.balances[0] == Balance("points", 2, 0)
    assert available(shop) == 11


def test_another_body_under_the_same_reference_is_refused_and_changes_nothing(shop: Shop) -> None:
    shop.buys("A-1", 250_000)
    with pytest.raises(Refusal) as refused:
        shop.buys("A-1", 260_000)
    assert (refused.value.code, refused.value.status) == ("reference_reused", 409)
    assert available(shop) == 2


def test_a_refused_fact_leaves_its_reference_free(shop: Shop) -> None:
    nobody = PurchaseIn(
        source="pos",
        reference="A-1",
        occurred_at=NOW,
        member=MemberRef(mobile="09129999999"),
        amounts=AmountsIn(gross=2_500_000),
    )
    with pytest.raises(Refusal, match="member_not_found"):
        shop.tell(nobody)
    assert shop.buys("A-1", 250_000).points_of("points") == 2


def test_one_bad_fact_does_not_touch_its_neighbours(shop: Shop) -> None:
    bad = shop.purchase("A-2", line("milk", 10), line("milk", 5, discount=6))
    outcomes = settle(
        [shop.purchase("A-1", amount=100_000), bad, shop.purchase("A-3", amount=300_000)],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )
    assert [type(outcome) for outcome in outcomes] == [Settled, Refused, Settled]
    assert outcomes[1].refusal.code == "discount_exceeds"
    assert outcomes[1].refusal.field == "/lines/1/discount"
    assert available(shop) == 4


def test_facts_of_one_member_in_one_batch_see_one_another(shop: Shop) -> None:
    outcomes = settle(
        [shop.purchase("A-1", amount=9_000_000), shop.purchase("A-2", amount=1_000_000)],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )
    first, second = outcomes
    assert isinstance(first, Settled)
    assert isinstance(second, Settled)
    assert [balance.available for balance in second.balances] == [100, 100, 0]
    assert first.tiers == (("club", "plain"),)
    assert second.tiers == (("club", "gold"),)
    assert [(move.before, move.after) for move in second.moves] == [("plain", "gold")]


def test_the_same_fact_twice_in_one_batch_earns_once(shop: Shop) -> None:
    told, other = shop.purchase("A-1", amount=100_000), shop.purchase("A-1", amount=200_000)
    outcomes = settle([told, told, other], club=shop.club, actor=SYSTEM, now=NOW)
    assert [getattr(outcome, "repeated", None) for outcome in outcomes] == [False, True, None]
    assert isinstance(outcomes[2], Refused)
    assert outcomes[2].refusal.code == "reference_reused"
    assert available(shop) == 1


def test_two_members_in_one_batch_keep_their_own_books(shop: Shop) -> None:
    settle(
        [
            shop.purchase("A-1", amount=100_000, member=shop.reza),
            shop.purchase("A-2", amount=200_000),
            shop.purchase("A-3", amount=300_000, member=shop.reza),
        ],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )
    assert (available(shop), available(shop, shop.reza)) == (2, 4)


def test_a_visit_and_a_declared_custom_activity_earn(shop: Shop) -> None:
    visit = VisitIn(source="app", reference="V-1", occurred_at=NOW, member=shop.ref(shop.sara), branch="102")
    review = CustomIn(
        source="app",
        reference="R-1",
        occurred_at=NOW,
        member=shop.ref(shop.sara),
        type="review",
        attributes={"stars": 5, "text": "عالی"},
    )
    assert shop.tell(visit).points_of("points") == 5
    assert shop.tell(review).points_of("points") == 7
    assert available(shop) == 12


@pytest.mark.parametrize(
    ("type_", "attributes", "code"),
    [
        ("dance", {}, "activity_type_unknown"),
        ("review", {"stars": "five"}, "attribute_invalid"),
        ("review", {"stars": 2**70}, "attribute_invalid"),
        ("review", {"stars": float("nan")}, "attribute_invalid"),
        ("review", {"stars": True}, "attribute_invalid"),
        ("review", {"text": "x" * 1001}, "attribute_invalid"),
        ("review", {"colour": "red"}, "attribute_invalid"),
        ("review", {"text": "a\x00b"}, "text_invalid"),
        ("review", {"text": "\ud800"}, "text_invalid"),
    ],
)
def test_a_custom_activity_must_keep_to_its_declaration(
    shop: Shop, type_: str, attributes: dict[str, object], code: str
) -> None:
    told = CustomIn(
        source="app",
        reference="R-1",
        occurred_at=NOW,
        member=shop.ref(shop.sara),
        type=type_,
        attributes=attributes,
    )
    with pytest.raises(Refusal) as refused:
        shop.tell(told)
    assert refused.value.code == code


def test_an_anonymous_purchase_earns_nothing_and_can_be_claimed_once(shop: Shop) -> None:
    told = PurchaseIn(
        source="pos", reference="N-1", occurred_at=NOW, branch="101", lines=(line("milk", 500_000),)
    )
    first = shop.tell(told)
    assert (first.member_id, first.credits, first.balances) == (None, (), ())
    assert shop.tell(told) == replace(first, repeated=True)

    claim = {"club": shop.club, "anonymous_id": first.activity_id, "actor": SYSTEM, "now": NOW}
    claimed = anonymous_claim(member_id=shop.sara.id, **claim)
    assert claimed.points_of("points") == 5
    assert anonymous_claim(member_id=shop.sara.id, **claim) == replace(claimed, repeated=True)
    with pytest.raises(Refusal, match="already_claimed"):
        anonymous_claim(member_id=shop.reza.id, **claim)

    kept = selectors.anonymous_find(shop.club, "pos", "N-1")
    assert (kept.claimed_by, kept.claimed_at) == (shop.sara.id, NOW)
    assert selectors.activity_get(shop.club, claimed.activity_id).about_id == first.activity_id
    assert (available(shop), available(shop, shop.reza)) == (5, 0)


def test_a_claim_comes_too_late_after_the_clubs_window(shop: Shop) -> None:
    told = PurchaseIn(source="pos", reference="N-1", occurred_at=NOW, amounts=AmountsIn(gross=5_000_000))
    first = shop.tell(told)
    with pytest.raises(Refusal, match="claim_too_late"):
        anonymous_claim(
            club=shop.club,
            anonymous_id=first.activity_id,
            member_id=shop.sara.id,
            actor=SYSTEM,
            now=NOW + timedelta(days=31),
        )


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": (), "amounts": None}, "amounts_unclear", "/lines"),
        ({"currency": "GBP"}, "currency_unknown", "/currency"),
        ({"branch": "999"}, "branch_not_found", "/branch"),
        ({"member": MemberRef(mobile="1")}, "mobile_invalid", None),
        ({"member": MemberRef(mobile="09121234567", card="1")}, "member_unclear", "/member"),
        ({"amounts": AmountsIn(gross=10**14)}, "amount_too_large", "/amounts/gross"),
        ({"occurred_at": NOW + timedelta(minutes=6)}, "occurred_in_future", "/occurred_at"),
        ({"reference": "a\x00b"}, "text_invalid", "/reference"),
        ({"reference": "\udc80"}, "text_invalid", "/reference"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused_with_its_reason(
    shop: Shop, changes: dict[str, object], code: str, field: str | None
) -> None:
    told = msgspec.structs.replace(shop.purchase("A-1", amount=100_000), **changes)
    with pytest.raises(Refusal) as refused:
        shop.tell(told)
    assert refused.value.code == code
    assert field is None or refused.value.field == field
    assert available(shop) == 0


def test_lines_must_be_numbered_once_or_not_at_all(shop: Shop) -> None:
    lines = (LineIn(no=1, gross=1_000_000), LineIn(no=1, gross=1_000_000))
    with pytest.raises(Refusal, match="line_number_unclear"):
        shop.tell(shop.purchase("A-1", *lines))


def test_a_blocked_member_earns_nothing_but_a_repeated_fact_gets_its_first_answer(shop: Shop) -> None:
    told = shop.purchase("A-1", amount=100_000)
    first = shop.tell(told)
    member_block(club=shop.club, id=shop.sara.id, reason="fraud", actor=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="member_blocked"):
        shop.buys("A-2", 100_000)
    assert shop.tell(told) == replace(first, repeated=True)


def test_another_clubs_member_is_nobody_here(shop: Shop) -> None:
    nika = ketab().nika
    with pytest.raises(Refusal, match="member_not_found"):
        shop.buys("A-1", 100_000, member=nika)


def test_the_business_date_is_the_branchs_day(shop: Shop) -> None:
    late = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)  # 00:30 on the 21st in Tehran
    assert shop.buys("A-1", 100_000, at=late).business_date == date(2026, 11, 21)


def test_why_is_derived_again_from_what_was_stored(shop: Shop) -> None:
    answer = shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))
    why = whys.activity_why(shop.club, shop.sara.id, answer.activity_id)
    assert dict(why.totals) == {"points": 7, "status": 7}
    assert [(outcome.rule, outcome.fired) for outcome in why.outcomes] == [("base", True)]


def test_an_activity_can_be_read_by_its_own_club_alone(shop: Shop) -> None:
    answer = shop.buys("A-1", 100_000)
    assert selectors.activity_get(shop.club, answer.activity_id).fact.gross == 1_000_000
    with pytest.raises(Refusal, match="activity_not_found"):
        selectors.activity_get(ketab().club, answer.activity_id)


def test_activities_are_listed_newest_first_in_pages(shop: Shop) -> None:
    for number in range(5):
        shop.buys(f"A-{number}", 100_000 * (number + 1))
    first = selectors.activity_list(shop.club, limit=3)
    rest = selectors.activity_list(shop.club, cursor=first.next_cursor, limit=3)
    assert [row.reference for row in first.rows] == ["A-4", "A-3", "A-2"]
    assert [row.reference for row in rest.rows] == ["A-1", "A-0"]
    assert rest.next_cursor is None
    with pytest.raises(Refusal, match="cursor_invalid"):
        selectors.activity_list(shop.club, cursor="x")


def test_a_limit_counts_over_facts_and_batches() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 5}]})
    shop.buys("A-1", 300_000)
    second = shop.buys("A-2", 400_000)
    assert (second.points_of("points"), second.points_of("status")) == (2, 2)
    tomorrow = shop.buys("A-3", 400_000, at=NOW + timedelta(days=1))
    assert tomorrow.points_of("points") == 4


def test_facts_are_decided_by_the_version_in_force_when_they_happened(shop: Shop) -> None:
    draft = draft_get(shop.club)
    richer = program(base={"effects": [{"wallet": "points", "amount": "fixed", "params": {"units": 50}}]})
    saved = draft_save(club=shop.club, document=richer, revision=draft.revision, actor=SYSTEM, now=NOW)
    draft_publish(club=shop.club, revision=saved.revision, actor=SYSTEM, now=NOW)
    before = shop.buys("A-1", 200_000, at=NOW - timedelta(hours=1))
    after = shop.buys("A-2", 200_000, at=NOW + timedelta(hours=1))
    assert (before.points_of("points"), after.points_of("points")) == (2, 50)


def test_a_club_without_a_program_cannot_settle() -> None:
    cast = ketab()
    told = PurchaseIn(
        source="pos",
        reference="A-1",
        occurred_at=NOW,
        member=MemberRef(external="K-77"),
        amounts=AmountsIn(gross=100),
    )
    outcome = settle([told], club=cast.club, actor=SYSTEM, now=NOW)[0]
    assert isinstance(outcome, Refused)
    assert outcome.refusal.code == "program_missing"


def test_units_that_expired_before_the_fact_was_told_are_never_available() -> None:
    shop = open_shop(points={"expiry": {"kind": "age_days", "count": 10}})
    late = shop.tell(shop.purchase("A-1", amount=500_000, at=NOW - timedelta(days=30)))
    assert (late.points_of("points"), late.balances[0].available) == (5, 0)
    causes = [row.cause for row in statement_list(shop.club, shop.sara.id, unit="points").rows]
    assert causes == [Cause.EXPIRY, Cause.ACTIVITY]


def test_references_are_written_in_one_order_whatever_the_batchs(shop: Shop) -> None:
    batch = Batch(shop.club, 0, None, NOW)
    for reference in ("b", "c", "a"):
        batch.references.append((shop.club.id, shop.sara.id, None, b"", "pos", reference))
    assert [row[5] for row in rowsets(batch)[0].rows] == ["a", "b", "c"]
