"""Django app of the room ``tiers``."""

from django.apps import AppConfig


class TiersConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.tiers"
    label = "tiers"

    def ready(self) -> None:
        """Say where this room's fields of criteria stand; add to the export and erasure of a member."""
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.tiers import meanings  # noqa: F401 models must be there first
        from bashgah.tiers.exports import changes_export, standings_export
        from bashgah.tiers.forgetting import PART

        PARTS.add(ExportPart("tiers", standings_export))
        PARTS.add(ExportPart("tier_changes", changes_export))
        forgetting.PARTS.add(PART)
