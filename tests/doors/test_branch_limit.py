"""Who works in some branches administers their members alone, on every address; the till serves everybody.

docs/decisions/0070 says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from bashgah.access import gate
from bashgah.access.models import Staff
from bashgah.access.selectors import granted, grants_of
from bashgah.access.services import role_grant
from bashgah.activities.selectors import activity_list
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, MemberRef, PurchaseIn, Settled
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.members.services import member_update
from bashgah.members.types import MemberInfo
from bashgah.redemption.selectors import redemption_get
from bashgah.redemption.services import redemption_begin
from tests import cast

pytestmark = pytest.mark.django_db
PLACES = ("<str:member_id>", "<str:activity_id>")
ROUTES = [route for route in gate.routes("console/") if any(place in route.path for place in PLACES)]
ROLES = ["branch_manager", "cashier"]


@dataclass
class Vanak:
    """Somebody who works in Vanak alone, and the club."""

    cast: cast.Naderi
    client: Client
    grants: tuple

    def opens(self, member: MemberInfo, activity: Settled) -> dict[tuple[str, str], int]:
        """The status of every address about this member or this activity that the role may open at all."""
        found = {}
        asked = [(m, r) for r in ROUTES for m in ("GET", "POST")]
        # an empty form sent to the profile clears it, the favourite branch too: last
        for method, route in sorted(asked, key=lambda one: one[0] == "POST" and "edit" in one[1].path):
            path = route.path.replace(PLACES[0], ids.public("member", member.id))
            path = path.replace(PLACES[1], ids.public("activity", activity.activity_id))
            if not granted(self.grants, route.needs.read if method == "GET" else route.needs.write):
                continue
            status = self.client.generic(method, f"/{path}").status_code
            if status != 405:
                found[method, route.path] = status
        return found


def refused(statuses: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """The addresses that answered 403, but for returns: goods come back where they were bought."""
    return [place for place, status in statuses.items() if status == 403 and not place[1].endswith("return/")]


def buys(club: cast.Naderi, member: MemberInfo | None, branch: str) -> Settled:
    now = clock.now()
    told = PurchaseIn(
        source="pos",
        reference=f"{branch}-{member.number if member else 'nobody'}",
        occurred_at=now - timedelta(hours=1),
        member=MemberRef(card=member.number) if member else None,
        branch=branch,
        amounts=AmountsIn(gross=1_000_000),
    )
    return settle_one(told, club=club.club, actor=SYSTEM, now=now)


@pytest.fixture(params=ROLES)
def vanak(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vanak:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    cast.published(made.club)
    staff = Staff.objects.create_user(f"{request.param}@naderi.example", name=request.param)
    role_grant(
        club=made.club,
        staff_id=staff.id,
        role=request.param,
        branches=[made.vanak.id],
        actor=SYSTEM,
        now=cast.LONG_AGO,
    )
    client = Client()
    client.force_login(staff)
    return Vanak(made, client, grants_of(staff.id, made.club.id))


def test_the_addresses_are_there() -> None:
    assert len(ROUTES) > 8


def test_no_address_about_another_branchs_member_opens(vanak: Vanak) -> None:
    reza = vanak.cast.reza  # enrolled in Tajrish
    statuses = vanak.opens(reza, buys(vanak.cast, reza, "102"))

    assert len(statuses) > 6
    assert {place: status for place, status in statuses.items() if status != 403} == {}


def test_every_address_about_a_member_who_enrolled_there_opens(vanak: Vanak) -> None:
    sara = vanak.cast.sara  # enrolled in Vanak; what she bought in Tajrish is hers too
    statuses = vanak.opens(sara, buys(vanak.cast, sara, "102"))

    assert refused(statuses) == []


def test_a_favourite_branch_makes_a_member_its_own(vanak: Vanak) -> None:
    reza = vanak.cast.reza
    changes = {"favourite_branch_id": vanak.cast.vanak.id}
    member_update(club=vanak.cast.club, id=reza.id, changes=changes, actor=SYSTEM, now=clock.now())

    statuses = vanak.opens(reza, buys(vanak.cast, reza, "102"))
    assert refused(statuses) == []


def test_one_purchase_in_a_branch_makes_a_member_its_own(vanak: Vanak) -> None:
    reza = vanak.cast.reza
    elsewhere = buys(vanak.cast, reza, "102")
    buys(vanak.cast, reza, "101")

    statuses = vanak.opens(reza, elsewhere)
    assert refused(statuses) == []


def test_the_till_serves_every_member_of_the_club(vanak: Vanak) -> None:
    client = vanak.client
    client.post("/till/branch", {"branch": str(vanak.cast.vanak.id), "number": "1"})

    page = client.post("/till/find", {"q": "09352345678"}).content.decode()
    assert "رضا کریمی" in page


def test_the_till_leaves_redemptions_of_other_branches_alone(vanak: Vanak) -> None:
    """They are asked for, finished, given back and called off where they were begun."""
    club = settings_set(club=vanak.cast.club, changes={"redeem_consent": "always"}, now=clock.now())
    sara = vanak.cast.sara
    cast.given(club, sara, 2_000, now=clock.now())
    begun = {
        branch: redemption_begin(
            club=club,
            member_id=sara.id,
            reward_key="discount_50k",
            channel="till",
            branch=branch,
            actor=SYSTEM,
            now=clock.now(),
        )
        for branch in ("101", "102")
    }
    client, headers = vanak.client, {"HX-Request": "true"}
    client.post("/till/branch", {"branch": str(vanak.cast.vanak.id), "number": "1"})

    def asks(path: str, branch: str) -> tuple[int, str]:
        name = ids.public("redemption", begun[branch].id)
        form = {"member": ids.public("member", sara.id), "mode": "amount", "redemption": name, "drop": name,
                "asked": name, "way": "code", "answer": "123456"}  # fmt: skip
        answer = client.post(f"/till/{path}", form, headers=headers)
        return answer.status_code, answer.content.decode()

    for path in ("drop", "yes", "yes/check", "yes/state", "pay"):
        status, page = asks(path, "102")
        assert (path, status) == (path, 403)
        assert "در این شعبه ثبت نشده است" in page
    assert redemption_get(club, begun["102"].id, now=clock.now()).state == "open"
    assert asks("drop", "101")[0] == 200
    assert redemption_get(club, begun["101"].id, now=clock.now()).state == "released"


ACTS = ("return", "return/preview", "return/record", "void")


def dealt_with(vanak: Vanak, bought: Settled, acts: tuple[str, ...] = ACTS) -> dict[str, tuple[int, bool]]:
    """What the till of Vanak answers to each act upon a purchase, and whether it says it is elsewhere."""
    vanak.client.post("/till/branch", {"branch": str(vanak.cast.vanak.id), "number": "1"})
    name = ids.public("activity", bought.activity_id)
    form = {"activity": name, "anonymous": name, "invoice": name, "q": vanak.cast.sara.number}
    found = {}
    for act in acts:
        answer = vanak.client.post(f"/till/{act}", form, headers={"HX-Request": "true"})
        found[act] = answer.status_code, "این خرید در شعبهٔ دیگری ثبت شده است" in answer.content.decode()
    return found


def test_the_till_leaves_purchases_of_other_branches_alone(vanak: Vanak) -> None:
    elsewhere = dict.fromkeys((*ACTS, "claim"), (403, True))
    of_reza, of_nobody = buys(vanak.cast, vanak.cast.reza, "102"), buys(vanak.cast, None, "102")

    assert dealt_with(vanak, of_reza) == {act: elsewhere[act] for act in ACTS}
    assert dealt_with(vanak, of_nobody, (*ACTS, "claim")) == elsewhere
    assert [row.kind for row in activity_list(vanak.cast.club).rows] == ["purchase"]


def test_the_till_takes_back_what_was_bought_there_or_at_no_branch(vanak: Vanak) -> None:
    here, on_the_web = buys(vanak.cast, vanak.cast.reza, "101"), buys(vanak.cast, vanak.cast.reza, "")

    acts = ("return", "return/preview", "void")
    assert dealt_with(vanak, here, acts) == dict.fromkeys(acts, (200, False))
    assert dealt_with(vanak, on_the_web, ("return/record",)) == {"return/record": (200, False)}
    assert dealt_with(vanak, buys(vanak.cast, None, "101"), ("claim",)) == {"claim": (200, False)}


def test_who_works_in_both_branches_takes_back_what_was_bought_in_either(vanak: Vanak) -> None:
    role_grant(
        club=vanak.cast.club,
        staff_id=Staff.objects.get(email=f"{vanak.grants[0].role}@naderi.example").id,
        role="cashier",
        branches=[vanak.cast.vanak.id, vanak.cast.tajrish.id],
        actor=SYSTEM,
        now=cast.LONG_AGO,
    )
    bought = buys(vanak.cast, vanak.cast.reza, "102")
    assert dealt_with(vanak, bought, ("void",)) == {"void": (200, False)}


def test_what_is_refused_says_that_the_till_may_serve(vanak: Vanak) -> None:
    vanak.client.cookies["bashgah_language"] = "en"
    page = vanak.client.get(f"/console/members/{ids.public('member', vanak.cast.reza.id)}/")

    assert page.status_code == 403
    assert "At the till you may serve them" in page.content.decode()


def test_a_search_by_another_branchs_mobile_leads_to_the_refusal_not_to_the_member(vanak: Vanak) -> None:
    page = vanak.client.get("/console/members/?q=09352345678", follow=True)

    assert page.status_code == 403
    assert "کریمی" not in page.content.decode()
