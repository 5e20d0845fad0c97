"""What the club lets members give to one another: who, how much at once, a day, a month, to one person."""

from __future__ import annotations

from datetime import datetime, timedelta

from bashgah.clubs.types import ClubInfo, TransferTerms
from bashgah.dealings import selectors
from bashgah.engine.windows import window_start
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.types import LockedMember
from bashgah.programs.units import units_value


def may_give(  # noqa: PLR0917 one question about one transfer
    club: ClubInfo, giver: LockedMember, receiver: LockedMember, unit: str, amount: int, now: datetime
) -> None:
    """Refuse what the club does not let these two do; both must be locked.

    ``transfers_off`` (409), ``member_blocked`` and ``member_left`` (409) for the giver, ``receiver_inactive``
    (409), ``amount_out_of_range`` (422), ``account_too_new`` (409), ``transfer_limit_reached`` (409, with
    ``left``). A transfer that was undone counts against no limit.
    """
    terms = club.settings.transfer_terms(unit)
    if terms is None:
        raise Refusal("transfers_off", Phrase(_("The club does not let these points be given to others.")))
    if giver.status != "active":
        raise members_refusal(giver)
    if receiver.status != "active":
        raise Refusal("receiver_inactive", Phrase(_("This member can't receive points now.")), field="/to")
    if not terms.least <= amount <= terms.most:
        raise Refusal(
            "amount_out_of_range",
            Phrase(
                _("Between {least} and {most} can be given at once."),
                {
                    "least": units_value(club, terms.least, unit, now),
                    "most": units_value(club, terms.most, unit, now),
                },
            ),
            status=422,
            field="/amount",
            extra={"least": terms.least, "most": terms.most},
        )
    _old_enough(club, giver, terms, now)
    _within_limits(club, giver, receiver, terms, amount, now)


def members_refusal(member: LockedMember) -> Refusal:
    """Why a member who is not active may not give."""
    if member.status == "blocked":
        return Refusal("member_blocked", Phrase(_("This member is blocked.")))
    return Refusal("member_left", Phrase(_("This member has left the club.")))


def _old_enough(club: ClubInfo, giver: LockedMember, terms: TransferTerms, now: datetime) -> None:
    since = members.member_get(club, giver.id).enrolled_at
    if now - since < timedelta(days=terms.member_days):
        raise Refusal(
            "account_too_new",
            Phrase(_("Points can be given {days} days after joining."), {"days": terms.member_days}),
        )


def _within_limits(  # noqa: PLR0917 one question about one transfer
    club: ClubInfo,
    giver: LockedMember,
    receiver: LockedMember,
    terms: TransferTerms,
    amount: int,
    now: datetime,
) -> None:
    givers, day = members.alias_set(club, giver.id), selectors.local_day(club, now)
    month = window_start("month", day, club.calendar)
    receivers = members.alias_set(club, receiver.id)
    checks = (
        (terms.per_day, day, None, _("Today {left} more can be given.")),
        (terms.per_month, month, None, _("This month {left} more can be given.")),
        (terms.per_pair, month, receivers, _("This month {left} more can be given to this member.")),
    )
    for limit, since, only, sentence in checks:
        if limit is None:
            continue
        left = max(0, limit - selectors.given_since(givers, terms.wallet, since, only))
        if amount > left:
            raise Refusal(
                "transfer_limit_reached",
                Phrase(sentence, {"left": units_value(club, left, terms.wallet, now)}),
                field="/amount",
                extra={"left": left},
            )
