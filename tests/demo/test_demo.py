"""The demonstration is one story: made of a seed, settled like everything else, told to nobody."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bashgah.activities.types import ReturnIn
from bashgah.clubs import selectors as clubs
from bashgah.clubs.services import club_create
from bashgah.demo import goods, living, names, seasons, services
from bashgah.demo.people import KNOWN, personas
from bashgah.demo.places import PLACES, STAFF
from bashgah.demo.story import story
from bashgah.ground import outbox
from bashgah.kit import mobile
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ledger import selectors as ledger
from bashgah.ledger.verify import verify
from bashgah.members import selectors as members
from bashgah.messaging import selectors as messaging
from bashgah.redemption import selectors as redemptions

NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)
BEGIN = date(2025, 5, 23)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def small(now: datetime = NOW) -> services.DemoReport:
    return services.demo_fill(now=now, members=14, days=120)


def told(seed: int = 7) -> list:
    random = Random(seed)
    people = personas(random, count=60, begin=BEGIN, days=548)
    from uuid import UUID

    ids = [UUID(int=number) for number in range(len(people))]
    return story(random, people=people, ids=ids, begin=BEGIN, until=NOW)


def test_the_same_seed_tells_the_same_story() -> None:
    assert told() == told()
    assert told(8) != told(7)


def test_nothing_happens_after_the_end_and_everything_is_in_order() -> None:
    facts = told()
    moments = [fact.occurred_at for fact in facts]
    assert moments == sorted(moments)
    assert moments[-1] <= NOW
    references = [fact.reference for fact in facts]
    assert len(set(references)) == len(references)


def test_nowruz_and_yalda_are_busy_and_the_holidays_quiet() -> None:
    ordinary = seasons.busyness(date(2026, 5, 27))
    assert seasons.busyness(date(2026, 3, 18)) > 2 * ordinary
    assert seasons.busyness(date(2025, 12, 20)) > 1.5 * ordinary
    assert seasons.busyness(date(2026, 3, 21)) < ordinary


def test_a_return_never_shares_a_round_with_its_purchase_and_members_keep_their_order() -> None:
    facts = [fact for fact in told() if not fact.reference.startswith("a")]
    rounds = living._rounds(facts)
    settled = [fact.reference for turn in rounds for fact in turn.facts]
    assert sorted(settled) == sorted(fact.reference for fact in facts)
    for turn in rounds:
        inside = {fact.reference for fact in turn.facts}
        for fact in turn.facts:
            assert not isinstance(fact, ReturnIn) or fact.purchase.reference not in inside
    for _member, own in itertools.groupby(
        sorted(
            (
                (fact.reference.split("-")[1], place, fact.occurred_at)
                for place, fact in enumerate(fact for turn in rounds for fact in turn.facts)
            ),
        ),
        key=lambda each: each[0],
    ):
        times = [each[2] for each in own]
        assert times == sorted(times)


def test_goods_and_people_are_well_formed() -> None:
    skus = [good.sku for good in goods.GOODS]
    assert len(set(skus)) == len(skus)
    codes = {code for code, _up, _name in goods.CATEGORIES}
    assert all(good.category in codes and good.brand in goods.BRANDS for good in goods.GOODS)
    assert all(one.name.fa and one.name.en for one in goods.GOODS)
    assert len(PLACES) == 12
    for known in KNOWN:
        assert mobile.national(mobile.normalise(known.mobile)) == known.mobile
    for listed in (names.WOMEN, names.MEN, names.FAMILIES):
        assert len(set(listed)) == len(listed)


def test_a_small_demo_stands_and_its_books_are_proved() -> None:
    report = small()
    club = clubs.club_by_slug("naderi")
    assert club.is_demo
    assert report.refused == 0
    assert report.activities > 100
    assert members.members_count(club) == 14
    assert len(clubs.branch_list(club)) == 12
    assert verify() == []
    (sara,) = members.member_find(club, "09123456789", now=NOW)
    assert sara.name == "سارا محمدی"
    assert ledger.wallets_get(club, sara.id, NOW)["points"].earned_ever > 0


def test_running_it_again_changes_nothing() -> None:
    small()
    club = clubs.club_by_slug("naderi")
    before = ledger.program_totals(club), members.members_count(club)
    again = small(NOW + timedelta(days=3))
    assert again.activities == 0
    assert (ledger.program_totals(club), members.members_count(club)) == before


def test_a_demo_that_was_interrupted_is_finished_from_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = [0]
    real = living._settled

    def dies(*given):
        turns[0] += 1
        if turns[0] == 3:
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as broken:
        broken.setattr(living, "_settled", dies)
        with pytest.raises(KeyboardInterrupt):
            small()
    assert services.demo_is_wanted()
    report = small(NOW + timedelta(hours=2))
    club = clubs.club_by_slug("naderi")
    assert report.refused == 0
    assert services.demo_is_finished(club)
    assert not services.demo_is_wanted()
    assert verify() == []
    done = redemptions.redemption_list(club, limit=200, now=NOW)
    assert len({info.id for info in done}) == len(done)


def test_a_real_club_of_that_name_is_left_alone() -> None:
    club_create(slug="naderi", name=Texts("نادری", "Naderi"), now=NOW)
    with pytest.raises(Refusal, match="not_a_demo"):
        small()
    assert not services.demo_is_wanted()


def test_nobody_is_told_of_what_is_long_ago() -> None:
    small()
    club = clubs.club_by_slug("naderi")
    while outbox.relay_once() or outbox.deliveries_run(now=NOW):
        pass
    assert outbox.backlog().deliveries == 0
    yesterday = NOW - timedelta(days=1)
    for message in messaging.message_list(club, limit=500):
        assert message.created_at >= yesterday


def test_each_role_can_sign_in() -> None:
    small()
    from django.contrib.auth import authenticate

    staff, _members = services.sign_ins()
    assert [one.role for one in staff] == [one.role for one in STAFF]
    for one in staff:
        assert authenticate(None, email=one.email, password=one.password) is not None
