"""Django app of the room ``rewards``; at start it puts the kinds on their shelf."""

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.rewards"
    label = "rewards"

    def ready(self) -> None:
        """Load the shelf of kinds."""
        from bashgah.rewards.shelf import kinds_load

        kinds_load()
