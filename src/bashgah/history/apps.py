"""Django app of the room ``history``."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.history"
    label = "history"

    def ready(self) -> None:
        """Say where this room's fields of criteria stand."""
        from bashgah.history import meanings  # noqa: F401 models must be there first
