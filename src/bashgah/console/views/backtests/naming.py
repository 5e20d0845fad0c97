"""What the rules, rewards, members and parts of a report are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.engine.words import texts
from bashgah.kit import ids
from bashgah.members import selectors as members
from bashgah.rewards.selectors import reward_list
from bashgah.simulation.types import MemberPoints, Sample
from bashgah.ui.types import Lang


def reward_names(club: ClubInfo, both: Iterable[Program], lang: Lang) -> dict[str, str]:
    """Return the rewards' names by key: as the catalogue has them today, else as a program calls them."""
    named = {each.key: texts(each.name, each.key).say(lang) for program in both for each in program.rewards}
    return named | {each.key: each.name.say(lang) for each in reward_list(club)}


def rule_names(both: Iterable[Program], lang: Lang) -> dict[str, str]:
    """Return the rules' names by key; a rule that both programs have is called as the tried one says."""
    return {rule.key: texts(rule.name, rule.key).say(lang) for program in both for rule in program.rules}


def member_names(club: ClubInfo, shown: Iterable[MemberPoints | Sample]) -> dict[str, str]:
    """Return the names of the members in a report by public id; those who left have none."""
    wanted = {each.member: ids.parse("member", each.member) for each in shown}
    found = members.members_get(club, wanted.values())
    return {public: found[id_].name for public, id_ in wanted.items() if id_ in found}


def attribute_names(club: ClubInfo, lang: Lang) -> dict[str, str]:
    """Return how the club calls its own attributes, by key."""
    return {each.key: each.label.say(lang) for each in members.attribute_list(club)}


def segment_name(kind: str, attributes: Mapping[str, str]) -> str:
    """Return how a kind of trait is called."""
    fixed = {"city": gettext("City"), "gender": gettext("Gender")}
    return fixed.get(kind) or attributes.get(kind.removeprefix("attributes."), kind)


def trait_name(kind: str, key: str) -> str:
    """Return how one value of a trait is called."""
    genders = {"female": gettext("Woman"), "male": gettext("Man"), "other": gettext("Other")}
    truths = {"true": gettext("Yes"), "false": gettext("No")}
    return {"gender": genders, "city": {}}.get(kind, truths).get(key, key)
