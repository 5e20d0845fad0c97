"""A club's colours."""

import pytest

from bashgah.clubs import brand, selectors, services
from bashgah.clubs.types import Theme
from bashgah.kit.refusals import Refusal
from tests.cast import NOW, naderi


def themed(**given):
    colours = {"brand": "#0c7572", "pass_a": "#0c5f63", "pass_b": "#0a3f4a", "logo": ""}
    return brand.themed(**colours | given)


def test_contrast_is_measured_as_wcag_measures_it():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_the_ink_on_the_brand_is_computed():
    assert themed(brand=" #A3294A ") == Theme("#a3294a", "#ffffff", "#0c5f63", "#0a3f4a", "")
    assert themed(brand="#006").brand == "#000066"


@pytest.mark.parametrize("field", ["brand", "pass_a", "pass_b"])
def test_a_colour_that_cannot_be_read_is_refused(field):
    with pytest.raises(Refusal) as refused:
        themed(**{field: "#777777"})
    assert (refused.value.code, refused.value.field, refused.value.extra) == (
        "contrast_low",
        f"/theme/{field}",
        {"ratio": 4.48},
    )
    assert getattr(themed(**{field: "#767676"}), field) == "#767676"


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#gggggg", "#000;}body{display:none", "url(x)"])
def test_what_is_no_colour_never_reaches_a_style_sheet(colour):
    with pytest.raises(Refusal) as refused:
        themed(brand=colour)
    assert refused.value.code == "colour_invalid"


@pytest.mark.parametrize("logo", ["/etc/passwd", "../x.png", "a b.png", 'x".png', "logos/../x"])
def test_a_logo_is_a_plain_place_in_media(logo):
    with pytest.raises(Refusal) as refused:
        themed(logo=logo)
    assert refused.value.code == "logo_invalid"


@pytest.mark.django_db
def test_a_theme_dresses_the_club():
    club = services.theme_set(
        club=naderi().club,
        brand_colour="#2f4fa8",
        pass_a="#2b478f",
        pass_b="#17264f",
        logo="logos/n.png",
        now=NOW,
    )
    assert club.theme == Theme("#2f4fa8", "#ffffff", "#2b478f", "#17264f", "logos/n.png")
    assert selectors.theme_css(club) == (
        ":root{--club-brand:#2f4fa8;--club-brand-on:#ffffff;--club-pass-a:#2b478f;--club-pass-b:#17264f}\n"
    )
