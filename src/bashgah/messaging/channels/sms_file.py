"""A trial channel: writes SMS messages to a file of the installation instead of sending them."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.messaging import trial
from bashgah.messaging.shelf import CHANNELS
from bashgah.messaging.types import Outgoing, Receipt


class SmsFile:
    """For trial and demo; the messages are read on a page (``trial_messages``)."""

    key = "sms_file"
    label = Phrase(_("SMS to a file (trial)"))
    carries = "sms"
    most = 500
    is_trial = True

    def send(self, batch: Sequence[Outgoing]) -> list[Receipt]:
        """Append every message to the club's file."""
        trial.write(self.carries, batch)
        return [Receipt(message.ref, "sent", provider_id=str(message.ref)) for message in batch]


CHANNELS.add(SmsFile())
