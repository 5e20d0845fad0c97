"""Two hands at one mobile: exactly one member comes of it. The canary shows what the key prevents."""

import threading
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections, transaction

from bashgah.kit.refusals import Refusal
from bashgah.members import selectors, services
from bashgah.members.identifiers import digest
from bashgah.members.types import Enrolled, NewMember
from tests.cast import NOW, REZA_MOBILE, SARA_MOBILE, naderi
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MOBILE = "+989120007777"
HANDS = 6


def test_one_mobile_enrolled_by_many_tills_at_once_is_one_member():
    club = naderi().club
    got = at_once(
        HANDS, lambda _n: services.member_enrol(club=club, mobile=MOBILE, channel="till", now=NOW).id
    )
    won = [answer for answer in got if not isinstance(answer, Exception)]
    lost = [answer for answer in got if isinstance(answer, Refusal)]
    assert (len(won), len(lost), {refusal.code for refusal in lost}) == (1, HANDS - 1, {"mobile_taken"})
    assert selectors.member_resolve(club, "mobile", MOBILE) == won[0]
    assert selectors.members_count(club) == 3


def test_the_canary_without_the_key_two_members_share_the_mobile(owner_connection):
    """The same race over a copy of the table that lacks its key: both look, both see nobody, both write."""
    club = naderi().club
    owner_connection.execute("CREATE TABLE canary_identifier (LIKE members_identifier)")
    try:
        owner_connection.execute("GRANT ALL ON canary_identifier TO PUBLIC")
        found = digest(club.id, "mobile", MOBILE)
        looked = threading.Barrier(2)

        def enrol(_place: int) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT FROM canary_identifier WHERE digest = %s", [found])
                if cursor.fetchone() is None:
                    looked.wait(timeout=10)
                    cursor.execute(
                        "INSERT INTO canary_identifier VALUES (%s, %s, %s, %s)",
                        [club.id, "mobile", found, uuid4()],
                    )

        assert at_once(2, enrol) == [None, None]
        assert owner_connection.execute("SELECT count(*) FROM canary_identifier").fetchone() == (2,)
    finally:
        owner_connection.execute("DROP TABLE canary_identifier")


def test_the_key_is_what_refuses_the_second(owner_connection):
    cast = naderi()
    row = owner_connection.execute(
        "SELECT club_id, kind, digest FROM members_identifier WHERE member_id = %s AND kind = 'mobile'",
        [cast.sara.id],
    ).fetchone()
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner_connection.execute(
            "INSERT INTO members_identifier (club_id, kind, digest, member_id) VALUES (%s, %s, %s, %s)",
            [*row, cast.reza.id],
        )


def test_two_files_with_the_same_people_in_opposite_order_enrol_each_once():
    club = naderi().club
    people = [NewMember(external_id=f"C{n}", mobile=f"0912111{n:04d}") for n in range(200)]
    got = at_once(
        2,
        lambda n: services.members_enrol_bulk(
            club=club, rows=people if n == 0 else people[::-1], channel="import", now=NOW
        ),
    )
    assert [type(answer) for answer in got] == [list, list]
    first, second = got[0], got[1][::-1]
    assert [answer.member_id for answer in first] == [answer.member_id for answer in second]
    assert sum(isinstance(a, Enrolled) and a.is_new for a in [*first, *second]) == 200
    assert selectors.members_count(club) == 202


def test_identifiers_are_written_in_key_order_so_that_two_files_cannot_wait_in_a_circle():
    club = naderi().club
    people = [NewMember(external_id=f"C{n}", mobile=f"0912111{n:04d}") for n in range(50)]
    services.members_enrol_bulk(club=club, rows=people[::-1], channel="import", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, digest FROM members_identifier WHERE club_id = %s ORDER BY ctid OFFSET 4", [club.id]
        )
        written = [(kind, bytes(found)) for kind, found in cursor.fetchall()]
    assert len(written) == 150
    assert written == sorted(written)


def test_two_members_cannot_take_one_number_at_once():
    cast = naderi()
    got = at_once(
        2,
        lambda n: (
            services.member_update(
                club=cast.club, id=(cast.sara.id, cast.reza.id)[n], changes={"mobile": MOBILE}, now=NOW
            ).id
        ),
    )
    assert sorted(type(answer).__name__ for answer in got) == ["Refusal", "UUID"]
    owner = selectors.member_resolve(cast.club, "mobile", MOBILE)
    assert owner in got
    loser, kept = (cast.reza, REZA_MOBILE) if owner == cast.sara.id else (cast.sara, SARA_MOBILE)
    assert selectors.member_resolve(cast.club, "mobile", kept) == loser.id


def test_locks_taken_in_any_order_never_wait_in_a_circle():
    cast = naderi()
    pair = [cast.sara.id, cast.reza.id]

    def lock(place: int) -> int:
        held = 0
        for _round in range(40):
            with transaction.atomic():
                held += len(services.members_lock(cast.club, pair if place % 2 else pair[::-1]))
        return held

    assert at_once(4, lock) == [80, 80, 80, 80]


def test_a_locked_member_is_not_blocked_until_the_lock_is_gone():
    cast = naderi()
    locked, go_on, seen = threading.Event(), threading.Event(), []

    def hold() -> None:
        with transaction.atomic():
            services.members_lock(cast.club, [cast.sara.id])
            locked.set()
            go_on.wait(timeout=10)
            seen.append(selectors.member_get(cast.club, cast.sara.id).status)
        connections.close_all()

    from bashgah.ground.types import SYSTEM

    def block() -> None:
        services.member_block(
            club=cast.club, id=cast.sara.id, reason="دلیل", actor=SYSTEM, now=NOW + timedelta(seconds=1)
        )
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(timeout=10)
    blocker = threading.Thread(target=block)
    blocker.start()
    blocker.join(timeout=0.5)
    assert blocker.is_alive()
    go_on.set()
    holder.join(timeout=10)
    blocker.join(timeout=10)
    assert seen == ["active"]
    assert selectors.member_get(cast.club, cast.sara.id).status == "blocked"


def test_one_code_tried_by_many_hands_at_once_is_accepted_once():
    from bashgah.ground.throttle import throttle_close

    cast = naderi()
    issued = services.code_issue(club=cast.club, purpose="sign_in", contact=SARA_MOBILE, now=NOW)

    def check(_place: int) -> object:
        try:
            return services.code_check(
                club=cast.club,
                request_id=issued.request_id,
                purpose="sign_in",
                code=issued.code,
                now=NOW,
            ).member_id
        finally:
            throttle_close()

    got = at_once(HANDS, check)
    throttle_close()
    assert [answer for answer in got if not isinstance(answer, Exception)] == [cast.sara.id]
    assert {error.code for error in got if isinstance(error, Refusal)} == {"code_expired"}
