"""A reward as a card of the catalogue: what it is, what is left of it, what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from bashgah.console.building.sources import Sources
from bashgah.engine.document import RewardTerms
from bashgah.engine.words import texts
from bashgah.kit.phrases import say
from bashgah.rewards.shelf import KINDS
from bashgah.rewards.types import RewardInfo
from bashgah.ui.figures import plain
from bashgah.ui.types import Lang

ARTS = {
    "discount_coupon": ("discount", ""),
    "store_credit": ("wallet", "a-lapis"),
    "free_product": ("gift", "a-saffron"),
}


@dataclass(frozen=True, slots=True)
class RewardCard:
    """A reward in the catalogue."""

    key: str
    name: str
    kind: str
    icon: str
    art: str
    picture: str
    price: int
    unit: str
    stock: str
    is_low: bool
    is_off: bool
    tags: tuple[tuple[str, str], ...]


def card(terms: RewardTerms, info: RewardInfo | None, sources: Sources, lang: Lang) -> RewardCard:
    """Return the card of a reward: ``info`` is what the club keeps of it beside its terms."""
    kind = KINDS.find(terms.kind)
    icon, art = ARTS.get(terms.kind, ("gift", "a-pom"))
    stock = info.stock if info else None
    tags = []
    if terms.stage == "off":
        tags.append((gettext("off"), ""))
    if stock == 0:
        tags.append((gettext("all gone"), ""))
    elif stock is not None and stock <= 20:
        tags.append((gettext("running out"), "warn"))
    if info and not info.is_visible:
        tags.append((gettext("hidden"), ""))
    wallet = next((w for w in sources.program.wallets if w.key == terms.wallet), None)
    return RewardCard(
        key=terms.key,
        name=info.name.say(lang) if info and info.name.say(lang) else terms.key,
        kind=say(kind.label, lang) if kind else gettext("retired kind"),
        icon=icon,
        art=art,
        picture=reverse("console:reward_picture", args=[terms.key]) if info and info.picture else "",
        price=terms.price,
        unit=texts(wallet.name, wallet.key).say(lang) if wallet else terms.wallet,
        stock=gettext("no end to it") if stock is None else gettext("%(n)s left") % {"n": plain(stock)},
        is_low=stock is not None and stock <= 20,
        is_off=terms.stage == "off" or stock == 0,
        tags=tuple(tags),
    )
