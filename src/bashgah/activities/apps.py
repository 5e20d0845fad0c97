"""Django app of the room ``activities``."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.activities"
    label = "activities"

    def ready(self) -> None:
        """Tell the programs room what shadows know of costs; add to the export and erasure of a member."""
        from bashgah.activities.exports import activities_export
        from bashgah.activities.forgetting import PART
        from bashgah.activities.trials import shadow_cost
        from bashgah.members import forgetting
        from bashgah.members.exports import PARTS, ExportPart
        from bashgah.programs.staging import ESTIMATES

        ESTIMATES["shadow"] = shadow_cost
        PARTS.add(ExportPart("activities", activities_export))
        forgetting.PARTS.add(PART)
