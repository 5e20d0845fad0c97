"""The page of what the club records itself, and the QR a branch prints."""

from __future__ import annotations

import pytest

from bashgah.clubs.selectors import branch_list, club_get
from bashgah.kit import ids
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def test_a_behaviour_is_switched_on_and_the_hours_are_kept(console: Console) -> None:
    page = console.get("settings/behaviours/", lang="en").content.decode()
    assert "Profile completed" in page
    console.post("settings/behaviours/", **{"always-birthday": "1", "check_in_hours": "۲۴"})
    settings = club_get(console.club.id).settings
    assert (settings.behaviours, settings.check_in_hours) == (("birthday",), 24)


def test_a_branch_prints_its_own_signed_qr(console: Console) -> None:
    branch = branch_list(console.club)[0]
    page = console.get(f"settings/branches/{ids.public('branch', branch.id)}/check-in/").content.decode()
    assert f"/here/{branch.id.hex}" in page
    assert "<svg" in page
