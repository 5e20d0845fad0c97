"""Club Naderi with Mina, who owns it, and Ketab, which is none of her business."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from bashgah.access import services
from bashgah.access.models import Staff
from bashgah.clubs.services import branch_create, club_create
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough secret"


@pytest.fixture
def club(db: None) -> ClubInfo:
    return club_create(slug="naderi", name=Texts("نادری", "Naderi"), now=NOW)


@pytest.fixture
def other_club(db: None) -> ClubInfo:
    return club_create(slug="ketab", name=Texts("کتاب", "Ketab"), now=NOW)


@pytest.fixture
def branch(club: ClubInfo) -> BranchInfo:
    return branch_create(club=club, code="valiasr", name=Texts("ولیعصر", "Valiasr"), now=NOW)


@pytest.fixture
def far_branch(club: ClubInfo) -> BranchInfo:
    return branch_create(club=club, code="tajrish", name=Texts("تجریش", "Tajrish"), now=NOW)


@pytest.fixture
def mina(club: ClubInfo) -> Staff:
    staff = Staff.objects.create_user("mina@naderi.example", PASSWORD, name="Mina")
    services.role_grant(club=club, staff_id=staff.id, role="owner", actor=SYSTEM, now=NOW)
    return staff


@pytest.fixture
def omid(club: ClubInfo, branch: BranchInfo) -> Staff:
    staff = Staff.objects.create_user("omid@naderi.example", PASSWORD, name="Omid")
    services.role_grant(
        club=club, staff_id=staff.id, role="cashier", branches=[branch.id], actor=SYSTEM, now=NOW
    )
    return staff


@pytest.fixture(autouse=True)
def _own_throttle_connection():
    """Close the connection on which tries were counted, and forget what allauth counted itself."""
    cache.clear()
    yield
    throttle_close()
