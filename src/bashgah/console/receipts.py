"""What a purchase cost step by step, and what a return undid, as rows of the page of an activity."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.activities.receipts import receipt_of
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import said
from bashgah.kit import formats
from bashgah.ui.figures import isolated, money_words
from bashgah.ui.types import Lang


def price_of(request: HttpRequest, info: ActivityInfo) -> tuple[tuple[str, str], ...]:
    """What a purchase cost, step by step; nothing where its price is all there is to say."""
    if info.kind != "purchase":
        return ()
    club: ClubInfo = request.club
    found = receipt_of(club, info)
    if not found.steps:
        return ()
    steps = [(said(request, step.name), money_words(step.amount, club)) for step in found.steps]
    return (
        (gettext("Price"), money_words(found.gross, club)),
        *((name, isolated(amount)) for name, amount in steps),
        (gettext("Paid in money"), money_words(found.due, club)),
    )


def undone_of(info: ActivityInfo, lang: Lang) -> tuple[tuple[str, str], ...]:
    """What a return undid besides the points it took back."""
    rows = [
        (
            gettext("Given back to %(wallet)s") % {"wallet": back.wallet},
            isolated(formats.signed(back.amount, lang)),
        )
        for back in info.given_back
    ]
    if info.coupons_back:
        count = formats.number(len(info.coupons_back), lang)
        rows.append((gettext("Coupons that can be used again"), count))
    rows += [
        (gettext("Tier"), gettext("from %(before)s to %(after)s") % {"before": m.before, "after": m.after})
        for m in info.moves
        if m.direction == "lowered"
    ]
    return tuple(rows)
