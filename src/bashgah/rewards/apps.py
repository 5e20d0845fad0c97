"""Django app of the room ``rewards``."""

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.rewards"
    label = "rewards"
