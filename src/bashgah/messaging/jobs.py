"""Jobs of the messaging room."""

from __future__ import annotations

from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.messaging import sending

AT_ONCE = 200


@job("messaging.send", queue="messages", lock="messaging.send")
def send() -> None:
    """Send everything that is due."""
    while sending.messages_send(now=clock.now(), limit=AT_ONCE):
        pass


@job("messaging.send_again", queue="messages", cron="* * * * *", lock="messaging.send")
def send_again() -> None:
    """Send what was put off, and what a killed worker left."""
    send()
