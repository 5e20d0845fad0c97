"""Members: enrol, find, read, change, block, consents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.narrowing import AttributesAsked, SortAsked, attributes_asked, favourite_of, on_tier
from bashgah.api.once import once
from bashgah.api.strict import Body, Flag, Instant, QueryText, Short, Text
from bashgah.api.values import MemberId, branch_id_of, member_id_of
from bashgah.clubs.selectors import branch_list
from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.kit.jalali import parse_date
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors, services
from bashgah.members.types import ConsentGiven, MemberFilters, MemberInfo
from bashgah.messaging.services import member_update_told

router = Router(tags=["members"])

Gender = Literal["", "female", "male", "other"]
Locale = Literal["fa", "en"]
Attribute = Text | int | float | bool | None
Tags = Annotated[list[Annotated[Text, Field(max_length=60)]], Field(max_length=50)]
BirthDate = Annotated[
    Text, Field(max_length=10, description="YYYY-MM-DD, Gregorian or Jalali; empty clears.")
]


class ConsentIn(Body):
    """A yes or no to messages of one purpose on one channel, by which text."""

    channel: Literal["sms", "email", "push", "call", "post", "app"]
    purpose: Literal["service", "marketing", "profiling"]
    granted: Flag
    text_version: Annotated[Text, Field(min_length=1, max_length=40)] = "1"


class MemberIn(Body):
    """Who is to be enrolled; a mobile, an e-mail address or your own customer number is enough."""

    mobile: Short = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    external_id: Annotated[Text, Field(max_length=100, description="Your own customer number.")] = ""
    national_id: Short = ""
    first_name: Short = ""
    last_name: Short = ""
    nickname: Short = ""
    city: Short = ""
    gender: Gender = ""
    birth_date: BirthDate = ""
    address: Annotated[Text, Field(max_length=500)] = ""
    source: Annotated[Short, Field(description="How they came to know the club.")] = ""
    tags: Tags = []
    attributes: dict[str, Attribute] = {}
    locale: Locale | None = None
    branch: Annotated[Short, Field(description="Code of the enrolling branch.")] = ""
    referrer_id: Short = ""
    consents: Annotated[list[ConsentIn], Field(max_length=30)] = []


class MemberChanges(Body):
    """Only what is sent changes; an empty text clears a field."""

    mobile: Short | None = None
    email: Annotated[Text, Field(max_length=254)] | None = None
    external_id: Annotated[Text, Field(max_length=100)] | None = None
    national_id: Short | None = None
    first_name: Short | None = None
    last_name: Short | None = None
    nickname: Short | None = None
    city: Short | None = None
    gender: Gender | None = None
    birth_date: BirthDate | None = None
    address: Annotated[Text, Field(max_length=500)] | None = None
    source: Short | None = None
    tags: Tags | None = None
    attributes: dict[str, Attribute] | None = None
    locale: Locale | None = None


class MemberKey(Body):
    """One way to name a member; exactly one is sent."""

    mobile: Short = ""
    card: Short = ""
    external_id: Annotated[Text, Field(max_length=100)] = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    national_id: Short = ""
    qr: Annotated[Text, Field(max_length=300)] = ""


class Reason(Body):
    """Why, in words; kept with the change."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class ConsentsIn(Body):
    """What the member said yes or no to."""

    consents: Annotated[list[ConsentIn], Field(min_length=1, max_length=30)]


class MemberOut(Schema):
    """A member. Personal fields are masked unless the credential carries `members.personal`."""

    id: str
    number: str
    status: Literal["active", "blocked", "left"]
    first_name: str
    last_name: str
    nickname: str
    mobile: str
    email: str
    national_id: str
    external_id: str
    city: str
    gender: Gender
    birth_date: date | None
    tags: list[str]
    attributes: dict[str, Any]
    locale: str
    source: str
    channel: str
    branch: str | None
    referrer_id: str | None
    enrolled_at: datetime


class MemberRow(Schema):
    """A member in a list."""

    id: str
    number: str
    status: Literal["active", "blocked", "left"]
    first_name: str
    last_name: str
    mobile: str
    city: str
    external_id: str
    enrolled_at: datetime


class MemberPageOut(Schema):
    """One page of members."""

    members: list[MemberRow]
    next_cursor: NextCursor


class ConsentOut(Schema):
    """What counts now for one channel and purpose."""

    channel: str
    purpose: str
    granted: bool
    text_version: str
    source: str
    at: datetime


