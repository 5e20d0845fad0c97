"""Products, their categories, and the facts every purchase asks for."""

import pytest

from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.products import selectors, services
from bashgah.products.types import BrandInfo, CategoryInfo, NewProduct, ProductFact
from tests.cast import NOW, ketab, naderi

pytestmark = pytest.mark.django_db
MILK = NewProduct("6260", Texts("شیر کم‌چرب", "Low-fat milk"), "milk", "mihan", ("لبنیات",))


def dairy(club):
    services.categories_upsert_bulk(
        club=club,
        categories=[
            CategoryInfo("food", Texts("خوراکی"), ""),
            CategoryInfo("dairy", Texts("لبنیات"), "food"),
            CategoryInfo("milk", Texts("شیر"), "dairy"),
        ],
        now=NOW,
    )
    services.products_upsert_bulk(club=club, products=[MILK], now=NOW)


def test_facts_carry_the_whole_way_down_to_the_category():
    club = naderi().club
    dairy(club)
    assert selectors.products_facts(club, ["6260", "unknown"]) == {
        "6260": ProductFact(
            ("food", "dairy", "milk"), "mihan", ("لبنیات",), Texts("شیر کم‌چرب", "Low-fat milk")
        )
    }


def test_a_category_nobody_declared_is_its_own_way():
    club = naderi().club
    services.products_upsert_bulk(
        club=club, products=[NewProduct("1", category="x"), NewProduct("2")], now=NOW
    )
    facts = selectors.products_facts(club, ["1", "2"])
    assert (facts["1"].category_path, facts["2"].category_path) == (("x",), ())


def test_known_products_are_not_read_again(django_assert_num_queries):
    club = naderi().club
    dairy(club)
    selectors.products_facts(club, ["6260", "none"])
    # the look at the club's revision goes past Django's counter; products and categories would not
    with django_assert_num_queries(0):
        selectors.products_facts(club, ["6260", "none"])


def test_every_change_is_seen_by_the_next_purchase():
    club = naderi().club
    dairy(club)
    assert selectors.products_facts(club, ["6260", "7"]).keys() == {"6260"}
    services.products_upsert_bulk(club=club, products=[NewProduct("7", brand="pak")], now=NOW)
    assert selectors.products_facts(club, ["7"])["7"].brand == "pak"
    services.categories_upsert_bulk(
        club=club, categories=[CategoryInfo("milk", Texts("شیر"), "food")], now=NOW
    )
    assert selectors.products_facts(club, ["6260"])["6260"].category_path == ("food", "milk")


def test_a_full_shelf_is_emptied_and_still_answers(monkeypatch):
    club = naderi().club
    services.products_upsert_bulk(club=club, products=[NewProduct(str(n)) for n in range(6)], now=NOW)
    monkeypatch.setattr(selectors, "FACTS_MOST", 4)
    assert len(selectors.products_facts(club, ["0", "1", "2"])) == 3
    assert selectors.products_facts(club, ["0", "3", "4", "x"]).keys() == {"0", "3", "4"}


def test_what_a_file_leaves_empty_stays_and_the_same_file_changes_nothing():
    club = naderi().club
    dairy(club)
    assert services.products_upsert_bulk(club=club, products=[NewProduct("6260")], now=NOW) == 0
    assert services.products_upsert_bulk(club=club, products=[MILK], now=NOW) == 0
    changed = [NewProduct("6260", brand="kalleh"), NewProduct("9", is_gift_card=True)]
    assert services.products_upsert_bulk(club=club, products=changed, now=NOW) == 2
    product = selectors.product_get(club, "6260")
    assert (product.brand_code, product.category_code, product.name) == ("kalleh", "milk", MILK.name)
    assert selectors.product_get(club, "9").is_gift_card is True
    services.products_upsert_bulk(club=club, products=[NewProduct("9", is_gift_card=False)], now=NOW)
    assert selectors.product_get(club, "9").is_gift_card is False


def test_of_two_rows_with_one_sku_the_later_counts():
    club = naderi().club
    rows = [NewProduct("1", brand="a"), NewProduct("1", brand="b")]
    assert services.products_upsert_bulk(club=club, products=rows, now=NOW) == 1
    assert selectors.product_get(club, "1").brand_code == "b"


@pytest.mark.parametrize("sku", ["", "  ", "x" * 61, "a\x00", "\ud800"])
def test_a_sku_that_cannot_be_is_refused_and_nothing_is_written(sku):
    club = naderi().club
    with pytest.raises(Refusal) as refused:
        services.products_upsert_bulk(club=club, products=[NewProduct("1"), NewProduct(sku)], now=NOW)
    assert refused.value.status == 422
    assert selectors.products_count(club) == 0


def test_a_category_cannot_lie_within_itself():
    club = naderi().club
    dairy(club)
    with pytest.raises(Refusal) as refused:
        services.categories_upsert_bulk(
            club=club, categories=[CategoryInfo("food", Texts("خوراکی"), "milk")], now=NOW
        )
    assert refused.value.code == "category_circle"
    assert [c.parent_code for c in selectors.category_list(club)] == ["food", "", "dairy"]
    assert selectors.products_facts(club, ["6260"])["6260"].category_path == ("food", "dairy", "milk")


def test_products_are_listed_by_sku_in_pages_and_found_by_words():
    club = naderi().club
    rows = [NewProduct(f"{n:03d}", Texts(f"ماست {n}"), "dairy" if n % 2 else "") for n in range(10)]
    services.products_upsert_bulk(club=club, products=rows, now=NOW)
    first = selectors.product_list(club, limit=6)
    rest = selectors.product_list(club, limit=6, cursor=first.next_cursor)
    assert [p.sku for p in first.products + rest.products] == [f"{n:03d}" for n in range(10)]
    assert rest.next_cursor is None
    assert [p.sku for p in selectors.product_list(club, text="ماست ۷").products] == ["007"]
    assert len(selectors.product_list(club, category="dairy").products) == 5
    assert [p.sku for p in selectors.product_search(club, "003")] == ["003"]
    assert len(selectors.product_search(club, "ماست", limit=4)) == 4
    assert selectors.product_search(club, " ") == []


@pytest.mark.parametrize("cursor", ["!", "AA", "A", "۱"])
def test_a_cursor_of_no_list_is_refused(cursor):
    with pytest.raises(Refusal) as refused:
        selectors.product_list(naderi().club, cursor=cursor)
    assert refused.value.code == "cursor_invalid"


def test_a_retired_product_leaves_the_lists_and_keeps_its_facts():
    club = naderi().club
    dairy(club)
    services.product_retire(club=club, sku="6260", now=NOW)
    assert selectors.product_list(club).products == ()
    assert selectors.product_search(club, "6260") == []
    assert selectors.products_facts(club, ["6260"]).keys() == {"6260"}


def test_no_product_of_another_club_is_ever_found():
    cast, other = naderi(), ketab()
    dairy(other.club)
    services.brands_upsert_bulk(club=other.club, brands=[BrandInfo("mihan", Texts("میهن"))], now=NOW)
    assert selectors.products_facts(cast.club, ["6260"]) == {}
    assert selectors.product_list(cast.club).products == ()
    assert selectors.product_search(cast.club, "6260") == []
    assert (selectors.category_list(cast.club), selectors.brand_list(cast.club)) == ([], [])
    assert selectors.brand_list(other.club) == [BrandInfo("mihan", Texts("میهن"))]
    for ask in (
        lambda: selectors.product_get(cast.club, "6260"),
        lambda: services.product_retire(club=cast.club, sku="6260", now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "product_not_found"
