"""Reads of dealings: transfers and what may still be given, corrections and those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import Abs

from bashgah.clubs.types import ClubInfo
from bashgah.dealings.models import Adjustment, Merge, Transfer
from bashgah.dealings.types import (
    AdjustmentInfo,
    Allowance,
    GroupPage,
    Insider,
    MergeInfo,
    MergePreview,
    Side,
    TransferInfo,
)
from bashgah.engine.exact import apportion
from bashgah.engine.windows import window_start
from bashgah.history.selectors import sums_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.pooling import contributed
from bashgah.ledger.selectors import holds_open, wallets_get, wallets_of
from bashgah.members import selectors as members
from bashgah.members.selectors import alias_set
from bashgah.tiers.selectors import standing_get

PAGE_MOST = 200


def transfer_get(club: ClubInfo, transfer_id: UUID) -> TransferInfo:
    """One transfer of the club; refuses with ``transfer_not_found`` (404)."""
    return transfer_info(transfer_row(club, transfer_id))


def transfers_of_member(
    club: ClubInfo, member_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> list[TransferInfo]:
    """What a member gave and received, newest first; what awaits a yes or was given up too.

    ``before`` is the last id of the page before; at most one more than the largest page, by which who asks
    knows that there is another.
    """
    ids = alias_set(club, member_id)
    found = Transfer.objects.filter(Q(member_id__in=ids) | Q(receiver_id__in=ids), club_id=club.id)
    if before is not None:
        found = found.filter(id__lt=before)
    return [transfer_info(row) for row in found.order_by("-id")[: min(limit, PAGE_MOST + 1)]]


def transfer_list(
    club: ClubInfo, *, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[TransferInfo]:
    """The club's transfers, newest first; ``before`` is the last id of the page before."""
    found = Transfer.objects.filter(club_id=club.id)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(id__lt=before)
    return [transfer_info(row) for row in found.order_by("-id")[: min(limit, PAGE_MOST)]]


def allowance_get(club: ClubInfo, member_id: UUID, unit: str, now: datetime) -> Allowance | None:
    """What a member may still give of a wallet, or None where the club lets nobody give of it."""
    terms = club.settings.transfer_terms(unit)
    if terms is None:
        return None
    ids, day = alias_set(club, member_id), local_day(club, now)

    def left(limit: int | None, window: str) -> int | None:
        if limit is None:
            return None
        return max(0, limit - given_since(ids, unit, window_start(window, day, club.calendar)))

    return Allowance(
        unit, terms.least, terms.most, left(terms.per_day, "day"), left(terms.per_month, "month")
    )


def given_since(
    giver_ids: Sequence[UUID], unit: str, since: date, receiver_ids: Sequence[UUID] | None = None
) -> int:
    """How much was given since a day and not undone; to some receivers alone if they are named."""
    found = Transfer.objects.filter(member_id__in=giver_ids, unit=unit, state="done", day__gte=since)
    if receiver_ids is not None:
        found = found.filter(receiver_id__in=receiver_ids)
    return int(found.aggregate(total=Sum("amount"))["total"] or 0)


def local_day(club: ClubInfo, now: datetime) -> date:
    """The day it is in the club's zone."""
    return now.astimezone(ZoneInfo(club.timezone)).date()


def transfer_row(club: ClubInfo, transfer_id: UUID) -> Transfer:
    """The row of a transfer of this club, or the refusal."""
    row = Transfer.objects.filter(club_id=club.id, id=transfer_id).first()
    if row is None:
        raise Refusal("transfer_not_found", Phrase(_("There is no such transfer.")), status=404)
    return row


def transfer_info(row: Transfer, *, repeated: bool = False) -> TransferInfo:
    """The transfer as others see it."""
    return TransferInfo(
        id=row.id,
        giver_id=row.member_id,
        receiver_id=row.receiver_id,
        unit=row.unit,
        amount=row.amount,
        state=row.state,
        needs_yes=row.needs_yes,
        yes_by=row.yes_by,
        note=row.note,
        channel=row.channel,
        begun_at=row.begun_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        undo_reason=row.undo_reason,
        repeated=repeated,
    )


