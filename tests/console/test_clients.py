"""OAuth2 clients in the console: made, used, revoked."""

from __future__ import annotations

import re

import pytest

from bashgah.access.selectors import client_list
from bashgah.ground.audit import audit_list
from bashgah.kit import ids
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db


def made(console: Console) -> tuple[str, str]:
    """Makes a client through its form and reads id and secret from the one page that shows them."""
    console.post("settings/clients/new/", name="CRM", scopes=["members.read"])
    shown = re.findall(r'class="b-secret"[^>]*>([^<]+)<', text(console.get("settings/clients/")))
    return shown[0], shown[1]


def token(console: Console, client_id: str, secret: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return console.client.post("/api/oauth/token", form).status_code


def test_a_client_is_made_its_secret_shown_once_and_gives_tokens(console: Console) -> None:
    client_id, secret = made(console)

    assert secret not in text(console.get("settings/clients/"))
    assert "CRM" in text(console.get("settings/clients/"))
    assert token(console, client_id, secret) == 200
    assert token(console, client_id, "wrong") == 401


def test_a_revoked_client_gets_no_token(console: Console) -> None:
    client_id, secret = made(console)
    (client,) = client_list(console.club)

    console.post(f"settings/clients/{ids.public('key', client.id)}/revoke/")

    assert token(console, client_id, secret) == 401
    assert audit_list(club_id=console.club.id, action="client.revoked")


def test_a_client_without_scopes_is_refused_beside_the_field(console: Console) -> None:
    response = console.post("settings/clients/new/", name="CRM")

    assert response.status_code == 422
    assert client_list(console.club) == []


def test_a_marketer_may_not_see_clients(console: Console) -> None:
    assert console.works_as("marketer").get("settings/clients/").status_code == 403
