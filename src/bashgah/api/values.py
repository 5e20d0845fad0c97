"""Shapes that several answers share: texts in two languages, amounts, ids of the path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from ninja import Path, Schema
from pydantic import Field

from bashgah.api.language import Lang
from bashgah.api.speaking import voice
from bashgah.clubs.selectors import branch_by_code
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.engine.facts import Discount
from bashgah.kit import ids
from bashgah.kit.pages import cursor_invalid
from bashgah.kit.phrases import Phrase
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.selectors import member_get

MemberId = Annotated[str, Path(..., description="`mbr_…`", max_length=60)]


class TextsOut(Schema):
    """A text in Persian and English; one of them may be empty."""

    fa: str
    en: str

    @classmethod
    def of(cls, texts: Texts) -> TextsOut:
        """Take over a text."""
        return cls(fa=texts.fa, en=texts.en)


class DiscountPartOut(Schema):
    """A promotion's part of a line's discount."""

    no: int
    amount: int


class AmountOut(Schema):
    """Units of one wallet."""

    wallet: str
    amount: int

    @classmethod
    def list_of(cls, amounts: Mapping[str, int] | Iterable[tuple[str, int]]) -> list[AmountOut]:
        """Take over amounts by wallet, in their order."""
        pairs = amounts.items() if isinstance(amounts, Mapping) else amounts
        return [cls(wallet=wallet, amount=amount) for wallet, amount in pairs]


class DiscountOut(Schema):
    """What one promotion took off a purchase: its part on each line and on shipping add up to ``amount``."""

    promotion: str
    amount: int
    shipping: int
    lines: list[DiscountPartOut]

    @classmethod
    def of(cls, discount: Discount) -> DiscountOut:
        """Take over a discount."""
        return cls(
            promotion=discount.promotion,
            amount=discount.amount,
            shipping=discount.shipping,
            lines=[DiscountPartOut(no=no, amount=part) for no, part in discount.lines],
        )


Wallet = Annotated[str, Field(description="The wallet's key in the program.")]


def member_id_of(club: ClubInfo, text: str) -> UUID:
    """Return the member a public id stands for now, the surviving one after a merge; else 404."""
    member = member_get(club, ids.parse("member", text))
    return member.merged_into or member.id


def member_in_body(club: ClubInfo, text: str, field: str) -> UUID:
    """Return the member a body names; an id that is none is a fault of the body, not of the address."""
    try:
        return member_id_of(club, text)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field=field) from refusal


def cursor_id(kind: str, cursor: str) -> UUID | None:
    """Return the id a cursor names, or None for the first page; a made-up one is refused."""
    if not cursor:
        return None
    try:
        return ids.parse(kind, cursor)
    except Refusal as refusal:
        raise cursor_invalid() from refusal


class Numbered(Protocol):
    """What a list hands out: rows with ids that order them."""

    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=Numbered)


def page_of(kind: str, found: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """Return a page and the cursor of the next, from a list that was asked for one row more."""
    page = found[:limit]
    return page, ids.public(kind, page[-1].id) if len(found) > limit else None


def said(club: ClubInfo, phrase: Phrase, lang: Lang) -> str:
    """Say a phrase in the club's calendar, zone and money."""
    return voice(club, lang)(phrase)


def branch_code_of(club: ClubInfo, code: str) -> str:
    """Return the branch's code as the club writes it; one the club does not know is a fault of the body."""
    return branch_of(club, code).code if code else ""


def branch_id_of(club: ClubInfo, code: str) -> UUID | None:
    """Return the branch a body names by its code; a code the club does not know is a fault of the body."""
    return branch_of(club, code).id if code else None


def branch_of(club: ClubInfo, code: str) -> BranchInfo:
    """Return the branch of a code in a body, or refuse the body."""
    try:
        return branch_by_code(club, code)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field="/branch") from refusal
