"""Social tasks: declared with care, done once, proved honestly, decided by staff."""

from __future__ import annotations

import struct
import zlib
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bashgah.activities.selectors import member_activities
from bashgah.activities.types import PurchaseRef, ReturnIn
from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.types import SYSTEM, News
from bashgah.history.selectors import sums_get
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.services import member_block, member_erase
from bashgah.social import handlers, selectors, services
from bashgah.social.links import same_place
from bashgah.social.models import Proof, Task
from tests.activities.shop import open_shop
from tests.cast import NOW
from tests.social.conftest import RULES, STAFF, Hands, picture

pytestmark = pytest.mark.django_db


class refused:  # noqa: N801 - reads as a function where it is used
    """Expects a refusal by its code."""

    def __init__(self, code: str, status: int = 409) -> None:
        self.code, self.status = code, status

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        assert isinstance(error, Refusal), f"nothing refused it: {error!r}"
        assert (error.code, error.status) == (self.code, self.status)
        return True


def done(hands: Hands) -> list[tuple[str, dict[str, object]]]:
    rows = member_activities(hands.club, hands.sara.id, limit=50).rows
    return [(row.type, dict(row.fact.attributes)) for row in rows]


def test_an_accepted_proof_is_an_activity_by_which_rules_give(hands: Hands) -> None:
    hands.task()
    proof = hands.sends()
    assert (proof.state, hands.points()) == ("waiting", 0)
    accepted = hands.accepts(proof)
    assert (accepted.state, accepted.decided_by, hands.points()) == ("accepted", "پرهام", 25)
    assert done(hands) == [("social_task", {"task": "follow", "network": "instagram"})]


def test_a_task_is_done_once(hands: Hands) -> None:
    hands.task()
    proof = hands.sends()
    with refused("proof_waiting"):
        hands.sends()
    hands.accepts(proof)
    with refused("task_done"):
        hands.sends()
    with refused("proof_decided"):
        hands.accepts(proof)
    with refused("proof_decided"):
        hands.refuses(proof)
    assert hands.points() == 25


def test_a_refusal_says_why_and_lets_the_member_try_again_until_the_limit(hands: Hands) -> None:
    hands.task(tries=2)
    hands.refuses(hands.sends(), "not_open", "صفحه خصوصی است")
    offer = selectors.offer_get(hands.club, hands.sara.id, "follow", NOW)
    assert offer.last is not None
    assert (offer.last.reason, offer.last.note, offer.tries_left) == ("not_open", "صفحه خصوصی است", 1)
    hands.refuses(hands.sends())
    with refused("tries_used"):
        hands.sends()
    with refused("reason_unknown", 422):
        hands.refuses(hands.sends(hands.reza), "because")


def test_a_right_code_is_accepted_at_once_and_a_wrong_one_is_counted(hands: Hands) -> None:
    hands.task(proof="code", code="NOWRUZ-1405")
    for _try in range(2):
        with refused("code_wrong", 422):
            hands.sends(code="nowruz")
    assert hands.sends(code="nowruz ۱۴۰۵").state == "accepted"
    assert hands.points() == 25
    for _try in range(5):
        with refused("code_wrong", 422):
            hands.sends(hands.reza, code="guess")
    with refused("too_many", 429):
        hands.sends(hands.reza, code="NOWRUZ1405")
    assert hands.sends(hands.reza, code="NOWRUZ1405", at=NOW + timedelta(hours=2)).state == "accepted"


