"""Jobs of the messaging room."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bashgah.clubs.selectors import club_list
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.messaging import expiry, forgetting, sending

AT_ONCE = 200
WARNING_HOUR = 10
"""The hour of the club's day at which members hear of what expires soon."""


@job("messaging.send", queue="messages", lock="messaging.send")
def send() -> None:
    """Send everything that is due."""
    while sending.messages_send(now=clock.now(), limit=AT_ONCE):
        pass


@job("messaging.send_again", queue="messages", cron="* * * * *", lock="messaging.send")
def send_again() -> None:
    """Send what was put off, and what a killed worker left."""
    send()


@job("messaging.expiry", queue="upkeep", cron="11 * * * *", lock="messaging.expiry")
def expiry_warnings() -> None:
    """Warn members of what expires soon, once a day in each club's morning."""
    now = clock.now()
    for club in club_list():
        if now.astimezone(ZoneInfo(club.timezone)).hour == WARNING_HOUR:
            expiry.expiry_warn(club=club, now=now)


@job("messaging.forget", queue="upkeep", cron="47 2 * * *", lock="messaging.forget")
def forget() -> None:
    """Empty texts of messages that are older than each club keeps them."""
    now = clock.now()
    for club in club_list():
        while forgetting.texts_forget(club=club, now=now) == forgetting.AT_ONCE:
            pass
