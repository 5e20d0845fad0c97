"""What members are told of by themselves: news of other rooms turned into messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.kit import ids
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase, phrase_from_json
from bashgah.kit.points import Points
from bashgah.kit.text import Texts
from bashgah.members import selectors as members
from bashgah.messaging.events import (
    BALANCE,
    CREDIT_ISSUED,
    PROOF_ACCEPTED,
    PROOF_REFUSED,
    REWARD_GIVEN,
    REWARD_ISSUED,
    TIER_RAISED,
    WELCOME,
)
from bashgah.messaging.forgetting import trial_forget
from bashgah.messaging.giving_events import (
    POINTS_GIVEN,
    POINTS_RECEIVED,
    POINTS_RETURNED,
    POINTS_TAKEN_BACK,
)
from bashgah.messaging.group_events import (
    GROUP_INVITED,
    GROUP_JOINED,
    GROUP_LEFT,
    GROUP_OVER,
    GROUP_ROLE,
    ROLES,
)
from bashgah.messaging.services import ToSay, messages_post
from bashgah.messaging.types import EventInfo
from bashgah.programs.units import units_value

# older facts come from imports, late tills and a worker that stood still: nobody wants to read of last
# month's purchase tonight
STILL_NEWS = timedelta(days=1)
TOGETHER = 200
# members who came by a file did not just join
SILENT_ENROLMENTS = frozenset({"import", "demo"})

Values = Callable[[ClubInfo, News], Mapping[str, Any] | None]
Told = Callable[[ClubInfo, News], Iterable[ToSay]]


@hears("purchase.settled", together=TOGETHER)
def on_purchase_settled(news: Sequence[News]) -> None:
    """Tell the balance after a purchase that earned or cost points."""
    _tell(BALANCE, [item for item in news if _is_fresh(item)], _balance_values)


@hears("tier.raised", together=TOGETHER)
def on_tier_raised(news: Sequence[News]) -> None:
    """Tell of a higher tier; the first tier of a new member is no rise."""
    _tell(TIER_RAISED, [item for item in news if _is_fresh(item)], _tier_values)


@hears("member.enrolled", together=TOGETHER)
def on_member_enrolled(news: Sequence[News]) -> None:
    """Welcome whoever joined by themselves or at a till."""
    came = [item for item in news if _is_fresh(item) and item.payload.get("channel") not in SILENT_ENROLMENTS]
    _tell(WELCOME, came, _welcome_values)


@hears("reward.issued", together=TOGETHER)
def on_reward_issued(news: Sequence[News]) -> None:
    """Tell what the points became, and what rules gave free of points."""
    fresh = [item for item in news if _is_fresh(item)]
    given = [item for item in fresh if item.payload.get("channel") == "rule"]
    bought = [item for item in fresh if item.payload.get("channel") != "rule"]
    _tell(REWARD_GIVEN, given, _given_reward_values)
    _tell(CREDIT_ISSUED, [item for item in bought if item.payload.get("credited")], _credit_values)
    _tell(REWARD_ISSUED, [item for item in bought if not item.payload.get("credited")], _reward_values)


@hears("transfer.done", together=TOGETHER)
def on_transfer_done(news: Sequence[News]) -> None:
    """Tell both what passed between them."""
    fresh = [item for item in news if _is_fresh(item)]
    _tell(POINTS_GIVEN, [item for item in fresh if item.payload["half"] == "gave"], _given_values)
    _tell(POINTS_RECEIVED, [item for item in fresh if item.payload["half"] == "received"], _received_values)


@hears("transfer.undone", together=TOGETHER)
def on_transfer_undone(news: Sequence[News]) -> None:
    """Tell the giver what came back, and the receiver what went."""
    fresh = [item for item in news if _is_fresh(item)]
    _tell(POINTS_RETURNED, [item for item in fresh if item.payload["half"] == "gave"], _given_values)
    _tell(POINTS_TAKEN_BACK, [item for item in fresh if item.payload["half"] == "received"], _received_values)


@hears("proof.accepted", together=TOGETHER)
def on_proof_accepted(news: Sequence[News]) -> None:
    """Tell whose proof somebody accepted; who typed a right code sees it on the page."""
    fresh = [item for item in news if _is_fresh(item) and item.payload["kind"] != "code"]
    _tell(PROOF_ACCEPTED, fresh, _accepted_values)


@hears("proof.refused", together=TOGETHER)
def on_proof_refused(news: Sequence[News]) -> None:
    """Tell whose proof was refused, and why."""
    _tell(PROOF_REFUSED, [item for item in news if _is_fresh(item)], _refused_values)


@hears("member.erased")
def on_member_erased(news: News) -> None:
    """Take what was written to or about an erased person out of the trial channels' files."""
    if news.member_id is not None:
        club = clubs.club_get(news.club_id)
        trial_forget(club=club, member_ids=members.alias_set(club, news.member_id))