def test_the_code_is_sealed_and_kept_when_the_task_changes(hands: Hands) -> None:
    task = hands.task(proof="code", code="AB12")
    hands.task(proof="code", revision=task.revision, tries=5)
    assert selectors.task_code(hands.club, task.id) == "AB12"
    assert b"AB12" not in bytes(Task.objects.get().code)


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("http://instagram.com/p/1", "link_invalid"),
        ("javascript:alert(1)", "link_invalid"),
        ("https://instagram.com@evil.example/p/1", "link_invalid"),
        ("https://instagram.com:8443/p/1", "link_invalid"),
        ("https://instagram.com\u202e/p/1", "link_invalid"),
        ("https://evil.example/instagram.com", "link_elsewhere"),
        ("https://notinstagram.com/p/1", "link_elsewhere"),
        ("https://instagram.com.evil.example/p/1", "link_elsewhere"),
        ("https://127.0.0.1/p", "link_invalid"),
        ("", "link_invalid"),
    ],
)
def test_only_https_links_of_the_declared_host_are_taken(hands: Hands, link: str, code: str) -> None:
    hands.task()
    with refused(code, 422):
        hands.sends(link=link)
    assert Proof.objects.count() == 0


def test_a_link_that_is_passed_on_leads_to_the_same_place() -> None:
    assert same_place("https://www.instagram.com/p/abc/?igsh=xyz&utm_source=ig#top") == same_place(
        "https://instagram.com/p/abc"
    )
    assert same_place("https://youtube.com/watch?v=1") != same_place("https://youtube.com/watch?v=2")


def test_the_same_link_of_two_members_is_pointed_out(hands: Hands) -> None:
    hands.task()
    first = hands.sends(link="https://www.instagram.com/p/abc/?igsh=1")
    second = hands.sends(hands.reza, link="https://instagram.com/p/abc")
    (twin,) = selectors.twins_of(hands.club, [second.id])[second.id]
    assert (twin.id, twin.member_id, twin.is_same) == (first.id, hands.sara.id, True)


def test_a_picture_is_drawn_anew_and_its_like_found(hands: Hands, media: Path) -> None:
    hands.task(proof="picture")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    kept = BytesIO()
    Image.open(BytesIO(picture(3))).convert("RGB").save(kept, "JPEG", exif=exif)
    assert b"taken at home" in kept.getvalue()
    first = hands.sends(picture=picture(3))
    second = hands.sends(hands.reza, picture=kept.getvalue())
    stored = selectors.picture_of(hands.club, second.id)
    assert Image.open(BytesIO(stored)).format == "JPEG"
    assert b"taken at home" not in stored
    (twin,) = selectors.twins_of(hands.club, [second.id])[second.id]
    assert (twin.id, twin.is_same) == (first.id, False)


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 20,000 pixels square."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 20_001 * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def oversized() -> bytes:
    """A picture of eight thousand pixels square: below Pillow's own limit, above ours."""
    kept = BytesIO()
    Image.new("1", (8000, 8000)).save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "picture_invalid"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "picture_invalid"),
        (b"GIF89a" + b"\0" * 200, "picture_invalid"),
        (picture()[: len(picture()) // 2], "picture_invalid"),
        (bomb(), "picture_invalid"),
        (oversized(), "picture_invalid"),
        (picture() + b"\0" * (4 * 1024 * 1024), "picture_too_large"),
    ],
    ids=["nothing", "svg", "gif", "half", "bomb", "oversized", "large"],
)
def test_what_is_no_picture_or_unpacks_into_too_much_is_refused(
    hands: Hands, media: Path, sent: bytes, code: str
) -> None:
    hands.task(proof="picture")
    with refused(code, 422):
        hands.sends(picture=sent)
    assert not list(media.rglob("*.jpg"))


def test_a_picture_of_a_refused_request_is_not_kept(hands: Hands, media: Path) -> None:
    hands.task(proof="picture")
    hands.sends(picture=picture(1))
    with refused("proof_waiting"):
        hands.sends(picture=picture(2))
    assert len(list(media.rglob("*.jpg"))) == 1


def test_places_are_counted_with_what_waits_and_a_refusal_frees_one(hands: Hands) -> None:
    hands.task(most=1)
    proof = hands.sends()
    with refused("task_full"):
        hands.sends(hands.reza)
    hands.refuses(proof)
    assert hands.sends(hands.reza).state == "waiting"


