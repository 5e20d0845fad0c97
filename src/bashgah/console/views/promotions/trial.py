"""A trial cart on the promotion's page: the quote line by line, as the draft in the making would give it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.activities.carts import program_quote
from bashgah.activities.couponed import Couponed
from bashgah.activities.discounts import promotion_name
from bashgah.activities.types import CartIn, LineIn, MemberRef
from bashgah.console.building import promotion as forms
from bashgah.console.building.promoted import JudgedPromotion, judge
from bashgah.console.building.promotion import codes_of
from bashgah.console.building.sources import Sources
from bashgah.console.views.base import attempt, fragment, page
from bashgah.console.views.rules.ground import ground
from bashgah.engine import CompiledProgram, compile_program
from bashgah.engine.promotions.quotes import Quote
from bashgah.ground import clock
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import member_find
from bashgah.rewards.codes import looks_coupon
from bashgah.ui.entries import decimal_or_none, money_or_none
from bashgah.ui.figures import money_unit, plain
from bashgah.ui.types import Option

ROWS = 4


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One row of the cart to be typed."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class TrialForm:
    """The empty cart."""

    rows: tuple[TrialRow, ...]
    categories: tuple[Option, ...]
    branches: tuple[Option, ...]
    money_unit: str


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A line of the quote."""

    name: str
    before: int
    off: int
    net: int
    by: str


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What the cart would cost and earn; or why it cannot be quoted."""

    error: str = ""
    lines: tuple[TrialLine, ...] = ()
    shipping: int = 0
    shipping_off: int = 0
    discount: int = 0
    to_pay: int = 0
    points: int = 0
    given: tuple[str, ...] = ()
    refused: tuple[tuple[str, tuple[str, ...]], ...] = ()


def trial_form(sources: Sources) -> TrialForm:
    """The empty cart with the club's categories and branches to choose from."""
    return TrialForm(
        rows=tuple(
            TrialRow(number, gettext("Line %(n)s") % {"n": plain(number)}) for number in range(1, ROWS + 1)
        ),
        categories=(Option("", "–"), *_named(sources, "categories")),
        branches=(Option("", gettext("no branch")), *_named(sources, "branches")),
        money_unit=money_unit(sources.club),
    )


@require_POST
@page("rules.edit")
def trial(request: HttpRequest) -> HttpResponse:
    """Quote the typed cart by the draft with the promotion in the making."""
    draft, sources = ground(request)
    form = forms.form_read(request.POST)
    judged = judge(draft, forms.document_of(form, sources), sources)
    result, refusal = attempt(lambda: _tried(request, judged, sources))
    if result is None:
        result = TrialResult(error=say(refusal.phrase, sources.lang) if refusal else "")
    return fragment(request, "promotions/trial_result.html", result)


def _tried(request: HttpRequest, judged: JudgedPromotion, sources: Sources) -> TrialResult:
    if judged.program is None or judged.promotion is None or judged.problems:
        raise Refusal(
            "promotion_incomplete", Phrase(_("Complete the promotion first; its faults are marked."))
        )
    live = tuple(
        each.model_copy(update={"stage": "live"}) if each.key == judged.promotion.key else each
        for each in judged.program.promotions
    )
    program = judged.program.model_copy(update={"promotions": live})
    compiled = compile_program(program, number=0, currency=sources.club.currency)
    priced, quote = program_quote(
        club=sources.club,
        compiled=compiled,
        cart=_cart(request, sources, {code for each in live for code in each.codes}),
        actor=request.actor,
        now=clock.now(),
        names=sources.names,
    )
    return _result(compiled, priced, quote, sources)


def _cart(request: HttpRequest, sources: Sources, known: set[str]) -> CartIn:
    """Read the cart; a code that no promotion has is a coupon's where it is well formed as one."""
    data, club = request.POST, sources.club
    lines = []
    columns = (data.getlist(f"trial_{name}") for name in ("sku", "category", "quantity", "price"))
    for sku, category, quantity, price in zip(*columns, strict=False):
        if not price.strip():
            continue
        try:
            count, each = decimal_or_none(quantity) or 1, money_or_none(price, club) or 0
        except ValueError:
            raise Refusal("trial_unclear", Phrase(_("Write quantities and prices as numbers."))) from None
        lines.append(
            LineIn(
                sku=sku.strip()[:64],
                name=sku.strip()[:200],
                category=(category,) if category else (),
                quantity=max(1, int(count * 1000)),
                gross=int(each * count),
            )
        )
    if not lines:
        raise Refusal("trial_unclear", Phrase(_("Write the price of at least one line.")))
    typed = codes_of(data.get("trial_codes", ""))[:20]
    coupons = tuple(code for code in typed if code not in known and looks_coupon(code))
    return CartIn(
        member=_member(request, sources),
        branch=data.get("trial_branch", ""),
        lines=tuple(lines),
        shipping=_money(data.get("trial_shipping", ""), sources),
        codes=tuple(code for code in typed if code not in coupons),
        coupons=coupons,
    )


def _money(text: str, sources: Sources) -> int:
    try:
        return money_or_none(text, sources.club) or 0
    except ValueError:
        raise Refusal("trial_unclear", Phrase(_("Write quantities and prices as numbers."))) from None


def _member(request: HttpRequest, sources: Sources) -> MemberRef | None:
    typed = request.POST.get("trial_member", "").strip()
    if not typed:
        return None
    found = member_find(sources.club, typed, now=clock.now(), limit=2)
    if len(found) != 1:
        raise Refusal("member_not_found", Phrase(_("No single member was found by this.")), status=404)
    return MemberRef(id=public("member", found[0].id))


def _result(compiled: CompiledProgram, priced: Couponed, quote: Quote, sources: Sources) -> TrialResult:
    lang = sources.lang
    names = {line.no: line.name or line.sku for line in priced.before.lines}
    before = {line.no: line.net for line in priced.before.lines}
    coupons = {
        line.no: [off.coupon.name.say(lang) for off in priced.offs if line.no in dict(off.lines)]
        for line in quote.lines
    }

    def called(key: str) -> str:
        return promotion_name(compiled, key).say(lang)

    return TrialResult(
        lines=tuple(
            TrialLine(
                names.get(line.no) or gettext("Line %(n)s") % {"n": plain(line.no)},
                before[line.no],
                before[line.no] - line.net,
                line.net,
                "، ".join([*coupons[line.no], *(called(key) for key, _part in line.offs)]),
            )
            for line in quote.lines
        ),
        shipping=quote.shipping,
        shipping_off=priced.before.shipping - quote.shipping,
        discount=quote.discount + sum(off.amount for off in priced.offs),
        to_pay=quote.total,
        points=sum(each.amount for each in quote.decision.credits if each.wallet == "points"),
        given=tuple(called(each.promotion) for each in quote.given),
        refused=(
            *((called(each.promotion), _said(each.reasons, sources)) for each in quote.refused),
            *((each.coupon.name.say(lang), _said(each.reasons, sources)) for each in priced.refused),
            *((code, (gettext("No coupon has this code."),)) for code in priced.unknown),
        ),
    )


def _said(reasons: Iterable[Phrase], sources: Sources) -> tuple[str, ...]:
    club = sources.club
    return tuple(
        say(reason, sources.lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)
        for reason in reasons
    )


def _named(sources: Sources, source: str) -> tuple[Option, ...]:
    known = sources.names.get(source, {})
    return tuple(Option(code, texts.say(sources.lang) or code) for code, texts in known.items())
