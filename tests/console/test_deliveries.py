"""News that nobody could take is shown to its club and can be tried again, one or all."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection

from bashgah.ground import clock, outbox
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def poison(club_id: UUID) -> UUID:
    """A delivery set aside after its last try."""
    event_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ground_delivery (event_id, handler, ordered, club_id, kind, member_id, payload, at,
                                         tries, next_try_at, is_stuck, error)
            VALUES (%s, 'messaging.tell', false, %s, 'purchase.settled', NULL, '{}', %s, 12, %s, true,
                    'ConnectionError: the provider is away')
            """,
            [event_id, club_id, clock.now(), clock.now()],
        )
    return event_id


def test_what_was_set_aside_is_shown_with_its_reason_and_tried_again(console: Console) -> None:
    first, second = poison(console.club.id), poison(console.club.id)
    poison(uuid4())
    page = console.get("settings/deliveries/", "en").content.decode()
    assert page.count("the provider is away") == 2
    answer = console.post(f"settings/deliveries/{first}/retry/", handler="messaging.tell")
    assert answer.status_code == 302
    assert [row.event_id for row in outbox.deliveries_stuck(club_id=console.club.id)] == [second]
    poison(console.club.id)
    assert console.post("settings/deliveries/retry/").status_code == 302
    assert outbox.deliveries_stuck(club_id=console.club.id) == []
    assert len(outbox.deliveries_stuck()) == 1


def test_another_clubs_news_cannot_be_touched_and_who_only_reads_has_no_button(console: Console) -> None:
    foreign = poison(uuid4())
    answer = console.post(f"settings/deliveries/{foreign}/retry/", handler="messaging.tell")
    assert answer.status_code == 404
    poison(console.club.id)
    analyst = console.works_as("analyst")
    page = analyst.get("settings/deliveries/", "en").content.decode()
    assert "the provider is away" in page
    assert "/retry/" not in page
    assert analyst.post("settings/deliveries/retry/").status_code == 403
