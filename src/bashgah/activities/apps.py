"""Django app of the room ``activities``."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.activities"
    label = "activities"

    def ready(self) -> None:
        """Tell the programs room what shadows know of costs."""
        from bashgah.activities.trials import shadow_cost
        from bashgah.programs.staging import ESTIMATES

        ESTIMATES["shadow"] = shadow_cost
