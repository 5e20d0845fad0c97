"""The inbox in the member portal: the message's row is its delivery."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.messaging.shelf import CHANNELS
from bashgah.messaging.types import Outgoing, Receipt


class Inbox:
    """Needs no address and no time: what is queued for it is there."""

    key = "inbox"
    label = Phrase(_("Portal inbox"))
    carries = "inbox"
    most = 1000
    is_trial = False

    def send(self, batch: Sequence[Outgoing]) -> list[Receipt]:
        """Everything has arrived."""
        return [Receipt(message.ref, "delivered") for message in batch]


CHANNELS.add(Inbox())
