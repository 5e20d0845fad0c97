"""Why an activity gave what it gave, as the small sum of a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext

from bashgah.activities.types import ActivityInfo
from bashgah.activities.whys import ActivityWhy, activity_why_all
from bashgah.clubs.types import ClubInfo
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Program
from bashgah.engine.words import counted_in, texts, wallet_name
from bashgah.kit import formats
from bashgah.kit.phrases import Phrase, say
from bashgah.ledger.types import WalletKind
from bashgah.ui.figures import day_words, listed, plain
from bashgah.ui.types import Lang, Why, WhyRow


def why_of(club: ClubInfo, activity: ActivityInfo, lang: Lang, now: datetime) -> Why:
    """Every rule of that version: what it gave, and in grey what gave nothing and why, drafts last."""
    found = activity_why_all(club, activity, now=now)
    unit = main_unit(found.program)
    rows = [_row_then(club, found, outcome, unit, lang) for outcome in found.explanation.outcomes]
    others = [_row_then(club, found, outcome, unit, lang) for outcome in found.unheard]
    total = dict(found.explanation.totals).get(unit, 0)
    off = [WhyRow(each.name.say(lang), _say(club, each.why, lang), "") for each in found.discounts]
    shown = (*off, *sorted(rows, key=lambda row: row.quiet), *others)
    return Why(
        title=gettext("Why these points?"),
        rows=shown or (_returned(activity, unit, lang),),
        total=formats.signed(total, lang),
        foot=_foot(club, activity, unit),
    )


def why_of_case(club: ClubInfo, program: Program, found: Explanation, title: str, lang: Lang) -> Why:
    """Every rule of a program for a case that did not happen."""
    unit = main_unit(program)
    rows = [_row(club, program, outcome, unit, lang) for outcome in found.outcomes]
    total = formats.signed(dict(found.totals).get(unit, 0), lang)
    return Why(title, tuple(sorted(rows, key=lambda row: row.quiet)), total=total)


def main_unit(program: Program) -> str:
    """The wallet whose points members spend."""
    return next(
        (wallet.key for wallet in program.wallets if wallet.kind == WalletKind.POINTS.name.lower()), "points"
    )


def _row(club: ClubInfo, program: Program, outcome: RuleOutcome, unit: str, lang: Lang) -> WhyRow:
    name = next(
        (texts(rule.name, rule.key).say(lang) for rule in program.rules if rule.key == outcome.rule),
        outcome.rule,
    )
    amounts = dict(outcome.amounts)
    others = {wallet: amount for wallet, amount in amounts.items() if wallet != unit and amount}
    said = [_say(club, reason, lang) for reason in outcome.reasons]
    return WhyRow(
        step=name,
        text=("؛ " if lang == "fa" else "; ").join(said),
        amount=formats.signed(amounts[unit], lang) if amounts.get(unit) else "",
        note=listed(
            *(f"{formats.signed(n, lang)} {_wallet(program, key, lang)}" for key, n in others.items())
        ),
        quiet=not outcome.fired,
    )


def _row_then(club: ClubInfo, found: ActivityWhy, outcome: RuleOutcome, unit: str, lang: Lang) -> WhyRow:
    """A rule as it was, with what became of it since."""
    row = _row(club, found.program, outcome, unit, lang)
    words = {"changed": gettext("the rule was changed since"), "removed": gettext("the rule is gone since")}
    since = words.get(found.since.get(outcome.rule, ""), "")
    return replace(row, note=listed(*filter(None, (row.note, since)))) if since else row


def _returned(activity: ActivityInfo, unit: str, lang: Lang) -> WhyRow:
    """A return has no rules of its own: its purchase has."""
    amount = sum(credit.amount for credit in activity.credits if credit.wallet == unit)
    text = gettext("The share of what came back, of the points its purchase earned.")
    return WhyRow(gettext("Return"), text, formats.signed(amount, lang) if amount else "")


def _foot(club: ClubInfo, activity: ActivityInfo, unit: str) -> tuple[str, ...]:
    parts = [gettext("program, version %(n)s") % {"n": plain(activity.program)}]
    credits = [credit for credit in activity.credits if credit.wallet == unit]
    waits = [credit.available_from for credit in credits if credit.available_from]
    ends = [credit.expires_at for credit in credits if credit.expires_at]
    if waits:
        parts.append(gettext("pending until %(day)s") % {"day": day_words(max(waits), club, "medium")})
    if any(credit.confirm_by for credit in credits):
        parts.append(gettext("given when the purchase is confirmed"))
    if ends:
        parts.append(gettext("expires %(day)s") % {"day": day_words(min(ends), club, "medium")})
    return tuple(parts)


def _wallet(program: Program, key: str, lang: Lang) -> str:
    counted = counted_in(program, key)
    return wallet_name(counted).say(lang) if counted is not None else key


def _say(club: ClubInfo, phrase: Phrase, lang: Lang) -> str:
    return say(phrase, lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)