@hears("group.invited", together=TOGETHER)
def on_group_invited(news: Sequence[News]) -> None:
    """Tell whom an invitation names; one without a name is told by whoever passes its code on."""
    _tell_each(GROUP_INVITED, [item for item in news if _is_fresh(item)], _invited)


@hears("group.joined", together=TOGETHER)
def on_group_joined(news: Sequence[News]) -> None:
    """Tell the heads who came."""
    _tell_each(GROUP_JOINED, [item for item in news if _is_fresh(item)], _heads)


@hears("group.left", together=TOGETHER)
def on_group_left(news: Sequence[News]) -> None:
    """Tell the heads who went."""
    _tell_each(GROUP_LEFT, [item for item in news if _is_fresh(item)], _heads)


@hears("group.removed", "group.closed", together=TOGETHER)
def on_group_over(news: Sequence[News]) -> None:
    """Tell those who are no longer in it and did not leave by themselves."""
    _tell_each(GROUP_OVER, [item for item in news if _is_fresh(item)], _those_out)


@hears("group.role_set", together=TOGETHER)
def on_group_role_set(news: Sequence[News]) -> None:
    """Tell what somebody may do now."""
    _tell_each(GROUP_ROLE, [item for item in news if _is_fresh(item)], _role)


def _tell(event: EventInfo, news: Sequence[News], values: Values) -> None:
    def told(club: ClubInfo, item: News) -> Iterable[ToSay]:
        params = values(club, item)
        if params is None or item.member_id is None:
            return []
        other = item.payload.get("other_id")
        return [ToSay(item.member_id, item.id, params, UUID(other) if other else None)]

    _tell_each(event, news, told)


def _tell_each(event: EventInfo, news: Sequence[News], told: Told) -> None:
    by_club: dict[UUID, list[News]] = defaultdict(list)
    for item in news:
        by_club[item.club_id].append(item)
    for club_id, items in by_club.items():
        club = clubs.club_get(club_id)
        said = [one for item in items for one in told(club, item)]
        if said:
            messages_post(club=club, event=event, said=said, now=max(item.at for item in items))


def _is_fresh(item: News) -> bool:
    happened = item.payload.get("occurred_at")
    since = datetime.fromisoformat(happened) if happened else item.at
    return (item.heard_at or item.at) - since <= STILL_NEWS


def _balance_values(club: ClubInfo, item: News) -> Mapping[str, Any] | None:
    """Say the first wallet the purchase changed and members can spend; nothing where none changed."""
    balances = {one["wallet"]: one["available"] for one in item.payload["balances"]}
    earned: dict[str, int] = defaultdict(int)
    for credit in item.payload["credits"]:
        if credit["wallet"] in balances:
            earned[credit["wallet"]] += credit["amount"]
    unit = "points" if "points" in earned else next(iter(earned), "")
    if not unit:
        return None
    return {
        "amount": Money(item.payload["net"], club.currency),
        "points": units_value(club, earned[unit], unit, item.at),
        "balance": units_value(club, balances[unit], unit, item.at),
    }


def _tier_values(club: ClubInfo, item: News) -> Mapping[str, Any] | None:
    if not item.payload.get("before"):
        return None
    name = item.payload["name"]
    return {"tier": Texts(name.get("fa", ""), name.get("en", ""))}


