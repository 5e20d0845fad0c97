"""The till as it is opened: what it offers before a customer is there, and the branch's day so far."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bashgah.engine.program import CompiledProgram
from bashgah.history.selectors import club_days
from bashgah.kit.money import CURRENCIES
from bashgah.kit.refusals import Refusal
from bashgah.members import qr
from bashgah.programs.selectors import program_in_force
from bashgah.till import paying, promotions, purchases, results
from bashgah.till.counter import Counter
from bashgah.till.pages import DeskPage, Today
from bashgah.ui.figures import money_unit
from bashgah.ui.types import Option


def desk_page(counter: Counter) -> DeskPage:
    """The till, ready for the next customer."""
    club, compiled = counter.club, _program(counter)
    return DeskPage(
        now=counter.now.isoformat(),
        place=counter.branch.name.say(counter.lang),
        number=counter.number,
        mode=counter.mode,
        invoice=results.next_invoice(counter),
        card_prefix=club.settings.card_prefix,
        qr_prefix=qr.PREFIX,
        unit=money_unit(club),
        decimals=club.currency != "IRR" and CURRENCIES[club.currency].exponent > 0,
        payments=_payments(compiled),
        today=today(counter),
        last=counter.last,
        sum=purchases.blank(),
        takes_codes=compiled is not None and promotions.codes_taken(compiled),
        takes_points=paying.is_asked(counter),
    )


def _program(counter: Counter) -> CompiledProgram | None:
    """What the club promised; nothing before it has published anything."""
    try:
        return program_in_force(counter.club, counter.now)
    except Refusal:
        return None


def _payments(compiled: CompiledProgram | None) -> tuple[Option, ...]:
    """Ways of paying, asked for only while a live rule looks at them."""
    if compiled is None or not purchases.payment_methods_asked(compiled):
        return ()
    return (
        Option("card", gettext("Bank card")),
        Option("cash", gettext("Cash")),
        Option("credit", gettext("Store credit")),
        Option("online", gettext("Online payment")),
    )


def today(counter: Counter) -> Today:
    """Purchases of this branch today, and the share of them with a member."""
    day = counter.now.astimezone(ZoneInfo(counter.branch.timezone)).date()
    days = club_days(counter.club, day, day + timedelta(days=1), [counter.branch.code])
    everyone = sum(each.purchases for each in days)
    with_member = sum(each.purchases for each in days if not each.is_anonymous)
    return Today(everyone, with_member / everyone if everyone else None)
