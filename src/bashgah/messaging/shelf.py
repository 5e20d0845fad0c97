"""The shelf of channels: what a channel is, and where channels enlist themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry, load_shelf
from bashgah.messaging.types import Outgoing, Receipt


class Channel(Protocol):
    """A way to reach people.

    ``carries`` is what it carries (``sms``, ``email``, ``inbox``), ``most`` how many messages it takes at
    once, ``is_trial`` whether it only pretends to send.
    """

    key: str
    label: Phrase
    carries: str
    most: int
    is_trial: bool

    def send(self, batch: Sequence[Outgoing]) -> list[Receipt]:
        """Carry the messages and say what became of each.

        Args:
            batch: at most ``most`` messages; ``ref`` is the same on every try of one message.
        Returns:
            One receipt a message. ``failed`` with ``permanent`` ends a message, without it the message is
            tried again; ``unknown`` (no answer after the upload) is never sent again by itself.
        """


CHANNELS: Registry[Channel] = Registry("messaging/channels")
CARRIERS = {"inbox": "inbox", "sms": "sms_file", "email": "email_file"}


def channels_load() -> None:
    """Put every channel on the shelf; called once at start."""
    load_shelf("bashgah.messaging.channels")
