"""Django app of the room ``history``."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.history"
    label = "history"
