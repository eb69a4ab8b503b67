"""The ledger of a call as a statement: a line an entry, with the balance after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.deadline import said
from portal.models import Event
from portal.text import Text, say
from proposals import curves, ledger
from proposals.bars import public
from proposals.models import Allocation, LedgerEntry, LetterOfIntent, Project
from proposals.workflow import LOI, PROJECT

NOUNS = ((LetterOfIntent, LOI), (Project, PROJECT))
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
    reference: str
    title: str
    url: str
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
        allocation.entries.select_related("decision__loi", "project", "by").order_by("number")
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
    about = entry.project or entry.decision.loi
    if entry.kind == ledger.HOLD:
        occasion = _("project") if entry.project else entry.decision.get_outcome_display()
    elif entry.kind == ledger.COMMIT:
        occasion = _("released")
    else:
        occasion = occasions.get((about.key, entry.at), _("decided anew"))
    return Line(
        entry.number,
        entry.at,
        said(entry.at, zone),
        about.reference,
        about.title,
        reverse("project" if entry.project else "loi", args=[about.key]),
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
    """(case or project, instant) of a return → the state that it came to at that instant."""
    returns = [entry for entry in entries if entry.kind == ledger.RETURN]
    about = {(entry.project or entry.decision.loi).key for entry in returns}
    tables = {model._meta.model_name: table for model, table in NOUNS}
    events = Event.objects.filter(
        subject_type__in=tables,
        subject_key__in=about,
        at__in={entry.at for entry in returns},
        data__has_key="to",
    )
    return {
        (one.subject_key, one.at): str(tables[one.subject_type].state(one.data["to"]).label)
        for one in events
    }
