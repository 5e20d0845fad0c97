"""Django app of the room ``access``."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.access"
    label = "access"
