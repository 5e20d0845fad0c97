"""Every component on one page, the way rooms use them: what the component tests and the browser look at."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from bashgah.ui.framing import lang_of, theme_of
from bashgah.ui.listings import listing
from bashgah.ui.types import (
    Chart,
    ChartRow,
    Column,
    Crumb,
    Delta,
    FilterChoice,
    Frame,
    Moment,
    NavGroup,
    NavItem,
    Notice,
    Option,
    Series,
    Stat,
    Tab,
    Why,
    WhyRow,
)

NADERI = SimpleNamespace(currency="IRR", money_display="toman", calendar="jalali", timezone="Asia/Tehran")
NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)


def frame_for(request: HttpRequest) -> Frame:
    """The frame of the marketer Maryam in the club Naderi."""
    return Frame(
        lang=lang_of(request),
        theme=theme_of(request),
        path=request.get_full_path(),
        club_name="فروشگاه‌های نادری",
        club_line="۱۲ شعبه · محیط اصلی",
        club=NADERI,
        nav=(
            NavGroup("", (NavItem("خانه", "/gallery", "home", current=True),)),
            NavGroup("اعضا", (NavItem("اعضا", "/gallery?x=1", "users", count=7),)),
        ),
        foot=(NavItem("تنظیمات", "/gallery?x=2", "settings"),),
        person="مریم احمدی",
        person_line="بازاریاب",
        person_url="/gallery?x=3",
        search_url="/gallery",
        sign_out_url="/gallery",
        notices=(Notice("نسخهٔ ۴۳ منتشر شد", "/gallery", "بازگردانی"),),
    )


def gallery(request: HttpRequest) -> HttpResponse:
    """One of everything."""
    days = tuple(
        ChartRow(f"{n} آبان", str(n), (float(2000 + n * 40), float(1200 + n * 10)), (str(n), str(n)))
        for n in range(1, 31)
    )
    page = {
        "frame": frame_for(request),
        "club": NADERI,
        "now": NOW,
        "crumbs": (Crumb("اعضا", "/gallery"), Crumb("سارا محمدی")),
        "stats": (
            Stat(
                "فروش به اعضا",
                "۶۸٫۴",
                "میلیارد تومان",
                delta=Delta("۸٫۱٪", "up", True, "مهر: ۶۳٫۳"),
                url="?a=1",
                current=True,
            ),
            Stat("امتیاز", "۲٬۴۸۰", tone="points", note="برابر ۲۴۸٬۰۰۰ تومان"),
            Stat("تا سطح الماس", "۱٬۶۴۰", "امتیاز سطح", meter=(4360, 6000, "پیشرفت تا سطح الماس")),
        ),
        "chart": Chart(
            "sales", "فروش روزانه", "روز", "stack", (Series("اعضا", "c1"), Series("دیگران", "c2")), days
        ),
        "listing": listing(
            path="/gallery",
            query={"tier": "gold", "q": "سارا"},
            columns=(Column("عضو", "name"), Column("امتیاز", "points", numeric=True), Column("آخرین خرید")),
            search_label="نام، موبایل یا کارت",
            said="۱ تا ۲۵ از ۶٬۹۷۰",
            choices=(
                FilterChoice("tier", "سطح", (Option("", "سطح: همه"), Option("gold", "طلایی", selected=True))),
            ),
            next_after="abc",
            sort="-points",
            export_path="/gallery.csv",
        ),
        "tabs": (Tab("سیر رویدادها", "/gallery", current=True), Tab("خریدها", "/gallery?t=2", count=3)),
        "moments": (
            Moment(
                "shopping-bag",
                "خرید ۱٬۲۸۰٬۰۰۰ تومان",
                "شعبهٔ ونک · ۱۷:۴۲",
                tone="points",
                amount="+۱۸۰",
                amount_tone="points",
                day="امروز، شنبه ۳۰ آبان",
                why=Why(
                    "چرا این امتیاز؟",
                    (
                        WhyRow("امتیاز پایه", "۱۲ بار ۱۰۰٬۰۰۰ تومان", "+۱۲۰"),
                        WhyRow("تولد", "اعمال نشد", quiet=True),
                    ),
                    "+۱۸۰",
                    ("برنامه، نسخهٔ ۴۲",),
                ),
            ),
            Moment("gift", "پاداش گرفت", amount="−۵۰۰", tone="brand", last=True),
        ),
        "parts": (("وقتی عضو ", ""), ("طلایی", "m"), (" بخرد ", ""), ("۱۵ امتیاز", "p"), (" می‌گیرد.", "")),
        "options": (Option("a", "یک"), Option("b", "دو", selected=True)),
        "errors": {} if "well" in request.GET else {"mobile": "موبایل ۱۱ رقم دارد؛ ۴ رقم کم است."},
        "facts": (("پیامک", "مجاز"), ("تلفن", "غیرمجاز")),
    }
    return render(request, "gallery.html", page)


def boom(request: HttpRequest) -> HttpResponse:
    """Fails, for the 500 page."""
    raise RuntimeError("planned")


urlpatterns = [
    path("gallery", gallery),
    path("boom", boom),
    path("ui/", include("bashgah.ui.urls")),
]
handler404 = "bashgah.ui.views.not_found"
handler500 = "bashgah.ui.views.server_error"