def adjustment_get(club: ClubInfo, adjustment_id: UUID) -> AdjustmentInfo:
    """One correction of the club; refuses with ``adjustment_not_found`` (404)."""
    return adjustment_info(adjustment_row(club, adjustment_id))


def adjustment_list(
    club: ClubInfo,
    *,
    state: str = "",
    member_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[AdjustmentInfo]:
    """Corrections by hand, newest first; ``before`` is the last id of the page before.

    At most one more than the largest page, by which who asks knows that there is another.
    """
    found = Adjustment.objects.filter(club_id=club.id)
    if state:
        found = found.filter(state=state)
    if member_id is not None:
        found = found.filter(member_id__in=alias_set(club, member_id))
    if before is not None:
        found = found.filter(id__lt=before)
    return [adjustment_info(row) for row in found.order_by("-id")[: min(limit, PAGE_MOST + 1)]]


def adjustments_waiting(club: ClubInfo, *, now: datetime) -> int:
    """How many corrections wait for a second person."""
    return Adjustment.objects.filter(club_id=club.id, state="waiting", expires_at__gt=now).count()


def moved_today(club: ClubInfo, member_id: UUID, unit: str, person: str, now: datetime) -> int:
    """How much a person moved in a member's wallet today by their own word, given and taken alike.

    What a key moved counts for who made the key, and what they approved counts with what they did alone.
    """
    day = local_day(club, now)
    since = datetime.combine(day, time.min, ZoneInfo(club.timezone))
    found = Adjustment.objects.filter(
        Q(state="done") & (Q(asked_by=person) | Q(behind=person)) | Q(state="approved", decided_by=person),
        club_id=club.id,
        member_id__in=alias_set(club, member_id),
        unit=unit,
        decided_at__gte=since,
        decided_at__lt=since + timedelta(days=1),
    )
    return int(found.aggregate(total=Sum(Abs("amount")))["total"] or 0)


def adjustment_row(club: ClubInfo, adjustment_id: UUID) -> Adjustment:
    """The row of a correction of this club, or the refusal."""
    row = Adjustment.objects.filter(club_id=club.id, id=adjustment_id).first()
    if row is None:
        raise Refusal("adjustment_not_found", Phrase(_("There is no such adjustment.")), status=404)
    return row


def adjustment_info(row: Adjustment, *, repeated: bool = False) -> AdjustmentInfo:
    """The correction as others see it."""
    return AdjustmentInfo(
        id=row.id,
        member_id=row.member_id,
        unit=row.unit,
        amount=row.amount,
        reason=row.reason,
        note=row.note,
        state=row.state,
        asked_kind=row.asked_kind,
        asked_by=row.asked_by,
        asked_name=row.asked_name,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decided_name=row.decided_name,
        decision_note=row.decision_note,
        entry_id=row.entry_id,
        over_day=row.over_day,
        repeated=repeated,
    )


def merges_of_member(club: ClubInfo, member_id: UUID) -> list[MergeInfo]:
    """Merges a membership was part of, as survivor or merged, newest first; undone ones too."""
    found = Merge.objects.filter(Q(survivor_id=member_id) | Q(merged_id=member_id), club_id=club.id)
    return [merge_info(row) for row in found.order_by("-made_at", "-id")]


def merge_get(club: ClubInfo, merge_id: UUID) -> MergeInfo:
    """One merge of the club; refuses with ``merge_not_found`` (404)."""
    return merge_info(merge_row(club, merge_id))


def merge_row(club: ClubInfo, merge_id: UUID) -> Merge:
    """The row of a merge of this club, or the refusal."""
    row = Merge.objects.filter(club_id=club.id, id=merge_id).first()
    if row is None:
        raise Refusal("merge_not_found", Phrase(_("There is no such merge.")), status=404)
    return row


def merge_info(row: Merge) -> MergeInfo:
    """The merge as others see it."""
    return MergeInfo(
        id=row.id,
        survivor_id=row.survivor_id,
        merged_id=row.merged_id,
        made_at=row.made_at,
        made_by=row.made_by,
        reason=row.reason,
        undo_until=row.undo_until,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )


def sides_get(club: ClubInfo, member_ids: Sequence[UUID], now: datetime) -> list[Side]:
    """Memberships as a preview of their merge shows them, in the order asked for."""
    wallets, sums = wallets_of(club, member_ids, now), sums_of(club, member_ids)
    sides = []
    for member_id in member_ids:
        standing = standing_get(club, member_id, now)
        sides.append(
            Side(
                member=members.member_get(club, member_id),
                wallets=wallets[member_id],
                tier=standing.tier if standing else "",
                purchases=sums[member_id].purchases,
                spend=sums[member_id].spend,
                holds=len(holds_open(club, member_id)),
            )
        )
    return sides


def preview_of(survivor: Side, merged: Side, obstacle: Phrase | None) -> MergePreview:
    """Two sides and what the survivor would have of each wallet: available and pending."""
    totals: dict[str, tuple[int, int]] = {}
    for side in (survivor, merged):
        for unit, wallet in side.wallets.items():
            available, pending = totals.get(unit, (0, 0))
            totals[unit] = (available + wallet.available, pending + wallet.pending)
    return MergePreview(survivor, merged, totals, obstacle)


def group_page(club: ClubInfo, group_id: UUID, now: datetime) -> GroupPage:
    """A group as its page shows it; refuses with ``group_not_found`` (404)."""
    group = members.group_get(club, group_id)
    people = members.belonging_list(club, group_id)
    ids = [one.member_id for one in people]
    paid, known = paid_in(club, group_id, ids), members.members_get(club, ids)
    wallets = wallets_get(club, group_id, now)
    month = members.month_of(club, now)
    return GroupPage(
        group,
        wallets,
        tuple(
            Insider(
                one,
                known[one.member_id].status,
                paid[one.member_id],
                {unit: members.spent_of(club, group_id, one.member_id, unit, month) for unit in wallets},
            )
            for one in people
        ),
    )


def part_of(page: GroupPage, member_id: UUID, unit: str) -> int:
    """What one of its people would have of a group's wallet if it were shared out as the page shows it."""
    wallet = page.wallets.get(unit)
    if wallet is None:
        return 0
    place = [one.belonging.member_id for one in page.people].index(member_id)
    paid = [one.paid_in.get(unit, 0) for one in page.people]
    weights = paid if any(paid) else [1] * len(paid)
    return sum(apportion(max(0, units), weights)[place] for units in (wallet.available, wallet.pending))


def paid_in(club: ClubInfo, group_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """What each of these members paid into a group, by unit, under any of their ids, less what came back."""
    aliases = members.alias_sets(club, member_ids)
    sums = contributed(club, group_id, [id_ for found in aliases.values() for id_ in found])
    paid: dict[UUID, dict[str, int]] = {}
    for member_id in member_ids:
        own = paid.setdefault(member_id, {})
        for id_ in aliases.get(member_id, [member_id]):
            for unit, units in sums.get(id_, {}).items():
                own[unit] = own.get(unit, 0) + units
    return paid


def pool_units(club: ClubInfo, group_id: UUID, now: datetime) -> int:
    """How many units of any wallet a group has, pending ones too."""
    return sum(wallet.available + wallet.pending for wallet in wallets_get(club, group_id, now).values())


def last_members(club: ClubInfo, group_id: UUID) -> list[UUID]:
    """Who was in a group when it closed, under the ids they have now."""
    found = [members.member_root(club, id_) for id_ in members.belonging_closed(club, group_id)]
    return list(dict.fromkeys(found))
