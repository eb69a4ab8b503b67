"""The ledger of a call as a statement: a line an entry, with the balance after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from portal.deadline import said
from portal.models import Event
from portal.text import Text, say
from proposals import curves, ledger
from proposals.bars import public
from proposals.models import Allocation, LedgerEntry, LetterOfIntent
from proposals.workflow import LOI

KINDS = {
    ledger.HOLD: (say("hold"), "amber"),
    ledger.COMMIT: (say("commit"), "jade"),
    ledger.RETURN: (say("return"), "lunar"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Amounts are in the allocation's unit; `by` is who caused it."""

    number: int
    at: datetime
    at_text: str
    loi: LetterOfIntent
    kind: Text
    tone: str
    occasion: str
    amount: str
    proposed: str
    committed: str
    free: str
    by: str


@dataclass(frozen=True, slots=True)
class Statement:
    allocation: Allocation
    lines: tuple[Line, ...]
    standing: ledger.Balance
    curve: curves.Curve | None

    @property
    def code(self) -> str:
        return f"{self.allocation.platform.code}-{self.allocation.resource}"

    @property
    def figures(self) -> dict[str, str]:
        """The standing balance in words: figures with their unit, as in a sentence."""
        names = ("offered", "held_back", "available", "proposed", "committed", "free")
        amount = self.allocation.kind.amount
        return {name: amount(getattr(self.standing, name)) for name in names}

    @property
    def span(self) -> tuple[str, str]:
        """The first and last instant of the curve, in the call's zone."""
        zone = self.allocation.call.zone
        return said(self.curve.first, zone), said(self.curve.last.replace(microsecond=0), zone)


def of(allocation: Allocation, *, holds: bool, now: datetime) -> Statement:
    """What was entered, in its order.

    Without `holds` it is of what released decisions have committed alone, as
    everybody's bars are: what only a prepared decision did is in no line.
    """
    entries = list(
        allocation.entries.select_related("decision__loi__organisation", "by").order_by("number")
    )
    standing = allocation.balance
    balances = ledger.statement(standing, [entry.entry for entry in entries])
    pairs = list(zip(entries, balances[1:], balances, strict=False))
    if not holds:
        pairs = [
            (entry, public(after), before)
            for entry, after, before in pairs
            if after.committed != before.committed
        ]
        standing = public(standing)
    occasions = _occasions(entry for entry, *_ in pairs)
    zone = allocation.call.zone
    lines = tuple(_line(entry, after, occasions, zone) for entry, after, _ in pairs)
    curve = curves.curve([(entry.at, after) for entry, after, _ in pairs], now)
    return Statement(allocation, lines, standing, curve)


def _line(
    entry: LedgerEntry, after: ledger.Balance, occasions: dict[tuple[str, datetime], str], zone: str
) -> Line:
    kind, tone = KINDS[entry.kind]
    decision = entry.decision
    if entry.kind == ledger.HOLD:
        occasion = decision.get_outcome_display()
    elif entry.kind == ledger.COMMIT:
        occasion = _("released")
    else:
        occasion = occasions.get((decision.loi.key, entry.at), _("decided anew"))
    return Line(
        entry.number,
        entry.at,
        said(entry.at, zone),
        decision.loi,
        kind,
        tone,
        occasion,
        *(
            f"{amount:.{after.resource.places}f}"  # so that they stand under one another
            for amount in (entry.amount, after.proposed, after.committed, after.free)
        ),
        entry.by.name if entry.by else _("the clock"),
    )


def _occasions(entries: Iterable[LedgerEntry]) -> dict[tuple[str, datetime], str]:
    """(case, instant) of a return → the state that the case came to at that instant."""
    returns = [entry for entry in entries if entry.kind == ledger.RETURN]
    events = Event.objects.filter(
        subject_type=LetterOfIntent._meta.model_name,
        subject_key__in={entry.decision.loi.key for entry in returns},
        at__in={entry.at for entry in returns},
        data__has_key="to",
    )
    return {(one.subject_key, one.at): str(LOI.state(one.data["to"]).label) for one in events}
