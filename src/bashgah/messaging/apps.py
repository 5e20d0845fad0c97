"""Django app of the room ``messaging``; at start it puts the channels on their shelf."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Load the shelf of channels, and join the export and erasure of a member."""
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.messaging.exports import messages_export
        from bashgah.messaging.forgetting import PART
        from bashgah.messaging.shelf import channels_load

        channels_load()
        PARTS.add(ExportPart("messages", messages_export))
        forgetting.PARTS.add(PART)
