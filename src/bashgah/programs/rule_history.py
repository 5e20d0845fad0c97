"""How one rule went through the versions: only those in which it changed, and who published them and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program, Rule
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A version in which a rule came, changed or went (then ``rule`` is None)."""

    number: int
    effective_from: datetime
    published_at: datetime
    published_by: str
    note: str
    rule: Rule | None


def rule_versions(club: ClubInfo, key: str) -> list[RuleVersion]:
    """Return the versions in which the rule is another than in the one before, newest first."""
    with connection.cursor() as cur:
        cur.execute(
            """
            SELECT v.number, v.effective_from, v.published_at, v.published_by, v.note,
                   (SELECT r.value FROM jsonb_array_elements(v.document -> 'rules') r
                    WHERE r.value ->> 'key' = %s LIMIT 1)::text
            FROM programs_version v WHERE v.club_id = %s ORDER BY v.number
            """,
            [key, club.id],
        )
        rows = cur.fetchall()
    found = [
        RuleVersion(*about, rule=None if text is None else Rule.model_validate_json(text))
        for *about, text in rows
    ]
    nothing = RuleVersion(0, datetime.min, datetime.min, "", "", None)  # noqa: DTZ901 never shown
    changed = [after for before, after in pairwise([nothing, *found]) if before.rule != after.rule]
    return list(reversed(changed))


def rule_restore(
    *, club: ClubInfo, key: str, number: int, revision: int, actor: Actor, now: datetime
) -> DraftInfo:
    """Put the rule as a version had it back into the draft; the stage it has reached there stays its own.

    A rule that is no longer in the draft comes back as a draft. A version without it: ``rule_not_found``.
    """
    program = selectors.version_get(club, number).program
    rule = _rule_of(program, key)
    if rule is None:
        raise Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)
    draft = selectors.draft_get(club)
    now_there = _rule_of(draft.program, key) if draft.program is not None else None
    stage = (
        {"stage": now_there.stage, "pilot": now_there.pilot}
        if now_there
        else {"stage": "draft", "pilot": None}
    )
    value = rule.model_copy(update=stage).model_dump(mode="json")
    return services.rule_put(club=club, rule=value, revision=revision, actor=actor, now=now)


def _rule_of(program: Program, key: str) -> Rule | None:
    return next((rule for rule in program.rules if rule.key == key), None)
