"""A preview says what the settlement would give, and leaves no trace."""

from __future__ import annotations

import pytest
from msgspec import structs

from bashgah.activities.previewing import activity_preview
from bashgah.kit.refusals import Refusal
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def test_a_preview_gives_what_recording_then_gives(shop: Shop) -> None:
    intake = shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000))

    preview = activity_preview(club=shop.club, intake=intake, now=NOW)
    answer = shop.tell(intake)

    assert preview.points_of("points") == 7
    assert answer.points_of("points") == 7
    assert dict(preview.explanation.totals) == {"points": 7, "status": 7}
    assert not answer.repeated


def test_a_preview_of_nobody_is_refused(shop: Shop) -> None:
    nobodys = structs.replace(shop.purchase("A-1", line("milk", 250_000)), member=None)
    with pytest.raises(Refusal) as refused:
        activity_preview(club=shop.club, intake=nobodys, now=NOW)

    assert refused.value.code == "member_not_found"
