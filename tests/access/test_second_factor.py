"""The second factor, through the real pages: TOTP, recovery codes, passkeys offered, sessions listed."""

from __future__ import annotations

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from bashgah.ground.models import Cached
from tests.access.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client):
    return client.post("/accounts/login/", {"login": "mina@naderi.example", "password": PASSWORD})


def confirm(client: Client) -> None:
    """Say the password once more, as every change of the factors wants it."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def code_for(secret: str, steps: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time())) + steps
    return format_hotp_value(hotp_value(secret, counter))


def enrol(client: Client) -> str:
    """Turn TOTP on as the page asks for it and return the secret."""
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302  # the password is asked again
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302
    return secret


def test_staff_turn_totp_on_and_are_asked_for_it_at_the_next_sign_in(club, mina) -> None:
    client = Client()
    sign_in(client)
    secret = enrol(client)
    fresh = Client()
    assert sign_in(fresh).headers["Location"] == "/accounts/2fa/authenticate/"
    assert fresh.get("/console/").status_code == 302
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    answer = fresh.post("/accounts/2fa/authenticate/", {"code": code_for(secret, 1)})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/console/"


def test_guesses_of_the_second_factor_are_counted_by_all_processes_together(club, mina) -> None:
    client = Client()
    sign_in(client)
    secret = enrol(client)
    thief = Client()
    sign_in(thief)
    for _ in range(5):
        assert thief.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    # what another process would find: the count is no memory of this one
    assert Cached.objects.exists()
    assert thief.post("/accounts/2fa/authenticate/", {"code": code_for(secret, 1)}).status_code == 200
    assert thief.get("/console/").status_code == 302


def test_the_seed_is_not_stored_in_clear(club, mina) -> None:
    client = Client()
    sign_in(client)
    secret = enrol(client)
    stored = Authenticator.objects.get(user=mina, type=Authenticator.Type.TOTP)
    assert secret not in json.dumps(stored.data)


def test_a_recovery_code_opens_once(club, mina) -> None:
    client = Client()
    sign_in(client)
    enrol(client)
    recovery = Authenticator.objects.get(user=mina, type=Authenticator.Type.RECOVERY_CODES).wrap()
    code = recovery.get_unused_codes()[0]
    for expected in (302, 200):
        fresh = Client()
        sign_in(fresh)
        assert fresh.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_passkeys_and_ones_own_sessions_have_their_pages(club, mina) -> None:
    client = Client()
    sign_in(client)
    confirm(client)
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200
    sessions = client.get("/accounts/sessions/")
    assert sessions.status_code == 200


def test_ending_the_other_sessions_ends_them(club, mina) -> None:
    here, elsewhere = Client(), Client()
    sign_in(elsewhere)
    sign_in(here)
    assert elsewhere.get("/accounts/sessions/").status_code == 200
    here.get("/accounts/sessions/")
    here.post("/accounts/sessions/")
    assert elsewhere.get("/accounts/sessions/").status_code == 302
    assert here.get("/accounts/sessions/").status_code == 200


def test_signing_out_makes_the_old_cookie_worthless(club, mina) -> None:
    client = Client()
    sign_in(client)
    cookie = client.cookies["bashgah_session"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["bashgah_session"] = cookie
    assert thief.get("/accounts/sessions/").status_code == 302


def test_the_answer_does_not_tell_whether_an_address_has_an_account(club, mina) -> None:
    def told(address: str) -> tuple[int, str]:
        answer = Client().post("/accounts/login/", {"login": address, "password": "wrong wrong"})
        errors = answer.context["form"].non_field_errors()
        return answer.status_code, " ".join(errors)

    assert told("mina@naderi.example") == told("nobody@naderi.example")

    def work(address: str) -> float:
        """The least of three: the processor's own time, which a busy machine does not lengthen."""
        taken = []
        for _try in range(3):
            begun = time.process_time()
            told(address)
            taken.append(time.process_time() - begun)
        return min(taken)

    assert work("nobody@naderi.example") > work("mina@naderi.example") / 4
