"""Django app of the room ``ui``."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.ui"
    label = "ui"
