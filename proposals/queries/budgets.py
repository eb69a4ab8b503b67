"""What cases ask of a call, what of it is free, and whom it would fit."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, prefetch_related_objects

from portal.text import say
from portal.verdict import Verdict, no
from proposals import ledger
from proposals.models import Allocation, Decision, LetterOfIntent, Project
from proposals.models.decisions import PREPARED

DEMANDS = ("filing__demands__allocation__platform", "filing__demands__assessments")


def demands(loi: LetterOfIntent) -> dict[Allocation, Decimal]:
    """What the case asks, by allocation: the screening's figure where it gave one.

    What is asked of a resource and not known is left out: see `unstated`.
    """
    return {of: amount for of, amount in _figures(loi).items() if amount is not None}


def unstated(loi: LetterOfIntent) -> list[Allocation]:
    """What the case draws on without a figure of how much: unknown, which is never 0."""
    return [of for of, amount in _figures(loi).items() if amount is None]


def _figures(loi: LetterOfIntent) -> dict[Allocation, Decimal | None]:
    if loi.filing is None:
        return {}
    # What a caller with many cases has fetched already is not fetched again.
    prefetch_related_objects([loi], *DEMANDS)
    found = {}
    for demand in loi.filing.demands.all():
        assessments = sorted(demand.assessments.all(), key=lambda a: a.pk)
        found[demand.allocation] = assessments[-1].amount if assessments else demand.amount
    return found


def mass_kg(loi: LetterOfIntent) -> Decimal:
    """The MEV that counts for the case, in kg; 0 at mission level."""
    return sum(
        (amount for allocation, amount in demands(loi).items() if allocation.resource == "mass"),
        Decimal(0),
    )


def balance(allocation: Allocation) -> ledger.Balance:
    return allocation.balance


def in_force(loi: LetterOfIntent) -> Decision | None:
    """The decision on the case that was released and not replaced since."""
    return loi.decisions.filter(state="released").first()


def project_of(loi: LetterOfIntent) -> Project | None:
    """The project that the case is, or is to be, a part of."""
    standing = loi.decisions.filter(state__in=[*PREPARED, "released"], project__isnull=False)
    decision = standing.select_related("project").first()
    return decision and decision.project


@dataclass(frozen=True)
class Reserve:
    """A case on the reserve list: its rank when it was decided, and why it does not fit now."""

    loi: LetterOfIntent
    rank: int | None
    lacks: list[Verdict]
    promoted: Decision | None  # the decision in preparation that would select it


def reserves(lois: QuerySet[LetterOfIntent]) -> list[Reserve]:
    """Those of the cases on the reserve list, best rank first; cases without a rank come last."""
    lois = lois.filter(state="reserve").select_related("organisation", "filing")
    found = []
    for loi in lois.prefetch_related("decisions", *DEMANDS):
        told = next(one for one in loi.decisions.all() if one.state == "released")
        promoted = next((one for one in loi.decisions.all() if one.state in PREPARED), None)
        wanting = [ledger.may_hold(of.balance, amount) for of, amount in demands(loi).items()]
        unknown = [
            no("demand_unknown", say("%(resource)s: not stated.", resource=of.kind.label))
            for of in unstated(loi)
        ]
        lacks = [*unknown, *(verdict for verdict in wanting if not verdict)]
        found.append(Reserve(loi, told.basis.get("rank"), lacks, promoted))
    return sorted(found, key=lambda one: (one.rank is None, one.rank, one.loi.reference))


def fitting_reserves(lois: QuerySet[LetterOfIntent]) -> list[LetterOfIntent]:
    """The reserve cases whose every demand fits what is free now, each by itself, best rank first."""
    return [one.loi for one in reserves(lois) if not one.lacks and one.promoted is None]


def asked(allocation: Allocation, lois: QuerySet[LetterOfIntent]) -> Decimal:
    """What the given cases ask of an allocation, in its unit."""
    total = Decimal(0)
    for loi in lois.filter(filing__demands__allocation=allocation).distinct():
        total += demands(loi).get(allocation, Decimal(0))
    return total
