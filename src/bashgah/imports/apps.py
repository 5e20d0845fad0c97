"""Django app of the room ``imports``."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.imports"
    label = "imports"
