"""The people of the tests.

Club Naderi: Mina owns it, Omid is at the till of Vanak, Sara is a plain member, Reza an old and good one.
Club Ketab: Nika, whom nobody in Naderi may ever see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from bashgah.clubs import selectors as clubs
from bashgah.clubs.services import branch_create, club_create
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.kit.text import Texts
from bashgah.members.services import member_enrol
from bashgah.members.types import ConsentGiven, MemberInfo

NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)
"""شنبه ۳۰ آبان ۱۴۰۵، ۱۷:۴۲"""
LONG_AGO = datetime(2025, 3, 25, 8, 30, tzinfo=UTC)

SARA_MOBILE = "+989121234567"
REZA_MOBILE = "+989352345678"
NIKA_MOBILE = "+989103456789"


@dataclass(frozen=True, slots=True)
class Naderi:
    """The chain: two branches, two members."""

    club: ClubInfo
    vanak: BranchInfo
    tajrish: BranchInfo
    sara: MemberInfo
    reza: MemberInfo


@dataclass(frozen=True, slots=True)
class Ketab:
    """The other club, and its one member."""

    club: ClubInfo
    branch: BranchInfo
    nika: MemberInfo


def naderi() -> Naderi:
    """Make club Naderi."""
    club = club_create(slug="naderi", name=Texts("فروشگاه‌های نادری", "Naderi Stores"), now=LONG_AGO)
    vanak = branch_create(
        club=club, code="101", name=Texts("میدان ونک", "Vanak Square"), city="تهران", now=LONG_AGO
    )
    tajrish = branch_create(club=club, code="102", name=Texts("تجریش", "Tajrish"), city="تهران", now=LONG_AGO)
    club = clubs.club_get(club.id)
    sara = member_enrol(
        club=club,
        mobile=SARA_MOBILE,
        first_name="سارا",
        last_name="محمدی",
        city="تهران",
        gender="female",
        birth_date=date(1993, 5, 4),
        channel="till",
        branch_id=vanak.id,
        consents=[ConsentGiven("sms", "marketing", True)],
        now=datetime(2026, 3, 1, 10, 0, tzinfo=UTC),
    )
    reza = member_enrol(
        club=club,
        mobile=REZA_MOBILE,
        first_name="رضا",
        last_name="کریمی",
        city="کرج",
        gender="male",
        channel="till",
        branch_id=tajrish.id,
        now=LONG_AGO,
    )
    return Naderi(club, vanak, tajrish, sara, reza)


def ketab() -> Ketab:
    """Make club Ketab."""
    club = club_create(slug="ketab", name=Texts("کتاب‌سرای نیکان", "Ketab"), now=LONG_AGO)
    branch = branch_create(club=club, code="1", name=Texts("انقلاب", "Enghelab"), city="تهران", now=LONG_AGO)
    club = clubs.club_get(club.id)
    nika = member_enrol(
        club=club,
        mobile=NIKA_MOBILE,
        first_name="نیکا",
        last_name="شهبازی",
        city="تهران",
        channel="portal",
        external_id="K-77",
        now=LONG_AGO,
    )
    return Ketab(club, branch, nika)
