"""Imports files: reads, cleanses, sorts, makes members and products, settles through the one settlement."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from bashgah.activities import services as activities
from bashgah.activities.types import Refused, ReturnIn
from bashgah.clubs import selectors as clubs
from bashgah.clubs import services as clubs_services
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.imports import facts, readers
from bashgah.imports.earlier import Earlier, earlier_bought
from bashgah.imports.mapping import PurchaseMapping
from bashgah.imports.matching import Matched, cancellations_match
from bashgah.imports.rejects import rejects_write
from bashgah.imports.sorting import Goods, Sorted, rows_sorted
from bashgah.imports.types import Buyer, ImportReport, Progress, Purchase, Rejected, Stage
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, search_key
from bashgah.members.services import members_enrol_bulk
from bashgah.members.types import NewMember
from bashgah.products.services import (
    brands_upsert_bulk,
    categories_upsert_bulk,
    products_upsert_bulk,
)
from bashgah.products.types import BrandInfo, CategoryInfo, NewProduct

BATCH = 500
PEOPLE_AT_ONCE = 1000
GOODS_AT_ONCE = 5000
CODE_MOST = 40


def quiet(stage: Stage, done: int, total: int) -> None:
    """Progress that nobody watches."""


def purchases_import(
    path: Path,
    mapping: PurchaseMapping,
    *,
    club: ClubInfo,
    actor: Actor,
    now: datetime,
    progress: Progress = quiet,
    rejects: Path | None = None,
) -> ImportReport:
    """Import invoice lines: every one is settled, recorded as anonymous, matched as a return or rejected.

    Call it outside a transaction: facts are committed batch by batch. Killed anywhere and run again it goes
    on where it was, and run twice it changes nothing, because each fact's reference is made of the file's
    own invoice number. Facts are settled in order of time. Refuses before anything is written when the file
    or the mapping cannot be understood, or the currency is not the club's (``currency_differs``, 422).
    """
    if mapping.currency != club.currency:
        raise Refusal(
            "currency_differs",
            Phrase(
                _("The file is in {file}, the club in {club}."),
                {"file": mapping.currency, "club": club.currency},
            ),
            status=422,
            field="/currency",
        )
    begun = time.perf_counter()
    found = _read(path, mapping, progress)
    owners, new = _people(found, mapping, club, now, progress)
    products = _goods(found, mapping, club, now, progress)
    branches = _branches(found, mapping, club, actor, now)
    kept = [one for one in found.purchases.values() if not one.buyer or one.buyer in owners]
    matched = _matched(found, kept, owners, earlier_bought(club, found, owners, mapping))
    told = facts.in_time(
        [
            *facts.purchases_told(kept, mapping, owners, branches),
            *facts.returns_told(matched.matches, mapping, branches),
        ]
    )
    counts, refused_rows = _settle(told, found, club=club, actor=actor, now=now, progress=progress)
    if rejects is not None:
        rejects_write(rejects, found.rejected, lang=mapping.language)
    return ImportReport(
        lines=found.lines,
        settled=counts["settled"],
        anonymous=counts["anonymous"],
        matched_whole=len(matched.whole - refused_rows),
        matched_part=len(matched.part - refused_rows),
        rejected=len(found.rejected),
        rejected_by=dict(Counter(one.code for one in found.rejected).most_common()),
        members=len(set(owners.values())),
        members_new=new,
        products=products,
        purchases=counts["purchases"],
        purchases_anonymous=counts["purchases_anonymous"],
        returns=counts["returns"],
        repeated=counts["repeated"],
        seconds=time.perf_counter() - begun,
        rejects_file=rejects,
    )


def _read(path: Path, mapping: PurchaseMapping, progress: Progress) -> Sorted:
    named = mapping.columns.named()
    rows = readers.rows_read(path, list(named.values()), sheet=mapping.sheet)
    total = readers.rows_count(path)
    found = Sorted()
    for found in rows_sorted(rows, mapping, list(named)):
        progress("reading", found.lines, max(total, found.lines))
    return found


def _people(
    found: Sorted, mapping: PurchaseMapping, club: ClubInfo, now: datetime, progress: Progress
) -> tuple[dict[str, UUID], int]:
    """Who the buyers are; purchases of a buyer who can't be a member are rejected with that reason."""
    since: dict[str, datetime] = {}
    for purchase in found.purchases.values():
        if purchase.buyer:
            since[purchase.buyer] = min(since.get(purchase.buyer, purchase.at), purchase.at)
    buyers = list(found.buyers.values())
    owners: dict[str, UUID] = {}
    refused: dict[str, Refusal] = {}
    new = 0
    for start in range(0, len(buyers), PEOPLE_AT_ONCE):
        part = buyers[start : start + PEOPLE_AT_ONCE]
        people = [_person(buyer, mapping, since[buyer.key], now) for buyer in part]
        answers = members_enrol_bulk(club=club, rows=people, channel="import", now=now)
        for buyer, answer in zip(part, answers, strict=True):
            if isinstance(answer, Refusal):
                refused[buyer.key] = answer
            else:
                owners[buyer.key] = answer.member_id
                new += answer.is_new
        progress("members", start + len(part), len(buyers))
    _reject_purchases(found, refused)
    return owners, new


def _person(buyer: Buyer, mapping: PurchaseMapping, since: datetime, now: datetime) -> NewMember:
    return NewMember(
        external_id=buyer.external_id,
        mobile=buyer.mobile,
        first_name=buyer.first_name,
        last_name=buyer.last_name,
        city=buyer.city,
        source=mapping.source,
        enrolled_at=min(since, now),
    )


