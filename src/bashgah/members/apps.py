"""Django app of the room ``members``."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.members"
    label = "members"

    def ready(self) -> None:
        """Say where this room's fields of criteria stand."""
        from bashgah.members import meanings  # noqa: F401 models must be there first
