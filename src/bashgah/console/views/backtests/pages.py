"""What the pages of backtests show, from reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext, ngettext

from bashgah.clubs.types import ClubInfo
from bashgah.kit import formats, ids
from bashgah.simulation.types import BacktestInfo, Report
from bashgah.ui.figures import change, day_words, money_parts, plain
from bashgah.ui.framing import current_lang
from bashgah.ui.types import Chart, ChartRow, Delta, Series

WEEKS_MOST = 30
TONES = {"waiting": "", "running": "info", "done": "good", "failed": "bad", "cancelled": "warn"}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure under both programs."""

    label: str
    live: str
    tried: str
    difference: str
    delta: Delta | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """How far a backtest is."""

    id: str
    title: str
    words: str
    note: str
    done: int
    total: int
    stopping: bool


@dataclass(frozen=True, slots=True)
class ListRow:
    """A backtest in the list."""

    id: str
    title: str
    period: str
    state: str
    state_word: str
    tone: str
    points: str
    money: str
    winners: str
    losers: str
    by: str
    at: datetime


def public(info: BacktestInfo) -> str:
    """The id as addresses have it."""
    return ids.public("backtest", info.id)


def live_name(info: BacktestInfo) -> str:
    """What it is compared with."""
    return gettext("Version %(n)s") % {"n": plain(info.live_number)}


def tried_name(info: BacktestInfo) -> str:
    """What is tried."""
    if info.tried_number:
        return gettext("Version %(n)s") % {"n": plain(info.tried_number)}
    return gettext("Draft %(n)s") % {"n": plain(info.tried_revision)}


def title_of(info: BacktestInfo) -> str:
    """The name somebody gave it, else what it compares."""
    return info.name or gettext("%(tried)s against %(live)s") % {
        "tried": tried_name(info),
        "live": live_name(info).lower(),
    }


def period_of(info: BacktestInfo, club: ClubInfo) -> str:
    """From the first to the last day."""
    return gettext("%(since)s to %(until)s") % {
        "since": day_words(info.since, club, "medium"),
        "until": day_words(info.until - timedelta(days=1), club, "medium"),
    }


def state_word(info: BacktestInfo) -> str:
    """How it stands, in a word."""
    return {
        "waiting": gettext("waiting"),
        "running": gettext("running"),
        "done": gettext("finished"),
        "failed": gettext("failed"),
        "cancelled": gettext("stopped"),
    }[info.state]


def list_row(info: BacktestInfo, club: ClubInfo) -> ListRow:
    """A backtest as a row; figures only of finished ones."""
    report = info.report
    return ListRow(
        id=public(info),
        title=title_of(info),
        period=period_of(info, club),
        state=info.state,
        state_word=state_word(info),
        tone=TONES[info.state],
        points=signed(report.tried.points - report.live.points) if report else "–",
        money=money_signed(report.tried.money - report.live.money, club) if report else "–",
        winners=plain(report.winners) if report else "–",
        losers=plain(report.losers) if report else "–",
        by=info.started_by or "–",
        at=info.created_at,
    )


