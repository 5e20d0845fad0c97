"""What is asked before somebody leaves a shared account, is taken out, closes it, or uses its points.

Each question says first what becomes of the points, in numbers, as the club's own rule has it.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext

from bashgah.dealings.selectors import part_of
from bashgah.dealings.types import GroupPage, Insider
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.ledger.selectors import wallets_get
from bashgah.portal.cards import POINTS
from bashgah.portal.doorway import Door
from bashgah.portal.pages import Question
from bashgah.rewards.types import RewardOffer


def leaving(door: Door, page: GroupPage) -> Question:
    """Ask before a member leaves: their part goes along or stays, by the club's rule."""
    me = next(one for one in page.people if one.belonging.member_id == door.who.id)
    return Question(
        id="leave",
        title=gettext("Leave the account?"),
        text=door.say(_kept_of_me(door, page, me)),
        verb=gettext("Leave the account"),
        safe=gettext("No, I stay"),
        hidden={"act": "leave"},
    )


def taking_out(door: Door, page: GroupPage, one: Insider) -> Question:
    """Ask a head before somebody else is taken out."""
    public = ids.public("member", one.belonging.member_id)
    return Question(
        id=f"remove-{public}",
        title=door.say(Phrase(_("Take {name} out of the account?"), {"name": one.belonging.name})),
        text=door.say(_kept_of(door, page, one)),
        verb=gettext("Take out of the account"),
        safe=gettext("No, they stay"),
        hidden={"act": "remove", "member": public},
    )


def closing(door: Door, page: GroupPage) -> Question:
    """Ask before a head closes it: everything goes to its people."""
    wallet = page.wallets.get(POINTS)
    units = {"units": Points(wallet.available + wallet.pending if wallet else 0, POINTS)}
    if len(page.people) == 1:
        said = Phrase(_("Its {units} come back to you. A closed account cannot be opened again."), units)
    else:
        said = Phrase(
            _(
                "Its {units} go to all of you by what each paid in; your part is {mine}. A closed account"
                " cannot be opened again."
            ),
            {**units, "mine": _part(page, door.who.id)},
        )
    return Question(
        id="close",
        title=gettext("Close the account?"),
        text=door.say(said),
        verb=gettext("Close the account"),
        safe=gettext("No, keep it open"),
        hidden={"act": "close"},
    )


def using(door: Door, group_id: UUID, offer: RewardOffer, reference: str) -> Question:
    """Ask before a reward is paid for with everybody's points."""
    wallet = wallets_get(door.club, group_id, door.now).get(offer.unit)
    left = max(0, (wallet.available if wallet else 0) - offer.price)
    said = Phrase(
        _("{price} of the shared account are used, and {left} are left in it."),
        {"price": Points(offer.price, offer.unit), "left": Points(left, offer.unit)},
    )
    return Question(
        id="from-shared",
        title=gettext("Take it from the shared account?"),
        text=door.say(said),
        verb=gettext("Take it"),
        safe=gettext("No, not now"),
        hidden={"reference": reference, "from": "shared"},
    )


def _kept_of_me(door: Door, page: GroupPage, me: Insider) -> Phrase:
    if _takes_along(door, page):
        return Phrase(
            _("You take {units} along, your part by what each of you paid in. What you earn later is yours."),
            {"units": _part(page, me.belonging.member_id)},
        )
    return Phrase(
        _("All points stay in the account, also the {units} you paid in. What you earn later is yours."),
        {"units": Points(me.paid_in.get(POINTS, 0), POINTS)},
    )


def _kept_of(door: Door, page: GroupPage, one: Insider) -> Phrase:
    if _takes_along(door, page):
        return Phrase(
            _("{units} go along, their part by what each of you paid in."),
            {"units": _part(page, one.belonging.member_id)},
        )
    return Phrase(
        _("All points stay in the account, also the {units} they paid in."),
        {"units": Points(one.paid_in.get(POINTS, 0), POINTS)},
    )


def _takes_along(door: Door, page: GroupPage) -> bool:
    """Whether who leaves now takes a part; a blocked account gives nothing."""
    return door.club.settings.groups.leaving == "share" and page.group.status == "active"


def _part(page: GroupPage, member_id: UUID) -> Points:
    return Points(part_of(page, member_id, POINTS), POINTS)
