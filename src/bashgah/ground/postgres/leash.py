"""Keeps children on a leash: the kernel ends them when their parent is gone, however it went."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from signal import Signals

PR_SET_PDEATHSIG = 1


def dies_with_parent(signal: Signals) -> Callable[[], None]:
    """Return what a child runs before exec (``preexec_fn``): it is sent the signal when its parent dies.

    Start such a child from the main thread: the kernel watches the thread, not the process.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
