"""Django app of the room ``console``."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.console"
    label = "console"
