"""The demo chain's branches and the staff who show it."""

from __future__ import annotations

from dataclasses import dataclass

from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True)
class Place:
    """A branch; ``share`` is how much of the members' business it does."""

    code: str
    name: Texts
    city: str
    region: str
    share: int


PLACES = (
    Place("101", Texts("میدان ونک", "Vanak Square"), "تهران", "مرکز", 14),
    Place("102", Texts("تجریش", "Tajrish"), "تهران", "مرکز", 12),
    Place("103", Texts("پونک", "Punak"), "تهران", "مرکز", 10),
    Place("104", Texts("نارمک", "Narmak"), "تهران", "مرکز", 9),
    Place("105", Texts("نازی‌آباد", "Naziabad"), "تهران", "مرکز", 7),
    Place("201", Texts("گوهردشت", "Gohardasht"), "کرج", "البرز", 8),
    Place("301", Texts("چهارباغ", "Chaharbagh"), "اصفهان", "جنوب", 9),
    Place("302", Texts("معالی‌آباد", "Maali Abad"), "شیراز", "جنوب", 8),
    Place("303", Texts("کیان‌پارس", "Kianpars"), "اهواز", "جنوب", 5),
    Place("401", Texts("احمدآباد", "Ahmadabad"), "مشهد", "شرق", 9),
    Place("501", Texts("ولیعصر", "Valiasr"), "تبریز", "غرب", 5),
    Place("502", Texts("گلسار", "Golsar"), "رشت", "شمال", 4),
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the staff; ``branches`` are codes, none means the whole club."""

    role: str
    name: str
    email: str
    branches: tuple[str, ...] = ()


PASSWORD = "Naderi-1405-demo"  # noqa: S105 - of a demonstration, printed at its start
STAFF = (
    Colleague("owner", "مینا نادری", "mina@naderi.example"),
    Colleague("marketer", "پرهام صالحی", "parham@naderi.example"),
    Colleague("branch_manager", "لیلا رضوی", "leila@naderi.example", ("101", "102")),
    Colleague("cashier", "امید کاظمی", "omid@naderi.example", ("101",)),
    Colleague("analyst", "نگار احمدی", "negar@naderi.example"),
    Colleague("auditor", "بهرام توکلی", "bahram@naderi.example"),
)
