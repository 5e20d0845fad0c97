"""What the cashier says aloud after recording: points, balance, tier, and why."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bashgah.activities.receipts import receipt_of
from bashgah.activities.selectors import activity_get, activity_list, anonymous_get, anonymous_list
from bashgah.activities.strangers import return_find
from bashgah.activities.types import ActivityFilters, Settled
from bashgah.activities.whys import activity_why_all
from bashgah.engine.words import ladder_find, tier_name
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.jalali import to_jalali
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import program_in_force
from bashgah.rewards.selectors import reward_list
from bashgah.till import whys
from bashgah.till.counter import Counter, part
from bashgah.till.forms import Typed, invoice_next
from bashgah.till.pages import Result, SumLine
from bashgah.till.purchases import POINTS, Recorded

INVOICES_READ = 100


def kept(counter: Counter, typed: Typed, recorded: Recorded) -> dict[str, Any]:
    """What this till remembers: the purchase that may be made void, and its invoice number."""
    settled = recorded.settled
    last = {
        "activity": public("activity", settled.activity_id),
        "when": formats.time(settled.recorded_at, counter.lang, counter.branch.timezone),
        "amount": recorded.due,
        "void": False,
    }
    return {"last": last, "invoice": typed.invoice}


def next_invoice(counter: Counter) -> str:
    """The number offered for the next purchase: the one after this till's last."""
    local = counter.now.astimezone(ZoneInfo(counter.branch.timezone)).date()
    year = to_jalali(local)[0] if counter.club.calendar == "jalali" else local.year
    last = counter.last_invoice or _last_invoice(counter, f"{year}-{counter.number}-")
    return invoice_next(last, year=year, till=counter.number)


def _last_invoice(counter: Counter, begins: str) -> str:
    """The last number of this till that the club knows, for a till opened anew."""
    told = activity_list(counter.club, ActivityFilters(source=counter.source), limit=INVOICES_READ).rows
    nobodys = anonymous_list(counter.club, limit=INVOICES_READ).rows
    references = [row.reference for row in told]
    references += [row.reference for row in nobodys if row.source == counter.source]
    own = [reference for reference in references if reference.startswith(begins)]
    return max(own, key=lambda reference: (len(reference), reference), default="")


def shown(request: HttpRequest, counter: Counter, typed: Typed, recorded: Recorded) -> HttpResponse:
    """The result of a recorded purchase; the form is emptied for the next customer."""
    settled = recorded.settled
    member = members.member_get(counter.club, settled.member_id) if settled.member_id else None
    result = _result(
        counter,
        settled,
        member,
        title=gettext("The purchase is recorded"),
        amount=recorded.due,
        reference=typed.invoice,
        issued=tuple(counter.say(phrase) for phrase in recorded.issued),
    )
    return answer(request, counter, result)


def claimed(request: HttpRequest, counter: Counter, settled: Settled, member: MemberInfo) -> HttpResponse:
    """The result of giving an anonymous purchase to a member."""
    amount = activity_get(counter.club, settled.activity_id).net
    result = _result(
        counter,
        settled,
        member,
        title=gettext("The purchase now belongs to %(name)s") % {"name": member.name},
        amount=amount,
        reference=settled.reference,
        issued=(),
    )
    return answer(request, counter, result)


def returned(request: HttpRequest, counter: Counter, settled: Settled, *, title: str) -> HttpResponse:
    """The result of a return or of making a purchase void."""
    member = members.member_get(counter.club, settled.member_id) if settled.member_id else None
    amount, reference = _what_came_back(counter, settled)
    result = _result(
        counter,
        settled,
        member,
        title=title,
        amount=amount,
        reference=reference,
        issued=(),
    )
    return answer(request, counter, result)


def answer(request: HttpRequest, counter: Counter, result: Result) -> HttpResponse:
    """Show a result, and make the till ready for the next customer."""
    response = part(
        request, counter, "result.html", result=result, last=counter.last, invoice=next_invoice(counter)
    )
    response.headers["HX-Trigger"] = "till:reset"
    response.headers["HX-Trigger-After-Settle"] = "till:ready"
    return response


