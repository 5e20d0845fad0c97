"""Mina signs in with a fingerprint: a passkey is added and opens the console without a password."""

from __future__ import annotations

import pytest
from django.conf import settings

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.programs.services import program_start
from tests import cast
from tests.browser import Look
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long enough secret"
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_passkey_is_added_and_signs_in(visit: Visit, lang: str) -> None:
    club = cast.naderi()
    program_start(club=club.club, actor=SYSTEM, now=cast.LONG_AGO)
    mina = Staff.objects.create_user("mina@naderi.example", PASSWORD, name="Mina")
    role_grant(club=club.club, staff_id=mina.id, role="owner", actor=SYSTEM, now=cast.LONG_AGO)
    with visit(Look(lang)) as window:
        page = window.page
        devices = window.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
        window.goto("/accounts/login/")
        page.locator("#id_login").fill("mina@naderi.example")
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_password").press("Enter")
        page.wait_for_url("**/console/")
        window.goto("/accounts/2fa/webauthn/add/")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("input[type=password]").press("Enter")
        page.wait_for_url("**/webauthn/add/")
        page.locator("#id_passwordless").check()
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url(lambda url: not url.endswith("/add/"))
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        window.goto("/accounts/login/")
        page.locator("#passkey_login").click()
        page.wait_for_url("**/console/")
    throttle_close()