def test_a_task_is_open_in_its_days_on_its_tiers_while_it_is_on(hands: Hands) -> None:
    hands.task("later", starts_on=date(2026, 11, 22))
    hands.task("over", ends_on=date(2026, 11, 20))
    hands.task("off", is_on=False)
    hands.task("golden", tiers=("club:gold",))
    hands.task("last_day", starts_on=date(2026, 11, 21), ends_on=date(2026, 11, 21), tiers=("club:plain",))
    for key, code in (("later", "task_not_open"), ("over", "task_not_open"), ("off", "task_not_open")):
        with refused(code):
            hands.sends(task=key)
    with refused("task_other_tiers"):
        hands.sends(task="golden")
    hands.sends(task="last_day")
    offers = selectors.offers_of(hands.club, hands.sara.id, NOW)
    assert [(offer.task.key, offer.can_send) for offer in offers] == [("last_day", False)]


def test_a_blocked_member_can_neither_send_nor_be_accepted(hands: Hands) -> None:
    hands.task()
    proof = hands.sends()
    member_block(club=hands.club, id=hands.sara.id, reason="x", actor=SYSTEM, now=NOW)
    with refused("member_blocked"):
        hands.accepts(proof)
    assert selectors.proof_get(hands.club, proof.id).state == "waiting"


