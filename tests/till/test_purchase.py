"""Recording at the till: once, for the right member, of the right amount, and said aloud."""

from __future__ import annotations

import re

import pytest

from bashgah.activities.selectors import activity_list, anonymous_list
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.products.services import products_upsert_bulk
from bashgah.products.types import NewProduct
from tests import cast
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db


def recorded(till: Till) -> list[ActivityInfo]:
    return list(activity_list(till.club).rows)


def points(till: Till, member: MemberInfo) -> int:
    wallet = wallets_get(till.club, member.id, clock.now()).get("points")
    return wallet.available if wallet else 0


@pytest.mark.parametrize("typed", ["09121234567", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567", "٠٩١٢١٢٣٤٥٦٧"])
def test_a_member_is_found_by_mobile_in_any_digits(till: Till, typed: str) -> None:
    answer = till.post("find", q=typed)

    assert "سارا محمدی" in answer.content.decode()
    assert answer.headers["HX-Trigger"] == "till:found"


def test_a_member_is_found_by_card_and_by_the_portals_qr(till: Till) -> None:
    sara = till.cast.sara
    token = members.member_qr_token(till.club, sara.id, clock.now())

    assert "سارا محمدی" in till.post("find", q=sara.number).content.decode()
    assert "سارا محمدی" in till.post("find", q=token).content.decode()


def test_the_cashier_never_sees_a_whole_mobile_number(till: Till) -> None:
    page = till.post("find", q="09121234567").content.decode()

    assert "۰۹۱۲•••۴۵۶۷" in page
    assert "09121234567" not in page
    assert "۱۲۳۴۵۶۷" not in page


def test_an_unknown_number_can_be_enrolled_and_is_nobody_elses(till: Till) -> None:
    nika = cast.ketab().nika

    unknown = till.post("find", q="09103456789").content.decode()
    assert "عضوی پیدا نشد" in unknown
    assert nika.first_name not in unknown

    answer = till.post("enrol", mobile="09103456789", name="نیکا شهبازی")

    assert answer.headers["HX-Trigger"] == "till:enrolled"
    found = members.member_resolve(till.club, "mobile", "09103456789")
    assert found is not None
    member = members.member_get(till.club, found)
    assert (member.first_name, member.last_name, member.channel) == ("نیکا", "شهبازی", "till")
    assert (member.branch_id, member.id != nika.id) == (till.cast.vanak.id, True)


def test_enrolling_somebody_known_opens_them(till: Till) -> None:
    answer = till.post("enrol", mobile="09121234567", name="کس دیگر")

    assert "سارا محمدی" in answer.content.decode()
    assert members.member_get(till.club, till.cast.sara.id).first_name == "سارا"


def test_the_preview_says_the_points_the_words_and_the_rules_it_cannot_judge(till: Till) -> None:
    page = till.post("preview", **till.purchase(till.cast.sara, "۱٬۳۳۰٬۰۰۰")).content.decode()

    assert "یک میلیون و سیصد و سی هزار تومان" in page
    assert '<span class="points"><bdi class="n" dir="ltr">+۱۳۰</bdi></span>' in page
    assert "«آخر هفتهٔ لبنیات»" in page
    assert recorded(till) == []


def test_what_the_preview_promised_is_what_recording_gives(till: Till) -> None:
    form = till.purchase(till.cast.sara, "۱٬۳۳۰٬۰۰۰")
    till.post("preview", **form)

    page = till.post("record", **form).content.decode()

    assert points(till, till.cast.sara) == 130
    assert "خرید ثبت شد" in page
    assert 'dir="ltr">+۱۳۰</bdi>' in page
    (activity,) = recorded(till)
    assert (activity.reference, activity.source, activity.branch, activity.net) == (
        "1405-3-00001",
        "till:101",
        "101",
        13_300_000,
    )


def test_pressing_f12_twice_records_once_and_says_so(till: Till) -> None:
    form = till.purchase(till.cast.sara, "1330000")

    first, second = till.post("record", **form), till.post("record", **form)

    assert (first.status_code, second.status_code) == (200, 200)
    assert len(recorded(till)) == 1
    assert points(till, till.cast.sara) == 130
    assert "دو بار" not in first.content.decode()
    assert "دو بار" in second.content.decode()


def test_the_next_invoice_number_is_filled_in(till: Till) -> None:
    page = till.post("record", **till.purchase(till.cast.sara, "1330000")).content.decode()

    assert 'value="1405-3-00002"' in page


def test_another_purchase_under_a_used_number_is_refused_and_the_next_number_offered(till: Till) -> None:
    till.post("record", **till.purchase(till.cast.sara, "1330000"))

    other = till.post("record", **till.purchase(till.cast.reza, "500000"))

    assert other.status_code == 409
    assert other.headers["HX-Retarget"] == "#till-error"
    assert 'value="1405-3-00002"' in other.content.decode()
    assert len(recorded(till)) == 1


def test_the_same_purchase_with_another_amount_is_not_recorded_under_another_number(till: Till) -> None:
    form = till.purchase(till.cast.sara, "1330000")
    till.post("record", **form)

    changed = till.post("record", **{**form, "amount": "1430000"})

    assert changed.status_code == 409
    assert 'id="till-invoice"' not in changed.content.decode()
    assert "۱٬۳۳۰٬۰۰۰" in changed.content.decode()


def test_a_card_number_is_refused_as_an_amount(till: Till) -> None:
    answer = till.post("record", **till.purchase(till.cast.sara, till.cast.reza.number))

    assert answer.status_code == 422
    assert "شمارهٔ کارت" in answer.content.decode()
    assert recorded(till) == []


@pytest.mark.parametrize("amount", ["", "0", "-5", "یک میلیون", "1e9", "9" * 30])
def test_an_amount_that_is_none_records_nothing(till: Till, amount: str) -> None:
    answer = till.post("record", **till.purchase(till.cast.sara, amount))

    assert answer.status_code == 422
    assert recorded(till) == []


def test_an_amount_above_the_clubs_threshold_is_asked_once_more(till: Till) -> None:
    settings_set(club=till.club, changes={"amount_ask_above": 100_000_000}, now=clock.now())
    form = till.purchase(till.cast.sara, "15000000")

    first = till.post("record", **form)
    assert first.status_code == 409
    assert recorded(till) == []
    sure = re.search(r'name="sure" id="till-sure" value="(\d+)"', first.content.decode())
    assert sure is not None

    assert till.post("record", **{**form, "amount": "16000000", "sure": sure[1]}).status_code == 409
    assert till.post("record", **{**form, "sure": sure[1]}).status_code == 200
    assert [each.net for each in recorded(till)] == [150_000_000]


def test_lines_are_recorded_with_weights_and_their_products(till: Till) -> None:
    products_upsert_bulk(
        club=till.club,
        products=[NewProduct(sku="626", name=Texts("سیب", "Apples"))],
        now=clock.now(),
    )
    row = till.post("item", item="۲٫۵*626").content.decode()
    assert 'name="line_sku" value="626"' in row
    assert 'name="line_quantity" value="۲٫۵"' in row

    answer = till.post(
        "record",
        **{
            **till.purchase(till.cast.sara, ""),
            "mode": "lines",
            "line_sku": ["626", ""],
            "line_name": ["سیب", "نان"],
            "line_quantity": ["۲٫۵", "2"],
            "line_price": ["100,000", "۲۵٬۰۰۰"],
        },
    )

    assert answer.status_code == 200
    (activity,) = recorded(till)
    assert [(line.sku, line.quantity, line.gross) for line in activity.fact.lines] == [
        ("626", 2_500, 2_500_000),
        ("", 2_000, 500_000),
    ]


def test_a_line_without_a_price_holds_the_purchase_back_in_words(till: Till) -> None:
    form = {
        **till.purchase(till.cast.sara, ""),
        "mode": "lines",
        "line_sku": ["626"],
        "line_name": ["سیب"],
        "line_quantity": ["1"],
        "line_price": [""],
    }

    assert "قیمت ندارد" in till.post("preview", **form).content.decode()
    assert till.post("record", **form).status_code == 422


def test_an_unknown_barcode_is_offered_to_be_added_as_it_is(till: Till) -> None:
    offered = till.post("item", item="99887766")
    assert offered.headers["HX-Retarget"] == "#till-found-item"

    added = till.post("item", picked="1*99887766").content.decode()
    assert 'name="line_sku" value="99887766"' in added


def test_a_purchase_without_a_member_counts_and_can_be_given_to_one_once(till: Till) -> None:
    page = till.post("record", **till.purchase(None, "1330000")).content.decode()
    (nobodys,) = anonymous_list(till.club).rows
    assert nobodys.net == 13_300_000
    assert recorded(till) == []

    anonymous = re.search(r'name="anonymous" value="([^"]+)"', page)
    assert anonymous is not None
    till.post("claim", anonymous=anonymous[1], q="09121234567")
    again = till.post("claim", anonymous=anonymous[1], q="09352345678")

    assert points(till, till.cast.sara) == 130
    assert points(till, till.cast.reza) == 0
    assert again.status_code == 409


def test_a_blocked_member_earns_nothing_and_the_cashier_reads_why(till: Till) -> None:
    from bashgah.ground.types import SYSTEM
    from bashgah.members.services import member_block

    member_block(club=till.club, id=till.cast.sara.id, reason="بررسی", actor=SYSTEM, now=clock.now())

    assert "مسدود" in till.post("find", q="09121234567").content.decode()
    assert till.post("record", **till.purchase(till.cast.sara, "1330000")).status_code == 409
    assert recorded(till) == []


def test_another_clubs_member_cannot_be_named(till: Till) -> None:
    nika = cast.ketab().nika

    assert till.post("record", **till.purchase(nika, "1330000")).status_code == 404


def test_the_invoice_begins_with_the_till_and_goes_on_after_a_new_sign_in(till: Till) -> None:
    till.post("record", **till.purchase(till.cast.sara, "1330000"))
    till.post("branch", branch=str(till.cast.vanak.id), number="3")

    page = till.client.get("/till/").content.decode()

    assert re.search(r'name="invoice"\s+value="1405-3-00002"', page)


def test_omid_opens_his_own_branch_and_no_other(till: Till) -> None:
    page = till.client.get("/till/branch").content.decode()

    assert "میدان ونک" in page
    assert "تجریش" not in page
    till.client.post("/till/branch", {"branch": str(till.cast.tajrish.id), "number": "9"})
    assert "میدان ونک" in till.client.get("/till/").content.decode()


def test_a_public_id_of_another_kind_is_refused(till: Till) -> None:
    form = till.purchase(None, "1330000", redemption=[ids.public("member", till.cast.sara.id)])

    assert till.post("record", **form).status_code == 404
