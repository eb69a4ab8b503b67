"""The ledger's three verbs, for a case whose call the caller has locked.

Each line is written on the balance that its allocation's row keeps, under the
lock of that row; the row's constraint and the line's number are the database's
own word, should anything else ever write.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from portal.events import CLOCK
from portal.models import User
from portal.verdict import require
from proposals import ledger
from proposals.models import Allocation, Decision, LedgerEntry


def hold(
    decision: Decision, allocation: Allocation, amount: Decimal, *, by: User | str, now: datetime
) -> None:
    """Set `amount` aside for a decision, or refuse with the whole sum; 0 is no line."""
    locked = _locked(allocation.pk)
    require(ledger.may_hold(locked.balance, amount))
    _enter(decision, locked, ledger.HOLD, amount, by, now)


def commit(decision: Decision, *, by: User | str, now: datetime) -> None:
    """Turn whatever the decision holds into a commitment."""
    for allocation, held, _ in _positions(decision):
        _enter(decision, allocation, ledger.COMMIT, held, by, now)


def give_back(decision: Decision, *, by: User | str, now: datetime) -> None:
    """Return whatever the decision still has committed or holds; nothing left is no line."""
    for allocation, held, committed in _positions(decision):
        _enter(decision, allocation, ledger.RETURN, committed, by, now, of_committed=True)
        _enter(decision, allocation, ledger.RETURN, held, by, now)


def _positions(decision: Decision) -> Iterator[tuple[Allocation, Decimal, Decimal]]:
    """(allocation, held, committed) of a decision; each allocation is locked, in one order."""
    lines: dict[int, list[ledger.Entry]] = {}
    for line in decision.entries.order_by("allocation_id", "number"):
        lines.setdefault(line.allocation_id, []).append(line.entry)
    subject = str(decision.pk)
    for pk, mine in lines.items():
        held, committed = ledger.positions(mine)
        yield _locked(pk), held.get(subject, ledger.ZERO), committed.get(subject, ledger.ZERO)


def _locked(pk: int) -> Allocation:
    return Allocation.objects.select_for_update().get(pk=pk)


def _enter(
    decision: Decision,
    allocation: Allocation,
    kind: str,
    amount: Decimal,
    by: User | str,
    now: datetime,
    *,
    of_committed: bool = False,
) -> None:
    if not amount:
        return
    after = ledger.after(allocation.balance, kind, amount, of_committed=of_committed)
    allocation.held, allocation.committed = after.proposed, after.committed
    allocation.entered += 1
    allocation.save(update_fields=["held", "committed", "entered"])
    LedgerEntry.objects.create(
        allocation=allocation,
        number=allocation.entered,
        decision=decision,
        kind=kind,
        amount=amount,
        held_after=allocation.held,
        committed_after=allocation.committed,
        by=None if by == CLOCK else by,
        at=now,
    )
