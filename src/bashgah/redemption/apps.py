"""Django app of the room ``redemption``."""

from django.apps import AppConfig


class RedemptionConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.redemption"
    label = "redemption"

    def ready(self) -> None:
        """Add this room's part to the export and erasure of a member."""
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.redemption.exports import redemptions_export
        from bashgah.redemption.forgetting import PART

        PARTS.add(ExportPart("redemptions", redemptions_export))
        forgetting.PARTS.add(PART)
