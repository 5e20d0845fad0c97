"""Django app of the room ``clubs``."""

from django.apps import AppConfig


class ClubsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.clubs"
    label = "clubs"
