"""Structured logs without personal data: one line an event, keys the same everywhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# what could name a person or open a door never reaches a log line, whoever passes it
FORBIDDEN = frozenset(
    {"mobile", "phone", "email", "name", "national_id", "address", "password", "code", "otp", "token", "key"}
)


def drop_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank the values of keys that may hold personal data or secrets."""
    for key in FORBIDDEN & event.keys():
        event[key] = "[removed]"
    return event


def configure(*, format_: str, level: str) -> None:
    """Send structlog and the standard library's records through one formatter to standard error.

    Errors are told by their lines alone, never with the values at hand: these name people, and a pool of
    connections written out takes gigabytes.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_personal,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if format_ == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    finish: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if format_ == "json":
        finish.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*finish, renderer])
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for quiet in ("httpx", "httpcore", "procrastinate", "fontTools", "PIL"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
