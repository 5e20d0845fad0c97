"""Django app of the room ``tiers``."""

from django.apps import AppConfig


class TiersConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.tiers"
    label = "tiers"
