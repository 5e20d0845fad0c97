"""``bashgah program export | plan | apply``: the program of a club as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from bashgah.cli.database import fail
from bashgah.cli.filling import club_named
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.files import file_text
from bashgah.programs.planning import Plan, program_apply, program_plan
from bashgah.programs.staging import need_said

OPERATOR = Actor(kind="system", name="bashgah program")
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def export(slug: str | None, version: int, *, draft: bool) -> None:
    """Print the draft, a version or the newest version as YAML."""
    club = club_named(slug)
    try:
        if not draft:
            number = version or selectors.version_last(club)
            sys.stdout.write(file_text(selectors.version_get(club, number).program, number=number))
            return
        program = selectors.draft_get(club).program
    except Refusal as refusal:
        fail(say(refusal.phrase, "en"))
    if program is None:
        fail("the draft has not the shape of a program yet")
    sys.stdout.write(file_text(program))


def plan(slug: str | None, file: Path, lang: str) -> None:
    """Print what the file would change; status 1 if it could not be applied."""
    if not _shown(club_named(slug), _text(file), lang).can_be_applied:
        raise typer.Exit(1)


def apply(slug: str | None, file: Path, lang: str, note: str, *, draft: bool, yes: bool) -> None:
    """Show the plan, ask, make the file the draft and publish it."""
    club, text = club_named(slug), _text(file)
    shown = _shown(club, text, lang)
    if not draft and not shown.can_be_applied:
        raise typer.Exit(1)
    if not shown.differences:
        return
    if not yes and not typer.confirm(f"Apply this to {club.slug}?"):
        raise typer.Exit(1)
    try:
        version = program_apply(
            club=club, text=text, actor=OPERATOR, now=clock.now(), note=note or file.name, publish=not draft
        )
    except Refusal as refusal:
        fail(say(refusal.phrase, lang))
    _line(f"Version {version.number} is published." if version else "It is the draft now.")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        fail("the file is not UTF-8 text")


def _shown(club: ClubInfo, text: str, lang: str) -> Plan:
    """Print differences, what is wrong and what a person should look at, in words."""
    if lang not in ("fa", "en"):
        fail("--lang is fa or en")
    try:
        found = program_plan(club, text, clock.now())
    except Refusal as refusal:
        fail(f"{refusal.field or ''} {say(refusal.phrase, lang)}".strip())

    def told(phrase: Phrase) -> str:
        return say(phrase, lang, calendar=found.program.calendar)

    if not found.differences:
        _line(f"The file says the same as version {found.number}.")
    for each in found.differences:
        _line(f"{_SIGNS[each.kind]} {told(each.phrase)}")
        was, now = each.said(lang)
        _line(*([f"    - {was}"] if was else []), *([f"    + {now}"] if now else []))
    for problem in found.problems:
        _line(f"! {problem.at} {told(problem.phrase)}")
    for failing in found.failing:
        result = failing.result
        _line(f"! {failing.rule}: {result.name.say(lang)}: {result.got}, not {result.expected}")
    for rule, need in found.missing:
        _line(f"! {rule or 'program'}: {told(need_said(need))}")
    for notice in found.notices:
        rule = found.program.rules[int(notice.at.split("/")[2])]
        _line(f"? {rule.key}: {told(notice.phrase)}")
    return found


def _line(*said: str) -> None:
    """Write lines as they are; they are what the command is for."""
    for each in said:
        sys.stdout.write(f"{each}\n")
