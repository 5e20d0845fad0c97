"""A locked member while a batch is decided: each fact sees what the ones before it did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct

from bashgah.activities import apart, pooling
from bashgah.activities.compact import Outcome, StoredCredit
from bashgah.activities.remembering import Remembered, Rise, read_fields
from bashgah.activities.types import Balance, CreditLine
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision, TierMove
from bashgah.engine.facts import Fact
from bashgah.engine.states import Needs, Standing, State
from bashgah.ground import ids
from bashgah.ground.asking import Question, ask
from bashgah.ground.batch import Part, Rows, reading
from bashgah.history import keeping as history
from bashgah.history import selectors as history_reads
from bashgah.kit.phrases import phrase_to_json
from bashgah.ledger import reading as ledger_reads
from bashgah.ledger.book import Book
from bashgah.ledger.states import Origin, WalletState
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
        return outcome_of(decision, self.points.wallets, self.standings, compiled)

    def pass_time(self, now: datetime) -> None:
        """Post what matured and expired by now."""
        if self.points.is_due(now):
            self.points.dues(now)

    def balances(self, compiled: CompiledProgram) -> tuple[Balance, ...]:
        """Return the wallets of the program, and any the member still holds from before."""
        return balances_of(self.points.wallets, compiled)

    def tiers(self, compiled: CompiledProgram) -> tuple[tuple[str, str], ...]:
        """Return the member's tier on each ladder of the program where there is one."""
        return tiers_of(self.standings, compiled)

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


def outcome_of(
    decision: Decision,
    wallets: Mapping[str, WalletState],
    standings: Mapping[str, Standing],
    compiled: CompiledProgram,
) -> Outcome:
    """Return what a decision came to, with how the member's wallets and tiers stand after it."""
    given = []  # plain loops: a comprehension costs as much as five of their turns, and there are one or two
    for c in decision.credits:
        line = CreditLine(c.wallet, c.amount, c.rule, c.available_from, c.expires_at, c.confirm_by)
        given.append(StoredCredit(line, c.base))
    balances, tiers = balances_of(wallets, compiled), tiers_of(standings, compiled)
    return Outcome(tuple(given), balances, tiers, decision.tier_moves)


def balances_of(found: Mapping[str, WalletState], compiled: CompiledProgram) -> tuple[Balance, ...]:
    """Return the wallets of the program, and any the member still holds from before."""
    known, balances = compiled.wallets, []
    for unit in known:
        w = found.get(unit)
        balances.append(Balance(unit, w.available, w.pending, w.held) if w else Balance(unit, 0, 0))
    for unit, w in found.items():
        if unit not in known:
            balances.append(Balance(unit, w.available, w.pending, w.held))
    return tuple(balances)


def tiers_of(standings: Mapping[str, Standing], compiled: CompiledProgram) -> tuple[tuple[str, str], ...]:
    """Return the tier on each ladder of the program where there is one."""
    tiers = []
    for key in compiled.ladders:
        standing = standings.get(key)
        if standing is not None and standing.tier:
            tiers.append((key, standing.tier))
    return tuple(tiers)


def running_read(
    cur: psycopg.Cursor[Any],
    club: ClubInfo,
    member_ids: Sequence[UUID],
    needs: Needs,
    days: Iterable[date],
) -> dict[UUID, Running]:
    """Read all that deciding needs of these locked members in one round trip; lots are another."""
    questions, made = running_asked(club, member_ids, needs, days)
    read = made(ask(cur, *questions))
    return {id_: read.running(id_) for id_ in member_ids}


Made = Callable[[Sequence[Any]], "Read"]


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

    def made(answers: Sequence[Any]) -> Read:
        return Read(club, member_ids, dict(zip(names, answers, strict=True)))

    return reading(member_ids, parts, params), made


class Read(Struct, gc=False):
    """What was read of locked members: their rows, by part of the read and by the bytes of the id."""

    club: ClubInfo
    asked: Collection[UUID]
    parts: Mapping[str, Mapping[bytes, Rows]]

    def rows(self, member_id: UUID, part: str) -> Rows:
        """Return what one part read of a member."""
        return self.parts[part].get(member_id.int.to_bytes(16, "big"), ())

    def of(self, key: bytes) -> dict[str, Rows]:
        """Return what was read of a member, by part; of what there is nothing, nothing."""
        found = {}
        for name, rows in self.parts.items():
            if key in rows:
                found[name] = rows[key]
        return found

    def running(self, member_id: UUID) -> Running:
        """Return one of these members, to be changed fact by fact."""
        club, values = self.club, self.of(member_id.bytes)
        date_of = ledger_reads.local_date(club.timezone)
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
