"""Says a reason to the member it is about: their own city and tier, nothing of how the club sorts people."""

from __future__ import annotations

from bashgah.engine.decisions import RuleOutcome
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_YOURS = {
    "city of the member": _("city in your profile"),
    "gender of the member": _("gender in your profile"),
    "birthday of the member": _("birthday in your profile"),
    "“{attribute}” of the member": _("“{attribute}” in your profile"),
    "tier in {ladder}": _("tier you have in {ladder}"),
    "number of days since enrolment": _("number of days since you joined"),
    "number of purchases before this": _("number of your purchases before this"),
    "total of purchases before this": _("total of your purchases before this"),
    "number of visits before this": _("number of your visits before this"),
    "number of days since the last purchase": _("number of days since your last purchase"),
    "they get {units}": _("you get {units}"),
}
_KEPT_BACK = frozenset({"tags of the member", "segments of the member"})
"""How a club sorts its members is not for their eyes."""


def to_member(outcome: RuleOutcome) -> RuleOutcome:
    """Return an outcome in the member's words; a reason that names the club's own groups says only that."""
    said = tuple(_for_them(reason) for reason in outcome.reasons)
    return RuleOutcome(
        outcome.rule,
        outcome.fired,
        outcome.amounts,
        tuple(r for i, r in enumerate(said) if r not in said[:i]),
    )


def _for_them(reason: Phrase) -> Phrase:
    if _names_a_group(reason):
        return Phrase(_("it is for a group the club has chosen, and you were not in it then"))
    return _yours(reason)


def _names_a_group(phrase: Phrase) -> bool:
    return phrase.msgid in _KEPT_BACK or any(
        isinstance(value, Phrase) and _names_a_group(value)
        for param in phrase.params.values()
        for value in (param if isinstance(param, list | tuple) else (param,))
    )


def _yours(phrase: Phrase) -> Phrase:
    params = {
        name: _yours(value)
        if isinstance(value, Phrase)
        else [_yours(each) if isinstance(each, Phrase) else each for each in value]
        if isinstance(value, list | tuple)
        else value
        for name, value in phrase.params.items()
    }
    return Phrase(_YOURS.get(phrase.msgid, phrase.msgid), params)
