"""Keys and clients of machines: shown once, stored as digests, refused when they end."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from bashgah.access import keys, selectors, services
from bashgah.access.models import ApiKey
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from tests.access.conftest import NOW

pytestmark = pytest.mark.django_db


def issue(club, **more):
    return services.key_issue(
        club=club, name="POS", scopes=["members.read", "activities.write"], actor=SYSTEM, now=NOW, **more
    )


def test_a_key_opens_its_own_club_with_its_scopes(club) -> None:
    info, text = issue(club)
    credential = services.credential_check(text, NOW)
    assert credential is not None
    assert (credential.club_id, credential.name, credential.kind) == (club.id, "POS", "key")
    assert credential.scopes == {"members.read", "activities.write"}
    assert text.startswith(f"bsh_{info.prefix}_")


def test_only_the_digest_is_stored(club) -> None:
    _info, text = issue(club)
    row = ApiKey.objects.get()
    assert bytes(row.digest) == hashlib.sha256(text.encode()).digest()
    assert text.rpartition("_")[2] not in str(ApiKey.objects.values().get())


@pytest.mark.parametrize(
    "text",
    ["", "bsh_", "bsh_aaaaaaaa_" + "a" * 40, "Bearer x", "bsh_\x00", "\ud800", "bsh_" + "ا" * 49, "x" * 5000],
)
def test_what_is_no_key_opens_nothing(club, text) -> None:
    issue(club)
    assert services.credential_check(text, NOW) is None


def test_an_expired_key_opens_nothing_also_when_it_was_just_remembered(club) -> None:
    _info, text = issue(club, expires_at=NOW + timedelta(seconds=2))
    assert services.credential_check(text, NOW + timedelta(seconds=1)) is not None
    assert services.credential_check(text, NOW + timedelta(seconds=2)) is None
    assert services.credential_check(text, NOW + timedelta(minutes=1)) is None


def test_a_revoked_key_is_refused_here_at_once(club) -> None:
    info, text = issue(club)
    assert services.credential_check(text, NOW) is not None
    services.key_revoke(club=club, key_id=info.id, actor=SYSTEM, now=NOW)
    assert services.credential_check(text, NOW) is None


def test_a_key_revoked_by_another_process_is_refused_within_five_seconds(club) -> None:
    info, text = issue(club)
    assert services.credential_check(text, NOW) is not None
    ApiKey.objects.filter(id=info.id).update(revoked_at=NOW)
    assert services.credential_check(text, NOW + timedelta(seconds=3)) is not None
    assert services.credential_check(text, NOW + timedelta(seconds=5)) is None


def test_another_clubs_key_cannot_be_revoked(club, other_club) -> None:
    info, text = issue(club)
    with pytest.raises(Refusal, match="key_unknown"):
        services.key_revoke(club=other_club, key_id=info.id, actor=SYSTEM, now=NOW)
    assert services.credential_check(text, NOW) is not None
    assert selectors.key_list(other_club) == []


def test_a_scope_that_is_none_and_an_expiry_in_the_past_are_refused(club) -> None:
    for scopes in (["staff.manage"], ["nonsense"], []):
        with pytest.raises(Refusal, match="scope_unknown"):
            services.key_issue(club=club, name="x", scopes=scopes, actor=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="expiry_in_past"):
        issue(club, expires_at=NOW)


def test_the_use_of_a_key_is_noted(club) -> None:
    info, text = issue(club)
    services.key_check(text, NOW)
    assert selectors.key_list(club)[0].last_used_at == NOW
    services.key_check(text, NOW + timedelta(minutes=1))
    assert selectors.key_list(club)[0].last_used_at == NOW
    assert selectors.key_list(club)[0].id == info.id


def test_letters_of_keys_are_never_mistaken_for_one_another() -> None:
    assert not set("il1o0u") & set(keys.ALPHABET)
    assert len({keys.fresh()[0] for _ in range(200)}) == 200


def token_of(client, info, secret, **more):
    return client.post(
        "/api/oauth/token",
        {"grant_type": "client_credentials", "client_id": info.client_id, "client_secret": secret, **more},
    )


def test_a_client_gets_a_token_for_its_club_and_scopes(club, client) -> None:
    info, secret = services.client_issue(
        club=club, name="ERP", scopes=["members.read", "wallets.read"], actor=SYSTEM, now=NOW
    )
    answer = token_of(client, info, secret, scope="members.read").json()
    from bashgah.ground import clock

    credential = services.credential_check(answer["access_token"], clock.now())
    assert credential is not None
    assert (credential.kind, credential.club_id, credential.scopes) == ("client", club.id, {"members.read"})


def test_a_client_cannot_ask_for_more_than_it_was_given(club, client) -> None:
    info, secret = services.client_issue(
        club=club, name="ERP", scopes=["members.read"], actor=SYSTEM, now=NOW
    )
    assert token_of(client, info, secret, scope="members.write").status_code == 400
    assert token_of(client, info, "wrong").status_code == 401


def test_a_revoked_client_gets_no_token_and_its_tokens_end(club, client) -> None:
    from bashgah.ground import clock

    info, secret = services.client_issue(
        club=club, name="ERP", scopes=["members.read"], actor=SYSTEM, now=NOW
    )
    token = token_of(client, info, secret).json()["access_token"]
    assert services.credential_check(token, clock.now()) is not None
    services.client_revoke(club=club, client_id=info.id, actor=SYSTEM, now=NOW)
    assert services.credential_check(token, clock.now()) is None
    assert token_of(client, info, secret).status_code in {400, 401}
