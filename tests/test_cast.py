"""The cast is what its page says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.access.selectors import may
from bashgah.ledger.selectors import expiring, wallets_get
from bashgah.programs.selectors import program_in_force
from tests import cast

pytestmark = pytest.mark.django_db


def test_mina_owns_naderi_and_omid_works_at_the_till_of_vanak_alone() -> None:
    naderi = cast.naderi()
    staff = cast.staff(naderi)

    assert may(staff.mina, naderi.club, "staff.manage")
    assert may(staff.omid, naderi.club, "till.use", branch=naderi.vanak.id)
    assert not may(staff.omid, naderi.club, "till.use", branch=naderi.tajrish.id)
    assert not may(staff.omid, naderi.club, "staff.manage")


def test_sara_and_reza_hold_points_that_will_expire() -> None:
    naderi = cast.naderi()
    cast.published(naderi.club)
    cast.expiring_points(naderi)

    assert list(program_in_force(naderi.club, cast.NOW).wallets) == ["points", "status", "credit"]
    assert wallets_get(naderi.club, naderi.sara.id, cast.NOW)["points"].available == 820
    assert wallets_get(naderi.club, naderi.reza.id, cast.NOW)["points"].available == 2_980
    assert wallets_get(naderi.club, naderi.reza.id, cast.NOW + timedelta(days=2))["points"].available == 2_900
    soon = expiring(naderi.club, naderi.sara.id, cast.NOW + timedelta(days=30), cast.NOW)
    assert [(each.unit, each.amount) for each in soon] == [("points", 120)]
