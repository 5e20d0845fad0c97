"""Every kind of corruption is found and named; each is planted behind the app's back, as the owner."""

from __future__ import annotations

import psycopg
import pytest

from bashgah.activities import proving_limits
from bashgah.activities import verify as activities
from bashgah.activities.verify import verify
from bashgah.history import verify as history
from bashgah.ledger import roots
from bashgah.ledger import verify as ledger
from bashgah.tiers import verify as tiers
from tests.activities.shop import Shop
from tests.ledger.corruptions import CORRUPTIONS, MORE, furnished_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]


@pytest.fixture
def shop() -> Shop:
    """A shop whose books hold something of everything, two days of it sealed."""
    return furnished_shop()


@pytest.mark.parametrize("code", CORRUPTIONS)
def test_a_planted_corruption_is_found_and_named(
    shop: Shop, owner_connection: psycopg.Connection, code: str
) -> None:
    changed = owner_connection.execute(CORRUPTIONS[code]).rowcount
    assert changed > 0
    assert code in {finding.code for finding in verify(shop.club.id)}


@pytest.mark.parametrize("planted", MORE)
def test_every_kind_of_limit_counter_and_budget_is_counted_again(
    shop: Shop, owner_connection: psycopg.Connection, planted: str
) -> None:
    assert owner_connection.execute(MORE[planted]).rowcount > 0
    codes = {finding.code for finding in verify(shop.club.id)}
    assert codes == {"budget_spent_differs" if "budget" in planted else "used_differs"}


def test_another_clubs_corruption_is_not_ours(shop: Shop, owner_connection: psycopg.Connection) -> None:
    owner_connection.execute("UPDATE ledger_wallet SET available = available + 1")
    assert verify(shop.cast.vanak.id) == []
    assert verify() != []


def test_every_finding_there_can_be_is_planted_here() -> None:
    checks = (*ledger.CHECKS, *history.CHECKS, *tiers.CHECKS, *activities.CHECKS)
    codes = {check.code for check in checks} | {*activities.SAID, *proving_limits.SAID, *roots.SAID}
    # a root that was kept elsewhere is proved in test_roots
    assert codes - set(CORRUPTIONS) == {"root_is_not_the_kept_one"}
