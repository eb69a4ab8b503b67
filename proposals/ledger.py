"""The ledger of one allocation: hold, commit, return, and never over what can be given."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from portal.text import say
from portal.verdict import YES, Verdict, no
from proposals.resources import Resource

HOLD, COMMIT, RETURN = "hold", "commit", "return"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject` is the decision it is about; `amount` is positive, in the resource's unit."""

    kind: str
    subject: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """offered − held back = available = proposed + committed + free."""

    resource: Resource
    offered: Decimal
    held_back: Decimal
    proposed: Decimal = ZERO
    committed: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        return self.offered - self.held_back

    @property
    def taken(self) -> Decimal:
        return self.proposed + self.committed

    @property
    def free(self) -> Decimal:
        return self.available - self.taken

    def without(self, hidden: Decimal) -> "Balance":
        """As it looks to whoever may not know of a hold."""
        return replace(self, proposed=self.proposed - hidden)


def positions(entries: Iterable[Entry]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """(held, committed) by subject, from the entries in their order.

    A commit turns a hold into a commitment; a return gives back what is
    committed, else what is held. An entry that takes more than is there is an
    error of the caller and raises ValueError.
    """
    held: dict[str, Decimal] = {}
    committed: dict[str, Decimal] = {}
    for entry in entries:
        _post(entry, held, committed)
    return held, committed


def _post(entry: Entry, held: dict[str, Decimal], committed: dict[str, Decimal]) -> bool:
    """Put one entry to its subject's account; is it of what was committed?"""
    if entry.kind == HOLD:
        held[entry.subject] = held.get(entry.subject, ZERO) + entry.amount
        return False
    of_committed = entry.kind == RETURN and bool(committed.get(entry.subject))
    source = committed if of_committed else held
    if source.get(entry.subject, ZERO) < entry.amount:
        raise ValueError(
            f"{entry.kind} of {entry.amount} for {entry.subject}: only "
            f"{source.get(entry.subject, ZERO)} are there"
        )
    source[entry.subject] -= entry.amount
    if entry.kind == COMMIT:
        committed[entry.subject] = committed.get(entry.subject, ZERO) + entry.amount
    return of_committed


def after(before: Balance, kind: str, amount: Decimal, *, of_committed: bool = False) -> Balance:
    """The balance with one entry more; a return is of what is held, or `of_committed`."""
    held, committed = {
        HOLD: (amount, ZERO),
        COMMIT: (-amount, amount),
        RETURN: (ZERO, -amount) if of_committed else (-amount, ZERO),
    }[kind]
    return replace(before, proposed=before.proposed + held, committed=before.committed + committed)


def statement(empty: Balance, entries: Iterable[Entry]) -> list[Balance]:
    """The balance before the first entry and after each; ValueError as in `positions`."""
    held: dict[str, Decimal] = {}
    committed: dict[str, Decimal] = {}
    found = [replace(empty, proposed=ZERO, committed=ZERO)]
    for entry in entries:
        of_committed = _post(entry, held, committed)
        found.append(after(found[-1], entry.kind, entry.amount, of_committed=of_committed))
    return found


def may_hold(balance: Balance, amount: Decimal) -> Verdict:
    """Does `amount` more fit? The refusal is the whole sum in one sentence."""
    if amount <= balance.free:
        return YES
    unit = balance.resource
    return no(
        f"ledger.{unit.code}",
        say(
            "%(amount)s more would make %(total)s, over the %(available)s that can be given "
            "(%(offered)s offered, %(held_back)s held back): %(taken)s are proposed or "
            "committed, %(free)s are free.",
            amount=unit.amount(amount),
            total=unit.amount(balance.taken + amount),
            available=unit.amount(balance.available),
            offered=unit.amount(balance.offered),
            held_back=unit.amount(balance.held_back),
            taken=unit.amount(balance.taken),
            free=unit.amount(balance.free),
        ),
        field="granted",
    )
