"""The code by which a member agrees that their data be erased."""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.messaging.fields import CLUB, NADERI
from bashgah.messaging.types import EventInfo

ERASE_CODE = EventInfo(
    key="erase_code",
    label=Phrase(_("Code to erase one's data")),
    when=Phrase(_("When a member asks in the portal that their data be erased.")),
    line="service",
    is_secret=True,
    channels=("sms",),
    fields={
        "club": CLUB,
        "code": Phrase(_("the one-time code")),
        "minutes": Phrase(_("how many minutes the code is good for")),
    },
    example={"club": NADERI, "code": "482913", "minutes": 3},
    subject=Texts("کد تأیید", "Your code"),
    body=Texts(
        "{club}\nکد تأیید پاک کردن داده‌های شما: {code}\nاگر خودتان نخواسته‌اید، این کد را به کسی نگویید.",
        "{club}\nCode to erase your data: {code}\nIf you did not ask for it, tell it to nobody.",
    ),
    typed_on_page=True,
)
