"""What a program file would change, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bashgah.clubs.types import ClubInfo
from bashgah.engine import examples
from bashgah.engine.document import Program
from bashgah.engine.noticing import Notice, notices
from bashgah.engine.validation import Problem, problems
from bashgah.ground.types import Actor
from bashgah.programs import selectors, services
from bashgah.programs.differences import differences
from bashgah.programs.files import file_read
from bashgah.programs.staging import readiness
from bashgah.programs.types import Difference, Need, VersionInfo


@dataclass(frozen=True, slots=True)
class Failing:
    """An example that does not come out as it says."""

    rule: str
    result: examples.ExampleResult


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a file would do: from version ``number`` (0 before the first) to ``program``.

    It can be applied when nothing is wrong, no example fails and no stage that the club asks for is
    ``missing``; ``notices`` are for a person to judge.
    """

    number: int
    program: Program
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    failing: tuple[Failing, ...]
    notices: tuple[Notice, ...]
    missing: tuple[tuple[str, Need], ...] = ()

    @property
    def can_be_applied(self) -> bool:
        """Say whether publishing it would be accepted."""
        return not (self.problems or self.failing or self.missing)


def program_plan(club: ClubInfo, text: str, now: datetime) -> Plan:
    """Return what a program file would change of the club's newest version; nothing is written."""
    program = file_read(text)
    number = selectors.version_last(club)
    older = selectors.version_get(club, number).program if number else None
    found = problems(program)
    failing: tuple[Failing, ...] = ()
    if not found:
        failing = tuple(
            Failing(rule.key, result)
            for rule in program.rules
            if rule.stage != "ended" and rule.examples
            for result in examples.run(program, rule)
            if not result.ok
        )
    return Plan(
        number,
        program,
        tuple(differences(older, program)),
        found,
        failing,
        () if found else notices(program),
        () if found else readiness(club, program, published=older, number=number, now=now).missing,
    )


def program_apply(
    *, club: ClubInfo, text: str, actor: Actor, now: datetime, note: str = "", publish: bool = True
) -> VersionInfo | None:
    """Make the file the club's draft and, where ``publish`` says so, its next version.

    The draft that was there is replaced. Refuses what ``draft_publish`` refuses, then nothing is published;
    the draft stays for people to mend.
    """
    document = file_read(text).model_dump(mode="json")
    draft = services.draft_open(club=club, document=document, actor=actor, now=now)
    if dict(draft.document) != document:
        draft = services.draft_save(
            club=club,
            document=document,
            revision=draft.revision,
            actor=actor,
            now=now,
            note=note,
            base_number=selectors.version_last(club),
        )
    if not publish:
        return None
    return services.draft_publish(club=club, revision=draft.revision, actor=actor, now=now, note=note)
