"""Sealed personal data and its digests."""

from uuid import UUID

import pytest

from bashgah.ground import secrets

CLUB, OTHER = UUID(int=1), UUID(int=2)
ROW, NEXT = UUID(int=11), UUID(int=12)
OLD, NEW = "o" * 40, "n" * 40


def seal(text="+989121234567", club=CLUB, column="mobile", row=ROW):
    return secrets.encrypt(club, "members_person", column, row, text)


def test_what_is_sealed_opens_in_its_place_and_hides_the_text():
    sealed = seal("سارا")
    assert secrets.decrypt(CLUB, "members_person", "mobile", ROW, sealed) == "سارا"
    assert secrets.decrypt(CLUB, "members_person", "mobile", ROW, memoryview(sealed)) == "سارا"
    assert "سارا".encode() not in sealed
    assert seal("سارا") != sealed


@pytest.mark.parametrize(
    ("club", "table", "column", "row"),
    [
        (OTHER, "members_person", "mobile", ROW),
        (CLUB, "members_code", "mobile", ROW),
        (CLUB, "members_person", "email", ROW),
        (CLUB, "members_person", "mobile", NEXT),
    ],
)
def test_it_opens_nowhere_else(club, table, column, row):
    with pytest.raises(secrets.SealBroken):
        secrets.decrypt(club, table, column, row, seal())


@pytest.mark.parametrize("place", [0, 1, 5, 20, -1])
def test_an_altered_byte_is_noticed(place):
    sealed = bytearray(seal())
    sealed[place] ^= 1
    with pytest.raises(secrets.SealBroken):
        secrets.decrypt(CLUB, "members_person", "mobile", ROW, bytes(sealed))


def test_what_is_no_seal_is_broken():
    for junk in (b"", b"\x01", b"\x01" * 16):
        with pytest.raises(secrets.SealBroken):
            secrets.decrypt(CLUB, "members_person", "mobile", ROW, junk)


def test_a_new_key_in_front_opens_old_seals_and_changes_no_digest(settings):
    settings.SECRET_KEYS = [OLD]
    sealed, digest = seal(), secrets.blind(CLUB, "mobile", "+989121234567")
    signed = secrets.signature(CLUB, "qr", b"message")
    settings.SECRET_KEYS = [NEW, OLD]
    assert secrets.decrypt(CLUB, "members_person", "mobile", ROW, sealed) == "+989121234567"
    assert secrets.blind(CLUB, "mobile", "+989121234567") == digest
    assert secrets.signature_matches(CLUB, "qr", b"message", signed)
    fresh = seal()
    settings.SECRET_KEYS = [NEW]
    assert secrets.decrypt(CLUB, "members_person", "mobile", ROW, fresh) == "+989121234567"
    with pytest.raises(secrets.SealBroken):
        secrets.decrypt(CLUB, "members_person", "mobile", ROW, sealed)


def test_digests_differ_by_club_and_kind_and_never_by_time():
    digest = secrets.blind(CLUB, "mobile", "1")
    assert len(digest) == 32
    assert digest == secrets.blind(CLUB, "mobile", "1")
    assert len({digest, secrets.blind(OTHER, "mobile", "1"), secrets.blind(CLUB, "card", "1")}) == 3


def test_a_signature_is_of_one_club_purpose_and_message():
    signed = secrets.signature(CLUB, "qr", b"message", length=12)
    assert secrets.signature_matches(CLUB, "qr", b"message", signed)
    assert not secrets.signature_matches(OTHER, "qr", b"message", signed)
    assert not secrets.signature_matches(CLUB, "code", b"message", signed)
    assert not secrets.signature_matches(CLUB, "qr", b"massage", signed)
    assert not secrets.signature_matches(CLUB, "qr", b"message", b"")