class ConsentsOut(Schema):
    """The member's consents."""

    consents: list[ConsentOut]


@router.post("/members", response={201: MemberOut}, auth=Bearer("members.write"), summary="Enrol a member")
@once()
def member_enrol(request: Call, body: MemberIn) -> Status[MemberOut]:
    """Make a member with a card number at once. An identifier that has an owner is refused with its id."""
    values = body.model_dump(exclude={"branch", "referrer_id", "consents", "birth_date", "locale"})
    member = services.member_enrol(
        club=request.club,
        **values,
        birth_date=parse_date(body.birth_date, field="/birth_date") if body.birth_date else None,
        locale=body.locale or "",
        channel="api",
        branch_id=branch_id_of(request.club, body.branch),
        referrer_id=_referrer(body.referrer_id),
        consents=[ConsentGiven(**consent.model_dump()) for consent in body.consents],
        now=request.now,
    )
    return Status(201, _member_out(request, member))


@router.get("/members", response=MemberPageOut, auth=Bearer("members.read"), summary="List members")
def member_list(  # noqa: PLR0917 one parameter a line of the query
    request: Call,
    status: Annotated[Literal["", "active", "blocked", "left"], Query("")],
    branch: Annotated[QueryText, Query("", description="Code of the enrolling branch.")],
    city: Annotated[QueryText, Query("")],
    tag: Annotated[QueryText, Query("")],
    text: Annotated[QueryText, Query("", description="Words of the name, in any spelling.")],
    gender: Annotated[Gender, Query("")],
    birth_month: Annotated[int, Query(0, ge=0, le=12, description="1–12, in the club's calendar.")],
    birth_date: Annotated[QueryText, Query("", description="YYYY-MM-DD, Gregorian or Jalali.")],
    source: Annotated[QueryText, Query("", description="How they came to know the club.")],
    favourite_branch: Annotated[QueryText, Query("", description="Code of the favourite branch.")],
    tier: Annotated[QueryText, Query("", description="Key of a tier of the club's first ladder.")],
    attribute: AttributesAsked,
    sort: SortAsked,
    enrolled_from: Annotated[Instant | None, Query(None)],
    enrolled_until: Annotated[Instant | None, Query(None)],
    cursor: Cursor,
    limit: Limit,
) -> MemberPageOut:
    """Members narrowed by any of their fields, page by page; every filter given must hold.

    Mobile, e-mail, card, national id and your own customer number are asked for in `POST /members/find`.
    """
    filters = MemberFilters(
        text=text,
        status=status or None,
        branch_id=branch_id_of(request.club, branch),
        favourite_branch_id=favourite_of(request.club, favourite_branch),
        city=city,
        gender=gender,
        birth_month=birth_month,
        birth_date=parse_date(birth_date, field="/birth_date") if birth_date else None,
        source=source,
        tag=tag,
        attributes=tuple(attributes_asked(request.club, attribute)),
        also=on_tier(request, tier) if tier else (),
        enrolled_from=enrolled_from,
        enrolled_until=enrolled_until,
        sort=sort,
    )
    page = selectors.member_list(request.club, filters, cursor=cursor or None, limit=limit)
    return MemberPageOut(
        members=[_member_row(member) for member in page.members], next_cursor=page.next_cursor
    )


@router.post("/members/find", response=MemberOut, auth=Bearer("members.read"), summary="Find a member")
def member_find(request: Call, body: MemberKey) -> MemberOut:
    """Find a member by one identifier. Sent in the body, because addresses are kept in logs."""
    given = {name: value for name, value in body.model_dump().items() if value}
    if len(given) != 1:
        raise Refusal("member_unclear", Phrase(_("Name the member in exactly one way.")), status=422)
    ((name, value),) = given.items()
    if name == "qr":
        return _member_out(request, selectors.member_by_qr(request.club, value, request.now))
    kind: Any = "external" if name == "external_id" else name
    found = selectors.member_resolve(request.club, kind, value)
    if found is None:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return _member_out(request, selectors.member_get(request.club, found))


@router.get("/members/{member_id}", response=MemberOut, auth=Bearer("members.read"), summary="Read a member")
def member_get(request: Call, member_id: MemberId) -> MemberOut:
    """One member; an id that was merged into another answers with that one."""
    club = request.club
    return _member_out(request, selectors.member_get(club, member_id_of(club, member_id)))


