"""Django app of the room ``members``."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.members"
    label = "members"
