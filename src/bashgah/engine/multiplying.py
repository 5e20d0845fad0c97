"""Turns a multiplier's part into units of the base amounts it multiplies, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

from bashgah.engine.earning import Earned
from bashgah.engine.exact import lowest, total
from bashgah.engine.measuring import Weights


def multiply(each: Earned, bases: Iterable[Earned]) -> None:
    """Turn a multiplier's part into exact units of the bases it names, line by line."""
    wanted = each.effect.params.rules
    chosen = [
        base
        for base in bases
        if base.effect.wallet_key == each.effect.wallet_key and (not wanted or base.effect.rule_key in wanted)
    ]
    part_num, part_den = each.num, each.den
    if len(chosen) == 1 and each.effect.lines is None and each.effect.excluded is None:
        # the usual case: the whole of one base
        base = chosen[0]
        each.num, each.den = lowest(base.num * part_num, base.den * part_den)
        each.weights = base.weights
        return
    lines = {no for no, _weight in each.weights}
    shares: list[tuple[int, int, Weights]] = []
    for base in chosen:
        weighed = sum(weight for _no, weight in base.weights)
        kept = tuple((no, weight) for no, weight in base.weights if no in lines)
        if not base.weights or len(kept) == len(base.weights):
            shares.append((base.num, base.den, base.weights))
        elif weighed:
            shares.append((base.num * sum(weight for _no, weight in kept), base.den * weighed, kept))
    num, den = total([(num, den) for num, den, _weights in shares])
    each.num, each.den = lowest(num * part_num, den * part_den)
    each.weights = _joined_weights(shares)


def _joined_weights(shares: list[tuple[int, int, Weights]]) -> Weights:
    """Weigh each line by what the bases gave for it."""
    if len(shares) == 1:
        return shares[0][2]
    common = (
        lcm(*(den * (sum(w for _no, w in weights) or 1) for _num, den, weights in shares)) if shares else 1
    )
    weighed: dict[int, int] = {}
    for num, den, weights in shares:
        scale = common // (den * (sum(w for _no, w in weights) or 1)) * num
        for no, weight in weights:
            weighed[no] = weighed.get(no, 0) + weight * scale
    return tuple(weighed.items())
