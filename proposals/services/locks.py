"""What an act locks: calls by primary key, then cases by primary key, then what is of a case.

A case that is carried by another mission draws on that call's budget: both calls
are locked, in the same one question, so that two acts never wait for each other.
The ledger locks each allocation as well, and alone would be enough for its sums.
"""

from collections.abc import Iterable

from django.db.models import Q

from proposals.models import Call, Decision, LetterOfIntent, Project
from proposals.models.agreements import Subject
from proposals.models.decisions import PREPARED

STANDING = Decision.objects.filter(onto__isnull=False, state__in=[*PREPARED, "released"])


def call(of: Call) -> Call:
    return Call.objects.select_for_update().get(pk=of.pk)


def call_with_guests(of: Call) -> Call:
    """A call, with those whose cases it carries or is to carry, and those that carry its own or are to."""
    guests, hosts = STANDING.filter(onto=of.pk), STANDING.filter(loi__call=of.pk)
    also = Q(pk__in=guests.values("loi__call")) | Q(pk__in=hosts.values("onto"))
    return _calls(Q(pk=of.pk) | also)[of.pk]


def _calls(which: Q) -> dict[int, Call]:
    return {
        found.pk: found for found in Call.objects.select_for_update().filter(which).order_by("pk")
    }


def cases(call: Call, lois: Iterable[LetterOfIntent]) -> list[LetterOfIntent]:
    """Some cases by primary key; their call is locked already."""
    rows = LetterOfIntent.objects.select_for_update(of=("self",)).filter(
        pk__in=[loi.pk for loi in lois]
    )
    found = list(rows.select_related("call", "organisation", "filing").order_by("pk"))
    for loi in found:
        if loi.call_id == call.pk:
            loi.call = call
    return found


def subject(of: Subject) -> Subject:
    """A case or a project with its call, both locked in that order."""
    return project(of) if isinstance(of, Project) else case(of)


def project(of: Project) -> Project:
    locked = call(of.call)
    found = Project.objects.select_for_update(of=("self",)).select_related("lead").get(pk=of.pk)
    found.call = locked
    return found


def case(of: LetterOfIntent, *also: Call) -> LetterOfIntent:
    """The case with its call and those that carry it or are to; `also` is locked with them."""
    hosts = STANDING.filter(loi=of.pk).values("onto")
    given = [of.call_id, *(one.pk for one in also)]
    locked = _calls(Q(pk__in=given) | Q(pk__in=hosts))[of.call_id]
    loi = (
        LetterOfIntent.objects.select_for_update(of=("self",))
        .select_related("organisation", "ticket", "filing")
        .get(pk=of.pk)
    )
    loi.call = locked
    return loi