def test_many_are_decided_at_once_each_for_itself(hands: Hands) -> None:
    hands.task()
    hands.task("post")
    one, two = hands.sends(), hands.sends(hands.reza)
    hands.accepts(one)
    decided = services.proofs_decide(
        club=hands.club, ids=[one.id, two.id, two.id], verdict="accept", actor=STAFF, now=NOW
    )
    assert (decided.done, [id_ for id_, _why in decided.refused]) == (1, [one.id])
    assert (hands.points(), hands.points(hands.reza)) == (25, 25)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": Texts("", "")}, "/name"),
        ({"url": "http://instagram.com/x"}, "/url"),
        ({"network": "myspace"}, "/network"),
        ({"proof": "code", "code": "1"}, "/code"),
        ({"host": "not a host"}, "/host"),
        ({"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, "/ends_on"),
        ({"most": 0}, "/most"),
        ({"tries": 0}, "/tries"),
        ({"tiers": ("club:platinum",)}, "/tiers"),
    ],
)
def test_a_task_that_does_not_fit_is_not_declared(hands: Hands, more: dict[str, object], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        hands.task(**more)
    assert (refusal.value.status, refusal.value.field) == (422, field)


def test_a_task_is_changed_by_who_read_it_last_and_keeps_its_proof(hands: Hands) -> None:
    task = hands.task()
    with refused("key_taken"):
        hands.task()
    hands.task(revision=task.revision, tries=5)
    with refused("changed_meanwhile"):
        hands.task(revision=task.revision, tries=6)
    hands.sends()
    with refused("proof_fixed"):
        hands.task(revision=task.revision + 1, proof="picture")


def test_an_erased_member_leaves_no_link_text_or_picture(hands: Hands, media: Path) -> None:
    hands.task()
    hands.task("shot", proof="picture")
    hands.accepts(hands.sends())
    hands.sends(task="shot", picture=picture())
    member_erase(club=hands.club, id=hands.sara.id, reason="asked", actor=SYSTEM, now=NOW)
    for _again in range(2):
        handlers.on_erased(News(hands.sara.id, hands.club.id, "member.erased", hands.sara.id, {}, NOW))
    rows = Proof.objects.order_by("id").values_list("state", "words", "print", "likeness", "picture")
    assert list(rows) == [("accepted", None, None, None, ""), ("refused", None, None, None, "")]
    assert list(media.rglob("*.jpg")) == []


def merged(hands: Hands) -> News:
    merge = members_merge(
        club=hands.club, survivor_id=hands.sara.id, merged_id=hands.reza.id, actor=SYSTEM, now=NOW
    )
    told = {"merge_id": str(merge.id), "survivor_id": str(hands.sara.id), "merged_id": str(hands.reza.id)}
    return News(merge.id, hands.club.id, "members.merged", hands.sara.id, told, NOW)


def test_a_merge_joins_what_both_sent_and_its_undo_parts_it(hands: Hands) -> None:
    hands.task()
    mine, other = hands.sends(), hands.sends(hands.reza, link="https://instagram.com/p/other")
    news = merged(hands)
    for _again in range(2):
        handlers.on_merged(news)
    states = {each.id: each.state for each in selectors.proofs_of_member(hands.club, hands.sara.id)}
    assert states == {mine.id: "waiting", other.id: "joined"}
    hands.accepts(mine)
    with refused("task_done"):
        hands.sends()
    assert hands.points() == 25
    merge_undo(club=hands.club, merge_id=news.id, actor=SYSTEM, now=NOW)
    handlers.on_parted(News(news.id, hands.club.id, "members.parted", hands.sara.id, news.payload, NOW))
    assert selectors.proof_get(hands.club, other.id).state == "waiting"


def test_what_waits_at_a_merge_can_not_be_accepted_twice_before_the_news_comes(hands: Hands) -> None:
    hands.task()
    mine, other = hands.sends(), hands.sends(hands.reza, link="https://instagram.com/p/other")
    merged(hands)
    hands.accepts(mine)
    with refused("task_done"):
        hands.accepts(other)
    assert hands.points() == 25


def test_an_acceptance_taken_back_takes_back_what_it_gave_and_counted(hands: Hands) -> None:
    hands.task()
    proof = hands.accepts(hands.sends())
    assert hands.points() == 25
    with refused("reason_missing", 422):
        services.proof_undo(club=hands.club, id=proof.id, reason=" ", actor=STAFF, now=NOW)
    undone = services.proof_undo(
        club=hands.club, id=proof.id, reason="the post is gone", actor=STAFF, now=NOW
    )
    assert (undone.state, undone.note, hands.points()) == ("undone", "the post is gone", 0)
    with refused("proof_not_accepted"):
        services.proof_undo(club=hands.club, id=proof.id, reason="again", actor=STAFF, now=NOW)
    assert hands.accepts(hands.sends()).state == "accepted"
    assert hands.points() == 25


def test_limits_counters_and_streaks_follow_an_acceptance_taken_back() -> None:
    once = {**RULES[0], "limits": [{"window": "month", "most": 25, "of": "units"}]}
    counter = {"key": "tasks", "name": {"fa": "کارها", "en": "Tasks"}, "trigger": "custom:social_task"}
    kinds = [("times", "month"), ("streak", "month"), ("days_since", "ever")]
    counters = [{**counter, "key": f"c_{kind}", "counts": kind, "window": window} for kind, window in kinds]
    hands = Hands(open_shop(rules=[once], document={"counters": counters}))
    hands.task()
    hands.task("post")
    first = hands.accepts(hands.sends())
    services.proof_undo(club=hands.club, id=first.id, reason="gone", actor=STAFF, now=NOW)
    hands.accepts(hands.sends(task="post"))
    assert hands.points() == 25, "the limit of the month is free again"
    assert sums_get(hands.club, hands.sara.id).returns == 0


def test_an_api_client_can_not_take_back_what_the_club_recorded(hands: Hands) -> None:
    hands.task()
    proof = hands.accepts(hands.sends())
    assert proof.activity_id is not None
    with refused("purchase_not_found", 404):
        hands.shop.tell(
            ReturnIn(
                source="pos", reference="x", occurred_at=NOW,
                purchase=PurchaseRef(activity=public("activity", proof.activity_id)),
            )
        )  # fmt: skip
    assert hands.points() == 25
