"""The messages of shared accounts: an invitation, who came and who went, a new role, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bashgah.clubs.types import GroupType
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.members.types import GroupRole
from bashgah.messaging.fields import CLUB, NADERI, NAME, SARA
from bashgah.messaging.types import EventInfo

_ACCOUNT = Phrase(_("the name of the shared account"))
_HOME = "خانهٔ ما"
ROLES: Mapping[GroupType, Mapping[GroupRole, Phrase]] = {
    "household": {"head": Phrase(_("Head")), "adult": Phrase(_("Adult")), "junior": Phrase(_("Child"))},
    "company": {"head": Phrase(_("Manager")), "adult": Phrase(_("Buyer")), "junior": Phrase(_("Employee"))},
}

GROUP_INVITED = EventInfo(
    key="group_invited",
    label=Phrase(_("Invitation to a shared account")),
    when=Phrase(_("When a member is invited by name to a household or a company.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={
        "club": CLUB,
        "name": NAME,
        "account": _ACCOUNT,
        "day": Phrase(_("the last day on which it can be accepted")),
    },
    example={"club": NADERI, "name": SARA, "account": _HOME, "day": date(2026, 11, 29)},
    subject=Texts("به «{account}» دعوت شده‌اید", "You are invited to “{account}”"),
    body=Texts(
        "{club}\nشما به حساب مشترک «{account}» دعوت شده‌اید.\nتا پایان {day} در پرتال باشگاه به آن پاسخ دهید.",
        "{club}\nYou are invited to the shared account “{account}”.\n"
        "Answer in the member portal until the end of {day}.",
    ),
)

GROUP_JOINED = EventInfo(
    key="group_joined",
    label=Phrase(_("Somebody joined the shared account")),
    when=Phrase(_("To the heads of a shared account, when somebody joins it.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={"club": CLUB, "name": NAME, "account": _ACCOUNT, "person": Phrase(_("who joined"))},
    example={"club": NADERI, "name": SARA, "account": _HOME, "person": "رضا"},
    subject=Texts("{person} به «{account}» پیوست", "{person} joined “{account}”"),
    body=Texts(
        "{club}\n{person} به حساب مشترک «{account}» پیوست.",
        "{club}\n{person} has joined the shared account “{account}”.",
    ),
)

GROUP_LEFT = EventInfo(
    key="group_left",
    label=Phrase(_("Somebody left the shared account")),
    when=Phrase(_("To the heads of a shared account, when somebody leaves it.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={"club": CLUB, "name": NAME, "account": _ACCOUNT, "person": Phrase(_("who left"))},
    example={"club": NADERI, "name": SARA, "account": _HOME, "person": "رضا"},
    subject=Texts("{person} از «{account}» رفت", "{person} left “{account}”"),
    body=Texts(
        "{club}\n{person} از حساب مشترک «{account}» رفت.",
        "{club}\n{person} has left the shared account “{account}”.",
    ),
)

GROUP_OVER = EventInfo(
    key="group_over",
    label=Phrase(_("No longer in the shared account")),
    when=Phrase(_("When a member is taken out of a shared account, or it is closed.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={"club": CLUB, "name": NAME, "account": _ACCOUNT},
    example={"club": NADERI, "name": SARA, "account": _HOME},
    subject=Texts("عضویت شما در «{account}» تمام شد", "You are no longer in “{account}”"),
    body=Texts(
        "{club}\nعضویت شما در حساب مشترک «{account}» تمام شد.\n"
        "از این پس امتیاز خریدهای شما به حساب خودتان می‌رود.",
        "{club}\nYou are no longer in the shared account “{account}”.\n"
        "From now on your purchases earn for yourself.",
    ),
)

GROUP_ROLE = EventInfo(
    key="group_role",
    label=Phrase(_("New role in the shared account")),
    when=Phrase(_("When the role or the monthly limit of somebody in a shared account changes.")),
    line="service",
    is_secret=False,
    channels=("sms", "inbox"),
    fields={"club": CLUB, "name": NAME, "account": _ACCOUNT, "role": Phrase(_("the role"))},
    example={"club": NADERI, "name": SARA, "account": _HOME, "role": ROLES["household"]["adult"]},
    subject=Texts("نقش شما در «{account}»: {role}", "Your role in “{account}”: {role}"),
    body=Texts(
        "{club}\nنقش شما در حساب مشترک «{account}» اکنون این است: {role}\n"
        "سهم ماهانهٔ خود را در پرتال باشگاه ببینید.",
        "{club}\nYour role in the shared account “{account}” is now: {role}\n"
        "See your monthly limit in the member portal.",
    ),
)

GROUP_EVENTS = (GROUP_INVITED, GROUP_JOINED, GROUP_LEFT, GROUP_OVER, GROUP_ROLE)
