"""What a till prints under a purchase: what its price became and how, earned or taken, balance, tier."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from bashgah.activities.receipts import price_said
from bashgah.activities.types import Settled
from bashgah.api.language import Lang
from bashgah.api.wording import Wording
from bashgah.clubs.types import ClubInfo
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _

# an expiry is the first instant at which units are gone; people are told the last day they are good
INSTANT = timedelta(microseconds=1)
KEPT_MOST = 8_192

EARNED, EARNED_UNTIL = _("Earned: {amount}"), _("Earned: {amount}, valid until {date}")
TAKEN_BACK, GIVEN_BACK = _("Taken back: {amount}"), _("Given back: {amount}")
BALANCE, PENDING = _("Balance of {wallet}: {amount}"), _("Still pending: {amount}")


def receipt(settled: Settled, *, club: ClubInfo, wording: Wording, lang: Lang) -> list[str]:
    """Return the lines for the member, in a language and the club's manners."""
    return _writer(wording, club.calendar, club.timezone, club.money_display, lang).lines(settled)


class _Writer:
    """Writes lines in the words of one program; a line that comes again is taken as it was written."""

    def __init__(self, wording: Wording, calendar: Calendar, zone: str, display: str, lang: Lang) -> None:
        self._wording = wording
        self._zone = ZoneInfo(zone)
        self._say = partial(say, lang=lang, calendar=calendar, zone=zone, display=display)
        self._status = {key for key, wallet in wording.wallets.items() if wallet.kind == "status"}
        self._kept: dict[tuple[str, str, int, date | None], str] = {}
        self._tiers: dict[tuple[str, str], str] = {}

    def lines(self, settled: Settled) -> list[str]:
        """Return all lines; qualifying points are on none."""
        is_less = settled.discounts or settled.paid_by_points or settled.coupons
        lines = self._price(settled) if is_less else []
        if settled.member_id is None:
            lines.append(self._say(Phrase(_("Recorded without a member; it can be claimed later."))))
            return lines
        self._earned(lines, settled)
        for back in settled.given_back:
            lines.append(self._line(GIVEN_BACK, back.wallet, back.amount))
        spendable = [balance for balance in settled.balances if balance.wallet not in self._status]
        for balance in spendable:
            lines.append(self._line(BALANCE, balance.wallet, balance.available))
        for balance in spendable:
            if balance.pending:
                lines.append(self._line(PENDING, balance.wallet, balance.pending))
        for standing in settled.tiers:
            if standing[1]:
                lines.append(self._tiers.get(standing) or self._tier(standing))
        return lines

    def _price(self, settled: Settled) -> list[str]:
        names = self._wording
        said = price_said(
            settled.discounts, settled.paid_by_points, names.currency, names.promotion, settled.coupons
        )
        return [self._say(line) for line in said]

    def _earned(self, lines: list[str], settled: Settled) -> None:
        sums: dict[str, int] = {}
        expiries: dict[str, datetime] = {}
        for credit in settled.credits:
            wallet, expires_at = credit.wallet, credit.expires_at
            if wallet in self._status:
                continue
            sums[wallet] = sums.get(wallet, 0) + credit.amount
            if expires_at is not None:
                first = expiries.get(wallet)
                expiries[wallet] = min(first, expires_at) if first else expires_at
        for wallet, amount in sums.items():
            if amount < 0:
                lines.append(self._line(TAKEN_BACK, wallet, -amount))
            elif wallet in expiries:
                last = (expiries[wallet] - INSTANT).astimezone(self._zone).date()
                lines.append(self._line(EARNED_UNTIL, wallet, amount, last))
            else:
                lines.append(self._line(EARNED, wallet, amount))

    def _line(self, sentence: str, wallet: str, amount: int, day: date | None = None) -> str:
        key = sentence, wallet, amount, day
        text = self._kept.get(key)
        if text is None:
            named = {
                "amount": self._wording.amount(wallet, amount),
                "wallet": self._wording.wallet(wallet),
                "date": day,
            }
            text = self._say(Phrase(sentence, named))
            if len(self._kept) >= KEPT_MOST:
                self._kept.clear()
            self._kept[key] = text
        return text

    def _tier(self, standing: tuple[str, str]) -> str:
        text = self._say(Phrase(_("Tier: {tier}"), {"tier": self._wording.tier(*standing)}))
        if len(self._tiers) >= KEPT_MOST:
            self._tiers.clear()
        self._tiers[standing] = text
        return text


_writer = lru_cache(maxsize=256)(_Writer)
