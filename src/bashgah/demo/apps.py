"""Django app of the room ``demo``."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.demo"
    label = "demo"
