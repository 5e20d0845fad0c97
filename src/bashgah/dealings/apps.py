"""Django app of the room ``dealings``."""

from django.apps import AppConfig


class DealingsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.dealings"
    label = "dealings"

    def ready(self) -> None:
        """Add this room's part to the export and erasure of a member."""
        from bashgah.dealings.exports import transfers_export
        from bashgah.dealings.forgetting import PART
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart

        PARTS.add(ExportPart("gifts", transfers_export))
        forgetting.PARTS.add(PART)
