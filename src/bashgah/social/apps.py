"""Django app of the room ``social``."""

from django.apps import AppConfig


class SocialConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.social"
    label = "social"