def _welcome_values(club: ClubInfo, item: News) -> Mapping[str, Any] | None:
    found = members.members_get(club, [item.member_id] if item.member_id else [])
    member = next(iter(found.values()), None)
    return {"number": member.number} if member else None


def _reward_values(club: ClubInfo, item: News) -> Mapping[str, Any]:
    until = item.payload.get("expires_at")
    return {
        "reward": _name(item),
        "price": units_value(club, item.payload["price"], item.payload["unit"], item.at),
        "until": datetime.fromisoformat(until).date() if until else None,
    }


def _given_reward_values(_club: ClubInfo, item: News) -> Mapping[str, Any]:
    until = item.payload.get("expires_at")
    return {"reward": _name(item), "until": datetime.fromisoformat(until).date() if until else None}


def _credit_values(club: ClubInfo, item: News) -> Mapping[str, Any]:
    return {
        "amount": Money(item.payload["credited"], club.currency),
        "price": units_value(club, item.payload["price"], item.payload["unit"], item.at),
    }


def _given_values(club: ClubInfo, item: News) -> Mapping[str, Any]:
    return {
        "points": _points(club, item),
        "receiver": _called(club, UUID(item.payload["other_id"])),
    }


def _received_values(club: ClubInfo, item: News) -> Mapping[str, Any]:
    return {"points": _points(club, item), "giver": _called(club, UUID(item.payload["other_id"]))}


def _accepted_values(club: ClubInfo, item: News) -> Mapping[str, Any]:
    return {"task": _name(item), "points": units_value(club, item.payload["points"], "points", item.at)}


def _refused_values(_club: ClubInfo, item: News) -> Mapping[str, Any]:
    return {"task": _name(item), "reason": phrase_from_json(item.payload["reason"])}


def _points(club: ClubInfo, item: News) -> Points | Money:
    return units_value(club, item.payload["amount"], item.payload["unit"], item.at)


def _called(club: ClubInfo, id: UUID) -> str:
    """What a member is called to another: by first name, or masked like any stranger."""
    found = members.members_get(club, [id]).get(id)
    return (found.first_name or found.name) if found else ""


def _invited(club: ClubInfo, item: News) -> Iterable[ToSay]:
    if "member" not in item.payload:
        return []
    until = datetime.fromisoformat(item.payload["expires_at"]).astimezone(ZoneInfo(club.timezone)).date()
    return [_of_group(club, item, ids.parse("member", item.payload["member"]), day=until)]


def _heads(club: ClubInfo, item: News) -> Iterable[ToSay]:
    person = ids.parse("member", item.payload["member"])
    heads = [
        one.member_id
        for one in members.belonging_list(club, _group_id(item))
        if one.role == "head" and one.member_id != person and one.joined_at <= item.at
    ]
    return [_of_group(club, item, head, about=person, person=_called(club, person)) for head in heads]


def _those_out(club: ClubInfo, item: News) -> Iterable[ToSay]:
    gone = item.payload.get("members") or [item.payload["member"]]
    return [_of_group(club, item, ids.parse("member", one)) for one in gone]


def _role(club: ClubInfo, item: News) -> Iterable[ToSay]:
    kind = members.group_get(club, _group_id(item)).type
    role = ROLES[kind][item.payload["role"]]
    return [_of_group(club, item, ids.parse("member", item.payload["member"]), role=role)]


def _of_group(
    club: ClubInfo, item: News, member_id: UUID, *, about: UUID | None = None, **more: Any
) -> ToSay:
    """One thing to tell one of several: a cause is told once, so each has a cause of their own."""
    account = members.group_get(club, _group_id(item)).name
    return ToSay(member_id, uuid5(item.id, str(member_id)), {"account": account, **more}, about)


def _group_id(item: News) -> UUID:
    if item.member_id is None:
        raise ValueError(f"{item.kind} {item.id} names no group")
    return item.member_id


def _name(item: News) -> Texts | Phrase:
    name = item.payload["name"]
    return phrase_from_json(name) if "m" in name else Texts(name.get("fa", ""), name.get("en", ""))