@router.patch(
    "/members/{member_id}", response=MemberOut, auth=Bearer("members.write"), summary="Change a member"
)
@once()
def member_update(request: Call, member_id: MemberId, body: MemberChanges) -> MemberOut:
    """Change what is sent and leave the rest."""
    changes: dict[str, Any] = {
        name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None
    }
    if "birth_date" in changes:
        typed = changes["birth_date"]
        changes["birth_date"] = parse_date(typed, field="/birth_date") if typed else None
    member = member_update_told(
        club=request.club,
        id=member_id_of(request.club, member_id),
        changes=changes,
        actor=request.actor,
        now=request.now,
    )
    return _member_out(request, member)


@router.post(
    "/members/{member_id}/block", response=MemberOut, auth=Bearer("members.block"), summary="Block a member"
)
@once()
def member_block(request: Call, member_id: MemberId, body: Reason) -> MemberOut:
    """Stop earning and spending at once; blocking a blocked member changes nothing."""
    found = member_id_of(request.club, member_id)
    services.member_block(
        club=request.club, id=found, reason=body.reason, actor=request.actor, now=request.now
    )
    return _member_out(request, selectors.member_get(request.club, found))


@router.post(
    "/members/{member_id}/unblock",
    response=MemberOut,
    auth=Bearer("members.block"),
    summary="Unblock a member",
)
@once()
def member_unblock(request: Call, member_id: MemberId, body: Reason) -> MemberOut:
    """Let a blocked member earn and spend again."""
    found = member_id_of(request.club, member_id)
    services.member_unblock(
        club=request.club, id=found, reason=body.reason, actor=request.actor, now=request.now
    )
    return _member_out(request, selectors.member_get(request.club, found))


@router.get(
    "/members/{member_id}/consents",
    response=ConsentsOut,
    auth=Bearer("members.read"),
    summary="Read consents",
)
def consent_list(request: Call, member_id: MemberId) -> ConsentsOut:
    """What counts now for each channel and purpose."""
    return _consents_out(request.club, member_id)


@router.post(
    "/members/{member_id}/consents",
    response=ConsentsOut,
    auth=Bearer("members.write"),
    summary="Record consents",
)
@once()
def consent_record(request: Call, member_id: MemberId, body: ConsentsIn) -> ConsentsOut:
    """Record yes or no; repeating the latest word changes nothing."""
    services.consent_record(
        club=request.club,
        id=member_id_of(request.club, member_id),
        consents=[ConsentGiven(**consent.model_dump()) for consent in body.consents],
        source="api",
        now=request.now,
    )
    return _consents_out(request.club, member_id)


def _consents_out(club: ClubInfo, member_id: str) -> ConsentsOut:
    current = selectors.consents(club, member_id_of(club, member_id)).values()
    return ConsentsOut(
        consents=[
            ConsentOut(
                channel=consent.channel,
                purpose=consent.purpose,
                granted=consent.granted,
                text_version=consent.text_version,
                source=consent.source,
                at=consent.at,
            )
            for consent in current
        ]
    )


def _referrer(text: str) -> Any:
    if not text:
        return None
    try:
        return ids.parse("member", text)
    except Refusal as refusal:
        raise Refusal("referrer_unknown", refusal.phrase, status=422, field="/referrer_id") from refusal


def _member_out(request: Call, member: MemberInfo) -> MemberOut:
    person = selectors.person_get(request.club, member.id)
    if "members.personal" not in request.credential.scopes:
        person = person.masked()
    codes = {branch.id: branch.code for branch in branch_list(request.club)}
    return MemberOut(
        id=ids.public("member", member.id),
        number=member.number,
        status=member.status,
        first_name=member.first_name,
        last_name=member.last_name,
        nickname=member.nickname,
        mobile=person.mobile,
        email=person.email,
        national_id=person.national_id,
        external_id=member.external_id,
        city=member.city,
        gender=member.gender,
        birth_date=member.birth_date,
        tags=list(member.tags),
        attributes=dict(member.attributes),
        locale=member.locale,
        source=member.source,
        channel=member.channel,
        branch=codes.get(member.branch_id) if member.branch_id else None,
        referrer_id=ids.public("member", member.referrer_id) if member.referrer_id else None,
        enrolled_at=member.enrolled_at,
    )


def _member_row(member: MemberInfo) -> MemberRow:
    return MemberRow(
        id=ids.public("member", member.id),
        number=member.number,
        status=member.status,
        first_name=member.first_name,
        last_name=member.last_name,
        mobile=member.mobile_masked,
        city=member.city,
        external_id=member.external_id,
        enrolled_at=member.enrolled_at,
    )
