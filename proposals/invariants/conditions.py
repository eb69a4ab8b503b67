from collections.abc import Iterator
from datetime import datetime

from portal.invariants import register
from proposals import queries
from proposals.models import Agreement, Letter


@register
def every_condition_of_a_letter_has_its_row(now: datetime) -> Iterator[str]:
    """In the words of the letter in force."""
    issued = Letter.objects.filter(kind="decision", state="issued", decision__state="released")
    for letter in issued.select_related("decision").prefetch_related("decision__to_meet"):
        said = [(one["text"], one["owner"]) for one in letter.context.get("conditions", ())]
        rows = [(one.text, one.owner) for one in letter.decision.to_meet.all()]
        if said != rows:
            yield f"{letter.number} says the conditions {said}, to be met are {rows}"


@register
def what_was_due_at_a_signing_is_met(now: datetime) -> Iterator[str]:
    """But for signings on record before conditions had rows."""
    signed = Agreement.objects.filter(decision__state="released", signed_on__isnull=False)
    for agreement in signed.select_related("decision__loi__call"):
        loi = agreement.decision.loi
        for condition in queries.unmet(loi, by=loi.call.end_of(agreement.signed_on)):
            if condition.imposed_at < agreement.accepted_at:
                yield f"{loi.reference} is signed, its condition {condition.number} is not met"
