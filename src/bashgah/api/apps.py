"""Django app of the room ``api``."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.api"
    label = "api"