def _reject_purchases(found: Sorted, refused: Mapping[str, Refusal]) -> None:
    for purchase in found.purchases.values():
        refusal = refused.get(purchase.buyer)
        if refusal is not None:
            found.rejected += [
                Rejected(line.row, purchase.invoice, line.sku, refusal.code, refusal.phrase)
                for line in purchase.lines
            ]


def _goods(found: Sorted, mapping: PurchaseMapping, club: ClubInfo, now: datetime, progress: Progress) -> int:
    goods = list(found.goods.values())
    categories = {one.category: _texts(mapping, one.category) for one in goods if one.category}
    brands = {one.brand: _texts(mapping, one.brand) for one in goods if one.brand}
    if categories:
        rows = [CategoryInfo(code=code, name=name, parent_code="") for code, name in categories.items()]
        categories_upsert_bulk(club=club, categories=rows, now=now)
    if brands:
        brands_upsert_bulk(
            club=club, brands=[BrandInfo(code=code, name=name) for code, name in brands.items()], now=now
        )
    for start in range(0, len(goods), GOODS_AT_ONCE):
        part = goods[start : start + GOODS_AT_ONCE]
        products_upsert_bulk(club=club, products=[_product(one, mapping) for one in part], now=now)
        progress("products", start + len(part), len(goods))
    return len(goods)


def _product(one: Goods, mapping: PurchaseMapping) -> NewProduct:
    return NewProduct(
        sku=one.sku,
        name=_texts(mapping, one.name),
        category=one.category,
        brand=one.brand,
        is_service=one.sku in mapping.services,
    )


def _texts(mapping: PurchaseMapping, text: str) -> Texts:
    return Texts(fa=text) if mapping.language == "fa" else Texts(en=text)


def _branches(
    found: Sorted, mapping: PurchaseMapping, club: ClubInfo, actor: Actor, now: datetime
) -> dict[str, str]:
    """The code of each value of the branch column; new branches are opened where the mapping says so."""
    known = {branch.code.lower() for branch in clubs.branch_list(club)}
    codes: dict[str, str] = {}
    for value in found.branches:
        code = mapping.branches.map.get(value) or ""
        if not code and value and mapping.branches.create:
            code = _branch_code(value)
            if code.lower() not in known:
                clubs_services.branch_create(
                    club=club, code=code, name=_texts(mapping, value), actor=actor, now=now
                )
                known.add(code.lower())
        codes[value] = code or mapping.branches.otherwise
    return codes


def _branch_code(value: str) -> str:
    """A code a till could print: the value's letters and digits, or else a digest of its own."""
    plain = "-".join(search_key(value).split())
    if plain.isascii() and plain.replace("-", "").isalnum() and len(plain) <= CODE_MOST:
        return plain
    return "b" + blake2b(plain.encode(), digest_size=8).hexdigest()


def _matched(
    found: Sorted, kept: Iterable[Purchase], owners: Mapping[str, UUID], earlier: Earlier
) -> Matched:
    bought = [*facts.bought_of(kept, owners), *earlier.bought]
    whose = {**earlier.owners, **owners}
    asked = [(str(whose.get(one.buyer, "")), one) for one in found.cancellations]
    matched = cancellations_match(bought, asked)
    for code, missed in (
        ("cancellation_unmatched", matched.without_purchase),
        ("cancellation_too_large", matched.too_large),
    ):
        for one in missed:
            found.reject(one.row, code, invoice=one.invoice, sku=one.sku)
    return matched


def _settle(
    told: Sequence[facts.Told],
    found: Sorted,
    *,
    club: ClubInfo,
    actor: Actor,
    now: datetime,
    progress: Progress,
) -> tuple[Counter[str], set[int]]:
    """Settle batch by batch; the rows of a refused fact are rejected with its reason."""
    counts: Counter[str] = Counter()
    refused_rows: set[int] = set()
    refused_returns: list[tuple[facts.Told, Refusal]] = []
    for start in range(0, len(told), BATCH):
        part = told[start : start + BATCH]
        answers = activities.settle([one.intake for one in part], club=club, actor=actor, now=now)
        for one, answer in zip(part, answers, strict=True):
            if isinstance(answer, Refused):
                if isinstance(one.intake, ReturnIn):
                    refused_returns.append((one, answer.refusal))
                else:
                    _reject_rows(found, one, answer.refusal)
                continue
            counts["repeated"] += answer.repeated
            if isinstance(one.intake, ReturnIn):
                counts["returns"] += 1
            else:
                kind = "anonymous" if one.is_anonymous else "settled"
                counts[kind] += len(one.rows)
                counts["purchases_anonymous" if one.is_anonymous else "purchases"] += 1
        progress("settling", start + len(part), len(told))
    # a cancellation line may take back from several purchases: it is rejected once
    for one, refusal in refused_returns:
        fresh = [row for row in one.rows if row not in refused_rows]
        refused_rows.update(fresh)
        _reject_rows(found, facts.Told(one.intake, tuple(fresh)), refusal)
    return counts, refused_rows


def _reject_rows(found: Sorted, one: facts.Told, refusal: Refusal) -> None:
    found.rejected += [
        Rejected(row, one.intake.reference, "", refusal.code, refusal.phrase) for row in one.rows
    ]
