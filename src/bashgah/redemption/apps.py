"""Django app of the room ``redemption``."""

from django.apps import AppConfig


class RedemptionConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.redemption"
    label = "redemption"
