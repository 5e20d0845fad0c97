"""What a unit costs and under which accounts it is booked: by date, and never changed for closed days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bashgah.accounting.types import AccountInfo, UnitCostInfo
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, clean
from bashgah.ledger.statements import closed_until

COST_MOST = 10**12
FIRST_DAY = date(1900, 1, 1)
TEXT_MOST = 100

ACCOUNTS: dict[str, tuple[str, Texts]] = {
    "earning": ("6110", Texts("کاهش درآمد بابت اعطای امتیاز", "Revenue deferred for points given")),
    "deferred": ("3310", Texts("درآمد انتقالی به دوره‌های آتی: امتیاز", "Deferred revenue: points")),
    "redeemed": ("6120", Texts("درآمد آزادشده با استفاده از امتیاز", "Revenue released by redemption")),
    "expired": ("6130", Texts("درآمد آزادشده با انقضای امتیاز", "Revenue released by expiry")),
    "adjusted": ("8210", Texts("هزینهٔ اصلاح دستی امتیاز", "Points adjusted by hand")),
    "transferred": ("3320", Texts("حساب واسط انتقال امتیاز", "Clearing of transferred points")),
    "revalued": ("8220", Texts("تفاوت ارزش‌گذاری و گرد کردن امتیاز", "Revaluation and rounding of points")),
}
"""The accounts a journal needs, each with the code and name it has until a club gives its own."""


def costs_list(club: ClubInfo) -> list[UnitCostInfo]:
    """Return every cost in force or to come, by wallet and day; of two for one day the later word."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT DISTINCT ON (unit, since) unit, since, per_thousand, set_at, set_by
            FROM accounting_unitcost WHERE club_id = %s ORDER BY unit, since, set_at DESC, id DESC
            """,
            [club.id],
        ).fetchall()
    return [UnitCostInfo(*row) for row in rows]


def cost_on(costs: Sequence[UnitCostInfo], unit: str, day: date) -> int | None:
    """Return what a thousand units cost on a day, or None before the first cost."""
    found = [cost for cost in costs if cost.unit == unit and cost.since <= day]
    return found[-1].per_thousand if found else None


def value(units: int, per_thousand: int) -> int:
    """Return what so many units are worth, rounded half away from zero to the currency's smallest unit."""
    whole = (abs(units) * per_thousand + 500) // 1000
    return whole if units >= 0 else -whole


def cost_set(
    *, club: ClubInfo, unit: str, per_thousand: int, since: date | None, actor: Actor, now: datetime
) -> None:
    """Set what a thousand units of a wallet cost from a day on; without a day, from the first open one.

    The first cost of a wallet may begin on any day. A later one begins on a day that is not closed yet, so
    that what was exported stays as it was: else ``day_closed`` (409). Refuses ``cost_invalid`` (422).
    """
    if not 0 <= per_thousand <= COST_MOST:
        raise Refusal(
            "cost_invalid", Phrase(_("Write a cost of nothing or more.")), status=422, field="/cost"
        )
    is_first = not any(cost.unit == unit for cost in costs_list(club))
    begin = since or (FIRST_DAY if is_first else _open_day(club))
    if not is_first and begin < _open_day(club):
        raise Refusal(
            "day_closed",
            Phrase(_("This day is closed; choose {day} or later."), {"day": _open_day(club)}),
            field="/since",
        )
    with cursor() as cur:
        cur.execute(
            """
            INSERT INTO accounting_unitcost (id, per_thousand, set_at, since, club_id, unit, set_by)
            VALUES (%s, %s, %s, %s, %s, %s, %s)
            """,
            [ids.fresh(), per_thousand, now, begin, club.id, unit, actor.name],
        )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="unit_cost.set",
        target=unit,
        details={"per_thousand": per_thousand, "since": begin.isoformat()},
        now=now,
    )


def accounts_on(club: ClubInfo, day: date) -> dict[str, AccountInfo]:
    """Return the accounts in force on a day, by key; those a club never named have their usual ones."""
    return accounts_by_day(club, [day])[day]


def accounts_by_day(club: ClubInfo, days: Sequence[date]) -> dict[date, dict[str, AccountInfo]]:
    """Return the accounts in force on each of the days."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT DISTINCT ON (key, since) key, since, code, name
            FROM accounting_bookaccount WHERE club_id = %s ORDER BY key, since, set_at DESC, id DESC
            """,
            [club.id],
        ).fetchall()
    usual = {key: AccountInfo(key, code, name.say(club.locale)) for key, (code, name) in ACCOUNTS.items()}
    found = {}
    for day in days:
        found[day] = usual | {
            key: AccountInfo(key, code, name) for key, since, code, name in rows if since <= day
        }
    return found


def account_name(account: AccountInfo, lang: str) -> str:
    """Return the account's name: the club's own, or the usual one in the reader's language."""
    _code, usual = ACCOUNTS[account.key]
    return usual.say(lang) if account.name in {usual.fa, usual.en} else account.name


def accounts_set(
    *, club: ClubInfo, changes: Mapping[str, tuple[str, str]], actor: Actor, now: datetime
) -> None:
    """Give accounts (by key) a code and a name, from the first open day on; what is the same is left.

    The first naming counts for all days. Refuses ``account_unknown`` (422) and ``account_invalid`` (422).
    """
    with cursor() as cur:
        named = cur.execute(
            "SELECT count(*) FROM accounting_bookaccount WHERE club_id = %s", [club.id]
        ).fetchone()
    begin = _open_day(club) if named and named[0] else FIRST_DAY
    there = accounts_on(club, begin)
    rows = []
    for key, (code, name) in changes.items():
        if key not in ACCOUNTS:
            raise Refusal("account_unknown", Phrase(_("There is no such account.")), status=422)
        usual = ACCOUNTS[key][1]
        # the usual name in another language is no name of the club's own
        named_so = usual.say(club.locale) if clean(name) in {usual.fa, usual.en} else clean(name)
        given = AccountInfo(key, clean(code), named_so)
        if not given.code or not given.name or max(len(given.code), len(given.name)) > TEXT_MOST:
            raise Refusal(
                "account_invalid",
                Phrase(_("An account needs a code and a name.")),
                status=422,
                field=f"/{key}",
            )
        if given != there[key]:
            rows.append((ids.fresh(), now, begin, club.id, key, given.code, given.name))
    if not rows:
        return
    with cursor() as cur:
        cur.executemany(
            "INSERT INTO accounting_bookaccount (id, set_at, since, club_id, key, code, name)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="book_accounts.set",
        details={row[4]: row[5] for row in rows},
        now=now,
    )


def _open_day(club: ClubInfo) -> date:
    """The first day that is not closed."""
    last = closed_until(club)
    return last + timedelta(days=1) if last else FIRST_DAY
