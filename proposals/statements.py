"""The ledger of a call as a statement: a line an entry, with the balance after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.deadline import said
from portal.models import Event, User
from portal.text import Text, say
from proposals import curves, ledger, queries
from proposals.bars import public
from proposals.models import Allocation, Decision, LedgerEntry, LetterOfIntent, Project
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


def of(allocation: Allocation, reader: User, *, holds: bool, now: datetime) -> Statement:
    """What was entered, in its order.

    Without `holds` it is of what released decisions have committed alone, as
    everybody's bars are: what only a prepared decision did is in no line. A case
    of another call that is to be moved here is in none for whoever may not read
    its decision, and once it was told it has no name for whoever may not read the case.
    """
    unseen = queries.unseen_guests(reader, allocation.call)
    entries = list(
        allocation.entries.exclude(decision__in=unseen)
        .select_related("decision__loi__call__mission", "decision__onto", "project", "by")
        .order_by("number")
    )
    balances = ledger.statement(allocation.balance, [entry.entry for entry in entries])
    standing = balances[-1]
    pairs = list(zip(entries, balances[1:], balances, strict=False))
    if not holds:
        pairs = [
            (entry, public(after), before)
            for entry, after, before in pairs
            if after.committed != before.committed
        ]
        standing = public(standing)
    occasions = _occasions(entry for entry, *_ in pairs)
    zone, named = allocation.call.zone, _named(reader, entries)
    lines = tuple(_line(entry, after, occasions, zone, named) for entry, after, _ in pairs)
    curve = curves.curve([(entry.at, after) for entry, after, _ in pairs], now)
    return Statement(allocation, lines, standing, curve)


def _guest(entry: LedgerEntry) -> LetterOfIntent | None:
    """The case of another call that the line is about."""
    loi = entry.decision and entry.decision.loi
    return loi if loi and loi.call_id != entry.decision.carrier.pk else None


def _named(reader: User, entries: Iterable[LedgerEntry]) -> set[int]:
    """Of the cases of other calls, those that the reader may read."""
    guests = {loi.pk for loi in map(_guest, entries) if loi}
    return set(queries.visible_lois(reader).filter(pk__in=guests).values_list("pk", flat=True))


def _line(
    entry: LedgerEntry,
    after: ledger.Balance,
    occasions: dict[tuple[str, datetime], str],
    zone: str,
    named: set[int],
) -> Line:
    kind, tone = KINDS[entry.kind]
    about, guest = entry.project or entry.decision.loi, _guest(entry)
    reference, title = about.reference, about.title
    url = reverse("project" if entry.project else "loi", args=[about.key])
    if entry.kind == ledger.HOLD:
        occasion = _("project") if entry.project else entry.decision.get_outcome_display()
    elif entry.kind == ledger.COMMIT:
        occasion = _("released")
    else:
        occasion = occasions.get((about.key, entry.at), _("decided anew"))
    if guest:
        facts = {"code": guest.call.code, "mission": guest.call.mission.name, "what": occasion}
        occasion = _("%(what)s; a case of %(code)s, %(mission)s") % facts
        if guest.pk not in named:
            reference, title, url = "", _("A case of another call"), ""
    return Line(
        entry.number,
        entry.at,
        said(entry.at, zone),
        reference,
        title,
        url,
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
    """(case or project, instant) of a return → the mission it moved to, or the state it came to then."""
    returns = [entry for entry in entries if entry.kind == ledger.RETURN]
    about = {(entry.project or entry.decision.loi).key for entry in returns}
    tables = {model._meta.model_name: table for model, table in NOUNS}
    events = Event.objects.filter(
        subject_type__in=tables,
        subject_key__in=about,
        at__in={entry.at for entry in returns},
        data__has_key="to",
    )
    found = {
        (one.subject_key, one.at): str(tables[one.subject_type].state(one.data["to"]).label)
        for one in events
    }
    moves = Decision.objects.filter(
        loi__key__in=about, onto__isnull=False, released_at__in={entry.at for entry in returns}
    )
    for move in moves.select_related("loi", "onto__mission"):
        facts = {"mission": move.onto.mission.name, "code": move.onto.code}
        found[move.loi.key, move.released_at] = _("moved to %(mission)s, %(code)s") % facts
    return found
