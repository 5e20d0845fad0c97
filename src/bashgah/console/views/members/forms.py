"""Enrolling a member and changing what is known of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.ground import clock
from bashgah.kit import formats, ids, mobile
from bashgah.members import selectors, services
from bashgah.members.types import ConsentGiven, MemberInfo, PersonInfo
from bashgah.messaging.services import member_update_told
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option

TEXTS = ("first_name", "last_name", "nickname", "city", "source")
PERSONAL = ("mobile", "email", "national_id", "address", "notes")


@dataclass(frozen=True, slots=True)
class MemberForm:
    """The form of a member; `personal` says whether personal data is in it."""

    crumbs: tuple[Crumb, ...]
    title: str
    values: dict[str, str]
    errors: dict[str, str]
    summary: str
    genders: tuple[Option, ...]
    branches: tuple[Option, ...]
    personal: bool
    is_new: bool
    back: str


@page("members.read", writes="members.write")
def new(request: HttpRequest) -> HttpResponse:
    """Enrols; a mobile alone is enough, and a number that is taken leads to its member."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method == "POST":
        given = _given(entry, personal=True)
        given.pop("notes", None)
        if not given["mobile"] and not given["email"]:
            entry.wrong("mobile", gettext("A mobile number or an e-mail is needed."))
        branch = _enrolling(request, club)
        if not entry.errors:
            member, refusal = attempt(
                lambda: services.member_enrol(
                    club=club,
                    channel="console",
                    branch_id=branch,
                    staff_id=request.user.pk,
                    consents=_consents(entry),
                    now=clock.now(),
                    **given,
                )
            )
            if member is not None:
                done(request, gettext("%(name)s was enrolled.") % {"name": member.name})
                return redirect("console:member", ids.public("member", member.id))
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            entry.refuse(refusal, default=refusal.code.removesuffix("_taken"))
    return _form(request, entry, None, {})


@page("members.read", writes="members.write")
def edit(request: HttpRequest, member_id: str) -> HttpResponse:
    """Changes the profile; personal data only for those who may see it."""
    club: ClubInfo = request.club
    member = selectors.member_get(club, read_id("member", member_id))
    personal = may(request, "members.personal")
    entry = Entry(request)
    if request.method == "POST":
        changes: dict[str, Any] = _given(entry, personal=personal)
        changes["favourite_branch_id"] = _branch(request, club)
        changes["tags"] = _tags(entry.text("tags", limit=600))
        if not entry.errors:
            _, refusal = attempt(
                lambda: member_update_told(
                    club=club,
                    id=member.id,
                    changes=changes,
                    actor=request.actor,
                    now=clock.now(),
                )
            )
            if refusal is None:
                done(request, gettext("The changes were saved."))
                return redirect("console:member", member_id)
            entry.refuse(refusal, default=refusal.code.removesuffix("_taken"))
    person = selectors.person_get(club, member.id) if personal else None
    return _form(request, entry, member, _values(member, person, club, lang_of(request)))


def _given(entry: Entry, *, personal: bool) -> dict[str, Any]:
    given: dict[str, Any] = {name: entry.text(name, limit=100) for name in TEXTS}
    given["gender"] = entry.choice("gender", {"", "female", "male", "other"})
    given["birth_date"] = entry.day("birth_date")
    if personal:
        given |= {name: entry.text(name, limit=500) for name in PERSONAL}
    return given


def _consents(entry: Entry) -> tuple[ConsentGiven, ...]:
    """What was ticked at enrolment: the person said so to the member of staff who typed it."""
    return tuple(
        ConsentGiven(channel, "marketing", True, proof={"by": "staff"})
        for channel in ("sms", "email")
        if entry.flag(f"consent_{channel}")
    )


def _enrolling(request: HttpRequest, club: ClubInfo) -> UUID | None:
    """The branch chosen; who works in some branches enrols in one of them, hence sees whom they enrolled."""
    own = request.staff_branches
    offered = [b.id for b in clubs.branch_list(club, active_only=True) if own is None or b.id in own]
    asked = _branch(request, club)
    if asked in offered:
        return asked
    return offered[0] if own is not None and offered else None


def _branch(request: HttpRequest, club: ClubInfo) -> UUID | None:
    asked = request.POST.get("branch", "")
    return next((b.id for b in clubs.branch_list(club) if ids.public("branch", b.id) == asked), None)


def _tags(text: str) -> list[str]:
    parts = text.replace("،", ",").split(",")
    return list(dict.fromkeys(tag.strip() for tag in parts if tag.strip()))


def _values(member: MemberInfo, person: PersonInfo | None, club: ClubInfo, lang: str) -> dict[str, str]:
    values = {name: str(getattr(member, name)) for name in TEXTS}
    values["gender"] = member.gender
    values["tags"] = "، ".join(member.tags)
    values["branch"] = ids.public("branch", member.favourite_branch_id) if member.favourite_branch_id else ""
    born = member.birth_date
    values["birth_date"] = formats.date(born, lang, club.calendar, "short") if born else ""
    if person:
        values |= {name: getattr(person, name) for name in PERSONAL}
        if person.mobile:
            values["mobile"] = mobile.national(person.mobile)
    return values


def _form(
    request: HttpRequest, entry: Entry, member: MemberInfo | None, values: Mapping[str, str]
) -> HttpResponse:
    club: ClubInfo = request.club
    lang = lang_of(request)
    typed = {name: request.POST.get(name, "") for name in request.POST} if request.method == "POST" else {}
    merged = (
        dict.fromkeys((*TEXTS, *PERSONAL, "gender", "tags", "branch", "birth_date"), "")
        | dict(values)
        | typed
    )
    words = {
        "": gettext("not said"),
        "female": gettext("woman"),
        "male": gettext("man"),
        "other": gettext("other"),
    }
    crumbs = [Crumb(gettext("Members"), reverse("console:members"))]
    back = reverse("console:members")
    if member:
        back = reverse("console:member", args=[ids.public("member", member.id)])
        crumbs.append(Crumb(member.name, back))
    title = gettext("Edit details") if member else gettext("Enrol a member")
    own = request.staff_branches if member is None else None
    kept = member.favourite_branch_id if member else None
    branches = [("", gettext("none"))] if own is None else []
    branches += [
        (ids.public("branch", b.id), b.name.say(lang))
        for b in clubs.branch_list(club)
        if b.id == kept or (b.is_active and (own is None or b.id in own))
    ]
    model = MemberForm(
        crumbs=(*crumbs, Crumb(title)),
        title=title,
        values=merged,
        errors=entry.errors,
        summary=entry.summary if request.method == "POST" else "",
        genders=chosen(list(words.items()), merged["gender"]),
        branches=chosen(branches, merged["branch"]),
        personal=member is None or may(request, "members.personal"),
        is_new=member is None,
        back=back,
    )
    return show(request, "members/form.html", model, status=422 if entry.errors else 200)
