"""What a member takes along when two were one, and when they are two again; and of a gift."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bashgah.dealings import services
from bashgah.ground.types import SYSTEM
from bashgah.members.selectors import member_export
from bashgah.members.services import consent_record
from bashgah.members.types import ConsentGiven
from tests.activities.shop import open_shop
from tests.cast import NOW, REZA_MOBILE, SARA_MOBILE, given
from tests.dealings.conftest import Givers

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=9)


def mobiles(taken: dict[str, Any]) -> list[str]:
    return [person["mobile"] for person in taken["personal_data"]]


def words(taken: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((word["channel"], word["source"]) for word in taken["consents"])


def test_one_person_of_two_memberships_takes_both_and_after_the_undo_each_their_own() -> None:
    shop = open_shop()
    said = [ConsentGiven("email", "marketing", True)]
    consent_record(club=shop.club, id=shop.sara.id, consents=said, source="portal", now=NOW)

    merge = services.members_merge(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW
    )
    whole = member_export(shop.club, shop.reza.id, NOW)
    assert mobiles(whole) == [REZA_MOBILE, SARA_MOBILE]
    assert member_export(shop.club, shop.sara.id, NOW) == whole

    services.merge_undo(club=shop.club, merge_id=merge.id, actor=SYSTEM, now=LATER)
    apart = member_export(shop.club, shop.reza.id, LATER)
    assert mobiles(apart) == [REZA_MOBILE]
    assert "email" not in {channel for channel, _source in words(apart)}
    assert ("email", "portal") in words(member_export(shop.club, shop.sara.id, LATER))
    assert SARA_MOBILE not in json.dumps(apart)


def test_a_gift_tells_each_side_their_half_and_neither_the_others_name(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    givers.gives(100)
    gave = member_export(givers.club, givers.sara.id, NOW)["gifts"]
    received = member_export(givers.club, givers.reza.id, NOW)["gifts"]
    sides = [(one["direction"], one["amount"], one["state"]) for one in (*gave, *received)]
    assert sides == [("given", 100, "done"), ("received", 100, "done")]
