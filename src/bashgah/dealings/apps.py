"""Django app of the room ``dealings``."""

from django.apps import AppConfig


class DealingsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.dealings"
    label = "dealings"
