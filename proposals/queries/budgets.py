"""What cases ask of a call, what of it is free, and whom it would fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, prefetch_related_objects

from portal.text import say
from portal.verdict import Verdict, no
from proposals import ledger
from proposals.models import Allocation, Call, Decision, LetterOfIntent, Platform, Project
from proposals.models.agreements import Subject
from proposals.models.decisions import PREPARED
from proposals.models.lois import RUNNING
from proposals.resources import RESOURCES, Resource

DEMANDS = ("filing__demands__allocation__platform", "filing__demands__assessments")


@dataclass(frozen=True)
class Needs:
    """What a case asks of another call's platform, and what only one of the two budgets or states."""

    asked: dict[Allocation, Decimal]
    unstated: list[Resource]  # budgeted there, and without a figure: unknown, never 0
    unbudgeted: list[Resource]  # in the budget of its own call, and in none there


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


def demands_on(loi: LetterOfIntent, platform: Platform, call: Call) -> Needs:
    """What a case of another call would ask of a call's platform: as filed, on MEV, or as the screening found.

    At mission level it draws on nothing, there as here.
    """
    filed = loi.filing.manifest["totals"]
    asked = {code: Decimal(filed[code]) for code in RESOURCES if code in filed}
    asked |= {of.resource: amount for of, amount in demands(loi).items()}
    offers = call.allocations.filter(platform=platform).select_related("platform")
    offered = {of.resource: of for of in offers} if asked else {}
    return Needs(
        {of: asked[code] for code, of in offered.items() if code in asked},
        [of.kind for code, of in offered.items() if code not in asked],
        [of.kind for of in _figures(loi) if of.resource not in offered],
    )


def unbudgeted(decision: Decision) -> list[Resource]:
    """What a case that is moved drew on in its own call, and the mission it moves to does not budget."""
    given = {grant.allocation.resource for grant in decision.grants.select_related("allocation")}
    return [of.kind for of in _figures(decision.loi) if of.resource not in given]


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


def carrier(subject: Subject) -> Call:
    """The call whose mission carries it: its own, until a released decision moves a case."""
    if isinstance(subject, Project) or subject.state in RUNNING:  # nothing is decided of it yet
        return subject.call
    moved = subject.decisions.filter(state="released", onto__isnull=False)
    decision = moved.select_related("onto__mission").first()
    return decision.onto if decision else subject.call


def carried(call: Call) -> QuerySet[LetterOfIntent]:
    """The cases of a call that no other mission carries, and the guests that its mission carries."""
    return _carried(Q(call=call), Q(onto=call))


def paused() -> QuerySet[LetterOfIntent]:
    """The cases whose terms stand still: a suspended call's mission carries them."""
    return _carried(Q(call__state="suspended"), Q(onto__state="suspended"))


def _carried(at_home: Q, as_guests: Q) -> QuerySet[LetterOfIntent]:
    moved = Decision.objects.filter(state="released", onto__isnull=False)
    own = at_home & ~Q(pk__in=moved.values("loi"))
    return LetterOfIntent.objects.filter(own | Q(pk__in=moved.filter(as_guests).values("loi")))


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


def reserves(
    lois: QuerySet[LetterOfIntent], unseen: Mapping[int, Decimal] | None = None
) -> list[Reserve]:
    """Those of the cases on the reserve list, best rank first; cases without a rank come last.

    `unseen` gives by allocation what is held and counts as free for this reader.
    """
    lois = lois.filter(state="reserve").select_related("organisation", "filing")
    found = []
    for loi in lois.prefetch_related("decisions", *DEMANDS):
        told = next(one for one in loi.decisions.all() if one.state == "released")
        promoted = next((one for one in loi.decisions.all() if one.state in PREPARED), None)
        wanting = [
            ledger.may_hold(of.balance.without((unseen or {}).get(of.pk, ledger.ZERO)), amount)
            for of, amount in demands(loi).items()
        ]
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
