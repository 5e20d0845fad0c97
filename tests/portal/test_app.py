"""The portal as an app, and what exists only in demonstrations."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from tests.portal.conftest import House

pytestmark = pytest.mark.django_db


def test_the_manifest_speaks_the_visitors_language_and_names_maskable_icons(house: House) -> None:
    visitor = house.visitor()
    persian = visitor.get("/manifest.webmanifest").json()
    visitor.client.cookies["bashgah_language"] = "en"
    english = visitor.get("/manifest.webmanifest").json()

    assert (persian["name"], persian["dir"], persian["lang"]) == ("فروشگاه‌های نادری", "rtl", "fa")
    assert (english["name"], english["dir"], english["lang"]) == ("Naderi Stores", "ltr", "en")
    assert {icon["purpose"] for icon in persian["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize("name", ["icon-192.png", "icon-512.png", "icon-512-maskable.png"])
def test_icons_are_drawn_in_the_clubs_colour(house: House, name: str) -> None:
    answer = house.visitor().get(f"/{name}")
    image = Image.open(io.BytesIO(answer.content))

    assert image.size == (int(name.split("-")[1].removesuffix(".png")),) * 2
    assert image.getpixel((2, 2)) == (0x0C, 0x75, 0x72)


def test_other_icon_sizes_do_not_exist(house: House) -> None:
    assert house.visitor().get("/icon-99999.png").status_code == 404


def test_the_worker_keeps_the_shell_and_only_the_card_of_the_member(house: House) -> None:
    script = house.visitor().get("/sw.js")

    assert script.headers["Content-Type"].startswith("text/javascript")
    text = script.content.decode()
    assert "/static/ui/bashgah.css" in text
    assert 'const CARD = "/card/offline"' in text.replace("\\u002F", "/").replace("\\u002D", "-")


def test_the_offline_card_says_the_cards_number_and_no_rotating_code(house: House) -> None:
    page = house.sara().get("/card/offline").content.decode()

    assert "۶۲۸۰" in page
    assert "data-qr" not in page


def test_the_theme_carries_the_clubs_four_colours(house: House) -> None:
    sheet = house.visitor().get("/theme.css").content.decode()

    for name in ("--club-brand", "--club-brand-on", "--club-pass-a", "--club-pass-b"):
        assert name in sheet


def test_messages_of_the_trial_channels_are_shown_in_demonstrations_only(house: House) -> None:
    assert house.visitor().get("/demo/messages").status_code == 404


@pytest.mark.parametrize("path", ["/", "/statement", "/sign-in"])
def test_a_fresh_installation_says_that_it_runs_and_what_comes_next(path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 404
    assert "bashgah club open" in answer.content.decode()
