"""Acts of other rooms that come while another act on the same thing is not over yet see what that one did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bashgah.access import services as access
from bashgah.activities import behaviours, services
from bashgah.activities.services import settle, waiting_settle
from bashgah.activities.types import Settled
from bashgah.activities.waiting import return_discard, returns_waiting
from bashgah.clubs.selectors import branch_list, club_get
from bashgah.clubs.services import club_create, settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.ground.conflicts import once_more
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.models import Consent
from bashgah.members.services import consent_record
from bashgah.members.types import ConsentGiven
from bashgah.programs import approvals
from bashgah.programs.services import program_start
from bashgah.tiers import services as tiers
from bashgah.tiers.models import Change
from tests.access.conftest import PASSWORD
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.programs.test_stages import MINA, PARHAM, ask, asking, decide, put
from tests.races.overtaking import overtaken

pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1_000_000
TEN = [{"wallet": "points", "amount": "fixed", "params": {"units": 10}}]


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def points(shop: Shop) -> int:
    return Hand(shop.club, shop.sara.id).wallet(NOW).available


# activities


def test_who_checks_in_twice_at_one_moment_is_there_once(app_url: str) -> None:
    shop = open_shop(rules=[rule("here", "custom:check_in", TEN)])
    branch = branch_list(shop.club)[0]

    def here() -> Settled:
        return behaviours.check_in(
            club=shop.club, branch=branch, member_id=shop.sara.id, actor=SYSTEM, now=NOW
        )

    second = overtaken(app_url, here, here)
    assert (second.waited, second.code, points(shop)) == (True, "checked_in_already", 10)


def waits(shop: Shop) -> Any:
    """A return that was told before its purchase, which is here by now and was not heard."""
    settle([shop.returns("R-1", "A-1")], club=shop.club, actor=SYSTEM, now=NOW)
    settle([shop.purchase("A-1", amount=MILLION)], club=shop.club, actor=SYSTEM, now=NOW)
    (found,) = returns_waiting(shop.club)
    return found


def test_a_return_let_go_at_this_moment_is_not_settled(shop: Shop, app_url: str) -> None:
    """The worker passes it by, and waits for nobody."""
    found = waits(shop)
    second = overtaken(
        app_url,
        lambda: return_discard(club=shop.club, id=found.id, actor=SYSTEM, now=NOW),
        lambda: waiting_settle([shop.club.id], now=NOW),
    )
    assert (second.waited, second.got, points(shop)) == (False, [], 10)


def test_a_return_settled_at_this_moment_is_not_let_go(shop: Shop, app_url: str) -> None:
    found = waits(shop)
    second = overtaken(
        app_url,
        lambda: waiting_settle([shop.club.id], now=NOW),
        lambda: return_discard(club=shop.club, id=found.id, actor=SYSTEM, now=NOW),
    )
    assert (second.code, points(shop)) == ("return_not_found", 0)


@pytest.mark.parametrize("let_go", [True, False])
def test_a_return_closed_after_it_was_found_ready_is_not_settled_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, let_go: bool
) -> None:
    found, plain = waits(shop), services.waiting_ready

    def ready_and_gone(club_ids: Any) -> Any:
        got = plain(club_ids)
        monkeypatch.setattr(services, "waiting_ready", plain)
        if let_go:
            return_discard(club=shop.club, id=found.id, actor=SYSTEM, now=NOW)
        else:
            waiting_settle([shop.club.id], now=NOW)
        return got

    monkeypatch.setattr(services, "waiting_ready", ready_and_gone)
    assert waiting_settle([shop.club.id], now=NOW) == []
    assert points(shop) == (10 if let_go else 0)
    with pytest.raises(Refusal, match="return_not_found"):
        return_discard(club=shop.club, id=found.id, actor=SYSTEM, now=NOW)


# members and tiers


def test_one_word_said_twice_at_one_moment_is_one_word(shop: Shop, app_url: str) -> None:
    def says() -> None:
        given = ConsentGiven("sms", "marketing", True, "1", {})
        consent_record(club=shop.club, id=shop.sara.id, consents=[given], source="portal", now=NOW)

    second = overtaken(app_url, says, says)
    assert (second.waited, second.got, Consent.objects.count()) == (True, None, 1)


def test_a_tier_granted_at_this_moment_is_what_the_next_grant_follows(shop: Shop, app_url: str) -> None:
    def grants(tier: str) -> None:
        tiers.tier_grant(
            club=shop.club, member_id=shop.sara.id, ladder="club", tier=tier,
            until=(NOW + timedelta(days=90)).date(), reason="x", actor=SYSTEM, now=NOW,
        )  # fmt: skip

    second = overtaken(app_url, lambda: grants("gold"), lambda: grants("plain"))
    moves = list(Change.objects.order_by("id").values_list("before", "after"))
    assert (second.waited, second.got, moves[-1]) == (True, None, ("gold", "plain"))


# clubs, staff, programs


def test_two_settings_changed_at_one_moment_are_both_changed(shop: Shop, app_url: str) -> None:
    second = overtaken(
        app_url,
        lambda: settings_set(club=shop.club, changes={"claim_window_days": 9}, now=NOW),
        lambda: settings_set(club=shop.club, changes={"late_window_days": 8}, now=NOW),
    )
    settings = club_get(shop.club.id).settings
    assert (second.waited, settings.claim_window_days, settings.late_window_days) == (True, 9, 8)


def test_an_invitation_accepted_twice_at_one_moment_makes_one_member_of_staff(
    shop: Shop, app_url: str
) -> None:
    _info, token = access.staff_invite(
        club=shop.club, email="x@naderi.example", name="X", role="analyst", actor=SYSTEM, now=NOW
    )

    def accepts() -> object:
        return access.invitation_accept(token=token, name="X", password=PASSWORD, now=NOW)

    second = overtaken(app_url, accepts, lambda: once_more(accepts))
    assert (second.waited, second.code) == (True, "invitation_invalid")


@pytest.fixture
def club() -> ClubInfo:
    made = club_create(slug="stages-naderi", name=Texts("نادری", "Naderi"), now=NOW)
    program_start(club=made, actor=MINA, now=NOW)
    return asking(made, approval_above=0)


@pytest.mark.parametrize("approves_first", [True, False])
def test_a_program_approved_or_withdrawn_at_this_moment_is_decided(
    club: ClubInfo, app_url: str, approves_first: bool
) -> None:
    put(club)
    request = ask(club)
    acts = [
        lambda: decide(club, request, MINA),
        lambda: approvals.approval_withdraw(club=club, approval_id=request.id, actor=PARHAM, now=NOW),
    ]
    second = overtaken(app_url, *(acts if approves_first else acts[::-1]))
    assert (second.waited, second.code) == (True, "approval_closed")


def test_a_draft_changed_at_this_moment_is_not_approved(club: ClubInfo, app_url: str) -> None:
    put(club)
    request = ask(club)
    second = overtaken(app_url, lambda: put(club, priority=90), lambda: decide(club, request, MINA))
    assert (second.waited, second.code) == (True, "approval_stale")


def test_a_draft_changed_at_this_moment_is_read_again_before_it_is_changed(
    club: ClubInfo, app_url: str
) -> None:
    second = overtaken(app_url, lambda: put(club), lambda: put(club, priority=90))
    assert (second.waited, second.code) == (True, "draft_moved")
