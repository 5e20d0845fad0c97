"""Where members do things, the hosts their links lead to, and why a proof is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


@dataclass(frozen=True, slots=True)
class Network:
    """A place in the net: what it is called and which hosts are its own."""

    key: str
    label: Phrase
    hosts: tuple[str, ...] = ()


NETWORKS: Mapping[str, Network] = {
    network.key: network
    for network in (
        Network("instagram", Phrase(_("Instagram")), ("instagram.com",)),
        Network("telegram", Phrase(_("Telegram")), ("t.me", "telegram.me")),
        Network("bale", Phrase(_("Bale")), ("ble.ir", "bale.ai")),
        Network("eitaa", Phrase(_("Eitaa")), ("eitaa.com",)),
        Network("rubika", Phrase(_("Rubika")), ("rubika.ir",)),
        Network("aparat", Phrase(_("Aparat")), ("aparat.com",)),
        Network("virasty", Phrase(_("Virasty")), ("virasty.com",)),
        Network("x", Phrase(_("X")), ("x.com", "twitter.com")),
        Network("youtube", Phrase(_("YouTube")), ("youtube.com", "youtu.be")),
        Network("linkedin", Phrase(_("LinkedIn")), ("linkedin.com",)),
        Network("maps", Phrase(_("Google Maps")), ("google.com", "goo.gl", "maps.app.goo.gl")),
        Network("neshan", Phrase(_("Neshan")), ("neshan.org", "nshn.ir")),
        Network("balad", Phrase(_("Balad")), ("balad.ir",)),
        Network("site", Phrase(_("A website"))),
    )
}

REASONS: Mapping[str, Phrase] = {
    "not_done": Phrase(_("What the task asks for is not to be seen.")),
    "not_open": Phrase(_("The link does not open, or the page is not public.")),
    "unreadable": Phrase(_("The picture cannot be read.")),
    "other_account": Phrase(_("The account is not to be seen, or is not yours.")),
    "used_before": Phrase(_("The same proof was sent before.")),
    "improper": Phrase(_("The text is not fit to be shown.")),
    "other": Phrase(_("It could not be accepted.")),
}
"""Why a proof or review is refused, as its member reads it; a note may say more."""
