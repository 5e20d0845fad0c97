"""What one member can have now, and every reason where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine.compiling import reward_fields
from bashgah.engine.document import RewardTerms, Wallet
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.rewards import why_not
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.ground.batch import cursor, read
from bashgah.history import selectors as history
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.ledger import selectors as ledger
from bashgah.members import selectors as members
from bashgah.members.facts import facts_of
from bashgah.members.selectors.deciding import MEMBER
from bashgah.members.types import MemberInfo
from bashgah.programs import selectors as programs
from bashgah.rewards import selectors
from bashgah.rewards.scoping import scope_names, scope_said
from bashgah.rewards.shelf import gives
from bashgah.rewards.types import RewardInfo, RewardOffer
from bashgah.tiers.tables import STANDINGS, standings_of

Used = Mapping[str, Mapping[str, int]]
_UNAVAILABLE = Phrase(_("this reward is not offered now"))


def reward_list_for(
    club: ClubInfo, member_id: UUID, *, payer_id: UUID | None = None, channel: str, now: datetime
) -> list[RewardOffer]:
    """Every reward a member may see, those they can have first, then in the club's order.

    Each carries all reasons for which it can't be had, never only the first. Rewards that are off, hidden,
    or whose kind is no longer known are not listed. ``payer_id`` is whose points pay, if not the member's.
    """
    compiled = programs.program_in_force(club, now)
    shown = {info.key: info for info in selectors.reward_list(club)}
    terms = [
        each
        for each in compiled.document.rewards
        if each.stage == "live" and (each.key not in shown or shown[each.key].is_visible)
    ]
    offers = _offers(club, member_id, compiled, terms, shown, payer_id=payer_id, channel=channel, now=now)
    order = {offer.key: (not offer.can_have, _sort(shown, offer.key), offer.price) for offer in offers}
    return sorted(offers, key=lambda offer: order[offer.key])


def reward_offer_get(
    club: ClubInfo,
    member_id: UUID,
    key: str,
    *,
    payer_id: UUID | None = None,
    channel: str,
    now: datetime,
) -> RewardOffer:
    """One reward as a member sees it; a reward without terms refuses with ``reward_not_found`` (404)."""
    compiled = programs.program_in_force(club, now)
    terms = [each for each in compiled.document.rewards if each.key == key]
    if not terms:
        raise selectors.reward_missing()
    shown = {info.key: info for info in selectors.reward_list(club) if info.key == key}
    offer = _offers(club, member_id, compiled, terms, shown, payer_id=payer_id, channel=channel, now=now)[0]
    if key in shown and not shown[key].is_visible and not offer.reasons:
        return _with_reasons(offer, (_UNAVAILABLE,))
    return offer


def member_state(club: ClubInfo, member: MemberInfo, compiled: CompiledProgram, now: datetime) -> State:
    """The values of the state fields that the program's rewards read, and where the member stands."""
    needed = reward_fields(compiled)
    with cursor() as cur:
        found = read(cur, [member.id], (MEMBER, STANDINGS), {"zone": club.timezone})[member.id]
    about, standings = facts_of(found[0]), standings_of(found[1])
    local = now.astimezone(ZoneInfo(club.timezone))
    today = Fact("custom", "reward", now, local, currency=club.currency)
    values = {
        key: about.value(key, today, compiled.document.calendar)
        for key in needed
        if key.startswith("member.") and not key.startswith("member.tier.")
    }
    if any(key.startswith("history.") for key in needed):
        values |= {key: each for key, each in _history_values(club, member.id, now).items() if key in needed}
    return State(values=values, standings=standings)


def _offers(
    club: ClubInfo,
    member_id: UUID,
    compiled: CompiledProgram,
    terms: Sequence[RewardTerms],
    shown: Mapping[str, RewardInfo],
    *,
    payer_id: UUID | None,
    channel: str,
    now: datetime,
) -> list[RewardOffer]:
    member = members.member_get(club, member_id)
    everyone = members.alias_set(club, member_id)
    survivor = everyone[0]
    if survivor != member.id:
        member = members.member_get(club, survivor)
    state = member_state(club, member, compiled, now)
    purse = ledger.wallets_get(club, payer_id or survivor, now)
    balances = {unit: wallet.available for unit, wallet in purse.items()}
    used = _used(club, everyone, compiled, now)
    called = scope_names(club, [each.params for each in terms])
    today = selectors.day_of(club, now)
    blocked = () if member.is_active else (_inactive(member),)
    found = []
    for each in terms:
        info = shown.get(each.key)
        stock = info.stock if info else None
        balance = balances.get(each.wallet, 0)
        reasons = why_not(
            each,
            state,
            balance=balance,
            today=today,
            channel=channel,
            stock=stock,
            used=used.get(each.key),
            compiled=compiled,
        )
        wallet = compiled.wallets.get(each.wallet)
        found.append(
            RewardOffer(
                key=each.key,
                kind=each.kind,
                name=_name(info, each),
                description=info.description if info else Texts(),
                conditions=info.conditions if info else Texts(),
                picture=info.picture if info else "",
                gives=gives(each.kind, each.params, club.currency, called),
                unit=each.wallet,
                unit_name=Texts(wallet.name.fa, wallet.name.en)
                if wallet
                else Texts(each.wallet, each.wallet),
                price=each.price,
                stock=stock,
                until=each.ends_on,
                needs_yes=club.settings.asks_consent(each.price),
                missing=max(0, each.price - balance),
                goods=scope_said(each.params, club.currency, called),
                reasons=(*blocked, *reasons),
                from_group=payer_id is not None,
            )
        )
    return found


def _used(
    club: ClubInfo, everyone: list[UUID], compiled: CompiledProgram, now: datetime
) -> dict[str, dict[str, int]]:
    """How often the member had each reward, by window of its limits."""
    windows = {limit.window for terms in compiled.document.rewards for limit in terms.limits}
    today = selectors.day_of(club, now)
    found: dict[str, dict[str, int]] = {}
    for window in windows:
        start = window_start(window, today, compiled.document.calendar)
        since = None if window == "ever" else selectors.day_begin(club, start)
        for reward, count in selectors.claims_used(club, everyone, since).items():
            found.setdefault(reward, {})[window] = count
    return found


def _history_values(club: ClubInfo, member_id: UUID, now: datetime) -> dict[str, Any]:
    sums = history.sums_get(club, member_id)
    last = sums.last_purchase_at
    days = (selectors.day_of(club, now) - selectors.day_of(club, last)).days if last else None
    return {
        "history.purchases": sums.purchases,
        "history.spend": sums.spend,
        "history.visits": sums.visits,
        "history.days_since_last_purchase": days,
    }


def _unit_name(wallet: Wallet | None, key: str) -> Texts:
    return Texts(wallet.name.fa, wallet.name.en) if wallet else Texts(key, key)


def _name(info: RewardInfo | None, terms: RewardTerms) -> Texts:
    return info.name if info else Texts(terms.key, terms.key)


def _inactive(member: MemberInfo) -> Phrase:
    if member.status == "blocked":
        return Phrase(_("this membership is blocked"))
    return Phrase(_("this membership has ended"))


def _sort(shown: Mapping[str, RewardInfo], key: str) -> int:
    return shown[key].sort if key in shown else 1000


def _with_reasons(offer: RewardOffer, reasons: tuple[Phrase, ...]) -> RewardOffer:
    return replace(offer, reasons=reasons)
