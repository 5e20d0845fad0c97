"""What both memberships agreed to: the stricter word holds while they are one, each its own afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from bashgah.dealings import services
from bashgah.ground.types import SYSTEM
from bashgah.members import selectors
from bashgah.members.services import consent_record
from bashgah.members.types import ConsentGiven
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SMS, CALL, EMAIL = ("sms", "marketing"), ("call", "marketing"), ("email", "marketing")


@pytest.fixture
def shop() -> Shop:
    """Reza said yes to SMS and no to calls; Sara no to SMS, yes to calls and to e-mail, and that later."""
    shop = open_shop()
    says(shop, shop.reza.id, (SMS, True), (CALL, False), ago=9)
    says(shop, shop.sara.id, (SMS, False), (CALL, True), (EMAIL, True), ago=5)
    return shop


def says(shop: Shop, id: UUID, *words: tuple[tuple[str, str], bool], ago: int = 0) -> None:
    given = [ConsentGiven(*key, granted, "1", {"ip": "192.0.2.7"}) for key, granted in words]  # type: ignore[arg-type]
    consent_record(club=shop.club, id=id, consents=given, source="portal", now=NOW - ago * DAY)


def words(shop: Shop, id: UUID) -> dict[tuple[str, str], bool]:
    return {key: word.granted for key, word in selectors.consents(shop.club, id).items()}


def merges(shop: Shop) -> UUID:
    made = services.members_merge(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW
    )
    return made.id


def parts(shop: Shop, merge_id: UUID) -> None:
    services.merge_undo(club=shop.club, merge_id=merge_id, actor=SYSTEM, now=NOW + 9 * DAY)


def test_the_stricter_word_holds_and_a_word_beats_silence(shop: Shop) -> None:
    merges(shop)
    assert words(shop, shop.reza.id) == {SMS: False, CALL: False, EMAIL: True}
    taken = selectors.consents(shop.club, shop.reza.id)[EMAIL]
    assert (taken.source, taken.proof["ip"]) == ("merge", "192.0.2.7")
    assert taken.proof["at"] == (NOW - 5 * DAY).isoformat()
    assert selectors.consents_granted(shop.club, [shop.reza.id], *EMAIL) == {shop.reza.id}


def test_of_two_equal_words_the_newer_proof_is_kept(shop: Shop) -> None:
    says(shop, shop.reza.id, (EMAIL, True), ago=7)
    merges(shop)
    assert selectors.consents(shop.club, shop.reza.id)[EMAIL].proof["at"] == (NOW - 5 * DAY).isoformat()
    assert selectors.consents(shop.club, shop.reza.id)[CALL].source == "portal"


def test_the_undo_gives_each_their_own_words_again(shop: Shop) -> None:
    parts(shop, merges(shop))
    assert words(shop, shop.reza.id) == {SMS: True, CALL: False}
    assert words(shop, shop.sara.id) == {SMS: False, CALL: True, EMAIL: True}
    assert selectors.consents_granted(shop.club, [shop.reza.id], *EMAIL) == set()


def test_what_was_withdrawn_meanwhile_is_withdrawn_for_both_and_what_was_allowed_for_one(shop: Shop) -> None:
    merge_id = merges(shop)
    says(shop, shop.reza.id, (EMAIL, False), (SMS, True), ago=-1)
    parts(shop, merge_id)
    assert words(shop, shop.reza.id) == {SMS: True, CALL: False, EMAIL: False}
    assert words(shop, shop.sara.id) == {SMS: False, CALL: True, EMAIL: False}


def test_a_no_said_again_while_they_are_one_outlives_the_undo(shop: Shop) -> None:
    merge_id = merges(shop)
    says(shop, shop.reza.id, (SMS, False), ago=-1)
    parts(shop, merge_id)
    assert words(shop, shop.reza.id)[SMS] is False
