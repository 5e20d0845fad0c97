"""Reward: copies of a reward of the catalogue, free of points; issued once the fact is settled."""

from __future__ import annotations

from bashgah.engine.decisions import Credit
from bashgah.engine.rules.done import EFFECTS
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class GiveReward:
    """Gives whole copies; they lie on no line, so they go back with the whole purchase only."""

    key = "reward"
    label = Phrase(_("Give a reward"))
    done = Credit


EFFECTS.add(GiveReward())
