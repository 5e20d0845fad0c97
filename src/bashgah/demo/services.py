"""Fills the demo club: branches, staff, goods, members, and eighteen months through the settlement."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from random import Random
from uuid import UUID

from django.db import transaction

from bashgah.access import selectors as access
from bashgah.access.services import invitation_accept, staff_invite
from bashgah.accounting import costs, liability
from bashgah.clubs import selectors as clubs
from bashgah.clubs import services as clubs_services
from bashgah.clubs.types import ClubInfo
from bashgah.demo import goods, living, showing
from bashgah.demo.people import KNOWN, ZONE, Persona, personas
from bashgah.demo.places import PASSWORD, PLACES, STAFF
from bashgah.demo.story import story
from bashgah.demo.types import DemoReport, MemberSignIn, Progress, StaffSignIn
from bashgah.engine.validation import document_read
from bashgah.ground import audit
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ledger import roots
from bashgah.members.services import members_enrol_bulk
from bashgah.members.types import Enrolled
from bashgah.products.services import brands_upsert_bulk, categories_upsert_bulk, products_upsert_bulk
from bashgah.products.types import BrandInfo, CategoryInfo, NewProduct
from bashgah.programs.ready import ready_rules
from bashgah.programs.selectors import program_in_force, version_last
from bashgah.programs.services import draft_open, draft_publish
from bashgah.programs.starter import starter_program
from bashgah.rewards import services as rewards

SLUG = "naderi"
SEED = 1405
MEMBERS = 2000
DAYS = 548
PEOPLE_AT_ONCE = 500
GIVEN_FOR = ("ready_social_task", "ready_review")
"""Ready rules that the demo takes over beside what every club begins with."""
BEGUN, FINISHED = "demo.begun", "demo.finished"

GIFTS_SINCE = timedelta(days=21)
"""Since when the club gives coupons: not so long that a year of them is issued in one night."""


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def demo_is_wanted() -> bool:
    """Whether an installation is empty, or its demo was interrupted: then filling it disturbs nobody."""
    found = clubs.club_list()
    return not found or (len(found) == 1 and found[0].is_demo and not demo_is_finished(found[0]))


def demo_is_finished(club: ClubInfo) -> bool:
    """Whether the club was filled to the end."""
    return club.is_demo and bool(audit.audit_list(club_id=club.id, action=FINISHED, limit=1))


def sign_ins() -> tuple[list[StaffSignIn], list[MemberSignIn]]:
    """Whom to sign in as; the same in every demo."""
    staff = [StaffSignIn(one.role, one.name, one.email, PASSWORD) for one in STAFF]
    return staff, [MemberSignIn(f"{one.first_name} {one.last_name}", one.mobile) for one in KNOWN]


def demo_fill(
    *,
    now: datetime,
    seed: int = SEED,
    members: int = MEMBERS,
    days: int = DAYS,
    hands: int = 1,
    progress: Progress = quiet,
) -> DemoReport:
    """Make the club of the demonstration, or go on where an interrupted filling stopped.

    Everything is made of the seed and settled through the one settlement, at the time it happened; nothing is
    told to anybody of what is long ago. A finished demo is left as it is. Refuses with ``not_a_demo`` (409)
    where a club of this name is not a demonstration. Call it outside a transaction. With more than one of
    ``hands`` the older months are settled by so many processes, which find the database by ``DATABASE_URL``.
    """
    begun = time.perf_counter()
    club = _club(now, days)
    until = _until(club, now)
    begin = until.astimezone(ZONE).date() - timedelta(days=days - 1)
    counts: Counter[str] = Counter()
    if not demo_is_finished(club):
        random = Random(seed)  # noqa: S311 - a story, not a secret
        _furnish(club, begin, until)
        people = personas(random, count=members, begin=begin, days=days)
        member_ids = _enrol(club, people, until, progress)
        facts = story(random, people=people, ids=member_ids, begin=begin, until=until)
        counts = living.live(club, facts, until=until, hands=hands, progress=progress)
        showing.shown(club, member_ids, begin=_opening(begin), until=until)
        # months were settled at once, at the moment the last weeks begin: the books begin there too
        roots.days_close(club=club, first=(until - living.RECENT).astimezone(ZONE).date(), now=now)
        _value(club, now)
        audit.audit_post(club_id=club.id, actor=SYSTEM, action=FINISHED, details=dict(counts), now=now)
    return DemoReport(
        club=club,
        members=members,
        purchases=counts["purchases"],
        anonymous=counts["anonymous"],
        returns=counts["returns"],
        visits=counts["visits"],
        redemptions=counts["redemptions"],
        refused=counts["refused"],
        seconds=time.perf_counter() - begun,
    )


def _opening(day: date) -> datetime:
    return datetime.combine(day, clock_time(12), ZONE)


def _value(club: ClubInfo, now: datetime) -> None:
    """Say what a point costs (100 toman, of which 72 % are used) and count what is outstanding."""
    author = Actor(kind="system", name=STAFF[0].name)
    for unit, per_thousand in (("points", 720_000), ("credit", 1_000)):
        costs.cost_set(club=club, unit=unit, per_thousand=per_thousand, since=None, actor=author, now=now)
    liability.liability_keep(club=club, program=program_in_force(club, now).document)


def _club(now: datetime, days: int) -> ClubInfo:
    try:
        club = clubs.club_by_slug(SLUG)
    except Refusal:
        return clubs_services.club_create(
            slug=SLUG,
            name=Texts("فروشگاه‌های نادری", "Naderi Stores"),
            is_demo=True,
            settings={
                "portal_welcome": {
                    "fa": "به باشگاه فروشگاه‌های نادری خوش آمدید.",
                    "en": "Welcome to the club of Naderi Stores.",
                },
                "support_phone": "021-88001405",
                "reviews": "looked_at",
            },
            now=now - timedelta(days=days),
        )
    if not club.is_demo:
        raise Refusal(
            "not_a_demo",
            Phrase(_("There is a club “{slug}” already, and it is no demonstration."), {"slug": SLUG}),
        )
    return club


def _until(club: ClubInfo, now: datetime) -> datetime:
    """When the story ends: now, or what was now when an interrupted filling began."""
    noted = audit.audit_list(club_id=club.id, action=BEGUN, limit=1)
    if noted:
        return datetime.fromisoformat(noted[0].details["until"])
    audit.audit_post(club_id=club.id, actor=SYSTEM, action=BEGUN, details={"until": now.isoformat()}, now=now)
    return now


def _furnish(club: ClubInfo, begin: date, until: datetime) -> None:
    opened = datetime.combine(begin, datetime.min.time(), tzinfo=ZONE)
    known = {branch.code for branch in clubs.branch_list(club)}
    for place in PLACES:
        if place.code not in known:
            clubs_services.branch_create(
                club=club,
                code=place.code,
                name=place.name,
                city=place.city,
                region=place.region,
                now=opened,
            )
    fresh = clubs.club_get(club.id)
    _staff(fresh, until)
    categories_upsert_bulk(
        club=fresh,
        categories=[
            CategoryInfo(code=code, name=name, parent_code=up) for code, up, name in goods.CATEGORIES
        ],
        now=opened,
    )
    brands_upsert_bulk(
        club=fresh,
        brands=[BrandInfo(code=code, name=name) for code, name in goods.BRANDS.items()],
        now=opened,
    )
    products_upsert_bulk(
        club=fresh,
        products=[
            NewProduct(sku=one.sku, name=one.name, category=one.category, brand=one.brand)
            for one in goods.GOODS
        ],
        now=opened,
    )
    _program_start(fresh, opened, until - GIFTS_SINCE)
    for sort, (key, name, description, conditions, stock) in enumerate(goods.REWARDS, start=1):
        rewards.reward_save(
            club=fresh,
            key=key,
            name=name,
            description=description,
            conditions=conditions,
            sort=sort,
            actor=SYSTEM,
            now=until,
        )
        if stock is not None:
            rewards.stock_set(club=fresh, reward=key, remaining=stock, actor=SYSTEM, now=until)


def _staff(club: ClubInfo, now: datetime) -> None:
    there = {one.staff.email for one in access.staff_list(club)}
    branches = {branch.code: branch.id for branch in clubs.branch_list(club)}
    for one in STAFF:
        if one.email in there:
            continue
        with transaction.atomic():
            _invitation, token = staff_invite(
                club=club,
                email=one.email,
                name=one.name,
                role=one.role,
                branches=[branches[code] for code in one.branches],
                actor=SYSTEM,
                now=now,
            )
            invitation_accept(token=token, name=one.name, password=PASSWORD, now=now)


def _enrol(club: ClubInfo, people: Sequence[Persona], now: datetime, progress: Progress) -> list[UUID]:
    branches = {branch.code: branch.id for branch in clubs.branch_list(club)}
    member_ids: list[UUID] = []
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        part = people[start : start + PEOPLE_AT_ONCE]
        rows = [replace(persona.new, branch_id=branches[persona.branch]) for persona in part]
        for answer in members_enrol_bulk(club=club, rows=rows, channel="demo", now=now):
            if not isinstance(answer, Enrolled):
                raise answer
            member_ids.append(answer.member_id)
        progress("members", len(member_ids), len(people))
    return member_ids


def _program_start(club: ClubInfo, now: datetime, gifts: datetime) -> None:
    """What every club begins with; half of a bill may be paid by points, and what members do earns some.

    Since ``gifts`` every fifth purchase of a month brings a coupon.
    """
    if version_last(club):
        return
    actor = Actor(kind="system", name=STAFF[1].name)
    paying = {"wallet": "points", "least": 50, "step": 10, "most_permille": 500}
    document = {**starter_program(club.currency, club.calendar), "pay_with_points": paying}
    told = {ready.key: ready.rule for ready in ready_rules(document_read(document))}
    document["rules"] = [*document["rules"], *({**told[key], "stage": "live"} for key in GIVEN_FOR)]
    offered = [*document["rewards"], goods.DAIRY]
    document["rewards"] = [{**each, **goods.TERMS.get(each["key"], {})} for each in offered]
    document["counters"] = [*document.get("counters", ()), goods.MONTH_PURCHASES]
    document["rules"] = [*document["rules"], {**goods.FIFTH, "schedule": {"starts_at": gifts.isoformat()}}]
    draft = draft_open(club=club, document=document, actor=actor, now=now)
    draft_publish(club=club, revision=draft.revision, actor=actor, now=now)
