"""Settles the story: the older months member by member, the last weeks as they happened, all in order.

The older months are settled in groups of members, so that a member's state is read and written a few times
and not with each purchase; within a member nothing changes its order. A group is cut into rounds, because a
return must come after the transaction of its purchase and a redemption between two facts. The last weeks are
settled day after day over the whole chain, so that lists of what was recorded last read as they should.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bashgah.activities import services as activities
from bashgah.activities.types import Intake, PurchaseIn, Refused, ReturnIn, VisitIn
from bashgah.clubs.types import ClubInfo
from bashgah.demo import goods
from bashgah.demo.types import Progress
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.redemption import services as redemption
from bashgah.rewards import services as rewards

GROUP = 80
BATCH = 1000
RECENT_BATCH = 350
RECENT = timedelta(days=45)
WISHES_OF_A_MEMBER = 0.08
WISH_AFTER_FACTS = 14
KINDS = ("purchases", "anonymous", "returns", "visits", "refused")


@dataclass(slots=True)
class Round:
    """Facts of one transaction or a few, and the redemptions that follow: (member, when)."""

    facts: list[Intake] = field(default_factory=list)
    wishes: list[tuple[UUID, datetime]] = field(default_factory=list)


def live(
    club: ClubInfo, facts: Sequence[Intake], *, until: datetime, hands: int, progress: Progress
) -> Counter[str]:
    """Settle every fact and carry out the redemptions; return how many of each kind there were."""
    cut = until - RECENT
    older = [fact for fact in facts if fact.occurred_at < cut]
    recent = [fact for fact in facts if fact.occurred_at >= cut]
    counts: Counter[str] = Counter()
    groups = list(_groups(older))
    for settled in _settle_groups(club, groups, cut, hands):
        counts += settled
        progress("settling", sum(counts[kind] for kind in KINDS), len(facts))
    for start in range(0, len(recent), RECENT_BATCH):
        part = recent[start : start + RECENT_BATCH]
        at = part[-1].occurred_at
        counts += _settled(club, part, at)
        people = [owner for fact in part if (owner := owner_of(fact))]
        picked = Random(part[0].reference)  # noqa: S311 - a story, not a secret
        for member_id in picked.sample(people, min(4, len(people))):
            counts["redemptions"] += _redeem(club, member_id, at, use=picked.random() < 0.4)
        progress("settling", sum(counts[kind] for kind in KINDS), len(facts))
    return counts


def group_live(club: ClubInfo, facts: Sequence[Intake], now: datetime) -> Counter[str]:
    """Settle one group's older months, round by round."""
    counts: Counter[str] = Counter()
    for turn in _rounds(facts):
        for start in range(0, len(turn.facts), BATCH):
            counts += _settled(club, turn.facts[start : start + BATCH], now)
        for member_id, at in turn.wishes:
            counts["redemptions"] += _redeem(club, member_id, at, use=at.second % 3 == 0)
    return counts


def owner_of(fact: Intake) -> UUID | None:
    """Whose fact it is; a return's owner is told by its purchase."""
    if isinstance(fact, ReturnIn) or fact.member is None:
        return None
    return ids.parse("member", fact.member.id)


def _settle_groups(
    club: ClubInfo, groups: Sequence[Sequence[Intake]], now: datetime, hands: int
) -> Iterator[Counter[str]]:
    if hands <= 1:
        for group in groups:
            yield group_live(club, group, now)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    import django

    with ProcessPoolExecutor(hands, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        for done in as_completed([pool.submit(group_live, club, group, now) for group in groups]):
            yield done.result()


def _groups(facts: Sequence[Intake]) -> Iterator[list[Intake]]:
    """Facts by groups of members (a reference begins ``p-17-…``); anonymous ones by themselves."""
    groups: dict[int, list[Intake]] = {}
    for fact in facts:
        kind, number, *_rest = fact.reference.split("-")
        groups.setdefault(-1 if kind == "a" else int(number) // GROUP, []).append(fact)
    for key in sorted(groups):
        yield groups[key]


def _rounds(facts: Sequence[Intake]) -> list[Round]:
    """Cut a group's facts so that a return never shares a round with its purchase."""
    rounds: list[Round] = []
    reached: dict[str, int] = {}
    seen: Counter[str] = Counter()
    inside: dict[str, set[str]] = {}
    for fact in facts:
        _kind, number, *_rest = fact.reference.split("-")
        turn = reached.get(number, 0)
        if isinstance(fact, ReturnIn) and fact.purchase.reference in inside.get(number, ()):
            turn += 1
            inside[number] = set()
        inside.setdefault(number, set()).add(fact.reference)
        while len(rounds) <= turn:
            rounds.append(Round())
        rounds[turn].facts.append(fact)
        seen[number] += 1
        if _wishes(fact, seen[number]):
            owner = owner_of(fact)
            if owner is not None:
                rounds[turn].wishes.append((owner, fact.occurred_at + timedelta(hours=2)))
                turn += 1
                inside[number] = set()
        reached[number] = turn
    return rounds


def _wishes(fact: Intake, seen: int) -> bool:
    """Whether the member redeems after this fact; drawn from its reference, so always the same."""
    if not isinstance(fact, PurchaseIn) or fact.member is None or seen % WISH_AFTER_FACTS:
        return False
    return Random(fact.reference).random() < WISHES_OF_A_MEMBER  # noqa: S311 - a story, not a secret


def _settled(club: ClubInfo, part: Sequence[Intake], now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    answers = activities.settle(part, club=club, actor=SYSTEM, now=now)
    for fact, answer in zip(part, answers, strict=True):
        match fact:
            case _ if isinstance(answer, Refused):
                counts["refused"] += 1
            case ReturnIn():
                counts["returns"] += 1
            case VisitIn():
                counts["visits"] += 1
            case PurchaseIn():
                counts["purchases" if fact.member else "anonymous"] += 1
    return counts


def _redeem(club: ClubInfo, member_id: UUID, at: datetime, *, use: bool) -> int:
    """Redeem what the day brings, if the member can have it; perhaps use the coupon a week later."""
    reward = goods.REWARDS[at.minute % len(goods.REWARDS)][0]
    try:
        done = redemption.redemption_begin(
            club=club,
            member_id=member_id,
            reward_key=reward,
            channel="portal",
            reference=("demo", f"{ids.public('member', member_id)}-{at:%Y%m%d%H%M}"),
            actor=Actor(kind="member", id=ids.public("member", member_id)),
            now=at,
        )
        if use and done.coupon is not None and done.coupon.state == "issued":
            rewards.coupon_use(
                club=club,
                code=done.coupon.code,
                branch="101",
                reference=f"demo-{done.id}",
                actor=SYSTEM,
                now=at + timedelta(days=6),
            )
    except Refusal:  # too few points, or once a day: then not
        return 0
    return 1
