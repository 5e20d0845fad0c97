"""Enrolment: one person at the till or portal, or thousands from a file, through the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground import batch, ids, outbox
from bashgah.kit.card import card_number
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import profile, selectors
from bashgah.members.identifiers import digest, normalised
from bashgah.members.models import Consent, Identifier, Member, Person, Ranged, State
from bashgah.members.names import names_search_key, names_sort_key
from bashgah.members.services.attributes import attributes_checked, ranged_rows
from bashgah.members.services.consents import consent_rows, consents_checked
from bashgah.members.services.rows import rows_copy
from bashgah.members.types import (
    AttributeInfo,
    Channel,
    ConsentGiven,
    Enrolled,
    Gender,
    IdentifierKind,
    Kind,
    MemberInfo,
    NewMember,
)

IDENTIFIERS: tuple[IdentifierKind, ...] = ("external", "mobile", "email", "national_id")
CHANNELS = ("till", "portal", "console", "api", "import", "demo")
TRIES = 3

_TAKEN = {
    "mobile": _("Another member has this mobile number."),
    "email": _("Another member has this e-mail address."),
    "national_id": _("Another member has this national id."),
    "external": _("Another member has this customer number."),
    "card": _("Another member has this card number."),
}


@dataclass(slots=True)
class _Prepared:
    """A person ready to be written: cleaned, with digests, without an id or a card yet."""

    new: NewMember
    digests: dict[IdentifierKind, bytes]
    nickname: str = ""
    locale: str = ""
    kind: Kind = "person"


def member_enrol(
    *,
    club: ClubInfo,
    mobile: str = "",
    first_name: str = "",
    last_name: str = "",
    nickname: str = "",
    email: str = "",
    national_id: str = "",
    external_id: str = "",
    city: str = "",
    gender: Gender = "",
    birth_date: date | None = None,
    address: str = "",
    source: str = "",
    tags: Sequence[str] = (),
    attributes: Mapping[str, Any] | None = None,
    locale: str = "",
    kind: Kind = "person",
    channel: Channel,
    branch_id: UUID | None = None,
    staff_id: UUID | None = None,
    referrer_id: UUID | None = None,
    consents: Sequence[ConsentGiven] = (),
    now: datetime,
) -> MemberInfo:
    """Make a member with a card number at once; a mobile alone is enough, and a group needs none.

    An identifier that has an owner raises ``mobile_taken`` (or ``email_…``, ``national_id_…``,
    ``external_taken``, 409) with the owner's public id in ``extra``, also when two tills enrol one mobile at
    the same moment. The portal must give every field the club requires, else ``field_missing`` (422).
    """
    new = NewMember(
        mobile=mobile,
        email=email,
        national_id=national_id,
        external_id=external_id,
        first_name=first_name,
        last_name=last_name,
        city=city,
        gender=gender,
        birth_date=birth_date,
        source=source,
        address=address,
        tags=tuple(tags),
        attributes=attributes or {},
        branch_id=branch_id,
        staff_id=staff_id,
        referrer_id=referrer_id,
        enrolled_at=now,
        consents=tuple(consents),
    )
    if channel not in CHANNELS:
        raise ValueError(f"nobody enrols by {channel!r}")
    declared = selectors.attribute_list(club) if new.attributes else []
    prepared = _prepared(club, new, declared, now, kind)
    prepared.nickname = profile.cleaned("nickname", nickname, now)
    prepared.locale = profile.cleaned("locale", locale, now)
    if channel == "portal":
        _require(club, prepared.new)
    if branch_id:
        clubs.branch_get(club, branch_id)
    if referrer_id:
        prepared.new = replace(prepared.new, referrer_id=_referrer(club, referrer_id))
    try:
        with transaction.atomic():
            member_id = _write(club, [prepared], declared, channel, now)[0]
    except IntegrityError:
        raise _taken(club, prepared) from None
    return selectors.member_get(club, member_id)


def members_enrol_bulk(
    *, club: ClubInfo, rows: Sequence[NewMember], channel: Channel, now: datetime
) -> list[Enrolled | Refusal]:
    """Enrol many people with a handful of statements; the answers stand in the order of the rows.

    A row that names somebody known (by customer number, mobile, e-mail or national id, in this order) answers
    with that member and changes nothing of him, except that a new customer number becomes his too. So the
    same file twice enrols once. A row that cannot be read answers with its refusal and stops no other.
    Referrers and branches are taken as given: the caller has resolved them.
    """
    declared = selectors.attribute_list(club)
    prepared = [_prepared_or_refused(club, row, declared, now) for row in rows]
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _enrol_prepared(club, prepared, declared, channel, now)
        except IntegrityError:
            continue  # somebody enrolled one of them meanwhile: read again who is known
    raise RuntimeError("others enrolled the same people three times in a row")


def _enrol_prepared(
    club: ClubInfo,
    prepared: Sequence[_Prepared | Refusal],
    declared: Sequence[AttributeInfo],
    channel: Channel,
    now: datetime,
) -> list[Enrolled | Refusal]:
    good = [one for one in prepared if isinstance(one, _Prepared)]
    owners = _owners(club, good)
    fresh: list[_Prepared] = []
    # a person repeated within the file is new once: later rows point at the first
    places: dict[tuple[str, bytes], int] = {}
    answers: list[Enrolled | Refusal | int] = []
    extra: list[Identifier] = []
    repeats: set[int] = set()
    for one in prepared:
        if isinstance(one, Refusal):
            answers.append(one)
            continue
        keys = [(kind, one.digests[kind]) for kind in IDENTIFIERS if kind in one.digests]
        owner = next((owners[key] for key in keys if key in owners), None)
        place = next((places[key] for key in keys if key in places), None)
        if owner is not None:
            extra += _further(club, owner, keys, owners)
            answers.append(Enrolled(owner, False))
        elif place is not None:
            repeats.add(len(answers))
            answers.append(place)
        else:
            places |= dict.fromkeys(keys, len(fresh))
            answers.append(len(fresh))
            fresh.append(one)
    made = _write(club, fresh, declared, channel, now)
    Identifier.objects.bulk_create(extra)
    return [
        Enrolled(made[answer], place not in repeats) if isinstance(answer, int) else answer
        for place, answer in enumerate(answers)
    ]


def _further(
    club: ClubInfo,
    owner: UUID,
    keys: Sequence[tuple[str, bytes]],
    owners: dict[tuple[str, bytes], UUID],
) -> list[Identifier]:
    """A known person under a new customer number: remember the number too."""
    new = [(kind, found) for kind, found in keys if kind == "external" and (kind, found) not in owners]
    owners |= dict.fromkeys(new, owner)
    return [Identifier(club_id=club.id, kind=kind, digest=found, member_id=owner) for kind, found in new]


def _prepared_or_refused(
    club: ClubInfo, new: NewMember, declared: Sequence[AttributeInfo], now: datetime
) -> _Prepared | Refusal:
    try:
        return _prepared(club, new, declared, now)
    except Refusal as refusal:
        return refusal


def _prepared(
    club: ClubInfo, new: NewMember, declared: Sequence[AttributeInfo], now: datetime, kind: Kind = "person"
) -> _Prepared:
    values: dict[IdentifierKind, str] = {
        kind: normalised(kind, value)
        for kind, value in (
            ("mobile", new.mobile),
            ("email", new.email),
            ("national_id", new.national_id),
            ("external", new.external_id),
        )
        if value and value.strip()
    }
    if kind == "person" and not values.keys() & {"mobile", "email", "external"}:
        raise Refusal(
            "mobile_missing",
            Phrase(_("A member needs a mobile number, an e-mail address or a customer number.")),
            status=422,
            field="/mobile",
        )
    given = attributes_checked(declared, new.attributes)
    texts = ("first_name", "last_name", "city", "source", "address", "gender", "birth_date", "tags")
    fields = {name: profile.cleaned(name, getattr(new, name), now) for name in texts}
    consents_checked(new.consents)
    return _Prepared(
        new=replace(
            new,
            mobile=values.get("mobile", ""),
            email=values.get("email", ""),
            national_id=values.get("national_id", ""),
            external_id=values.get("external", ""),
            attributes={key: value for key, value in given.items() if value is not None},
            **{**fields, "tags": tuple(fields["tags"])},
        ),
        digests={name: digest(club.id, name, value) for name, value in values.items()},
        kind=kind,
    )


def _write(
    club: ClubInfo,
    people: Sequence[_Prepared],
    declared: Sequence[AttributeInfo],
    channel: Channel,
    now: datetime,
) -> list[UUID]:
    """Write members into every table and tell it; identifiers first, so that a loser writes nothing else."""
    if not people:
        return []
    made = [ids.fresh() for _one in people]
    numbers = [card_number(seq, club.settings.card_prefix) for seq in _sequence(len(people))]
    identifiers = [
        Identifier(club_id=club.id, kind=kind, digest=found, member_id=member_id)
        for member_id, number, one in zip(made, numbers, people, strict=True)
        for kind, found in [*one.digests.items(), ("card", digest(club.id, "card", number))]
    ]
    # everyone inserts keys in one order, so that two files with the same people do not deadlock
    identifiers.sort(key=lambda row: (row.kind, row.digest))
    rows_copy(identifiers, Identifier)
    states = (
        State(member_id=id, club_id=club.id, status="active", merged_into=None, kind=one.kind)
        for id, one in zip(made, people, strict=True)
    )
    members = (
        _member_row(club, id, number, one, channel, now)
        for id, number, one in zip(made, numbers, people, strict=True)
    )
    persons = (_person_row(club, id, one.new) for id, one in zip(made, people, strict=True))
    consents = (
        row
        for id, one in zip(made, people, strict=True)
        for row in consent_rows(club, id, one.new.consents, channel, one.new.enrolled_at or now)
    )
    for rows, model in ((states, State), (members, Member), (persons, Person), (consents, Consent)):
        rows_copy(rows, model)
    ranged = [
        row
        for id, one in zip(made, people, strict=True)
        for row in ranged_rows(club, id, declared, one.new.attributes)
    ]
    if ranged:
        rows_copy(ranged, Ranged)
    news = [
        outbox.news_row(
            club_id=club.id,
            kind="member.enrolled",
            member_id=id,
            payload={"channel": channel, "branch_id": one.new.branch_id, "referrer_id": one.new.referrer_id},
            now=now,
        )
        for id, one in zip(made, people, strict=True)
    ]
    batch.write(batch.cursor(), [batch.RowSet(outbox.NEWS, news)])
    return made


def _member_row(  # noqa: PLR0917 one row from its parts
    club: ClubInfo, id: UUID, number: str, one: _Prepared, channel: Channel, now: datetime
) -> Member:
    new = one.new
    return Member(
        id=id,
        club_id=club.id,
        number=number,
        first_name=new.first_name,
        last_name=new.last_name,
        nickname=one.nickname,
        name_key=names_search_key(new.first_name, new.last_name, one.nickname),
        sort_key=names_sort_key(new.first_name, new.last_name),
        city=new.city,
        gender=new.gender,
        birth_date=new.birth_date,
        source=new.source,
        channel=channel,
        branch_id=new.branch_id,
        staff_id=new.staff_id,
        tags=list(new.tags),
        attributes=dict(new.attributes),
        locale=one.locale,
        referrer_id=new.referrer_id,
        external_id=new.external_id,
        enrolled_at=new.enrolled_at or now,
        updated_at=now,
    )


def _person_row(club: ClubInfo, id: UUID, new: NewMember) -> Person:
    texts = {
        "mobile": new.mobile,
        "email": new.email,
        "national_id": new.national_id,
        "address": new.address,
    }
    sealed = {column: profile.sealed(club, id, column, text) for column, text in texts.items()}
    return Person(member_id=id, club_id=club.id, **sealed)


def _sequence(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('members_card_seq') FROM generate_series(1, %s)", [count])
        return [seq for (seq,) in cursor.fetchall()]


def _owners(club: ClubInfo, people: Sequence[_Prepared]) -> dict[tuple[str, bytes], UUID]:
    """Return who has which of these identifiers already, after merges."""
    pairs = [(kind, found) for one in people for kind, found in one.digests.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.kind, i.digest, coalesce(s.merged_into, s.member_id)
            FROM unnest(%s::text[], %s::bytea[]) AS asked(kind, digest)
            JOIN members_identifier i
              ON i.club_id = %s AND i.kind = asked.kind AND i.digest = asked.digest
            JOIN members_state s ON s.member_id = i.member_id
            """,
            [[kind for kind, _found in pairs], [found for _kind, found in pairs], club.id],
        )
        return {(kind, bytes(found)): member_id for kind, found, member_id in cursor.fetchall()}


