from collections.abc import Iterable

from proposals.models import Call, LetterOfIntent, Project
from proposals.models.agreements import Subject


def call(of: Call) -> Call:
    return Call.objects.select_for_update().get(pk=of.pk)


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


def case(of: LetterOfIntent) -> LetterOfIntent:
    """The case with its call, both locked in that order."""
    locked = call(of.call)
    loi = (
        LetterOfIntent.objects.select_for_update(of=("self",))
        .select_related("organisation", "ticket", "filing")
        .get(pk=of.pk)
    )
    loi.call = locked
    return loi
