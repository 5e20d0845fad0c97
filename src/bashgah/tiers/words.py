"""A member's way on a ladder in words: what is missing to rise, and what it takes to stay."""

from __future__ import annotations

from bashgah.engine.document import Ladder
from bashgah.engine.ladders import Distance
from bashgah.engine.words import tier_name
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points


def measure_said(ladder: Ladder, value: int, currency: str) -> Phrase:
    """Say a value of what the ladder measures: qualifying points, money, visits or purchases."""
    if ladder.measure == "qualifying_points":
        return Phrase("{points}", {"points": Points(value, "status")})
    if ladder.measure == "spend":
        return Phrase(_("{money} of purchases"), {"money": Money(value, currency)})
    if ladder.measure == "visits":
        return Phrase(_("{count} visits"), {"count": value})
    return Phrase(_("{count} purchases"), {"count": value})


def distance_said(ladder: Ladder, distance: Distance, currency: str) -> Phrase | None:
    """Say what is missing to the next tier; on the highest one there is nothing to say."""
    if not distance.next_tier:
        return None
    missing = measure_said(ladder, distance.missing, currency)
    return Phrase(
        _("{missing} to {tier}"), {"missing": missing, "tier": tier_name(ladder, distance.next_tier)}
    )


def keep_said(ladder: Ladder, distance: Distance, currency: str) -> Phrase | None:
    """Say what it takes to keep the present tier, and by when; nothing where it is safe."""
    if distance.keep_until is None:
        return None
    tier = tier_name(ladder, distance.tier)
    if not distance.keep_missing:
        return Phrase(_("{tier} is yours until {date}."), {"tier": tier, "date": distance.keep_until})
    missing = measure_said(ladder, distance.keep_missing, currency)
    return Phrase(
        _("To keep {tier} you need {missing} before {date}."),
        {"tier": tier, "missing": missing, "date": distance.keep_until},
    )
