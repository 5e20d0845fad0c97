"""A web server that gives up is started again, waiting longer each time, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer

from bashgah.cli.server import watch_over


class Served:
    """A server of a given life: how long it lasts, and whether it was told to stop then."""

    def __init__(self, time: Time, seconds: float, *, told: bool = False) -> None:
        self.time, self.seconds, self.told = time, seconds, told
        self.interrupt_signal = False

    def serve(self) -> None:
        self.time.now += self.seconds
        self.interrupt_signal = self.told
        if not self.told:
            raise SystemExit(1)


class Time:
    """A clock that only moves when somebody rests or serves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rested = 0.0

    def rest(self, seconds: float) -> None:
        self.now += seconds
        self.rested += seconds

    def clock(self) -> float:
        return self.now


def watched(time: Time, lives: Iterator[Served]) -> None:
    """Watch over these servers, one after the other."""
    watch_over(lambda: next(lives), clock=time.clock, rest=time.rest)


def test_a_server_that_is_told_to_stop_is_not_started_again() -> None:
    time = Time()
    watched(time, iter([Served(time, 5, told=True)]))
    assert time.rested == 0


def test_a_server_that_gave_up_is_started_again_after_a_wait_that_doubles() -> None:
    time = Time()
    watched(time, iter([*(Served(time, 1) for _ in range(3)), Served(time, 9, told=True)]))
    assert time.rested == pytest.approx(0.5 + 1 + 2)


def test_a_minute_of_service_is_a_new_beginning() -> None:
    time = Time()
    lives = [*(Served(time, 1) for _ in range(5)), *(Served(time, 61) for _ in range(9))]
    watched(time, iter([*lives, Served(time, 1, told=True)]))
    assert time.rested == pytest.approx(0.5 + 1 + 2 + 4 + 8 + 9 * 0.5)


def test_a_server_that_never_lasts_ends_the_command_in_plain_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    time = Time()
    with pytest.raises(typer.Exit):
        watched(time, (Served(time, 1) for _ in range(99)))
    assert "ended 6 times in a row" in capsys.readouterr().err.replace("\n", " ")
