"""Django app of the room ``till``."""

from django.apps import AppConfig


class TillConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.till"
    label = "till"
