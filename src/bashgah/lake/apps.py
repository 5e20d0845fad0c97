"""Django app of the room ``lake``."""

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.lake"
    label = "lake"
