"""One-time codes."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from bashgah.ground.throttle import throttle_close
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors, services
from bashgah.members.services import codes
from tests.cast import NOW, SARA_MOBILE, ketab, naderi

pytestmark = pytest.mark.django_db(transaction=True)
NOBODYS = "+989990000000"


@pytest.fixture(autouse=True)
def _own_connection_is_closed():
    yield
    throttle_close()


def issue(cast, contact=SARA_MOBILE, **given):
    return services.code_issue(
        **{"club": cast.club, "purpose": "sign_in", "contact": contact, "now": NOW} | given
    )


def check(cast, issued, code=None, **given):
    asked = {"club": cast.club, "request_id": issued.request_id, "purpose": "sign_in", "now": NOW}
    return services.code_check(**asked | {"code": issued.code if code is None else code} | given)


def refusal(ask):
    with pytest.raises(Refusal) as refused:
        ask()
    return refused.value


def wrong(issued):
    return f"{(int(issued.code) + 1) % 10**6:06d}"


def test_a_right_code_says_who_it_is_once():
    cast = naderi()
    issued = issue(cast)
    assert (len(issued.code), issued.member_id, issued.contact) == (6, cast.sara.id, SARA_MOBILE)
    assert issued.expires_at == NOW + timedelta(minutes=3)
    accepted = check(cast, issued)
    assert (accepted.member_id, accepted.contact) == (cast.sara.id, SARA_MOBILE)
    assert refusal(lambda: check(cast, issued)).code == "code_expired"


def test_persian_digits_are_digits():
    cast = naderi()
    issued = issue(cast)
    from bashgah.kit.text import persian_digits

    assert check(cast, issued, f" {persian_digits(issued.code)} ").member_id == cast.sara.id


def test_a_number_without_a_member_is_served_alike_and_proved():
    cast = naderi()
    issued = issue(cast, NOBODYS)
    assert (len(issued.code), issued.member_id) == (6, None)
    accepted = check(cast, issued)
    assert (accepted.member_id, accepted.contact) == (None, NOBODYS)


def test_after_five_wrong_tries_the_right_code_is_worthless():
    cast = naderi()
    issued = issue(cast)
    seen = [refusal(lambda: check(cast, issued, wrong(issued))) for _try in range(5)]
    assert [(one.code, one.extra.get("tries_left")) for one in seen] == [
        ("code_wrong", 4),
        ("code_wrong", 3),
        ("code_wrong", 2),
        ("code_wrong", 1),
        ("code_expired", None),
    ]
    assert refusal(lambda: check(cast, issued)).code == "code_expired"


def test_a_wrong_try_stays_counted_when_the_request_is_rolled_back():
    from django.db import transaction

    cast = naderi()
    issued = issue(cast)
    for _try in range(4):
        with pytest.raises(Refusal), transaction.atomic():
            check(cast, issued, wrong(issued))
    assert refusal(lambda: check(cast, issued, wrong(issued))).code == "code_expired"


@pytest.mark.parametrize(
    "given",
    [
        {"purpose": "redeem"},
        {"subject": "hld_x"},
        {"now": NOW + timedelta(minutes=3)},
        {"request_id": UUID(int=1)},
        {"code": ""},
        {"code": "x" * 10_000},
    ],
)
def test_a_code_is_good_for_its_request_purpose_subject_and_time_alone(given):
    cast = naderi()
    issued = issue(cast)
    assert refusal(lambda: check(cast, issued, **given)).status == 422


def test_a_code_of_one_request_does_not_open_another():
    cast = naderi()
    first = issue(cast)
    second = issue(cast, NOBODYS)
    assert first.code != second.code or first.request_id != second.request_id
    if first.code != second.code:
        assert refusal(lambda: check(cast, second, first.code)).code == "code_wrong"


def test_a_code_of_one_club_does_not_open_another():
    cast, other = naderi(), ketab()
    issued = issue(cast)
    assert refusal(lambda: check(other, issued)).code == "code_expired"
    assert check(cast, issued).member_id == cast.sara.id


def test_an_approval_is_bound_to_what_it_approves():
    cast = naderi()
    issued = issue(cast, purpose="redeem", subject="hld_1")
    assert refusal(lambda: check(cast, issued, purpose="redeem", subject="hld_2")).code == "code_wrong"
    assert check(cast, issued, purpose="redeem", subject="hld_1").member_id == cast.sara.id


def test_neither_code_nor_number_is_stored():
    cast = naderi()
    issued = issue(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(contact || hash || salt, 'escape') FROM members_code")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT key FROM ground_throttle")
        keys = " ".join(key for (key,) in cursor.fetchall())
    assert issued.code not in stored
    assert "9121234567" not in stored
    assert "912123" not in keys
    check(cast, issued)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM members_code")
        assert cursor.fetchall() == [(None,)]


def test_codes_for_one_number_are_rationed_with_a_rising_wait():
    cast = naderi()
    issue(cast)
    soon = refusal(lambda: issue(cast, now=NOW + timedelta(seconds=30)))
    assert (soon.code, soon.status, soon.extra) == ("too_many", 429, {"retry_after": 30})
    issue(cast, now=NOW + timedelta(seconds=61))
    issue(cast, now=NOW + timedelta(seconds=122))
    assert refusal(lambda: issue(cast, now=NOW + timedelta(seconds=183))).extra == {"retry_after": 417}
    assert issue(cast, NOBODYS).member_id is None


def test_neighbouring_numbers_share_a_ration():
    cast = naderi()
    for n in range(codes.PER_PREFIX[0].count):
        issue(cast, f"+98999000{n:04d}")
    assert refusal(lambda: issue(cast, "+989990009999")).code == "too_many"
    assert issue(cast).member_id == cast.sara.id


def test_one_address_has_a_ration():
    cast = naderi()
    for n in range(codes.PER_ADDRESS[0].count):
        issue(cast, f"+9899{n:02d}000000", address="203.0.113.9")
    assert refusal(lambda: issue(cast, address="203.0.113.9")).code == "too_many"
    assert issue(cast, NOBODYS, address="203.0.113.10").code


def test_a_sweep_removes_codes_that_are_over():
    cast = naderi()
    issued = issue(cast)
    assert services.codes_sweep(now=NOW + timedelta(minutes=2)) == 0
    assert services.codes_sweep(now=NOW + timedelta(minutes=4)) == 1
    assert refusal(lambda: check(cast, issued)).code == "code_expired"


def test_guessing_has_the_chance_the_numbers_promise():
    assert codes.TRIES / 10**codes.DIGITS <= 5 / 10**6
    assert selectors.member_resolve(naderi().club, "mobile", NOBODYS) is None
