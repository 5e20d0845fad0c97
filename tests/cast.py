"""The people of the tests.

Club Naderi: Mina owns it, Omid is at the till of Vanak, Sara is a plain member, Reza an old and good one.
Club Ketab: Nika, whom nobody in Naderi may ever see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from bashgah.access.services import invitation_accept, staff_invite
from bashgah.access.types import StaffInfo
from bashgah.clubs import selectors as clubs
from bashgah.clubs.services import branch_create, club_create
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.ground import ids as fresh_ids
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.ledger.services import credit_post
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.services import member_enrol, members_lock
from bashgah.members.types import ConsentGiven, MemberInfo
from bashgah.programs.services import draft_open, draft_publish, program_start

NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)
"""شنبه ۳۰ آبان ۱۴۰۵، ۱۷:۴۲"""
LONG_AGO = datetime(2025, 3, 25, 8, 30, tzinfo=UTC)

SARA_MOBILE = "+989121234567"
REZA_MOBILE = "+989352345678"
NIKA_MOBILE = "+989103456789"

MINA_EMAIL = "mina@naderi.example"
OMID_EMAIL = "omid@naderi.example"
PASSWORD = "a long enough secret"


@dataclass(frozen=True, slots=True)
class Naderi:
    """The chain: two branches, two members."""

    club: ClubInfo
    vanak: BranchInfo
    tajrish: BranchInfo
    sara: MemberInfo
    reza: MemberInfo


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works for Naderi: Mina owns it, Omid is a cashier of Vanak and of no other branch."""

    mina: StaffInfo
    omid: StaffInfo

    @property
    def owner(self) -> Actor:
        """Mina, as she signs what she does."""
        return acting(self.mina)

    @property
    def cashier(self) -> Actor:
        """Omid, as he signs what he does."""
        return acting(self.omid)


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


def staff(cast: Naderi) -> Staff:
    """Let Mina and Omid join Naderi by invitation; both sign in with ``PASSWORD``."""
    mina = _joined(cast, MINA_EMAIL, "مینا نادری", "owner")
    return Staff(mina, _joined(cast, OMID_EMAIL, "امید شریفی", "cashier", cast.vanak))


def _joined(cast: Naderi, email: str, name: str, role: str, *branches: BranchInfo) -> StaffInfo:
    named = [branch.id for branch in branches]
    _invitation, token = staff_invite(
        club=cast.club, email=email, name=name, role=role, branches=named, actor=SYSTEM, now=LONG_AGO
    )
    return invitation_accept(token=token, name=name, password=PASSWORD, now=LONG_AGO)


def acting(person: StaffInfo) -> Actor:
    """A member of staff as the one who acts."""
    return Actor(kind="staff", id=ids.public("staff", person.id), name=person.name)


def published(club: ClubInfo, document: Mapping[str, Any] | None = None) -> None:
    """Put a program in force since long ago: the given document, else the one every new club begins with.

    Its wallets are ``points`` (spent, expiring), ``status`` (qualifying) and ``credit`` (money).
    """
    if document is None:
        program_start(club=club, actor=SYSTEM, now=LONG_AGO)
        return
    draft = draft_open(club=club, document=document, actor=SYSTEM, now=LONG_AGO)
    draft_publish(club=club, revision=draft.revision, actor=SYSTEM, now=LONG_AGO)


def expiring_points(cast: Naderi, *, now: datetime = NOW) -> None:
    """Give both members points that will expire.

    Sara: 120 in three weeks, 700 in half a year. Reza: 80 tomorrow, 900 in three months, 2,000 never.
    """
    for amount, days in ((120, 21), (700, 182)):
        given(cast.club, cast.sara, amount, expires_at=now + timedelta(days=days), now=now)
    for amount, lasts in ((80, 1), (900, 91), (2_000, None)):
        expires_at = None if lasts is None else now + timedelta(days=lasts)
        given(cast.club, cast.reza, amount, expires_at=expires_at, now=now)


def given(
    club: ClubInfo,
    member: MemberInfo,
    amount: int,
    *,
    unit: str = "points",
    expires_at: datetime | None = None,
    now: datetime = NOW,
) -> None:
    """Give a member points as an opening balance, one lot."""
    with transaction.atomic():
        credit_post(
            club=club,
            locked=members_lock(club, [member.id])[member.id],
            unit=unit,
            kind=WalletKind.CREDIT if unit == "credit" else WalletKind.POINTS,
            amount=amount,
            cause=Cause.OPENING,
            cause_id=fresh_ids.fresh(),
            expires_at=expires_at,
            now=now,
        )
