"""Django app of the room ``simulation``."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Registers the room with Django."""

    name = "bashgah.simulation"
    label = "simulation"

    def ready(self) -> None:
        """Tell the programs room what backtests know of costs."""
        from bashgah.programs.staging import ESTIMATES
        from bashgah.simulation.costing import backtest_cost

        ESTIMATES["backtest"] = backtest_cost
