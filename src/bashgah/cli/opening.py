"""``bashgah club``: open a club with its starter program, and let its owner in by a link that works once."""

from __future__ import annotations

from rich.table import Table

from bashgah.cli.database import console, fail
from bashgah.cli.filling import club_named, said


def club_open(*, slug: str, name_fa: str, name_en: str, owner: str, choices: dict[str, str], at: str) -> None:
    """Open a club that works as it stands and print the owner's link; all of it or nothing."""
    from django.db import transaction

    from bashgah.clubs import services as clubs
    from bashgah.engine.words import texts
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.refusals import Refusal
    from bashgah.kit.text import Texts
    from bashgah.programs.services import program_start
    from bashgah.rewards.services import reward_save

    now = clock.now()
    try:
        with transaction.atomic():
            club = clubs.club_create(
                slug=slug,
                name=Texts(name_fa, name_en or name_fa),
                **choices,  # type: ignore[arg-type]  # checked there, refused in words
                now=now,
            )
            started = program_start(club=club, actor=SYSTEM, now=now)
            for terms in started.program.rewards:
                # nobody has agreed to give them yet: the owner shows those that suit the club
                reward_save(
                    club=club,
                    key=terms.key,
                    name=texts(terms.name, terms.key),
                    is_visible=False,
                    actor=SYSTEM,
                    now=now,
                )
            link = _invited(club, owner, at)
    except Refusal as refusal:
        fail(said(refusal))
    console.print(f"The club “{name_fa}” is open, with the starter program: change it in the console.")
    _say_link(owner, link)


def owner_invite(*, club: str | None, owner: str, at: str) -> None:
    """Print a fresh link for an owner; the one before opens nothing any more."""
    from bashgah.kit.refusals import Refusal

    try:
        link = _invited(club_named(club), owner, at)
    except Refusal as refusal:
        fail(said(refusal))
    _say_link(owner, link)


def clubs_tell() -> None:
    """List the clubs of this installation."""
    from bashgah.clubs import selectors as clubs

    found = clubs.club_list()
    if not found:
        console.print("There is no club yet: `bashgah club open` opens one.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("short name", "name", "currency", "kind"):
        table.add_column(heading)
    for club in found:
        table.add_row(club.slug, club.name.say("en"), club.currency, "demo" if club.is_demo else club.kind)
    console.print(table)


def _invited(club, owner: str, at: str) -> str:  # type: ignore[no-untyped-def]  # ClubInfo, imported when needed
    from django.conf import settings
    from django.urls import reverse

    from bashgah.access.services.people import staff_invite
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM

    _invitation, token = staff_invite(
        club=club, email=owner, name="", role="owner", locale=club.locale, actor=SYSTEM, now=clock.now()
    )
    base = (at or settings.ORIGIN or "http://127.0.0.1:8000").rstrip("/")
    return base + reverse("console:join", args=[token])


def _say_link(owner: str, link: str) -> None:
    console.print(f"{owner} sets a password here, once, within 7 days:\n")
    console.print(f"  {link}\n", soft_wrap=True)
