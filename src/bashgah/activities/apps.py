"""Django app of the room ``activities``."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.activities"
    label = "activities"
