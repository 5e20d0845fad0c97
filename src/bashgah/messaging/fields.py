"""What the wording of every message may say, and whom the examples are about."""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts

CLUB = Phrase(_("the club's name"))
NAME = Phrase(_("the member's first name"))
NADERI = Texts("باشگاه نادری", "Naderi club")
SARA = Texts("سارا", "Sara")