def _result(
    counter: Counter,
    settled: Settled,
    member: MemberInfo | None,
    *,
    title: str,
    amount: int,
    reference: str,
    issued: tuple[str, ...],
) -> Result:
    balance = next((each for each in settled.balances if each.wallet == POINTS), None)
    points = settled.points_of(POINTS)
    info = activity_get(counter.club, settled.activity_id) if settled.member_id else None
    found = activity_why_all(counter.club, info, now=counter.now) if info else None
    receipt = receipt_of(counter.club, info) if info and info.kind == "purchase" else None
    return Result(
        title=title,
        activity=public("activity", settled.activity_id),
        amount=amount,
        points=points,
        note=_pending_note(counter, settled),
        balance=balance.available if balance and member else None,
        moves=_moves(counter, settled),
        issued=issued,
        why=whys.of_activity(counter, found) if found else None,
        nearly=whys.nearly(counter, found) if found else (),
        member=member.name if member else gettext("without a member"),
        repeated=settled.repeated,
        reference=reference,
        can_claim=member is None and settled.kind == "purchase",
        gross=receipt.gross if receipt else 0,
        receipt=tuple(SumLine(counter.say(step.name), step.amount) for step in receipt.steps)
        if receipt
        else (),
    )


def _moves(counter: Counter, settled: Settled) -> tuple[str, ...]:
    program = program_in_force(counter.club, settled.occurred_at).document if settled.moves else None
    said = []
    for move in settled.moves:
        if not move.before:
            continue  # everybody begins on the lowest tier: no news
        ladder = ladder_find(program, move.ladder) if program else None
        name = tier_name(ladder, move.after) if ladder else move.after
        msgid = (
            _("The member rose to {tier}.") if move.direction == "raised" else _("The member fell to {tier}.")
        )
        said.append(counter.say(Phrase(msgid, {"tier": name})))
    return (*said, *_rewards(counter, settled))


def _rewards(counter: Counter, settled: Settled) -> tuple[str, ...]:
    """What rules gave beside points, and what a return took of it."""
    names = {info.key: info.name for info in reward_list(counter.club)} if settled.grants else {}
    said = []
    for line in settled.grants:
        name = names.get(line.reward, line.reward)
        if line.count > 0:
            msgid = _("The member gets “{reward}”; it will be in the portal in a moment.")
        elif line.count < 0:
            msgid = _("“{reward}” was taken back, because it was not used.")
        else:
            msgid = _("“{reward}” stays with the member.")
        said.append(counter.say(Phrase(msgid, {"reward": name})))
    return tuple(said)


def _pending_note(counter: Counter, settled: Settled) -> str:
    later = [
        credit.available_from
        for credit in settled.credits
        if credit.wallet == POINTS and credit.available_from and credit.available_from > counter.now
    ]
    if not later:
        waits = any(credit.wallet == POINTS and credit.confirm_by for credit in settled.credits)
        return gettext("pending until the purchase is confirmed") if waits else ""
    day = formats.date(
        min(later).astimezone(ZoneInfo(counter.branch.timezone)).date(),
        counter.lang,
        counter.club.calendar,
        "day",
    )
    return gettext("pending until %(day)s") % {"day": day}


def _what_came_back(counter: Counter, settled: Settled) -> tuple[int, str]:
    """What goods are worth that came back, and the invoice number the cashier knows, not the return's own."""
    if settled.member_id is None:
        back = return_find(counter.club, settled.activity_id)
        if back is None:
            return 0, settled.reference
        return abs(back.fact.net), anonymous_get(counter.club, back.purchase_id).reference
    info = activity_get(counter.club, settled.activity_id)
    reference = activity_get(counter.club, info.about_id).reference if info.about_id else info.reference
    return abs(info.net), reference
