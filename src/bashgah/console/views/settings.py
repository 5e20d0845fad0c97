"""The club's own settings: names, money, calendar, late facts, the member's yes."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.clubs import services
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.ground import clock
from bashgah.kit.text import Texts
from bashgah.ui.types import Option, Tab

ZONES = (
    "Asia/Tehran", "Asia/Kabul", "Asia/Dubai", "Asia/Baghdad", "Europe/Istanbul", "Europe/London", "UTC",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The settings form: values as typed, choices, errors."""

    tabs: tuple[Tab, ...]
    values: dict[str, object]
    errors: dict[str, str]
    summary: str
    money_display: tuple[Option, ...]
    calendar: tuple[Option, ...]
    locale: tuple[Option, ...]
    timezone: tuple[Option, ...]
    week_start: tuple[Option, ...]
    late_policy: tuple[Option, ...]
    future_policy: tuple[Option, ...]
    redeem_consent: tuple[Option, ...]


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Reads and writes the club's settings; both writes are one transaction."""
    club: ClubInfo = request.club
    if request.method != "POST":
        return _page(request, _values(club), Entry(request))
    entry = Entry(request)
    name = entry.texts("name", required=True)
    changes = {
        "late_window_days": entry.whole("late_window_days", required=True, most=3650),
        "late_policy": entry.choice("late_policy", {"refuse", "review", "settle"}, "settle"),
        "future_policy": entry.choice("future_policy", {"refuse", "review", "settle"}, "refuse"),
        "redeem_consent": entry.choice("redeem_consent", {"never", "above", "always"}, "above"),
        "redeem_consent_above": entry.whole("redeem_consent_above", required=True, most=1_000_000_000),
        "amount_ask_above": entry.money("amount_ask_above", required=True, least=1),
        "expiry_warning_days": entry.whole("expiry_warning_days", required=True, most=180),
        "claim_window_days": entry.whole("claim_window_days", required=True, most=365),
        "support_phone": entry.text("support_phone", limit=20),
        "portal_welcome": _setting(entry.texts("portal_welcome", limit=2000)),
    }
    typed = {key: request.POST.get(key, "") for key in _values(club)}
    if not entry.errors:
        _, refusal = attempt(lambda: _save(request, club, name, changes))
        if refusal is None:
            done(request, gettext("The settings were saved."))
            return redirect("console:settings")
        entry.refuse(refusal)
    return _page(request, typed, entry, status=422)


def _save(request: HttpRequest, club: ClubInfo, name: Texts, changes: dict[str, object]) -> None:
    posted, now, actor = request.POST, clock.now(), request.actor
    services.club_update(
        club=club,
        name=name,
        money_display="rial" if posted.get("money_display") == "rial" else "toman",
        calendar="gregorian" if posted.get("calendar") == "gregorian" else "jalali",
        locale="en" if posted.get("locale") == "en" else "fa",
        timezone=posted.get("timezone", club.timezone),
        week_start=int(posted["week_start"]) if posted.get("week_start", "").isdecimal() else club.week_start,
        domain=posted.get("domain", ""),
        actor=actor,
        now=now,
    )
    services.settings_set(club=club, changes=changes, actor=actor, now=now)


def _setting(texts: Texts) -> dict[str, str]:
    return {"fa": texts.fa, "en": texts.en}


def _values(club: ClubInfo) -> dict[str, object]:
    from bashgah.ui.figures import plain, shown_amount

    own = club.settings
    return {
        "name_fa": club.name.fa,
        "name_en": club.name.en,
        "domain": club.domain,
        "money_display": club.money_display,
        "calendar": club.calendar,
        "locale": club.locale,
        "timezone": club.timezone,
        "week_start": str(club.week_start),
        "late_window_days": plain(own.late_window_days),
        "late_policy": own.late_policy,
        "future_policy": own.future_policy,
        "redeem_consent": own.redeem_consent,
        "redeem_consent_above": plain(own.redeem_consent_above),
        "amount_ask_above": plain(shown_amount(own.amount_ask_above, club)),
        "claim_window_days": plain(own.claim_window_days),
        "expiry_warning_days": plain(own.expiry_warning_days),
        "support_phone": own.support_phone,
        "portal_welcome_fa": own.portal_welcome.fa,
        "portal_welcome_en": own.portal_welcome.en,
    }


def _page(
    request: HttpRequest, values: dict[str, object], entry: Entry, *, status: int = 200
) -> HttpResponse:
    def options(name: str, *pairs: tuple[str, str]) -> tuple[Option, ...]:
        return chosen(pairs, str(values[name]))

    facts = (
        ("settle", gettext("Settle it all the same")),
        ("review", gettext("Keep it for review")),
        ("refuse", gettext("Refuse it")),
    )
    days = (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"), gettext("Friday"),
        gettext("Saturday"), gettext("Sunday"),
    )  # fmt: skip
    zones = sorted({*ZONES, str(values["timezone"])})
    model = SettingsPage(
        tabs=settings_tabs(request, "console:settings"),
        values=values,
        errors=entry.errors,
        summary=entry.summary,
        money_display=options("money_display", ("toman", gettext("Toman")), ("rial", gettext("Rial"))),
        calendar=options("calendar", ("jalali", gettext("Jalali")), ("gregorian", gettext("Gregorian"))),
        locale=options("locale", ("fa", "فارسی"), ("en", "English")),
        timezone=options("timezone", *((zone, zone) for zone in zones)),
        week_start=options("week_start", *((str(number), day) for number, day in enumerate(days))),
        late_policy=options("late_policy", *facts),
        future_policy=options("future_policy", *facts),
        redeem_consent=options(
            "redeem_consent",
            ("never", gettext("Never")),
            ("above", gettext("Above a number of points")),
            ("always", gettext("Always")),
        ),
    )
    return show(request, "settings.html", model, status=status)
