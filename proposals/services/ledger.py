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
from proposals.models import Allocation, Decision, LedgerEntry, Project

Subject = Decision | Project


def hold(
    subject: Subject, allocation: Allocation, amount: Decimal, *, by: User | str, now: datetime
) -> None:
    """Set `amount` aside for a decision or a project, or refuse with the whole sum; 0 is no line."""
    locked = _locked(allocation.pk)
    require(ledger.may_hold(locked.balance, amount))
    _enter(subject, locked, ledger.HOLD, amount, by, now)


def commit(subject: Subject, *, by: User | str, now: datetime) -> None:
    """Turn whatever it holds into a commitment."""
    for allocation, held, _ in _positions(subject):
        _enter(subject, allocation, ledger.COMMIT, held, by, now)


def give_back(subject: Subject, *, by: User | str, now: datetime) -> None:
    """Return whatever it still has committed or holds; nothing left is no line."""
    for allocation, held, committed in _positions(subject):
        _enter(subject, allocation, ledger.RETURN, committed, by, now, of_committed=True)
        _enter(subject, allocation, ledger.RETURN, held, by, now)


def _positions(subject: Subject) -> Iterator[tuple[Allocation, Decimal, Decimal]]:
    """(allocation, held, committed) of a subject; each allocation is locked, in one order."""
    lines: dict[int, list[ledger.Entry]] = {}
    for line in subject.entries.order_by("allocation_id", "number"):
        lines.setdefault(line.allocation_id, []).append(line.entry)
    for pk, mine in lines.items():
        held, committed = ledger.positions(mine)  # of one subject
        yield _locked(pk), sum(held.values(), ledger.ZERO), sum(committed.values(), ledger.ZERO)


def _locked(pk: int) -> Allocation:
    return Allocation.objects.select_for_update().get(pk=pk)


def _enter(
    subject: Subject,
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
        **{subject._meta.model_name: subject},
        kind=kind,
        amount=amount,
        held_after=allocation.held,
        committed_after=allocation.committed,
        by=None if by == CLOCK else by,
        at=now,
    )
