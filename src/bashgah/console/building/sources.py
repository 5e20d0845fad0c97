"""What a field of a criterion can be compared with: the club's own branches, categories, tags, tiers,
with names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.engine.catalogue import Field
from bashgah.engine.criteria.saying import WEEKDAYS
from bashgah.engine.document import REWARD_UNIT, Program
from bashgah.engine.words import rewards_named, texts
from bashgah.ground import clock
from bashgah.insights.questions import TAGS
from bashgah.kit.phrases import translated
from bashgah.kit.text import Texts
from bashgah.products import selectors as products
from bashgah.rewards.selectors import reward_list
from bashgah.ui.types import Lang

CHIPS_MOST = 40


@dataclass(frozen=True, slots=True)
class Sources:
    """The club's values by source: code to name. `names` is what sentences need."""

    club: ClubInfo
    program: Program
    lang: Lang
    names: Mapping[str, Mapping[str, Texts]]

    def choices(self, field: Field) -> list[tuple[str, str]]:
        """The values a form offers for a field, empty when they are typed freely."""
        if field.type == "tier" and field.ladder:
            return [
                (tier.key, Texts(tier.name.fa, tier.name.en).say(self.lang) or tier.key)
                for tier in field.ladder.tiers
            ]
        if field.type == "weekday":
            return weekdays(self.lang)
        known = self.names.get(field.source, {})
        return [(code, name.say(self.lang) or code) for code, name in known.items()]

    def wallets(self) -> list[tuple[str, str]]:
        """The program's wallets by name."""
        return [(w.key, Texts(w.name.fa, w.name.en).say(self.lang) or w.key) for w in self.program.wallets]

    def rewards(self, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
        """The rewards a rule can give, by name, under the units in which copies are counted."""
        named = rewards_named(self.program, self.names)
        return [
            (f"{REWARD_UNIT}{terms.key}", texts(terms.name, terms.key).say(self.lang))
            for terms in named.rewards
            if terms.stage == "live" or f"{REWARD_UNIT}{terms.key}" in chosen
        ]


def sources_of(club: ClubInfo, program: Program, lang: Lang) -> Sources:
    """Gathers the club's values; each list is short or a catalogue a person keeps by hand."""
    branches = clubs.branch_list(club)
    plain = {name: Texts(name, name) for name in sorted({b.region for b in branches} - {""})}
    cities = {name: Texts(name, name) for name in sorted({b.city for b in branches} - {""})}
    names: dict[str, Mapping[str, Texts]] = {
        "branches": {b.code: b.name for b in branches},
        "regions": plain,
        "cities": cities,
        "categories": {c.code: c.name for c in products.category_list(club)},
        "brands": {b.code: b.name for b in products.brand_list(club)},
        "rewards": {reward.key: reward.name for reward in reward_list(club)},
        "member_tags": {tag: Texts(tag, tag) for tag in TAGS.ask(club, now=clock.now()).value},
        "channels": _said(
            {
                "pos": gettext("till of the shop"),
                "till": gettext("the club's till"),
                "online": gettext("online shop"),
                "app": gettext("app"),
                "console": gettext("console"),
            }
        ),
        "genders": _said({"female": gettext("woman"), "male": gettext("man"), "other": gettext("other")}),
        "payment_methods": _said(
            {
                "cash": gettext("cash"),
                "card": gettext("bank card"),
                "gift_card": gettext("gift card"),
                "credit": gettext("on account"),
                "points": gettext("points"),
            }
        ),
    }
    return Sources(club, program, lang, names)


def weekdays(lang: Lang) -> list[tuple[str, str]]:
    """The days of the week from Saturday, numbered as the program numbers them."""
    return [(str(number), translated(name, lang)) for number, name in enumerate(WEEKDAYS)]


def _said(words: Mapping[str, str]) -> dict[str, Texts]:
    """Fixed words in the language of the page stand for both: a sentence is made for one page."""
    return {code: Texts(word, word) for code, word in words.items()}
