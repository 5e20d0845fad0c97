"""The statement: each movement as a sentence with its sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.naming import credit_units
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.ledger.types import Cause, StatementRow
from bashgah.ui.figures import listed, money_unit, shown_amount, trimmed
from bashgah.ui.framing import current_lang


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement as it is shown."""

    title: str
    note: str
    at: datetime
    unit: str
    change: str
    pending: str
    held: str
    tone: str
    key: str


def causes() -> dict[Cause, str]:
    """What each cause is called."""
    return {
        Cause.ACTIVITY: gettext("Earned by an activity"),
        Cause.REDEMPTION: gettext("Used for a reward"),
        Cause.EXPIRY: gettext("Expired"),
        Cause.ADJUSTMENT: gettext("Adjustment"),
        Cause.TRANSFER: gettext("Transfer"),
        Cause.MERGE: gettext("Moved by a merge"),
        Cause.OPENING: gettext("Opening balance"),
        Cause.RETURN: gettext("Taken back by a return"),
        Cause.MATURITY: gettext("Became available"),
        Cause.CONFIRMATION: gettext("Confirmation of a purchase"),
        Cause.RECOMPUTE: gettext("Computed again"),
        Cause.POOL: gettext("Shared account"),
    }


def reasons() -> dict[str, str]:
    """What the reasons are called that no person wrote."""
    return {
        "timeout": gettext("not used in time"),
        "inactivity": gettext("no purchase or visit for a long time"),
        "unconfirmed": gettext("not confirmed in time"),
        "erased": gettext("the personal data was erased"),
    }


def lines(
    request: HttpRequest, rows: Sequence[StatementRow], names: dict[str, str] | None = None
) -> tuple[StatementLine, ...]:
    """The rows of one page; `names` are the names of rules and wallets by key."""
    titles, told, known = causes(), reasons(), names or {}
    club: ClubInfo = request.club
    credits = credit_units(club, clock.now())
    return tuple(
        StatementLine(
            title=titles.get(row.cause, row.cause.name),
            note=" · ".join(
                part for part in (known.get(row.rule, row.rule), told.get(row.reason, row.reason)) if part
            ),
            at=row.occurred_at,
            unit=unit_name(row.unit, known)
            if row.unit not in credits
            else listed(unit_name(row.unit, known), money_unit(club)),
            change=_signed(row.change, row.unit, credits, club),
            pending=_signed(row.pending_change, row.unit, credits, club),
            held=_signed(row.held_change, row.unit, credits, club),
            tone="points" if row.change > 0 or row.pending_change > 0 else "",
            key=row.posting_id.hex,
        )
        for row in rows
    )


def unit_name(unit: str, names: dict[str, str]) -> str:
    """What a wallet is called: by the program, else by the words of the glossary."""
    usual = {
        "points": gettext("points"),
        "status": gettext("qualifying points"),
        "credit": gettext("store credit"),
    }
    return names.get(f"wallet:{unit}") or usual.get(unit, unit)


def _signed(amount: int, unit: str, credits: frozenset[str], club: ClubInfo) -> str:
    """A movement with its sign; of store credit in the unit money is shown in."""
    if not amount:
        return ""
    shown = trimmed(shown_amount(amount, club), 2) if unit in credits else amount
    return formats.signed(shown, current_lang())