def running_of(info: BacktestInfo, now: datetime) -> Running:
    """How far a backtest is, and about how long it will still run."""
    left = info.seconds_left(now)
    if info.stop_asked:
        words, note = gettext("stopping"), gettext("What is just being replayed is let end.")
    elif info.state == "waiting":
        words, note = gettext("waiting"), gettext("It begins as soon as the worker is free.")
    elif left is None:
        words, note = gettext("reading history"), gettext("You may close this page; it goes on.")
    else:
        share = formats.percent(100 * info.done // max(1, info.total), current_lang())
        words = gettext("%(share)s, about %(left)s left") % {"share": share, "left": span_words(left)}
        note = gettext("You may close this page; it goes on.")
    return Running(
        public(info), title_of(info), words, note, info.done, info.total or 1, stopping=info.stop_asked
    )


def span_words(seconds: int) -> str:
    """A length of time, rounded as one says it."""
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": plain(seconds)}
    minutes = -(-seconds // 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": plain(minutes)}


def signed(amount: int) -> str:
    """A number with its sign."""
    return formats.signed(amount, current_lang())


def money_signed(amount: int, club: ClubInfo) -> str:
    """An amount with its sign, scaled; the number alone runs left to right."""
    value, unit = money_parts(abs(amount), club)
    sign = "" if amount == 0 else ("+" if amount > 0 else formats.MINUS)
    return f"{isolated(sign + value)} {unit}"


def isolated(number: str) -> str:
    """A signed number that keeps its direction in a line of words, without markup."""
    return f"\u2066{number}\u2069"


def money_short(amount: int, club: ClubInfo) -> str:
    """An amount, scaled."""
    return " ".join(money_parts(amount, club))


def verdict(report: Report, info: BacktestInfo, club: ClubInfo) -> str:
    """The first sentence of a report."""
    live, tried = report.live, report.tried
    if live.points == tried.points and not report.winners and not report.losers:
        return gettext("Over this period nobody's points would have been other than they were.")
    more = tried.points - live.points
    words = {
        "share": formats.percent(abs(more) * 100 / live.points, current_lang()) if live.points else "",
        "points": plain(abs(more)),
        "money": money_short(abs(tried.money - live.money), club),
    }
    if not live.points:
        first = gettext("We would have given %(points)s points, worth about %(money)s.")
    elif more > 0:
        first = gettext("We would have given %(share)s more points, and about %(money)s more.")
    elif more < 0:
        first = gettext("We would have given %(share)s fewer points, and about %(money)s less.")
    else:
        first = gettext("We would have given as many points in all, to others.")
    second = gettext("%(winners)s members would have got more and %(losers)s fewer.") % {
        "winners": plain(report.winners),
        "losers": plain(report.losers),
    }
    return f"{first % words} {second}"


def figures(report: Report, club: ClubInfo) -> tuple[FigureRow, ...]:
    """The figures under both programs."""
    live, tried = report.live, report.tried

    def counted(label: str, before: int, after: int, hint: str = "") -> FigureRow:
        delta = change(after, before, against="")
        difference = isolated(signed(after - before))
        return FigureRow(label, plain(before), plain(after), difference, delta, hint)

    def paid(label: str, before: int, after: int, hint: str = "") -> FigureRow:
        delta = change(after, before, against="", up_is_good=False)
        return FigureRow(
            label,
            money_short(before, club),
            money_short(after, club),
            money_signed(after - before, club),
            delta,
            hint,
        )

    def shared(label: str, before: int, after: int) -> FigureRow:
        parts = [amount * 100 / report.spend if report.spend else 0.0 for amount in (before, after)]
        shown = [formats.percent(round(part, 2), current_lang(), 2) for part in parts]
        difference = isolated(formats.signed(round(parts[1] - parts[0], 2), current_lang()))
        return FigureRow(label, shown[0], shown[1], difference, None)

    rewards = (
        (
            counted(gettext("Rewards given"), live.rewards, tried.rewards),
            paid(
                gettext("Cost of rewards"),
                live.reward_cost,
                tried.reward_cost,
                gettext("counted in what is paid already"),
            ),
        )
        if report.rewards
        else ()
    )
    middle = [points[1] if len(points) > 1 else 0 for points in report.middle]
    top = [points[2] if len(points) > 2 else 0 for points in report.middle]
    return (
        counted(gettext("Points earned in all"), live.points, tried.points),
        paid(gettext("What they pay"), live.money, tried.money),
        shared(gettext("Cost of sales to members"), live.money, tried.money),
        *rewards,
        paid(
            gettext("Liability left at the end"),
            live.open_money,
            tried.open_money,
            gettext("points of the period that have not expired, had none been used"),
        ),
        counted(gettext("Activities that gave something"), live.giving, tried.giving),
        counted(gettext("Points of the middle member"), middle[0], middle[1]),
        counted(gettext("Points of one member in ten, at least"), top[0], top[1]),
        counted(gettext("Times a limit was reached"), live.at_limit, tried.at_limit),
    )


def by_time(report: Report, info: BacktestInfo, club: ClubInfo) -> Chart:
    """Points by week, or by month where there would be too many weeks."""
    weekly = len(report.weeks) <= WEEKS_MOST
    spans, lang = report.weeks if weekly else report.months, current_lang()
    rows = []
    for span in spans:
        short = formats.date(span.start, lang, club.calendar, "day" if weekly else "month")
        label = formats.date(span.start, lang, club.calendar, "medium" if weekly else "month")
        values = span.tried_points, span.live_points
        rows.append(ChartRow(label, short, values, tuple(plain(value) for value in values)))
    title = gettext("Points by week") if weekly else gettext("Points by month")
    series = (Series(tried_name(info), "c1"), Series(live_name(info), "c2", dashed=True))
    axis = gettext("Week from") if weekly else gettext("Month")
    return Chart("by-time", title, axis, "line", series, tuple(rows))


def by_change(report: Report) -> Chart:
    """How many members change by how much; those who stay are left out and said beside it."""
    rows = []
    for each in report.changes:
        if each.least == 0 and each.most == 0:
            continue
        if each.least is None:
            label = gettext("%(n)s or fewer") % {"n": signed(each.most or 0)}
            short = signed(each.most or 0)
        elif each.most is None:
            label = gettext("%(n)s or more") % {"n": signed(each.least)}
            short = signed(each.least)
        else:
            label = gettext("%(a)s to %(b)s") % {"a": signed(each.least), "b": signed(each.most)}
            short = signed(each.most if each.least > 0 else each.least)
        gains = each.members if (each.least or 0) > 0 else None
        loses = None if gains is not None else each.members
        shown = tuple("–" if value is None else plain(value) for value in (gains, loses))
        rows.append(ChartRow(label, short, (gains, loses), shown))
    title = gettext("Change for each member")
    series = (Series(gettext("more"), "c1"), Series(gettext("fewer"), "c5"))
    return Chart("by-change", title, gettext("Points"), "stack", series, tuple(rows))


def unchanged(report: Report) -> int:
    """How many members' points stay as they are."""
    return report.members - report.winners - report.losers


def last_day(info: BacktestInfo) -> date:
    """The last day that is replayed."""
    return info.until - timedelta(days=1)
