"""Imports opening balances: reads rows of a file, posts each as a lot, puts aside what cannot be one."""

from __future__ import annotations

import time as clocks
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bashgah.activities.openings import NotOpened, OpeningIn, openings_post
from bashgah.activities.types import MemberRef
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.imports import cleansing, readers
from bashgah.imports.cleansing import Unfit
from bashgah.imports.mapping import Part, decimals_of, given_read, mapping_checked
from bashgah.imports.reasons import REASONS
from bashgah.imports.rejects import rejects_write
from bashgah.imports.types import BalancesReport, Progress, Rejected

BATCH = 500


class BalanceColumns(Part):
    """Which column says what; a member is named by one of the four."""

    amount: str
    mobile: str = ""
    card: str = ""
    external: str = ""
    member: str = Field(default="", description="the member's public id: mbr_…")
    wallet: str = ""
    expires: str = Field(default="", description="the last day on which the units can be used")
    reference: str = ""

    @model_validator(mode="after")
    def _somebody(self) -> BalanceColumns:
        if not any((self.mobile, self.card, self.external, self.member)):
            raise ValueError(
                "name the column of the mobile, the card, the customer number or the member's id"
            )
        return self

    def named(self) -> dict[str, str]:
        """What is named, by meaning."""
        return {meaning: column for meaning, column in self.model_dump().items() if column}


class BalanceMapping(Part):
    """Everything an import of balances must be told; nothing of it is guessed.

    Without a column of references the member and the wallet are the reference: one balance for each.
    """

    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,32}$")
    columns: BalanceColumns
    wallet: str = Field(default="points", description="of every row, or of those whose column is empty")
    wallets: dict[str, str] = Field(default={}, description="value of the wallet column: key of the wallet")
    unit: Literal["smallest", "whole", "toman"] = Field(
        default="smallest", description="what the figures of a wallet of money are in; points are whole"
    )
    money_wallets: tuple[str, ...] = ()
    without_expiry: Literal["terms", "never"] = "terms"
    timezone: str = ""
    date_format: str = ""
    sheet: str = ""
    language: Literal["fa", "en"] = "fa"

    @property
    def fact_source(self) -> str:
        """The source that every opening of this file names."""
        return f"import:{self.source}"


@dataclass(slots=True)
class _Found:
    openings: list[tuple[int, OpeningIn]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    lines: int = 0


def balance_mapping_read(path: Path) -> BalanceMapping:
    """Read and check a mapping file; refuses with ``mapping_unreadable`` or ``mapping_invalid`` (422)."""
    return balance_mapping_of(given_read(path))


def balance_mapping_of(given: object) -> BalanceMapping:
    """Check a mapping that was read."""
    return mapping_checked(BalanceMapping, given)


def balances_import(
    path: Path,
    mapping: BalanceMapping,
    *,
    club: ClubInfo,
    actor: Actor,
    now: datetime,
    progress: Progress,
    rejects: Path | None = None,
) -> BalancesReport:
    """Post every row as an opening balance of a member who is there already, or reject it with a reason.

    Call it outside a transaction: it commits batch by batch. Killed anywhere and run again it goes on where
    it was, and run twice it changes nothing, because each row has a reference that counts once.
    """
    begun = clocks.perf_counter()
    found = _rows(path, mapping, club, progress)
    counts: Counter[str] = Counter()
    for start in range(0, len(found.openings), BATCH):
        part = found.openings[start : start + BATCH]
        answers = openings_post([one for _row, one in part], club=club, actor=actor, now=now)
        for (row, one), answer in zip(part, answers, strict=True):
            if isinstance(answer, NotOpened):
                refusal = answer.refusal
                found.rejected.append(Rejected(row, one.reference, one.wallet, refusal.code, refusal.phrase))
            else:
                counts["repeated" if answer.repeated else "opened"] += 1
                counts["units"] += 0 if answer.repeated else one.amount
        progress("settling", start + len(part), len(found.openings))
    if rejects is not None:
        rejects_write(rejects, found.rejected, lang=mapping.language)
    return BalancesReport(
        lines=found.lines,
        opened=counts["opened"],
        repeated=counts["repeated"],
        rejected=len(found.rejected),
        rejected_by=dict(Counter(one.code for one in found.rejected).most_common()),
        units=counts["units"],
        seconds=clocks.perf_counter() - begun,
        rejects_file=rejects,
    )


def _rows(path: Path, mapping: BalanceMapping, club: ClubInfo, progress: Progress) -> _Found:
    named = mapping.columns.named()
    meanings, found = list(named), _Found()
    total = readers.rows_count(path)
    for number, values in readers.rows_read(path, list(named.values()), sheet=mapping.sheet):
        found.lines += 1
        cells = dict(zip(meanings, values, strict=True))
        try:
            found.openings.append((number, _opening(cells, mapping, club)))
        except Unfit as unfit:
            told = str(cells.get("reference") or "")[:60]
            found.rejected.append(Rejected(number, told, "", unfit.code, REASONS[unfit.code]))
        if found.lines % 5_000 == 0:
            progress("reading", found.lines, max(total, found.lines))
    return found


def _opening(cells: Mapping[str, Any], mapping: BalanceMapping, club: ClubInfo) -> OpeningIn:
    kind, text = _name(cells)
    wallet = _wallet(cells.get("wallet"), mapping)
    reference = cells.get("reference")
    expires = cells.get("expires")
    return OpeningIn(
        source=mapping.fact_source,
        reference=f"{text}/{wallet}"
        if cleansing.is_empty(reference)
        else cleansing.code_of(reference, "reference_invalid"),
        member=MemberRef(**{kind: text}),
        wallet=wallet,
        amount=_amount(cells["amount"], wallet, mapping, club),
        expires_at=None if cleansing.is_empty(expires) else _day_after(expires, mapping, club),
        never_expires=mapping.without_expiry == "never",
    )


def _name(cells: Mapping[str, Any]) -> tuple[str, str]:
    """Return how a row names its member: the first of the four that says something."""
    for kind in ("member", "external", "card", "mobile"):
        value = cells.get(kind)
        if cleansing.is_empty(value):
            continue
        if kind == "mobile":
            return kind, cleansing.mobile_of(value)
        return "id" if kind == "member" else kind, cleansing.code_of(value, "customer_invalid")
    raise Unfit("customer_invalid")


def _wallet(value: Any, mapping: BalanceMapping) -> str:
    if cleansing.is_empty(value):
        return mapping.wallet
    text = cleansing.name_of(value)
    key = mapping.wallets.get(text, text)
    if not (key.isascii() and key[:1].islower() and key.replace("_", "").isalnum() and len(key) <= 40):
        raise Unfit("wallet_invalid")
    return key


def _amount(value: Any, wallet: str, mapping: BalanceMapping, club: ClubInfo) -> int:
    number = cleansing.number_of(value)
    if wallet in mapping.money_wallets:
        number *= Decimal(10) ** decimals_of(club.currency, mapping.unit)
    if number != number.to_integral_value() or not 0 < number <= cleansing.AMOUNT_MOST:
        raise Unfit("balance_invalid")
    return int(number)


def _day_after(value: Any, mapping: BalanceMapping, club: ClubInfo) -> datetime:
    """Return the local midnight that ends the last day on which the units can be used."""
    zone = ZoneInfo(mapping.timezone or club.timezone)
    last = cleansing.instant_of(value, zone, mapping.date_format).astimezone(zone).date()
    try:
        return datetime.combine(last + timedelta(days=1), time(), zone)
    except OverflowError:
        raise Unfit("date_invalid") from None
