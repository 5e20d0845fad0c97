"""What members of the demo did in public: tasks, proofs decided and waiting, and reviews of purchases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from django.db import transaction
from PIL import Image, ImageDraw

from bashgah.activities.selectors import member_activities
from bashgah.clubs.types import ClubInfo
from bashgah.demo.places import STAFF
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.redemption.services import redemption_begin
from bashgah.social import selectors, services
from bashgah.social.types import TaskTerms, Told

CODE = "YALDA1405"
TASKS = (
    (
        "follow_instagram",
        TaskTerms(
            name=Texts("دنبال کردن ما در اینستاگرام", "Follow us on Instagram"),
            text=Texts(
                "صفحهٔ فروشگاه‌های نادری را دنبال کنید و نشانی صفحهٔ خودتان را بفرستید.",
                "Follow the page of Naderi Stores and send the link of your own.",
            ),
            network="instagram",
            url="https://www.instagram.com/naderi.stores",
            proof="link",
            most=500,
            is_on=True,
        ),
    ),
    (
        "story",
        TaskTerms(
            name=Texts("استوری از سبد خرید", "A story of your basket"),
            text=Texts(
                "از سبد خریدتان استوری بگذارید و تصویرش را بفرستید.",
                "Post a story of what you bought and send a picture of it.",
            ),
            network="instagram",
            url="https://www.instagram.com/naderi.stores",
            proof="picture",
            is_on=True,
        ),
    ),
    (
        "telegram_code",
        TaskTerms(
            name=Texts("کد پنهان در کانال تلگرام", "The code hidden in our Telegram channel"),
            text=Texts("کد را در پست سنجاق‌شدهٔ کانال پیدا کنید.", "Find the code in the pinned post."),
            network="telegram",
            url="https://t.me/naderi_stores",
            proof="code",
            code=CODE,
            is_on=True,
        ),
    ),
)
WORDS = (
    (5, "همه‌چیز تازه بود و صندوق خلوت. ممنون."),
    (3, "قیمت‌ها خوب است ولی میوه کمی مانده بود."),
    (4, ""),
)
LONG_AGO = timedelta(days=2)


def shown(club: ClubInfo, members: Sequence[UUID], *, begin: datetime, until: datetime) -> None:
    """Declare tasks and let members do them: some decided two days ago, some waiting; all at once or nothing.

    What is decided is old enough that nobody is told of it. Run again it does nothing.
    """
    _coupon_for_dairy(club, members[0], until)
    if selectors.task_list(club):
        return
    staff = Actor(kind="system", name=STAFF[1].name)
    long_ago = max(begin, until - LONG_AGO)
    with transaction.atomic():
        for key, terms in TASKS:
            services.task_save(
                club=club, key=key, terms=terms, revision=None, tiers=(), actor=staff, now=begin
            )
        decided = [
            _sent(club, who, "follow_instagram", _link(no), long_ago) for no, who in _some(members, 3, 6)
        ]
        for proof in decided[:-1]:
            services.proof_accept(club=club, id=proof, actor=staff, now=long_ago)
        for proof in decided[-1:]:
            services.proof_refuse(club=club, id=proof, reason="not_open", actor=staff, now=long_ago)
        for _no, who in _some(members, 2, 3):
            _sent(club, who, "telegram_code", Told(code=CODE), long_ago)
        # the second of these shows what the first did: the queue points it out
        for no, who in _some(members, 7, 9):
            _sent(club, who, "follow_instagram", _link(7), until - timedelta(hours=12 - no))
        for no, who in _some(members, 1, 2):
            _sent(club, who, "story", Told(picture=_picture()), until - timedelta(hours=no))
        _reviewed(club, members, until)


def _coupon_for_dairy(club: ClubInfo, member_id: UUID, until: datetime) -> None:
    """The member everybody signs in as holds a coupon for some goods, if the points suffice."""
    with suppress(Refusal):
        redemption_begin(
            club=club,
            member_id=member_id,
            reward_key="dairy_15",
            channel="portal",
            reference=("demo", f"{public('member', member_id)}-dairy"),
            actor=Actor(kind="member", id=public("member", member_id)),
            now=until,
        )


def _some(members: Sequence[UUID], first: int, after: int) -> list[tuple[int, UUID]]:
    return list(enumerate(members))[first:after]


def _link(number: int) -> Told:
    return Told(link=f"https://www.instagram.com/naderi.friend{number}")


def _sent(club: ClubInfo, member_id: UUID, task: str, told: Told, at: datetime) -> UUID:
    actor = Actor(kind="member", id=public("member", member_id))
    return services.proof_send(club=club, member_id=member_id, task=task, told=told, actor=actor, now=at).id


def _reviewed(club: ClubInfo, members: Sequence[UUID], until: datetime) -> None:
    for (stars, text), member_id in zip(WORDS, members, strict=False):
        rows = member_activities(club, member_id, limit=20).rows
        bought = next((each for each in rows if each.kind == "purchase"), None)
        if bought is not None:
            services.review_send(
                club=club,
                member_id=member_id,
                purchase_id=bought.id,
                stars=stars,
                text=text,
                actor=Actor(kind="member", id=public("member", member_id)),
                now=until - timedelta(hours=stars),
            )


def _picture() -> bytes:
    """A drawing of a phone with a basket on its screen."""
    drawn = Image.new("RGB", (720, 1280), "#20303a")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, 720, 130), fill="#0c7572")
    pen.ellipse((40, 35, 100, 95), fill="#f0e6d2")
    pen.rectangle((130, 50, 420, 80), fill="#f0e6d2")
    pen.polygon(((130, 560), (590, 560), (520, 900), (200, 900)), fill="#c98a1b")
    pen.arc((200, 380, 520, 740), 180, 360, fill="#f0e6d2", width=18)
    for place, colour in enumerate(("#c0392b", "#e8b23c", "#5d8a3a", "#f0e6d2")):
        pen.ellipse((180 + place * 95, 470, 290 + place * 95, 580), fill=colour)
    kept = BytesIO()
    drawn.save(kept, "PNG")
    return kept.getvalue()
