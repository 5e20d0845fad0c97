"""Django app of the room ``tiers``."""

from django.apps import AppConfig


class TiersConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.tiers"
    label = "tiers"

    def ready(self) -> None:
        """Say where this room's fields of criteria stand."""
        from bashgah.tiers import meanings  # noqa: F401 models must be there first
