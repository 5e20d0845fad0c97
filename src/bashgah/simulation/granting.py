"""Counts the rewards that a replay gives, by day, branch, tier, tag and segment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bashgah.engine.decisions import Credit
from bashgah.engine.document import is_reward
from bashgah.simulation.tallying import BRANCH, DAY, TAG, Tally, add_pairs


class Grants:
    """Rewards of the member at hand by branch: copies and what they cost, live and tried.

    ``worths`` says for each program what one unit of a wallet, or one copy of a reward, costs.
    """

    __slots__ = ("_branches", "_worths")

    def __init__(self, worths: Sequence[Mapping[str, tuple[int, int]]]) -> None:
        self._worths = worths
        self._branches: dict[str, list[int]] = {}

    @property
    def any(self) -> bool:
        """Say whether the member got a reward under either program."""
        return bool(self._branches)

    def meet(self) -> None:
        """Begin with another member."""
        if self._branches:
            self._branches = {}

    def count(
        self,
        tally: Tally,
        given: Sequence[Credit],
        back: Sequence[int] | None,
        place: int,
        where: tuple[str, date],
    ) -> None:
        """Count the rewards among what a fact gave (or what of it was ``back``) at a branch on a day."""
        copies = cost = 0
        for at, credit in enumerate(given):
            if is_reward(credit.wallet):
                amount = credit.amount if back is None else -back[at]
                copies += amount
                cost += amount * self._worths[place][credit.wallet][1]
        if not copies:
            return
        branch, day = where
        figures = [0, 0, 0, 0]
        figures[place], figures[place + 2] = copies, cost
        add_pairs(tally.rewards, {(DAY, str(day.toordinal())): figures})
        add_pairs(self._branches, {branch: figures})

    def fold(self, tally: Tally, parts: Iterable[tuple[str, str]], tags: Iterable[str]) -> None:
        """Add the member's rewards to those of their branches, tags and other parts of the club."""
        add_pairs(tally.rewards, {(BRANCH, branch): each for branch, each in self._branches.items()})
        whole = [sum(each) for each in zip(*self._branches.values(), strict=True)]
        add_pairs(tally.rewards, dict.fromkeys([*parts, *((TAG, tag) for tag in tags)], whole))
