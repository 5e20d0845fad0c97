"""Exact shares of whole numbers: sums over a common denominator, rounding once, parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm

Ratio = tuple[int, int]
"""A fraction as (numerator, denominator > 0); never a float."""


def total(parts: Sequence[Ratio]) -> Ratio:
    """Add fractions without losing anything."""
    if len(parts) == 2 and parts[0][1] == parts[1][1]:
        return parts[0][0] + parts[1][0], parts[0][1]
    common = lcm(*[den for _num, den in parts])
    return sum([num * (common // den) for num, den in parts]), common


def lowest(num: int, den: int) -> Ratio:
    """Return a fraction in lowest terms, so that whole units are seen to be whole."""
    common = gcd(num, den)
    return num // common, den // common


def rounded(part: Ratio, policy: str) -> int:
    """Round once: ``down`` gives no more than there is, ``nearest`` takes a half up, ``up`` any part."""
    num, den = part
    if policy == "down":
        return num // den
    if policy == "nearest":
        return (2 * num + den) // (2 * den)
    return -(-num // den)


def apportion(whole: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights so that the parts add up to it (largest remainder, earliest first).

    Weights are not negative; when all are zero the first part takes everything. No parts, no split.
    """
    if not weights:
        return []
    weight = sum(weights)
    if weight == 0:
        return [whole, *([0] * (len(weights) - 1))]
    parts = [whole * each // weight for each in weights]
    rest = whole - sum(parts)
    if rest:
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % weight), i))
        for i in by_remainder[:rest]:
            parts[i] += 1
    return parts


def rounded_parts(parts: Sequence[Ratio], policy: str) -> list[int]:
    """Round the sum of fractions once and share it out, each part its floor or one more.

    The results add up to the rounded sum, so rounding many small parts neither creates nor loses units.
    """
    if len(parts) == 1:
        return [rounded(parts[0], policy)]
    whole = rounded(total(parts), policy)
    floors = [num // den for num, den in parts]
    rest = whole - sum(floors)
    if rest:
        common = lcm(*(den for _num, den in parts))
        remainders = [num % den * (common // den) for num, den in parts]
        for i in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:rest]:
            floors[i] += 1
    return floors
