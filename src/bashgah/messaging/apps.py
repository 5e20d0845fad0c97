"""Django app of the room ``messaging``."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.messaging"
    label = "messaging"
