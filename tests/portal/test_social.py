"""Tasks and reviews in the portal: found, done, proved, and seen by nobody else."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, MemberRef, PurchaseIn
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.social import services
from bashgah.social.models import Proof
from bashgah.social.types import TaskTerms
from tests import cast
from tests.portal.conftest import House
from tests.social.conftest import picture


def declared(house: House, **more: object) -> None:
    terms: dict[str, object] = {
        "name": Texts("دنبال کردن ما", "Follow us"), "text": Texts("صفحهٔ ما را دنبال کنید.", ""),
        "network": "instagram", "url": "https://www.instagram.com/naderi", "proof": "link", "is_on": True,
    }  # fmt: skip
    services.task_save(
        club=house.club, key="follow", terms=TaskTerms(**(terms | more)), revision=None, tiers=(),  # type: ignore[arg-type]
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip


def test_a_member_finds_a_task_sends_a_link_and_sees_how_it_stands(house: House) -> None:
    declared(house)
    sara = house.sara()
    assert "دنبال کردن ما" in sara.get("/").content.decode()
    assert "دنبال کردن ما" in sara.get("/tasks").content.decode()
    wrong = sara.post("/tasks/follow", link="https://evil.example/x")
    assert wrong.status_code == 422
    assert 'id="f-link-e"' in wrong.content.decode()
    assert sara.post("/tasks/follow", link="https://instagram.com/sara").status_code == 302
    assert "فرستاده شد و در حال بررسی است" in sara.get("/tasks/follow").content.decode()
    row = Proof.objects.get()
    services.proof_refuse(
        club=house.club, id=row.id, reason="not_open", note="عمومی نیست", actor=SYSTEM, now=clock.now()
    )
    page = sara.get("/tasks/follow").content.decode()
    assert "نشانی باز نمی‌شود یا صفحه عمومی نیست. عمومی نیست" in page
    assert "۲ بار دیگر می‌توانید بفرستید" in page


def test_a_picture_is_shown_to_its_member_alone(house: House, tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        declared(house, proof="picture")
        sara = house.sara()
        sara.post("/tasks/follow", picture=SimpleUploadedFile("me.png", picture(), "image/png"))
        url = f"/proofs/{ids.public('proof', Proof.objects.get().id)}.jpg"
        assert sara.get(url)["Content-Type"] == "image/jpeg"
        reza = house.visitor()
        reza.signs_in(cast.REZA_MOBILE)
        assert reza.get(url).status_code == 404
        assert house.visitor().get(url).status_code == 302


def bought(made: cast.Naderi) -> str:
    settled = settle_one(
        PurchaseIn(
            source="till", reference="r1", occurred_at=clock.now(),
            member=MemberRef(id=ids.public("member", made.sara.id)), branch="101",
            amounts=AmountsIn(gross=5_000_000),
        ),
        club=made.club, actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    return ids.public("activity", settled.activity_id)


def test_a_purchase_is_reviewed_once_and_looked_at_where_the_club_wants_it(house: House) -> None:
    purchase, sara = bought(house.cast), house.sara()
    assert "نوشتن نظر" not in sara.get(f"/statement/{purchase}/why").content.decode()
    settings_set(club=house.club, changes={"reviews": "looked_at"}, now=clock.now())
    assert "نوشتن نظر" in sara.get(f"/statement/{purchase}/why").content.decode()
    assert sara.post(f"/statement/{purchase}/review", text="خوب بود").status_code == 422
    assert sara.post(f"/statement/{purchase}/review", stars="4", text="خوب بود").status_code == 302
    row = Proof.objects.get()
    assert (row.state, row.stars, row.activity_id) == ("waiting", 4, None)
    assert "خوب بود".encode() not in bytes(row.words or b"")
    assert sara.post(f"/statement/{purchase}/review", stars="5").status_code == 409
    services.proof_accept(club=house.club, id=row.id, actor=SYSTEM, now=clock.now())
    assert "پذیرفته شد" in sara.get(f"/statement/{purchase}/why").content.decode()


def test_a_review_counts_at_once_where_nobody_looks_first(house: House) -> None:
    settings_set(club=house.club, changes={"reviews": "at_once"}, now=clock.now())
    purchase, sara = bought(house.cast), house.sara()
    sara.post(f"/statement/{purchase}/review", stars="5")
    row = Proof.objects.get()
    assert (row.state, row.activity_id is not None) == ("accepted", True)


def test_nobody_reviews_what_another_bought(house: House) -> None:
    settings_set(club=house.club, changes={"reviews": "at_once"}, now=clock.now())
    purchase = bought(house.cast)
    reza = house.visitor()
    reza.signs_in(cast.REZA_MOBILE)
    assert reza.post(f"/statement/{purchase}/review", stars="5").status_code == 404
    assert Proof.objects.count() == 0
