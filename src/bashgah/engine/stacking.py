"""How rules of one group join: all add, the best alone, one exclusive rule alone, or none after the last.

Multipliers take part like any rule. A multiplier in a best-of group is compared by what it would add to the
rules outside the group, and never multiplies what lost against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

from bashgah.engine.earning import Earned
from bashgah.engine.exact import Ratio, total
from bashgah.engine.multiplying import multiply
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


def joined(found: list[Earned]) -> list[Earned]:
    """Settle every group and turn the multipliers that stay into units.

    What leaves keeps its place with no units and says which rule took it. Only rules that give something take
    part; a tie goes to the rule decided first. Best-of is settled in each wallet apart, since units of two
    wallets cannot be compared.
    """
    groups: dict[str, list[Earned]] = {}
    for each in found:
        if each.effect.rule.stacking.group:
            groups.setdefault(each.effect.rule.stacking.group, []).append(each)
    left: set[int] = set()
    for group, hits in groups.items():
        winner = next(
            (hit.effect.rule_key for hit in hits if hit.effect.rule.stacking.mode == "exclusive"), None
        )
        if winner is not None:
            _drop((hit for hit in hits if hit.effect.rule_key != winner), winner, group, left)
            continue
        _end_at_last(group, hits, left)
        outside = [each for each in found if id(each) not in left and not _competes(each, group)]
        for wallet in dict.fromkeys(hit.effect.wallet_key for hit in hits):
            _best_of(
                group,
                [
                    h
                    for h in hits
                    if h.effect.wallet_key == wallet and _competes(h, group) and id(h) not in left
                ],
                outside,
                left,
            )
    staying = [each for each in found if id(each) not in left]
    bases = [each for each in staying if not each.effect.amount.multiplies]
    for each in staying:
        if each.effect.amount.multiplies:
            multiply(each, bases)
    return found


def _end_at_last(group: str, hits: list[Earned], left: set[int]) -> None:
    """Drop what comes after the first "last" rule of the group that gives something."""
    last = next((hit for hit in hits if hit.effect.rule.stacking.mode == "last"), None)
    if last is not None:
        key = last.effect.rule_key
        after = [hit for hit in hits if hit.place > last.place and hit.effect.rule_key != key]
        _drop(after, key, group, left, _("after “{rule}” no other rule of the group “{group}” is given"))


def _competes(each: Earned, group: str) -> bool:
    stacking = each.effect.rule.stacking
    return stacking.group == group and stacking.mode == "best_of"


def _best_of(group: str, hits: list[Earned], outside: list[Earned], left: set[int]) -> None:
    """Keep the rule that gives most in one wallet."""
    worth: dict[str, Ratio] = {}
    for hit in hits:
        worth[hit.effect.rule_key] = total([worth.get(hit.effect.rule_key, (0, 1)), _worth(hit, outside)])
    if len(worth) < 2:
        return
    common = lcm(*(den for _num, den in worth.values()))
    best = max(worth, key=lambda key: worth[key][0] * (common // worth[key][1]))
    _drop((hit for hit in hits if hit.effect.rule_key != best), best, group, left)


def _worth(hit: Earned, outside: list[Earned]) -> Ratio:
    if not hit.effect.amount.multiplies:
        return hit.num, hit.den
    trial = Earned(hit.place, hit.effect, hit.num, hit.den, hit.weights, hit.money, hit.quantity)
    multiply(trial, (base for base in outside if not base.effect.amount.multiplies))
    return trial.num, trial.den


def _drop(
    losers: Iterable[Earned],
    winner: str,
    group: str,
    left: set[int],
    why: str = _("in the group “{group}” only “{rule}” is given"),
) -> None:
    for loser in losers:
        names = {rule.key: texts(rule.name, rule.key) for rule in loser.effect.told.program.rules}
        told = {"rule": names.get(winner, winner), "group": group}
        loser.notes += (Phrase(why, told),)
        loser.num, loser.den, loser.weights = 0, 1, ()
        left.add(id(loser))
