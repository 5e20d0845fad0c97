"""The form of a wallet: what a person typed, as the document's values and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.views.base import Entry
from bashgah.engine.document import Program, Wallet
from bashgah.kit import formats
from bashgah.ui.figures import plain, shown_amount
from bashgah.ui.types import Lang

NUMBERS = {
    "pending_days": 3660,
    "within_days": 3660,
    "count": 3660,
    "grace_months": 24,
    "inactive_months": 120,
}
CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("points", "credit", "status"),
    "rounding": ("down", "nearest", "up"),
    "negative": ("allow", "pending_only", "refuse"),
    "wait": ("none", "days", "event"),
    "otherwise": ("release", "cancel"),
    "expiry": ("never", "age_days", "age_months", "on_date", "period_end"),
    "until": ("day", "month_end"),
    "period": ("month", "quarter", "year"),
    "calendar": ("", "jalali", "gregorian"),
}


def shown(wallet: Wallet, club: ClubInfo, lang: Lang) -> dict[str, str]:
    """The wallet as the form's fields hold it."""
    expiry, confirmation = wallet.expiry, wallet.confirmation
    wait = "event" if confirmation else "days" if wallet.pending_days else "none"
    last = expiry.last_day
    return {
        "name_fa": wallet.name.fa,
        "name_en": wallet.name.en,
        "kind": wallet.kind,
        "rounding": wallet.rounding,
        "negative": wallet.negative,
        "worth": plain(shown_amount(wallet.worth, club)) if wallet.worth else "",
        "wait": wait,
        "pending_days": plain(wallet.pending_days) if wallet.pending_days else "",
        "within_days": plain(confirmation.within_days if confirmation else 30),
        "otherwise": confirmation.otherwise if confirmation else "release",
        "confirms": (confirmation.confirms or "") if confirmation else "",
        "cancels": (confirmation.cancels or "") if confirmation else "",
        "expiry": expiry.kind,
        "count": plain(expiry.count) if expiry.count else "",
        "until": expiry.until,
        "last_day": formats.date(last, lang, club.calendar, "short") if last else "",
        "period": expiry.period,
        "grace_months": plain(expiry.grace_months) if expiry.grace_months else "",
        "inactive_months": plain(expiry.inactive_months) if expiry.inactive_months else "",
        "calendar": expiry.calendar or "",
    }


def read(entry: Entry, before: Mapping[str, Any], activities: set[str], *, is_new: bool) -> dict[str, Any]:
    """The wallet's values as the document keeps them; what the form does not show stays as it was."""
    names = entry.texts("name", required=True, limit=60)
    numbers = {name: entry.whole(name, most=most) or 0 for name, most in NUMBERS.items()}
    picked = {name: entry.choice(name, set(allowed), allowed[0]) for name, allowed in CHOICES.items()}
    kind = picked["kind"] if is_new else before["kind"]
    value: dict[str, Any] = {
        **before,
        "kind": kind,
        "name": {"fa": names.fa, "en": names.en},
        "rounding": picked["rounding"],
    }
    if kind == "status":
        return value
    if kind == "points":
        value["worth"] = entry.money("worth") or 0
    value |= {
        "negative": picked["negative"],
        "pending_days": 0,
        "confirmation": None,
        "expiry": _expiry(entry, picked, numbers),
    }
    if picked["wait"] == "days":
        value["pending_days"] = numbers["pending_days"]
        if not numbers["pending_days"]:
            entry.wrong("pending_days", gettext("Say how many days."))
    elif picked["wait"] == "event":
        value["confirmation"] = {
            "confirms": entry.choice("confirms", activities) or None,
            "cancels": entry.choice("cancels", activities) or None,
            "within_days": numbers["within_days"] or 30,
            "otherwise": picked["otherwise"],
        }
    return value


def _expiry(entry: Entry, picked: Mapping[str, str], numbers: Mapping[str, int]) -> dict[str, Any]:
    kind = picked["expiry"]
    terms: dict[str, Any] = {
        "kind": kind,
        "inactive_months": numbers["inactive_months"],
        "calendar": picked["calendar"] or None,
    }
    if kind in {"age_days", "age_months"}:
        terms |= {"count": numbers["count"], "until": picked["until"]}
    elif kind == "on_date":
        last = entry.day("last_day")
        terms["last_day"] = last.isoformat() if last else None
    elif kind == "period_end":
        terms |= {
            "period": picked["period"],
            "count": numbers["count"],
            "grace_months": numbers["grace_months"],
        }
    return terms


def fresh_wallet_key(name: str, program: Program) -> str:
    """A key for a new wallet: from its English name where it has one, else `wallet` and a number."""
    plain_name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:32]
    base = plain_name if re.match(r"[a-z]", plain_name) else "wallet"
    used = {wallet.key for wallet in program.wallets}
    if base not in used:
        return base
    return next(f"{base}_{n}" for n in range(2, 10_000) if f"{base}_{n}" not in used)
