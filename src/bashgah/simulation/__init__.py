"""The engine over history: a draft replayed over the club's real past, and one case tried before it happens.

Remembers: each backtest: what was compared over which period, how it ended, and its report.
Promises: the same engine and the same state as the settlement, so that the program that was in force gives
exactly the points the books have; stopped or killed, a backtest leaves no report at all.
Listens to: nothing; doors start backtests, a job runs them.
Never: writes to the books, nor to anything but its own backtests.
"""
