"""Django app of the room ``simulation``."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.simulation"
    label = "simulation"
