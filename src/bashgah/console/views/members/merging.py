"""Merging two memberships of one person: side by side first, then done, and undone while it is in time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.base import page, read_id, show
from bashgah.console.views.members import standing
from bashgah.console.views.members.statement import unit_name
from bashgah.dealings import selectors, services
from bashgah.dealings.types import MergePreview, Side
from bashgah.ground import clock
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.ui.figures import day_words, digits, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class SideColumn:
    """One of the two memberships."""

    id: str
    name: str
    url: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    """The search, or the two side by side with what they become."""

    crumbs: tuple[Crumb, ...]
    member: str
    query: str
    found: tuple[tuple[str, str, str], ...]
    survivor: SideColumn | None
    merged: SideColumn | None
    after: tuple[tuple[str, str], ...]
    obstacle: str
    swap_url: str
    back: str


@page("members.merge")
def merge(request: HttpRequest, member_id: str) -> HttpResponse:
    """Finds the other membership, shows both, merges on the person's word."""
    club: ClubInfo = request.club
    member = members.member_get(club, read_id("member", member_id))
    if request.method == "POST":
        stays = read_id("member", request.POST.get("survivor", ""))
        goes = read_id("member", request.POST.get("merged", ""))
        services.members_merge(
            club=club,
            survivor_id=stays,
            merged_id=goes,
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            now=clock.now(),
        )
        done(request, gettext("The memberships were merged. It can be undone for 30 days."))
        return redirect("console:member", public("member", stays))
    other = request.GET.get("with", "")
    preview = None
    if other:
        pair = (member.id, read_id("member", other))
        stays, goes = pair if request.GET.get("stay", "") != other else pair[::-1]
        preview = services.merge_preview(club=club, survivor_id=stays, merged_id=goes, now=clock.now())
    return _page(request, member, other, preview)


@require_POST
@page("members.merge")
def undo(request: HttpRequest, merge_id: str) -> HttpResponse:
    """Makes them two again."""
    info = services.merge_undo(
        club=request.club, merge_id=read_id("merge", merge_id), actor=request.actor, now=clock.now()
    )
    done(request, gettext("The merge was undone; both memberships stand for themselves again."))
    return redirect("console:member", public("member", info.merged_id))


def merged_note(request: HttpRequest, member: MemberInfo) -> tuple[str, str, str, str]:
    """What the head says of a merge: sentence, address of the other, its name, address of the undo."""
    club: ClubInfo = request.club
    now = clock.now()
    for info in selectors.merges_of_member(club, member.id):
        if info.undone_at is not None:
            continue
        other = members.member_get(
            club, info.merged_id if info.survivor_id == member.id else info.survivor_id
        )
        day = day_words(info.made_at, club, "medium")
        sentence = (
            gettext("This membership was merged into another one on %(day)s.") % {"day": day}
            if info.merged_id == member.id
            else gettext("Another membership was merged into this one on %(day)s.") % {"day": day}
        )
        url = reverse("console:member", args=[public("member", other.id)])
        undo_url = reverse("console:merge_undo", args=[public("merge", info.id)])
        return sentence, url, other.name, undo_url if info.can_be_undone(now) else ""
    return "", "", "", ""


def _page(request: HttpRequest, member: MemberInfo, other: str, preview: MergePreview | None) -> HttpResponse:
    club: ClubInfo = request.club
    query, own = request.GET.get("q", "").strip(), public("member", member.id)
    here, back = reverse("console:member_merge", args=[own]), reverse("console:member", args=[own])
    stay = own if request.GET.get("stay", "") == other else other
    model = MergePage(
        crumbs=(
            Crumb(gettext("Members"), reverse("console:members")),
            Crumb(member.name, back),
            Crumb(gettext("Merge memberships")),
        ),
        member=member.name,
        query=query,
        found=_found(club, member.id, query) if query and preview is None else (),
        survivor=_column(request, preview.survivor) if preview else None,
        merged=_column(request, preview.merged) if preview else None,
        after=_after(preview) if preview else (),
        obstacle=said(request, preview.obstacle) if preview and preview.obstacle else "",
        swap_url=f"{here}?with={other}&stay={stay}" if preview else "",
        back=back,
    )
    return show(request, "members/merge.html", model)


def _found(club: ClubInfo, own: UUID, query: str) -> tuple[tuple[str, str, str], ...]:
    try:
        people = members.member_find(club, query, now=clock.now())
    except Refusal:
        people = []
    return tuple(
        (public("member", one.id), one.name, digits(one.mobile_masked)) for one in people if one.id != own
    )


def _column(request: HttpRequest, side: Side) -> SideColumn:
    club: ClubInfo = request.club
    own = standing.of_members(club, [side.member.id], lang_of(request), clock.now())[side.member.id]
    facts = [
        (gettext("Card"), digits(side.member.number)),
        # a masked number has no script of its own: without the isolate it turns round in Persian
        (gettext("Mobile"), f"\u2066{digits(side.member.mobile_masked)}\u2069"),
        (gettext("member since"), day_words(side.member.enrolled_at, club, "medium")),
        (gettext("Tier"), own.tier),
        (gettext("Purchases"), plain(side.purchases)),
        (gettext("All purchases"), money_words(side.spend, club) if side.purchases else ""),
        *((unit_name(unit, {}), plain(wallet.available)) for unit, wallet in side.wallets.items()),
        (gettext("On hold"), plain(side.holds) if side.holds else ""),
    ]
    id_ = public("member", side.member.id)
    return SideColumn(
        id_,
        side.member.name,
        reverse("console:member", args=[id_]),
        tuple((term, value) for term, value in facts if value),
    )


def _after(preview: MergePreview) -> tuple[tuple[str, str], ...]:
    facts = []
    for unit, (available, pending) in preview.totals.items():
        facts.append((unit_name(unit, {}), plain(available)))
        if pending:
            facts.append((gettext("Pending points"), plain(pending)))
    facts.append((gettext("Purchases"), plain(preview.survivor.purchases + preview.merged.purchases)))
    return tuple(facts)
