"""Django app of the room ``messaging``; at start it puts the channels on their shelf."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Load the shelf of channels."""
        from bashgah.messaging.shelf import channels_load

        channels_load()
