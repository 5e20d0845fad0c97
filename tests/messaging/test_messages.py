"""Messages are worded per club and language, sent once, and leave no secret behind."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bashgah.clubs.services import club_create
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import BothTexts, Wallet
from bashgah.ground.types import Actor, News
from bashgah.kit.phrases import Phrase, phrase_from_json, phrase_to_json, say
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.services import consent_record, member_enrol
from bashgah.members.services.codes import code_issue
from bashgah.members.types import ConsentGiven, MemberInfo
from bashgah.messaging import handlers, selectors, sending, services
from bashgah.messaging.channels.sms_file import SmsFile
from bashgah.messaging.events import BALANCE, EVENTS, WELCOME
from bashgah.messaging.models import Message
from bashgah.messaging.services import ToSay
from bashgah.messaging.shelf import CHANNELS
from bashgah.messaging.types import Outgoing, Receipt
from bashgah.programs.units import wallet_value

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MINA = Actor(kind="staff", id="stf_1", name="Mina")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


@pytest.fixture
def club() -> ClubInfo:
    return club_create(slug="naderi", name=Texts("باشگاه نادری", "Naderi club"), now=NOW)


def enrol(club: ClubInfo, mobile: str = "09123456789", **more: object) -> MemberInfo:
    return member_enrol(
        club=club, mobile=mobile, first_name="سارا", channel="till", now=NOW, **{"locale": "fa", **more}
    )


def purchase(club: ClubInfo, member: MemberInfo, occurred_at: datetime = NOW) -> News:
    return News(
        id=uuid.uuid4(),
        club_id=club.id,
        kind="purchase.settled",
        member_id=member.id,
        payload={
            "occurred_at": occurred_at.isoformat(),
            "net": 4_850_000,
            "credits": [
                {"wallet": "points", "amount": 400},
                {"wallet": "points", "amount": 85},
                {"wallet": "status", "amount": 485},
            ],
            "balances": [{"wallet": "points", "available": 2_310}],
        },
        at=NOW,
    )


def test_after_a_purchase_the_balance_is_told_by_sms_and_in_the_inbox(club: ClubInfo) -> None:
    sara = enrol(club)
    handlers.on_purchase_settled([purchase(club, sara)])
    (inbox,) = selectors.inbox_list(club, [sara.id])
    assert inbox.subject == "۴۸۵ امتیاز گرفتید"
    assert inbox.body == (
        "باشگاه نادری\nاز خرید ۴۸۵٬۰۰۰ تومان، ۴۸۵ امتیاز گرفتید.\nامتیاز قابل استفاده: ۲٬۳۱۰ امتیاز"
    )
    assert sending.messages_send(now=NOW) == 1
    (sent,) = selectors.trial_messages(club)
    assert (sent.to, sent.channel, sent.parts, sent.line) == ("+989123456789", "sms", 2, "service")
    assert sent.body == inbox.body


def test_an_english_member_reads_english(club: ClubInfo) -> None:
    john = enrol(club, locale="en")
    handlers.on_purchase_settled([purchase(club, john)])
    (inbox,) = selectors.inbox_list(club, [john.id])
    assert inbox.body == (
        "Naderi club\nYour purchase of 485,000 toman earned 485 points.\nAvailable: 2,310 points"
    )


def test_the_same_news_heard_twice_is_told_once(club: ClubInfo) -> None:
    sara = enrol(club)
    news = purchase(club, sara)
    handlers.on_purchase_settled([news])
    handlers.on_purchase_settled([news])
    assert Message.objects.count() == 2


def test_a_purchase_of_last_month_is_not_told(club: ClubInfo) -> None:
    sara = enrol(club)
    handlers.on_purchase_settled([purchase(club, sara, NOW - timedelta(days=30))])
    assert Message.objects.count() == 0


def test_what_a_worker_hears_late_is_not_told(club: ClubInfo) -> None:
    sara = enrol(club)
    late = replace(purchase(club, sara), heard_at=NOW + timedelta(days=2))
    handlers.on_purchase_settled([late])
    assert Message.objects.count() == 0


def test_who_joins_is_welcomed_but_not_who_came_by_a_file(club: ClubInfo) -> None:
    sara = enrol(club)
    news = News(uuid.uuid4(), club.id, "member.enrolled", sara.id, {"channel": "till"}, NOW)
    handlers.on_member_enrolled([news])
    (inbox,) = selectors.inbox_list(club, [sara.id])
    assert sara.number in inbox.body
    Message.objects.all().delete()
    handlers.on_member_enrolled([News(uuid.uuid4(), club.id, news.kind, sara.id, {"channel": "import"}, NOW)])
    assert Message.objects.count() == 0


def test_a_withdrawn_consent_stops_what_is_still_queued(club: ClubInfo) -> None:
    sara = enrol(club, consents=[ConsentGiven("sms", "service", True)])
    handlers.on_purchase_settled([purchase(club, sara)])
    consent_record(
        club=club,
        id=sara.id,
        consents=[ConsentGiven("sms", "service", False)],
        source="portal",
        now=NOW + timedelta(seconds=1),
    )
    sending.messages_send(now=NOW + timedelta(seconds=2))
    assert selectors.trial_messages(club) == []
    (message,) = selectors.message_list(club, channel="sms")
    assert (message.state, message.reason) == ("skipped", "no_consent")


def test_advertising_needs_a_yes(club: ClubInfo) -> None:
    sara = enrol(club)
    services.messages_post(
        club=club, event=BALANCE, said=[ToSay(sara.id, uuid.uuid4(), BALANCE.example)], now=NOW
    )
    Message.objects.filter(channel="sms").update(line="advertising")
    sending.messages_send(now=NOW)
    assert [message.state for message in selectors.message_list(club, channel="sms")] == ["skipped"]


def test_a_member_without_a_number_gets_no_sms(club: ClubInfo) -> None:
    someone = member_enrol(club=club, external_id="C-1", channel="till", now=NOW)
    handlers.on_purchase_settled([purchase(club, someone)])
    assert [message.channel for message in selectors.message_list(club)] == ["inbox"]


def test_a_code_is_sealed_sent_and_wiped(club: ClubInfo, owner_connection: psycopg.Connection) -> None:
    enrol(club)
    issued = code_issue(club=club, purpose="sign_in", contact="09123456789", now=NOW)
    services.code_post(club=club, issued=issued, purpose="sign_in", locale="fa", now=NOW)
    row = str(owner_connection.execute("SELECT * FROM messaging_message").fetchall())
    assert issued.code not in row
    assert "9123456789" not in row
    sending.messages_send(now=NOW)
    (sent,) = selectors.trial_messages(club)
    assert issued.code in sent.body
    assert sent.to == "+989123456789"
    sealed = owner_connection.execute(
        "SELECT state, sealed, address_sealed FROM messaging_message"
    ).fetchall()
    assert sealed == [("sent", None, None)]
    (shown,) = selectors.messages_of_member(club, [issued.member_id])
    assert (shown.is_secret, shown.body) == (True, "")


def test_a_code_that_lapsed_is_not_sent_and_is_wiped(
    club: ClubInfo, owner_connection: psycopg.Connection
) -> None:
    issued = code_issue(club=club, purpose="verify", contact="09351112233", now=NOW)
    services.code_post(club=club, issued=issued, purpose="verify", locale="en", now=NOW)
    sending.messages_send(now=NOW + timedelta(minutes=5))
    assert selectors.trial_messages(club) == []
    rows = owner_connection.execute(
        "SELECT state, reason, sealed, address_sealed FROM messaging_message"
    ).fetchall()
    assert rows == [("skipped", "too_late", None, None)]


class Shaky(SmsFile):
    """Fails as often as it is told, then works; keeps what it was asked."""

    def __init__(self, *receipts: str) -> None:
        self.receipts = list(receipts)
        self.asked: list[uuid.UUID] = []

    def send(self, batch: Sequence[Outgoing]) -> list[Receipt]:
        self.asked += [one.ref for one in batch]
        state = self.receipts.pop(0)
        if state == "raises":
            raise ConnectionError
        if state == "silent":
            return []
        permanent = state == "never"
        return [
            Receipt(one.ref, "failed" if permanent else state, permanent=permanent)  # type: ignore[arg-type]
            for one in batch
        ]


def queued_sms(club: ClubInfo) -> None:
    sara = enrol(club)
    services.messages_post(
        club=club, event=BALANCE, said=[ToSay(sara.id, uuid.uuid4(), BALANCE.example)], now=NOW
    )


@pytest.mark.parametrize(
    ("receipts", "state", "times"),
    [
        (["failed", "failed", "sent"], "sent", 3),
        (["raises", "sent"], "sent", 2),
        (["never"], "failed", 1),
        (["silent"], "unknown", 1),
        (["failed"] * 6, "failed", 6),
    ],
)
def test_a_failure_is_tried_again_only_where_that_is_safe(
    club: ClubInfo, monkeypatch: pytest.MonkeyPatch, receipts: list[str], state: str, times: int
) -> None:
    queued_sms(club)
    shaky = Shaky(*receipts)
    monkeypatch.setitem(CHANNELS._plugins, "sms_file", shaky)
    for hour in range(12):
        sending.messages_send(now=NOW + timedelta(hours=hour))
    assert [message.state for message in selectors.message_list(club, channel="sms")] == [state]
    assert len(shaky.asked) == times
    assert len(set(shaky.asked)) == 1


def test_what_a_killed_sender_left_is_never_sent_again(club: ClubInfo) -> None:
    queued_sms(club)
    sending._claim(NOW, 10)
    assert sending.messages_send(now=NOW + timedelta(minutes=5)) == 0
    sending.messages_send(now=NOW + timedelta(minutes=11))
    (message,) = selectors.message_list(club, channel="sms")
    assert (message.state, message.reason) == ("unknown", "no_answer")
    assert selectors.trial_messages(club) == []


def test_a_message_has_no_wording_where_it_does_not_go(club: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        selectors.template_get(club, "welcome", "pigeon")
    assert (refused.value.code, refused.value.status) == ("message_channel_unknown", 404)


def test_a_club_words_a_message_its_own_way_and_goes_back(club: ClubInfo) -> None:
    services.template_save(
        club=club,
        event="welcome",
        channel="inbox",
        subject=Texts("", ""),
        body=Texts("سلام {name}", "Hello {name}\nand welcome"),
        is_on=True,
        actor=MINA,
        now=NOW,
    )
    template = selectors.template_get(club, "welcome", "inbox")
    assert (template.is_own, template.body.en, template.subject) == (
        True,
        "Hello {name}\nand welcome",
        WELCOME.subject,
    )
    sara = enrol(club, locale="en")
    handlers.on_member_enrolled(
        [News(uuid.uuid4(), club.id, "member.enrolled", sara.id, {"channel": "portal"}, NOW)]
    )
    (inbox,) = selectors.inbox_list(club, [sara.id])
    assert inbox.body == "Hello سارا\nand welcome"
    assert not services.template_reset(
        club=club, event="welcome", channel="inbox", actor=MINA, now=NOW
    ).is_own


def test_a_message_that_is_off_is_not_queued_but_a_code_cannot_be_switched_off(club: ClubInfo) -> None:
    def off(event: str, channel: str) -> bool:
        return services.template_save(
            club=club,
            event=event,
            channel=channel,
            subject=Texts("", ""),
            body=Texts("", ""),
            is_on=False,
            actor=MINA,
            now=NOW,
        ).is_on

    assert not off("purchase_balance", "sms")
    assert off("sign_in_code", "sms")
    sara = enrol(club)
    handlers.on_purchase_settled([purchase(club, sara)])
    assert [message.channel for message in selectors.message_list(club)] == ["inbox"]


@pytest.mark.parametrize(
    ("event", "body", "code"),
    [
        ("welcome", "Hello {surname}", "template_field_unknown"),
        ("welcome", "x" * 2001, "text_too_long"),
        ("sign_in_code", "Welcome back", "template_without_code"),
        ("no_such", "Hello", "message_event_unknown"),
    ],
)
def test_wording_that_could_not_be_filled_is_refused(
    club: ClubInfo, event: str, body: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        services.template_save(
            club=club,
            event=event,
            channel="sms",
            subject=Texts("", ""),
            body=Texts("", body),
            is_on=True,
            actor=MINA,
            now=NOW,
        )
    assert refused.value.code == code


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.key)
@pytest.mark.parametrize("locale", ["fa", "en"])
def test_the_houses_own_wording_fills_every_field_it_names(club: ClubInfo, event, locale: str) -> None:
    for channel in event.channels:
        shown = selectors.template_preview(
            club, event.key, channel, subject=event.subject, body=event.body, locale=locale
        )
        assert "{" not in shown.body + shown.subject
        assert (shown.parts > 0) == (channel == "sms")
        assert shown.parts <= 3


def test_the_inbox_counts_what_is_unread(club: ClubInfo) -> None:
    sara = enrol(club)
    for _ in range(3):
        handlers.on_purchase_settled([purchase(club, sara)])
    assert selectors.inbox_unread_count(club, [sara.id]) == 3
    newest, *_, oldest = selectors.inbox_list(club, [sara.id])
    assert services.inbox_read(club=club, member_ids=[sara.id], message_id=newest.id, now=NOW) == 1
    assert services.inbox_read(club=club, member_ids=[sara.id], now=NOW) == 2
    assert selectors.inbox_unread_count(club, [sara.id]) == 0
    assert selectors.inbox_list(club, [sara.id], before=oldest.id) == []


def test_another_clubs_messages_are_never_shown(club: ClubInfo) -> None:
    ketab = club_create(slug="ketab", name=Texts("کتاب", "Ketab"), now=NOW)
    nika = enrol(ketab, mobile="09351112233")
    handlers.on_purchase_settled([purchase(ketab, nika)])
    sending.messages_send(now=NOW)
    assert selectors.inbox_list(club, [nika.id]) == []
    assert selectors.messages_of_member(club, [nika.id]) == []
    assert selectors.message_list(club) == []
    assert selectors.trial_messages(club) == []
    assert len(selectors.trial_messages(ketab)) == 1


def sent_to(club: ClubInfo) -> list[tuple[str, str]]:
    """Numbers and texts of what the trial SMS channel wrote, newest first."""
    return [(one.to, one.body) for one in selectors.trial_messages(club)]


def test_a_new_number_is_told_to_the_old_one_whatever_it_agreed_to(club: ClubInfo) -> None:
    sara = enrol(club)
    refused = [ConsentGiven("sms", "service", False)]
    consent_record(club=club, id=sara.id, consents=refused, source="portal", now=NOW)

    changes = {"mobile": "09357654321"}
    services.member_update_told(club=club, id=sara.id, changes=changes, actor=MINA, now=NOW)
    sending.messages_send(now=NOW)

    ((to, body),) = sent_to(club)
    assert to == "+989123456789"
    assert "۰۹۳۵•••۴۳۲۱" in body
    assert not Message.objects.filter(address_sealed__isnull=False).exists()


def test_a_change_of_anything_else_is_told_to_nobody(club: ClubInfo) -> None:
    sara = enrol(club)
    for changes in ({"city": "یزد"}, {"mobile": "0912 345 6789"}):
        services.member_update_told(club=club, id=sara.id, changes=changes, actor=MINA, now=NOW)
    assert not Message.objects.exists()


@pytest.mark.parametrize("purpose", ["sign_in", "verify"])
def test_a_code_typed_on_a_page_ends_with_the_line_browsers_read(club: ClubInfo, purpose: str) -> None:
    own = replace(club, domain="club.naderi.example")
    issued = code_issue(club=own, purpose=purpose, contact="+989123456789", now=NOW)
    services.code_post(club=own, issued=issued, purpose=purpose, locale="fa", now=NOW)
    sending.messages_send(now=NOW)
    ((_to, body),) = sent_to(club)
    assert body.splitlines()[-1] == f"@club.naderi.example #{issued.code}"


def test_a_code_told_to_a_cashier_carries_no_such_line(club: ClubInfo) -> None:
    own = replace(club, domain="club.naderi.example")
    issued = code_issue(club=own, purpose="redeem", contact="+989123456789", subject="hold", now=NOW)
    params = {"price": Points(5), "reward": Texts("قهوه", "Coffee")}
    services.code_post(club=own, issued=issued, purpose="redeem", locale="fa", params=params, now=NOW)
    sending.messages_send(now=NOW)
    assert "@club" not in sent_to(club)[0][1]


def test_a_wallet_is_said_by_the_clubs_name_for_it_and_store_credit_as_money(club: ClubInfo) -> None:
    stars = Wallet(key="stars", kind="points", name=BothTexts(fa="ستاره", en="Stars"))
    credit = Wallet(key="credit", kind="credit", name=BothTexts(fa="اعتبار", en="Credit"), worth=1)

    def said(wallet: Wallet | None, unit: str, lang: str) -> str:
        value = wallet_value(wallet, 12_000, unit, club)
        return say(Phrase("{x}", {"x": value}), lang)

    assert said(stars, "stars", "fa") == "۱۲٬۰۰۰ ستاره"
    assert said(stars, "stars", "en") == "12,000 Stars"
    assert said(credit, "credit", "fa") == "۱٬۲۰۰ تومان"
    assert said(None, "points", "fa") == "۱۲٬۰۰۰ امتیاز"
    named = Phrase("{x}", {"x": Points(3, "stars", Texts("ستاره", "Stars"))})
    assert say(phrase_from_json(phrase_to_json(named)), "fa") == "۳ ستاره"
