"""What the club promises, in the words of its published program."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext

from bashgah.clubs.selectors import branch_list
from bashgah.engine import sentences
from bashgah.engine.criteria.saying import Names
from bashgah.engine.document import Benefit, Ladder, Program, Tier
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.portal import cards
from bashgah.portal.doorway import Door
from bashgah.portal.pages import BenefitRow, HowPage, TierRow
from bashgah.products.selectors import brand_list, category_list
from bashgah.tiers.words import measure_said

SHOWN_TO_VISITORS = 2
PRIORITY_USUAL = 100


def how_page(door: Door) -> HowPage:
    """The live rules as sentences and the ladder as members read it."""
    program = cards.program_of(door)
    if program is None:
        return HowPage((), (), None)
    ladder, _standing, mine = cards.standing_of(door, program) if door.member else _first_ladder(program)
    return HowPage(
        rules=tuple(rules_said(door, program)),
        tiers=tuple(_tier_row(door, ladder, tier, mine) for tier in ladder.tiers) if ladder else (),
        worth=cards.worth_of(program, 1),
    )


def rules_said(door: Door, program: Program) -> list[tuple[str, str]]:
    """Name and sentence of each live rule as members read it: without the order of deciding."""
    names = names_of(door)
    return [
        (
            texts(rule.name, rule.key).say(door.lang),
            sentences.rule_sentence(
                rule.model_copy(update={"priority": PRIORITY_USUAL}),
                program,
                door.lang,
                names=names,
                zone=door.club.timezone,
                display=door.club.money_display,
            ),
        )
        for rule in program.rules
        if rule.stage == "live"
    ]


def names_of(door: Door) -> Names:
    """What codes are called: branches, categories and brands."""
    club = door.club
    return {
        "branches": {branch.code: branch.name for branch in branch_list(club)},
        "categories": {category.code: category.name for category in category_list(club)},
        "brands": {brand.code: brand.name for brand in brand_list(club)},
    }


def benefits(door: Door, tier: Tier) -> tuple[BenefitRow, ...]:
    """The benefits of a tier in words."""
    return tuple(
        BenefitRow("stairs" if benefit.kind == "multiplier" else "star", said)
        for benefit in tier.benefits
        if (said := _benefit(door, benefit))
    )


def visitors_see(door: Door) -> tuple[tuple[str, ...], str]:
    """A few promises and the names of the tiers, for the club's page."""
    program = cards.program_of(door)
    if program is None:
        return (), ""
    said = tuple(sentence for _name, sentence in rules_said(door, program)[:SHOWN_TO_VISITORS])
    ladder = program.ladders[0] if program.ladders else None
    names = [texts(tier.name, tier.key).say(door.lang) for tier in ladder.tiers] if ladder else []
    return said, ("، " if door.lang == "fa" else ", ").join(names)


def _first_ladder(program: Program) -> tuple[Ladder | None, None, None]:
    return (program.ladders[0] if program.ladders else None), None, None


def _tier_row(door: Door, ladder: Ladder, tier: Tier, mine: Tier | None) -> TierRow:
    need = gettext("from the first purchase")
    if tier.threshold:
        measure = door.say(measure_said(ladder, tier.threshold, door.club.currency))
        need = gettext("from %(measure)s") % {"measure": measure}
    return TierRow(
        name=texts(tier.name, tier.key).say(door.lang),
        tone=cards.tier_tone(ladder, tier),
        need=need,
        benefits=tuple(row.text for row in benefits(door, tier)),
        mine=mine is not None and mine.key == tier.key,
    )


def _benefit(door: Door, benefit: Benefit) -> str:
    written = texts(benefit.text).say(door.lang)
    if benefit.kind == "text" or written:
        return written
    if benefit.permille == 1000:
        return ""
    times = formats.number(Decimal(benefit.permille) / 1000, door.lang)
    return gettext("%(times)s times the base points") % {"times": times}
