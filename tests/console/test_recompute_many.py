"""Many members computed again in the console: a look that changes nothing, then putting it right."""

from __future__ import annotations

import pytest

from bashgah.activities.recomputing_many import recompute_list, recompute_run
from bashgah.ground import clock
from bashgah.kit import ids
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def test_a_look_changes_nothing_and_says_what_would(console: Console) -> None:
    console.buys(console.cast.sara, 1_000_000)
    answer = console.post("activities/again/", since="1405/01/01", branch="")
    (run,) = recompute_list(console.club)
    page = f"activities/again/{ids.public('activity', run.id)}/"
    assert answer["Location"].endswith(page)
    assert "hx-trigger" in console.get(page).content.decode()
    assert console.get(page + "progress/").status_code == 200

    recompute_run(club=console.club, id=run.id, now=clock.now())
    assert "همه همان را دارند که باید." in console.get(page).content.decode()
    assert console.get(page + "progress/").status_code == 204
    assert "looked at, nothing changed" in console.get("activities/again/", lang="en").content.decode()


def test_only_who_may_recompute_sees_it(console: Console) -> None:
    cashier = console.works_as("cashier")
    assert cashier.get("activities/again/").status_code == 403


def test_putting_right_is_a_run_of_its_own(console: Console) -> None:
    console.buys(console.cast.sara, 1_000_000)
    console.post("activities/again/", since="1405/01/01", branch="")
    (look,) = recompute_list(console.club)
    recompute_run(club=console.club, id=look.id, now=clock.now())
    console.post(f"activities/again/{ids.public('activity', look.id)}/apply/")
    right, _look = recompute_list(console.club)
    assert (right.is_applied, right.since, right.ended_at) == (True, look.since, None)