def _taken(club: ClubInfo, prepared: _Prepared) -> Refusal:
    owners = _owners(club, [prepared])
    order: tuple[IdentifierKind, ...] = ("mobile", "email", "national_id", "external")
    kind = next(kind for kind in order if (kind, prepared.digests.get(kind, b"")) in owners)
    return identifier_taken(kind, owners[kind, prepared.digests[kind]])


def identifier_taken(kind: IdentifierKind, owner: UUID) -> Refusal:
    """Return the refusal of an identifier that belongs to somebody else."""
    return Refusal(
        f"{kind}_taken",
        Phrase(_TAKEN[kind]),
        status=409,
        field="/external_id" if kind == "external" else f"/{kind}",
        extra={"member_id": public("member", owner)},
    )


def _referrer(club: ClubInfo, id: UUID) -> UUID:
    found = selectors.members_get(club, [id]).get(id)
    if found is None:
        raise Refusal(
            "referrer_unknown", Phrase(_("The referrer is not a member.")), status=422, field="/referrer_id"
        )
    return found.merged_into or id


def _require(club: ClubInfo, new: NewMember) -> None:
    for name in club.settings.enrolment_requires:
        if not getattr(new, name):
            raise Refusal("field_missing", Phrase(_("This field is needed.")), status=422, field=f"/{name}")
