"""A locked member while a batch is decided: each fact sees what the ones before it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from bashgah.activities import apart, pooling
from bashgah.activities.compact import Outcome, StoredCredit
from bashgah.activities.remembering import Remembered, Rise, read_fields
from bashgah.activities.types import Balance, CreditLine
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision, TierMove
from bashgah.engine.facts import Fact
from bashgah.engine.states import Needs, State
from bashgah.ground import ids
from bashgah.ground.asking import Question, ask
from bashgah.ground.batch import Part, reading
from bashgah.history import keeping as history
from bashgah.history import selectors as history_reads
from bashgah.kit.phrases import phrase_to_json
from bashgah.ledger import reading as ledger_reads
from bashgah.ledger.book import Book
from bashgah.ledger.states import Origin
from bashgah.ledger.types import WalletKind
from bashgah.members.facts import facts_of
from bashgah.members.selectors.deciding import MEMBER
from bashgah.tiers.tables import STANDINGS, standings_of

WALLET_KINDS = {"points": WalletKind.POINTS, "status": WalletKind.STATUS, "credit": WalletKind.CREDIT}


class Running(Remembered, kw_only=True, gc=False):
    """One member's points, history and standings, read under the lock and changed fact by fact."""

    history: history.Book
    member_id: UUID
    club_id: UUID
    points: Book
    changes: list[tuple[Any, ...]] = []
    rises: list[Rise] = []
    pool: Running | None = None
    share: int = 0
    shared: list[tuple[Any, ...]] = []
    judged_from: datetime | None = None

    def apply(  # noqa: PLR0917 one decided fact
        self,
        compiled: CompiledProgram,
        state: State,
        fact: Fact,
        decision: Decision,
        origin: Origin,
        maker: Running | None = None,
    ) -> Outcome:
        """Carry out a decision: credits, limits, counts, tiers; return what it came to.

        ``maker`` is the merged membership whose card made the fact: what it gives is theirs and goes on.
        """
        holder = maker or self
        given = [
            holder.points.credit(
                origin,
                unit=credit.wallet,
                kind=WALLET_KINDS[compiled.wallets[credit.wallet].kind],
                amount=credit.amount,
                rule=credit.rule,
                available_from=credit.available_from,
                expires_at=credit.expires_at,
                confirm_by=credit.confirm_by,
            )
            for credit in decision.credits
        ]
        if self.share and self.pool is not None:
            pooling.earned_share(self, self.pool, origin, given)
        self.remember(compiled, state, fact, decision)
        if maker is not None:
            apart.remembered(maker, compiled, fact, decision)
            apart.passed_on(maker, self, origin)
        for move in decision.tier_moves:
            self.rises.append(Rise(move.ladder, state.standings.get(move.ladder), fact.local_at.date()))
            self.step(move, origin)
        self.pass_time(origin.recorded_at)
        return Outcome(
            credits=tuple(
                [
                    StoredCredit(
                        CreditLine(c.wallet, c.amount, c.rule, c.available_from, c.expires_at, c.confirm_by),
                        c.base,
                    )
                    for c in decision.credits
                ]
            ),
            balances=self.balances(compiled),
            tiers=self.tiers(compiled),
            moves=decision.tier_moves,
        )

    def pass_time(self, now: datetime) -> None:
        """Post what matured and expired by now."""
        if self.points.is_due(now):
            self.points.dues(now)

    def balances(self, compiled: CompiledProgram) -> tuple[Balance, ...]:
        """Return the wallets of the program, and any the member still holds from before."""
        found, balances = self.points.wallets, []
        for unit in compiled.wallets:
            w = found.get(unit)
            balances.append(Balance(unit, w.available, w.pending, w.held) if w else Balance(unit, 0, 0))
        for unit, w in found.items():
            if unit not in compiled.wallets:
                balances.append(Balance(unit, w.available, w.pending, w.held))
        return tuple(balances)

    def tiers(self, compiled: CompiledProgram) -> tuple[tuple[str, str], ...]:
        """Return the member's tier on each ladder of the program where there is one."""
        known = self.standings
        return tuple([(key, s.tier) for key in compiled.ladders if (s := known.get(key)) and s.tier])

    def standing_rows(self) -> Iterable[tuple[Any, ...]]:
        """Return the rows of the standings that moved or were kept longer."""
        for ladder in self.moved:
            s = self.standings[ladder]
            yield s.since, s.kept_until, s.granted_until, self.member_id, self.club_id, ladder, s.tier

    def step(self, move: TierMove, origin: Origin) -> None:
        """Write down a step on a ladder."""
        self.changes.append(
            (
                origin.recorded_at,
                1 if move.direction == "raised" else -1,
                self.member_id,
                ids.fresh(),
                self.club_id,
                origin.cause_id,
                move.ladder,
                move.before,
                move.after,
                json_text(phrase_to_json(move.why)),
            )
        )


def running_read(
    cur: psycopg.Cursor[Any],
    club: ClubInfo,
    member_ids: Sequence[UUID],
    needs: Needs,
    days: Iterable[date],
) -> dict[UUID, Running]:
    """Read all that deciding needs of these locked members in one round trip; lots are another."""
    questions, made = running_asked(club, member_ids, needs, days)
    return made(ask(cur, *questions))


Made = Callable[[Sequence[Any]], dict[UUID, Running]]


def running_asked(
    club: ClubInfo, member_ids: Sequence[UUID], needs: Needs, days: Iterable[date]
) -> tuple[list[Question], Made]:
    """Return the questions for what ``running_read`` returns, to be asked after the lock, and what makes it
    of their answers."""
    parts: tuple[Part, ...] = (ledger_reads.WALLETS,)
    params: dict[str, Any] = {}
    found, values = history_reads.parts_for(needs, days, club.calendar)
    parts += found
    params.update(values)
    if needs.ladders:
        parts += (STANDINGS,)
    if any(name.startswith("member.") for name in read_fields(needs)):
        parts += (MEMBER,)
        params["zone"] = club.timezone
    names = [part.name for part in parts]
    date_of = ledger_reads.local_date(club.timezone)

    def made(answers: Sequence[Any]) -> dict[UUID, Running]:
        by_name = dict(zip(names, answers, strict=True))
        return {id_: _running(club, id_, id_.bytes, by_name, date_of) for id_ in member_ids}

    return reading(member_ids, parts, params), made


def _running(
    club: ClubInfo,
    member_id: UUID,
    key: bytes,
    read: Mapping[str, Mapping[bytes, Sequence[Any]]],
    date_of: Callable[[datetime], date],
) -> Running:
    values = {name: rows[key] for name, rows in read.items() if key in rows}
    return Running(
        history=history_reads.book_of(member_id, club.id, values),
        standings=standings_of(values.get("standings", ())),
        about=facts_of(values.get("member", ()), member_id),
        member_id=member_id,
        club_id=club.id,
        points=ledger_reads.book_of(member_id, club.id, values.get("wallets", ()), date_of),
    )


def json_text(value: Any) -> str:
    """Plain values as JSON text."""
    return _json.encode(value).decode()


_json = msgspec.json.Encoder()
