"""The messages of points given from member to member: to both, when it is done and when it is undone."""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.text import Texts
from bashgah.messaging.fields import CLUB, NADERI, NAME, SARA
from bashgah.messaging.types import EventInfo

POINTS_GIVEN = EventInfo(
    key="points_given",
    label=Phrase(_("Points given")),
    when=Phrase(_("When a member gave points to another member.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "points": Phrase(_("the points given")),
        "receiver": Phrase(_("who received them")),
    },
    example={"club": NADERI, "name": SARA, "points": Points(500), "receiver": "رضا"},
    subject=Texts("{points} اهدا کردید", "You gave {points}"),
    body=Texts(
        "{club}\n{points} از امتیاز شما به {receiver} رسید.",
        "{club}\n{points} of yours went to {receiver}.",
    ),
)

POINTS_RECEIVED = EventInfo(
    key="points_received",
    label=Phrase(_("Points received")),
    when=Phrase(_("When a member received points from another member.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "points": Phrase(_("the points received")),
        "giver": Phrase(_("who gave them")),
    },
    example={"club": NADERI, "name": SARA, "points": Points(500), "giver": "رضا"},
    subject=Texts("{points} هدیه گرفتید", "You received {points}"),
    body=Texts(
        "{club}\n{giver} به شما {points} هدیه داد.",
        "{club}\n{giver} gave you {points}.",
    ),
)

POINTS_RETURNED = EventInfo(
    key="points_returned",
    label=Phrase(_("Given points came back")),
    when=Phrase(_("When the club undid a gift of points: to the member who gave them.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "points": Phrase(_("the points that came back")),
        "receiver": Phrase(_("who had received them")),
    },
    example={"club": NADERI, "name": SARA, "points": Points(500), "receiver": "رضا"},
    subject=Texts("{points} به شما برگشت", "{points} came back to you"),
    body=Texts(
        "{club}\nاهدای شما به {receiver} بازگردانی شد و {points} به حساب شما برگشت.",
        "{club}\nYour gift to {receiver} was undone: {points} came back to you.",
    ),
)

POINTS_TAKEN_BACK = EventInfo(
    key="points_taken_back",
    label=Phrase(_("Received points were taken back")),
    when=Phrase(_("When the club undid a gift of points: to the member who received them.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "points": Phrase(_("the points that were taken back")),
        "giver": Phrase(_("who had given them")),
    },
    example={"club": NADERI, "name": SARA, "points": Points(500), "giver": "رضا"},
    subject=Texts("هدیهٔ {points} پس گرفته شد", "A gift of {points} was undone"),
    body=Texts(
        "{club}\nهدیهٔ {giver} بازگردانی شد و {points} از حساب شما کم شد.\nپرسش‌ها را باشگاه پاسخ می‌دهد.",
        "{club}\nThe gift of {giver} was undone: {points} went back.\nAsk the club if you have a question.",
    ),
)

GIVING_EVENTS = (POINTS_GIVEN, POINTS_RECEIVED, POINTS_RETURNED, POINTS_TAKEN_BACK)
