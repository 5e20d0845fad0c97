"""Django app of the room ``programs``."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.programs"
    label = "programs"
