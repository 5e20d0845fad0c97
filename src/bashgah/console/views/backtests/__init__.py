"""Pages of backtests: the list, a new one, its progress and report, two beside one another."""
