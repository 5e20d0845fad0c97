"""Django app of the ground floor; at start it finds what the rooms listen to and run."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GroundConfig(AppConfig):
    """Registers the room, then imports every room's ``handlers`` and ``jobs``, which enlist themselves."""

    name = "bashgah.ground"
    label = "ground"

    def ready(self) -> None:
        """Import ``handlers.py``, ``jobs.py`` and ``upkeep.py`` wherever a room has them."""
        autodiscover_modules("handlers", "jobs", "upkeep")
