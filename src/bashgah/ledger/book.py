"""A locked member's books in memory: every movement of points goes through here, then to rows.

A book is loaded after the member's lock was taken (``ledger.reading``), acts are applied to it one after the
other, each seeing what the ones before it did, and ``rows_into`` hands over what must be written. It knows no
database, so its arithmetic is tested as plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from bashgah.ledger import rows
from bashgah.ledger.dues import REASONS, Due, due_by, earliest, next_change, waiting_parts
from bashgah.ledger.refusals import points_short
from bashgah.ledger.states import Credited, LotState, Origin, WalletState
from bashgah.ledger.tables import Row, Rows
from bashgah.ledger.types import Account, Cause, HoldInfo, HoldState, Negative, WalletKind, WouldOwe

NewId = Callable[[], UUID]
LocalDate = Callable[[datetime], date]

# an enumeration looks its members up slowly, and these are asked for with every credit
_ISSUED, _PENDING, _AVAILABLE, _POINTS = (
    Account.ISSUED, Account.PENDING, Account.AVAILABLE, WalletKind.POINTS,
)  # fmt: skip


class Book(Struct, gc=False):
    """One member's wallets, open lots and the rows their movements make."""

    member_id: UUID
    club_id: UUID
    new_id: NewId
    local_date: LocalDate
    wallets: dict[str, WalletState] = {}
    lots: dict[UUID, LotState] = {}
    lots_known: bool = False
    _entries: dict[UUID, Row] = {}
    _entered: Origin | None = None
    _postings: list[Row] = []
    _allocations: dict[tuple[UUID, UUID], int] = {}
    _holds: list[Row] = []
    _hold_changes: list[Row] = []
    _just_expired: dict[UUID, int] = {}

    def wallet(self, unit: str, kind: WalletKind = _POINTS) -> WalletState:
        """Return the wallet of a unit, opening it at zero if the member never held any."""
        found = self.wallets.get(unit)
        if found is None:
            found = self.wallets[unit] = WalletState(unit, kind)
        return found

    def is_due(self, now: datetime) -> bool:
        """Say whether some lot matured or expired by now and is not posted yet."""
        for wallet in self.wallets.values():  # asked for every fact: a plain loop is twice as fast as any()
            if wallet.next_change_at is not None and wallet.next_change_at <= now:
                return True
        return False

    # movements

    def credit(
        self,
        origin: Origin,
        *,
        unit: str,
        kind: WalletKind,
        amount: int,
        rule: str = "",
        available_from: datetime | None = None,
        expires_at: datetime | None = None,
        confirm_by: datetime | None = None,
        source: Account = _ISSUED,
        id: UUID | None = None,
    ) -> UUID:
        """Give units: pending while ``available_from`` lies ahead, else available; return the posting's id.

        With ``confirm_by`` they are pending until ``confirm`` and cancelled without it by then. Units that
        become available first repay a debt. Status units have no lot. A wallet that lapsed before begins
        anew: these units do not die of what was not done in the past.
        """
        wallet = self.wallet(unit, kind)
        if wallet.lapses_at is not None and wallet.lapses_at <= origin.recorded_at:
            wallet.lapses_at = None
        is_pending = confirm_by is not None or (
            available_from is not None and available_from > origin.recorded_at
        )
        account = _PENDING if is_pending else _AVAILABLE
        posting_id = self._post(origin, (source, account), unit, amount, rule=rule, id=id)
        wallet.is_dirty = True
        if source is _ISSUED:
            wallet.earned_ever += amount
        if is_pending:
            wallet.pending += amount
        else:
            wallet.available += amount
        if not wallet.has_lots:
            return posting_id
        dates = (available_from, expires_at, is_pending, confirm_by)
        lot = LotState(posting_id, unit, amount, amount, *dates, is_new=True, is_dirty=True)
        self.lots[lot.id] = lot
        if not is_pending:
            self._repay(wallet, posting_id)
        self._expect(wallet, lot)
        return posting_id

    def debit(self, origin: Origin, *, unit: str, amount: int, to: Account, rule: str = "") -> UUID:
        """Take available units, the soonest-expiring lots first; refuse ``points_short`` when too few."""
        wallet = self._sufficient(unit, amount)
        posting_id = self._post(origin, (Account.AVAILABLE, to), unit, amount, rule=rule)
        self._take(wallet, posting_id, amount)
        return posting_id

    def reverse(
        self, origin: Origin, credited: Credited, amount: int, *, negative: Negative = "allow"
    ) -> Credited:
        """Take back ``amount`` of a recorded credit and return the credit as it stands then.

        Units of it that have expired are gone already: they go from expired back to where they came from and
        the member pays nothing for them. The rest is taken from the credit's own lot, then from other lots
        soonest expiring first; what still lacks (it was spent) is a debt that the next available credits
        repay, or ``negative`` refuses it: ``WouldOwe``, and the book is of no use any more.
        """
        wallet = self.wallet(credited.unit, credited.kind)
        wallet.is_dirty = True
        if credited.source is Account.ISSUED:
            wallet.earned_ever -= amount
        after = replace(credited, expired=credited.expired + self._just_expired.pop(credited.posting_id, 0))
        gone = min(amount, after.expired)
        if gone:
            after = self._reversal(origin, after, Account.EXPIRED, gone)[0]
            after = replace(after, expired=after.expired - gone)
        rest = amount - gone
        lot = self.lots.get(credited.posting_id)
        if lot is not None and lot.is_pending and lot.remaining and rest:
            part = min(rest, lot.remaining)
            after, posting_id = self._reversal(origin, after, Account.PENDING, part)
            self._allocate(posting_id, lot, part)
            wallet.pending -= part
            rest -= part
        lack = rest - max(0, wallet.available)
        if lack > 0 and negative != "allow" and wallet.has_lots:
            after = self._from_waiting(origin, after, lack, negative)
            rest -= lack
        if rest:
            after, posting_id = self._reversal(origin, after, Account.AVAILABLE, rest)
            self._take(wallet, posting_id, rest, first=lot, may_owe=True)
        self._settle_next(wallet)
        return after

    def confirm(self, origin: Origin, lots: Iterable[LotState]) -> int:
        """Make pending lots available now; return how many units, those that repay a debt at once too."""
        waiting = [lot for lot in lots if lot.is_pending]
        units = sum(lot.remaining for lot in waiting)
        for unit in dict.fromkeys(lot.unit for lot in waiting):
            wallet = self.wallet(unit)
            self._mature(wallet, origin, [lot for lot in waiting if lot.unit == unit])
            wallet.is_dirty = True
            self._settle_next(wallet)
        return units

    def keep_alive(self, unit: str, until: datetime | None) -> None:
        """Let everything in a wallet live until then, never less long than before; None: for good."""
        wallet = self.wallets.get(unit)
        if wallet is not None and wallet.live_until(until):
            self._settle_next(wallet)

    def dues(self, now: datetime) -> bool:
        """Post what time did until now, in its order: maturity into available, expiry out of it.

        Return whether anything moved. Doing it again moves nothing.
        """
        moved = False
        for wallet in list(self.wallets.values()):
            if wallet.next_change_at is None or wallet.next_change_at > now:
                continue
            moved = self._dues_of(wallet, now) or moved
            wallet.is_dirty = True
            self._settle_next(wallet)
        return moved

    # holds

    def hold_open(
        self, origin: Origin, *, id: UUID, unit: str, amount: int, expires_at: datetime, purpose: str
    ) -> HoldInfo:
        """Set available units aside; their lots are named now, soonest-expiring first."""
        wallet = self._sufficient(unit, amount)
        posting_id = self._post(origin, (Account.AVAILABLE, Account.HELD), unit, amount)
        self._take(wallet, posting_id, amount)
        wallet.held += amount
        hold = HoldInfo(
            id, self.member_id, unit, amount, HoldState.OPEN, expires_at, purpose, origin.recorded_at
        )
        self._holds.append(rows.hold_row(hold, self.club_id, posting_id))
        return hold

    def hold_capture(self, origin: Origin, hold: HoldInfo) -> None:
        """Spend what was held: held goes to redeemed, its lots stay consumed."""
        wallet = self.wallet(hold.unit)
        self._post(origin, (Account.HELD, Account.REDEEMED), hold.unit, hold.amount)
        wallet.held -= hold.amount
        wallet.is_dirty = True
        self._close(hold, HoldState.CAPTURED, origin.recorded_at)

    def hold_release(
        self, origin: Origin, hold: HoldInfo, allocations: Iterable[tuple[LotState, int]]
    ) -> None:
        """Give back what was held to exactly its lots; lots past their day then expire at once."""
        wallet = self.wallet(hold.unit)
        posting_id = self._post(origin, (Account.HELD, Account.AVAILABLE), hold.unit, hold.amount)
        wallet.held -= hold.amount
        wallet.available += hold.amount
        wallet.is_dirty = True
        for stored, amount in allocations:
            lot = self.lots.setdefault(stored.id, stored)
            self._allocate(posting_id, lot, -amount)
            self._expect(wallet, lot)
        self._repay(wallet, posting_id)
        self._close(hold, HoldState.RELEASED, origin.recorded_at)
        self.dues(origin.recorded_at)

    # rows

    def rows_into(self, into: Rows) -> None:
        """Add what this book did to the rows of a statement; the book is then spent."""
        into.entries.extend(self._entries.values())
        into.postings.extend(self._postings)
        for (posting_id, lot_id), amount in self._allocations.items():
            if amount:
                into.allocations.append((amount, self.member_id, posting_id, lot_id, self.club_id))
        for lot in self.lots.values():
            if lot.is_dirty:
                changed = into.lots if lot.is_new else into.lot_changes
                changed.append(rows.lot_row(lot, self.member_id, self.club_id))
        for wallet in self.wallets.values():
            if wallet.is_dirty and wallet.place is None:
                into.wallets.append(rows.wallet_row(wallet, self.member_id, self.club_id))
            elif wallet.is_dirty:
                into.wallets_placed.append(rows.wallet_placed_row(wallet))
        into.holds.extend(self._holds)
        into.hold_changes.extend(self._hold_changes)

    # inner steps

    def _post(
        self,
        origin: Origin,
        sides: tuple[Account, Account],
        unit: str,
        amount: int,
        *,
        rule: str = "",
        reversal: tuple[UUID, int, int, int] | None = None,
        id: UUID | None = None,
    ) -> UUID:
        """Write one posting from ``sides[0]`` (debited) to ``sides[1]`` (credited); return its id."""
        if origin is not self._entered:  # most entries' postings are made one after the other
            self._entered = origin
            if origin.id not in self._entries:
                self._entries[origin.id] = rows.entry_row(origin, self.member_id, self.club_id)
        posting_id = id or self.new_id()
        owner = (self.member_id, self.club_id)
        self._postings.append(
            rows.posting_row(
                owner, posting_id, origin.id, sides, unit, amount, rule, reversal or rows.NO_REVERSAL
            )
        )
        return posting_id

    def _reversal(
        self, origin: Origin, credited: Credited, debit: Account, amount: int
    ) -> tuple[Credited, UUID]:
        total, n = credited.reversed_total + amount, credited.reversals + 1
        posting_id = self._post(
            origin,
            (debit, credited.source),
            credited.unit,
            amount,
            rule=credited.rule,
            reversal=(credited.posting_id, n, total, credited.amount),
        )
        return replace(credited, reversed_total=total, reversals=n), posting_id

    def _from_waiting(self, origin: Origin, credited: Credited, lack: int, negative: Negative) -> Credited:
        parts = waiting_parts(self.lots.values(), credited.unit, lack) if negative != "refuse" else None
        if parts is None:
            raise WouldOwe(credited.unit, lack)
        after, posting_id = self._reversal(origin, credited, Account.PENDING, lack)
        self.wallet(credited.unit).pending -= lack
        for lot, part in parts:
            self._allocate(posting_id, lot, part)
        return after

    def _sufficient(self, unit: str, amount: int) -> WalletState:
        available = wallet.available if (wallet := self.wallets.get(unit)) else 0
        if wallet is None or available < amount:
            raise points_short(unit, available, amount)
        return wallet

    def _take(
        self,
        wallet: WalletState,
        posting_id: UUID,
        amount: int,
        first: LotState | None = None,
        may_owe: bool = False,
    ) -> None:
        """Take available units out of lots, ``first`` before all others; beyond the lots it becomes debt."""
        wallet.available -= amount
        wallet.is_dirty = True
        if not wallet.has_lots:
            wallet.debt = max(0, -wallet.available)
            return
        rest = amount
        for lot in self._spendable(wallet.unit, first):
            if not rest:
                break
            part = min(rest, lot.remaining)
            self._allocate(posting_id, lot, part)
            rest -= part
        if rest and not may_owe:
            raise RuntimeError(f"lots of {wallet.unit} hold {rest} less than the wallet says")
        wallet.debt += rest
        self._settle_next(wallet)

    def _spendable(self, unit: str, first: LotState | None) -> list[LotState]:
        if not self.lots_known:
            raise RuntimeError("units can only be taken from a book loaded with its lots")
        lots = [
            lot for lot in self.lots.values() if lot.unit == unit and lot.remaining and not lot.is_pending
        ]
        lots.sort(key=lambda lot: (lot is not first, lot.expires_at is None, lot.expires_at, lot.id.int))
        return lots

    def _allocate(self, posting_id: UUID, lot: LotState, amount: int) -> None:
        key = (posting_id, lot.id)
        self._allocations[key] = self._allocations.get(key, 0) + amount
        lot.remaining -= amount
        lot.is_dirty = True

    def _repay(self, wallet: WalletState, posting_id: UUID) -> None:
        """Let units that just became available pay what the wallet owes; ``available`` counted it already."""
        if not wallet.debt:
            return
        if not wallet.has_lots:
            wallet.debt = max(0, -wallet.available)
            return
        new = [lot for lot in self.lots.values() if lot.unit == wallet.unit and not lot.is_pending]
        new.sort(key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.id.int))
        for lot in new:
            part = min(wallet.debt, lot.remaining)
            if part:
                self._allocate(posting_id, lot, part)
                wallet.debt -= part

    def _dues_of(self, wallet: WalletState, now: datetime) -> bool:
        if not self.lots_known and wallet.stored_next_at is not None and wallet.stored_next_at <= now:
            raise RuntimeError("dues can only be posted on a book loaded with its lots")
        due = due_by(self.lots.values(), wallet, now)
        for at, what, lots in due:
            left = [lot for lot in lots if lot.remaining and (lot.is_pending or what >= Due.EXPIRY)]
            if left and what is Due.MATURITY:
                self._mature(wallet, self.by_time(Cause.MATURITY, at, now), left)
            elif left:
                cause = Cause.CONFIRMATION if what is Due.CANCELLATION else Cause.EXPIRY
                self.expire(wallet, self.by_time(cause, at, now, REASONS.get(what, "")), left)
        return bool(due)

    def _mature(self, wallet: WalletState, origin: Origin, lots: list[LotState]) -> None:
        amount = sum(lot.remaining for lot in lots)
        posting_id = self._post(origin, (Account.PENDING, Account.AVAILABLE), wallet.unit, amount)
        wallet.pending -= amount
        wallet.available += amount
        for lot in lots:
            lot.is_pending = False
            lot.is_dirty = True
        self._repay(wallet, posting_id)

    def expire(self, wallet: WalletState, origin: Origin, lots: list[LotState]) -> None:
        for is_pending in (False, True):
            part = [lot for lot in lots if lot.is_pending is is_pending]
            if not part:
                continue
            amount = sum(lot.remaining for lot in part)
            account = Account.PENDING if is_pending else Account.AVAILABLE
            posting_id = self._post(origin, (account, Account.EXPIRED), wallet.unit, amount)
            if is_pending:
                wallet.pending -= amount
            else:
                wallet.available -= amount
            for lot in part:
                self._just_expired[lot.id] = lot.remaining
                self._allocate(posting_id, lot, lot.remaining)

    def by_time(self, cause: Cause, at: datetime, now: datetime, reason: str = "") -> Origin:
        entry_id = self.new_id()
        return Origin(entry_id, cause, entry_id, at, now, self.local_date(at), reason=reason)

    def _expect(self, wallet: WalletState, lot: LotState) -> None:
        at = lot.expires_at if not lot.is_pending and wallet.lapses_at is None else _next_of(lot, wallet)
        if at is not None and lot.remaining and (wallet.next_change_at is None or at < wallet.next_change_at):
            wallet.next_change_at = at
            wallet.is_dirty = True

    def _settle_next(self, wallet: WalletState) -> None:
        """Recompute the next change from the lots at hand and what was stored about those that are not."""
        wallet.next_change_at = next_change(self.lots.values(), wallet, all_known=self.lots_known)

    def _close(self, hold: HoldInfo, state: HoldState, at: datetime) -> None:
        self._hold_changes.append((self.member_id, hold.id, int(state), at))


def _next_of(lot: LotState, wallet: WalletState) -> datetime | None:
    return earliest(lot.next_at, wallet.lapses_at)
