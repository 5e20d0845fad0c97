"""What staff see and do in the console, through its pages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from bashgah.access.selectors import key_list
from bashgah.accounting.jobs import prove
from bashgah.accounting.proving import proof_last
from bashgah.activities.services import settle_one
from bashgah.activities.types import CustomIn, MemberRef
from bashgah.clubs.selectors import club_get
from bashgah.console.export import disarmed
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members.selectors import member_get, member_list
from bashgah.members.services import member_enrol
from bashgah.programs.selectors import draft_get, version_last
from bashgah.programs.services import rule_put
from tests import cast
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db

ATTACK = "<script>alert(1)</script>"


def test_an_exact_mobile_opens_its_member_at_once(console: Console) -> None:
    response = console.get("members/?q=۰۹۱۲۱۲۳۴۵۶۷")

    assert response.status_code == 302
    assert response.headers["Location"].endswith(console.page_of(console.cast.sara))


def test_a_name_lists_members_in_any_spelling(console: Console) -> None:
    page = text(console.get("members/?q=سارا"))

    assert "سارا محمدی" in page
    assert "رضا کریمی" not in page


def test_a_list_masks_the_mobile_also_for_the_owner(console: Console) -> None:
    assert "۱۲۳۴۵۶۷" not in text(console.get("members/")).replace(" ", "")


def test_personal_data_is_masked_for_who_may_not_see_it(console: Console) -> None:
    path = f"{console.page_of(console.cast.sara)}details/"

    assert "۰۹۱۲ ۱۲۳ ۴۵۶۷" in text(console.get(path))
    hidden = text(console.works_as("analyst").get(path))
    assert "۰۹۱۲•••۴۵۶۷" in hidden
    assert not re.search("[1۱][2۲][3۳] ?[4۴][5۵][6۶][7۷]", hidden)


def test_another_clubs_member_is_not_found(console: Console) -> None:
    nika = cast.ketab().nika

    response = console.get(console.page_of(nika))

    assert response.status_code == 404
    assert "نیکا" not in text(response)


def test_what_members_write_is_never_run_as_a_page(console: Console) -> None:
    member_enrol(
        club=console.club,
        mobile="09121110000",
        first_name=ATTACK,
        last_name="=1+1",
        channel="console",
        now=clock.now(),
    )

    assert ATTACK not in text(console.get("members/"))


def test_an_export_disarms_formulas_and_keeps_persian(console: Console) -> None:
    member_enrol(
        club=console.club, mobile="09121110000", first_name="=cmd()", channel="console", now=clock.now()
    )

    file = text(console.get("members.csv"))

    assert file.startswith("\ufeff")
    assert "'=cmd()" in file
    assert "سارا محمدی" in file


def test_an_export_says_what_activities_and_their_fields_are_called(console: Console) -> None:
    told = CustomIn(
        source="app",
        reference="C-1",
        occurred_at=clock.now(),
        member=MemberRef(card=console.cast.sara.number),
        type="survey_answered",
        attributes={"survey": "S1", "score": 9},
    )
    settle_one(told, club=console.club, actor=SYSTEM, now=clock.now())

    assert ",survey_answered,Survey answered,survey: S1 · score: 9," in text(
        console.get("activities.csv", lang="en")
    )
    assert ",survey_answered,پاسخ به نظرسنجی,نظرسنجی: S1 · " in text(console.get("activities.csv"))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_a_cell_that_would_run_is_text(cell: str) -> None:
    assert disarmed(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["سارا", "a=b", "09121234567", ""])
def test_a_cell_that_would_not_run_stays(cell: str) -> None:
    assert disarmed(cell) == cell


def test_enrolling_from_the_console_needs_only_a_mobile(console: Console) -> None:
    response = console.post("members/new/", mobile="۰۹۳۵ ۱۱۱ ۲۲۳۳", consent_sms="1")

    assert response.status_code == 302
    newest = member_list(console.club, limit=1).members[0]
    assert newest.channel == "console"


def test_a_taken_mobile_is_said_beside_its_field(console: Console) -> None:
    response = console.post("members/new/", mobile=cast.SARA_MOBILE)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in text(response)


def test_a_block_needs_a_reason_and_stands_in_the_history(console: Console) -> None:
    path = console.page_of(console.cast.sara)

    refused = console.post(f"{path}block/", reason=" ")
    assert refused.status_code == 422
    assert member_get(console.club, console.cast.sara.id).status == "active"

    console.post(f"{path}block/", reason="به خواست خودش")
    assert member_get(console.club, console.cast.sara.id).status == "blocked"
    assert "به خواست خودش" in text(console.get(f"{path}details/"))


def test_an_adjustment_is_an_entry_with_its_reason(console: Console) -> None:
    path = console.page_of(console.cast.sara)

    form = {"direction": "give", "reason": "mistake", "note": "جبران خطای صندوق"}
    console.post(f"{path}adjust/", amount="۱٬۵۰۰", **form)

    assert wallets_get(console.club, console.cast.sara.id, clock.now())["points"].available == 1500
    assert "جبران خطای صندوق" in text(console.get(f"{path}points/"))


def test_a_marketer_adjusts_up_to_the_limit_of_the_role_and_beyond_it_asks(console: Console) -> None:
    maryam = console.works_as("marketer")
    path = f"{console.page_of(console.cast.sara)}adjust/"

    beyond = maryam.post(path, amount="50001", direction="give", reason="goodwill")
    assert (beyond.status_code, beyond.headers["Location"]) == (302, "/console/approvals/")
    assert "points" not in wallets_get(console.club, console.cast.sara.id, clock.now())
    assert maryam.post(path, amount="50000", direction="give", reason="goodwill").status_code == 302
    assert wallets_get(console.club, console.cast.sara.id, clock.now())["points"].available == 50_000


def test_an_activity_sent_twice_from_the_form_is_recorded_once(console: Console) -> None:
    path = f"{console.page_of(console.cast.sara)}record/"
    hidden = dict(
        re.findall(r'type="hidden" name="(reference|opened)" value="([^"]+)"', text(console.get(path)))
    )
    form = {"kind": "purchase", "amount": "1,280,000", "branch": "101", **hidden}

    assert hidden.keys() == {"reference", "opened"}
    for _ in range(2):
        assert console.post(path, **form).status_code == 302

    assert wallets_get(console.club, console.cast.sara.id, clock.now())["points"].available == 120


def test_the_timeline_says_what_happened_and_the_why_says_why(console: Console) -> None:
    bought = console.buys(console.cast.sara, 12_800_000)

    page = text(console.get(console.page_of(console.cast.sara)))
    why = text(console.get(f"activities/{ids.public('activity', bought.activity_id)}/why/", lang="en"))

    assert "خرید ۱٬۲۸۰٬۰۰۰ تومان" in page
    assert "12 times 100,000 toman, 10 points each" in why
    assert "not judged: the purchase was recorded by amount alone, without invoice lines" in why


def test_an_unreadable_brand_is_refused_with_its_contrast(console: Console) -> None:
    response = console.post("settings/brand/", brand="#ffff00", pass_a="#0c5f63", pass_b="#0a3f4a")

    assert response.status_code == 422
    assert "۱٫۰۷" in text(response)
    assert club_get(console.club.id).theme.brand == "#0c7572"


def test_a_logo_is_drawn_anew_and_a_disguised_file_is_refused(console: Console) -> None:
    colours = {"brand": "#a3294a", "pass_a": "#8e2140", "pass_b": "#541529"}
    drawn = BytesIO()
    Image.new("RGB", (40, 40), "red").save(drawn, "PNG")
    sneaky = SimpleUploadedFile("logo.png", b"<svg onload='alert(1)'/>", "image/png")

    assert console.post("settings/brand/", **colours, logo=sneaky).status_code == 422
    logo = SimpleUploadedFile("logo.png", drawn.getvalue() + b"<script>", "image/png")
    assert console.post("settings/brand/", **colours, logo=logo).status_code == 302
    served = console.get(f"logo/{console.club.slug}.png")
    assert served.headers["Content-Type"] == "image/png"
    assert b"<script>" not in served.content


def test_a_new_key_is_shown_once(console: Console) -> None:
    console.post("settings/keys/new/", name="POS", scopes=["members.read"])

    first, second = text(console.get("settings/keys/")), text(console.get("settings/keys/"))

    assert 'id="secret"' in first
    assert 'id="secret"' not in second
    assert len(key_list(console.club)) == 1


def test_publishing_waits_while_an_example_fails_and_says_which(console: Console) -> None:
    draft = draft_get(console.club)
    rule = dict(draft.document["rules"][0])
    rule["effects"] = [{**rule["effects"][0], "params": {"units": 11, "step": 1_000_000}}, rule["effects"][1]]
    rule_put(club=console.club, rule=rule, revision=draft.revision, actor=SYSTEM, now=clock.now())

    waiting = text(console.get("rules/publish/"))
    response = console.post("rules/publish/", revision=str(draft_get(console.club).revision))

    assert "مثال «دوازده پله و هشت‌دهم» درست نیست" in waiting
    assert response.status_code == 422
    assert version_last(console.club) == 1


def test_a_ready_rule_is_read_and_comes_into_the_draft_as_a_draft(console: Console) -> None:
    seen = text(console.get("rules/ready/"))
    assert "چهار هفتهٔ پیاپی" in seen
    assert "۲۰۰ امتیاز" in seen

    console.post("rules/ready/four_weeks_in_a_row/add/")
    unknown = console.post("rules/ready/luck/add/")

    rule = draft_get(console.club).document["rules"][-1]
    assert (rule["key"], rule["stage"]) == ("four_weeks_in_a_row", "draft")
    assert unknown.status_code == 422


def test_publishing_points_out_a_rule_that_can_never_fire(console: Console) -> None:
    draft = draft_get(console.club)
    never = {
        "key": "never",
        "name": {"fa": "قانون بی‌اثر", "en": "Never"},
        "when": {"all": [{"field": "purchase.net", "op": op, "value": 5} for op in ("gt", "lt")]},
        "effects": [{"amount": "fixed", "params": {"units": 1}}],
    }
    rule_put(club=console.club, rule=never, revision=draft.revision, actor=SYSTEM, now=clock.now())

    seen = text(console.get("rules/publish/"))

    assert "قانون بی‌اثر" in seen
    assert "هیچ‌گاه اعمال نمی‌شود" in seen


def test_going_back_to_a_version_makes_it_the_draft(console: Console) -> None:
    console.post("rules/visit/remove/")
    assert "visit" not in {rule["key"] for rule in draft_get(console.club).document["rules"]}

    console.post("rules/versions/1/back/")

    assert "visit" in {rule["key"] for rule in draft_get(console.club).document["rules"]}


def test_the_books_are_proved_on_request(console: Console) -> None:
    console.buys(console.cast.sara, 12_800_000)

    assert console.post("ledger/").status_code == 302
    asked = proof_last(console.club)
    assert asked is not None
    assert "hx-trigger" in text(console.get("ledger/progress/"))
    assert "ledger/progress/" in text(console.get("ledger/"))

    # asked again while it is under way it is the same proof
    console.post("ledger/")
    assert proof_last(console.club) == asked

    prove(proof=str(asked.id))

    assert console.get("ledger/progress/").headers["HX-Refresh"] == "true"
    page = text(console.get("ledger/"))
    assert "همه چیز دوباره حساب شد و درست است" in page
    assert "مینا نادری" in page


@pytest.mark.corrupts
def test_what_does_not_hold_is_named_on_the_page(console: Console) -> None:
    console.buys(console.cast.sara, 12_800_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_wallet SET available = available + 1")
    console.post("ledger/")
    asked = proof_last(console.club)
    assert asked is not None

    prove(proof=str(asked.id))

    found = proof_last(console.club)
    assert found is not None
    assert found.findings
    assert "b-note is-bad" in text(console.get("ledger/"))


def test_a_person_sees_only_places_they_may_open(console: Console) -> None:
    analyst = text(console.works_as("analyst").get("members/"))

    assert "/console/rules/" in analyst
    assert "/console/settings/keys/" not in analyst
    assert "ثبت‌نام عضو" not in analyst


def test_a_branch_manager_sees_the_members_of_the_branch_alone(console: Console) -> None:
    page = text(console.works_as("branch_manager").get("members/"))

    assert "سارا محمدی" in page
    assert "رضا کریمی" not in page


def test_both_languages_say_the_same_page(console: Console) -> None:
    assert "قوانین امتیازدهی" in text(console.get("rules/"))
    assert "Earning rules" in text(console.get("rules/", lang="en"))


def test_a_statement_names_rules_and_says_store_credit_in_the_clubs_money(console: Console) -> None:
    console.buys(console.cast.sara, 12_800_000)
    rule = draft_get(console.club).document["rules"][0]

    page = text(console.get(f"{console.page_of(console.cast.sara)}points/"))

    assert rule["name"]["fa"] in page
    assert f">{rule['key']}<" not in page
