"""The program in force: the document a club promised, with each rule in words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.through import lang_of
from bashgah.api.values import TextsOut
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.engine.sentences import rule_sentence
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors

router = Router(tags=["program"])


class RuleOut(Schema):
    """A rule by its key, and all it says as one sentence."""

    key: str
    name: TextsOut
    stage: str
    sentence: str


class ProgramOut(Schema):
    """The version in force."""

    number: int
    effective_from: datetime
    published_at: datetime
    rules: list[RuleOut]
    document: Annotated[dict[str, Any], Field(description="The whole program as it was published.")]


@router.get("/program", response=ProgramOut, auth=Bearer("rules.read"), summary="Read the program in force")
def program_get(request: Call) -> ProgramOut:
    """The version in force now, its document, and its rules as sentences."""
    number = _number_in_force(request)
    version = selectors.version_get(request.club, number)
    lang = lang_of(request)
    return ProgramOut(
        number=version.number,
        effective_from=version.effective_from,
        published_at=version.published_at,
        rules=_rules(request.club, version.program, lang),
        document=version.program.model_dump(mode="json"),
    )


def _number_in_force(request: Call) -> int:
    try:
        return selectors.program_in_force(request.club, request.now).number
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=404) from refusal


def _rules(club: ClubInfo, program: Program, lang: str) -> list[RuleOut]:
    return [
        RuleOut(
            key=rule.key,
            name=TextsOut.of(Texts(rule.name.fa, rule.name.en)),
            stage=rule.stage,
            sentence=rule_sentence(rule, program, lang, zone=club.timezone, display=club.money_display),
        )
        for rule in program.rules
    ]
