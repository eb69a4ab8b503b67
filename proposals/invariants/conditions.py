from collections.abc import Iterator
from datetime import datetime

from portal.invariants import register
from proposals import queries
from proposals.models import Agreement, Decision


@register
def every_condition_of_a_letter_has_its_row(now: datetime) -> Iterator[str]:
    told = Decision.objects.filter(state="released").select_related("loi")
    for decision in told.prefetch_related("to_meet"):
        said = [(one["text"], one["owner"]) for one in decision.conditions]
        rows = [(one.text, one.owner) for one in decision.to_meet.all()]
        if said != rows:
            yield f"{decision.loi.reference}: its conditions are {rows}, its letter says {said}"


@register
def what_was_due_at_a_signing_is_met(now: datetime) -> Iterator[str]:
    """But for signings on record before conditions had rows."""
    signed = Agreement.objects.filter(decision__state="released", signed_on__isnull=False)
    for agreement in signed.select_related("decision__loi__call"):
        loi = agreement.decision.loi
        for condition in queries.unmet(loi, by=loi.call.end_of(agreement.signed_on)):
            if condition.imposed_at < agreement.accepted_at:
                yield f"{loi.reference} is signed, its condition {condition.number} is not met"
