"""Whether a member can have a reward, with every reason at once when not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from bashgah.engine.criteria import saying
from bashgah.engine.criteria.judging import Scene
from bashgah.engine.document import RewardTerms
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.states import State
from bashgah.engine.words import units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

CHANNELS = {
    "portal": _("the portal"),
    "till": _("the till"),
    "api": _("the API"),
    "console": _("the console"),
}
_USED = {
    "day": _("at most {most} a day, and today it was had {used} times"),
    "week": _("at most {most} a week, and this week it was had {used} times"),
    "month": _("at most {most} a month, and this month it was had {used} times"),
    "year": _("at most {most} a year, and this year it was had {used} times"),
    "ever": _("at most {most} for each member, and it was had {used} times"),
}


def why_not(
    terms: RewardTerms,
    state: State,
    *,
    balance: int,
    today: date,
    channel: str,
    stock: int | None = None,
    used: Mapping[str, int] | None = None,
    compiled: CompiledProgram,
    names: saying.Names | None = None,
) -> list[Phrase]:
    """Return every reason for which the member cannot have the reward now; empty when they can.

    ``balance`` is what is available in the reward's wallet, ``today`` the local day, ``stock`` what is left
    (None without limit), ``used`` how often the member had it, by window of its limits. A reward that is off,
    or that the program no longer has, has that one reason.
    """
    ready = compiled.rewards.get(terms.key)
    if ready is None or terms.stage != "live":
        return [Phrase(_("this reward is not offered now"))]
    reasons = []
    if channel not in terms.channels:
        places = saying.either([Phrase(CHANNELS[each]) for each in terms.channels], "in")
        reasons.append(Phrase(_("it can be had only at {places}"), {"places": places}))
    if terms.starts_on and today < terms.starts_on:
        reasons.append(Phrase(_("it starts on {date}"), {"date": terms.starts_on}))
    if terms.ends_on and today > terms.ends_on:
        reasons.append(Phrase(_("it ended on {date}"), {"date": terms.ends_on}))
    reasons += saying.why_not(ready.when, _scene(compiled, state, today), names)
    if balance < terms.price:
        missing = units(terms.price - balance, compiled.wallets[terms.wallet], compiled.document)
        reasons.append(Phrase(_("{missing} more are needed"), {"missing": missing}))
    if stock is not None and stock < 1:
        reasons.append(Phrase(_("none are left")))
    for limit in terms.limits:
        had = (used or {}).get(limit.window, 0)
        if had >= limit.most:
            reasons.append(Phrase(_USED[limit.window], {"most": limit.most, "used": had}))
    return reasons


def _scene(compiled: CompiledProgram, state: State, today: date) -> Scene:
    """Return a scene without a purchase: rewards look at the member and the day alone."""
    at = datetime.combine(today, time(12), UTC)
    return Scene(
        Fact("custom", "reward", at, at, currency=compiled.document.currency),
        state,
        compiled.document.calendar,
    )
