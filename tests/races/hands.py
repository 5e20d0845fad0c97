"""Many hands at once: threads that start together, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection, connections


def at_once(hands: int, act: Callable[[int], object]) -> list[object]:
    """Let all hands act at the same moment, each on a connection of its own; return what each got."""
    start, got = threading.Barrier(hands), [None] * hands

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            got[place] = act(place)
        except Exception as error:
            got[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return got
