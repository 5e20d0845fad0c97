"""A trial channel: writes E-mail messages to a file of the installation instead of sending them."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.messaging import trial
from bashgah.messaging.shelf import CHANNELS
from bashgah.messaging.types import Outgoing, Receipt


class EmailFile:
    """For trial and demo; the messages are read on a page (``trial_messages``)."""

    key = "email_file"
    label = Phrase(_("E-mail to a file (trial)"))
    carries = "email"
    most = 500
    is_trial = True

    def send(self, batch: Sequence[Outgoing]) -> list[Receipt]:
        """Append every message to the club's file."""
        trial.write(self.carries, batch)
        return [Receipt(message.ref, "sent", provider_id=str(message.ref)) for message in batch]


CHANNELS.add(EmailFile())
