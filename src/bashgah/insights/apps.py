"""Django app of the room ``insights``."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.insights"
    label = "insights"
