from collections.abc import Iterator
from datetime import datetime

from portal.invariants import register
from portal.models import Event
from proposals.models import LetterOfIntent
from proposals.models.lois import RUNNING
from reviews import queries
from reviews.models import Assignment
from reviews.workflow import ASSIGNMENT

JUDGED = ("consensus", "final_review")


@register
def no_score_by_a_conflicted_reviewer_counts(now: datetime) -> Iterator[str]:
    lois = list(LetterOfIntent.objects.filter(assignments__state="locked").distinct())
    gone = queries.shut_out(lois)
    for bench in queries.benches(lois).values():
        for assignment in bench.assignments:
            if (assignment.loi_id, assignment.reviewer_id) in gone:
                yield f"review {assignment.key} counts, and its reviewer is shut out of the case"


@register
def judged_cases_have_their_reviews(now: datetime) -> Iterator[str]:
    lois = list(LetterOfIntent.objects.filter(state__in=JUDGED).select_related("call"))
    benches = queries.benches(lois)
    for loi in lois:
        locked = len(benches[loi.pk].locked)
        if locked < loi.call.reviewers_least:
            yield f"{loi.reference} is in {loi.state} with {locked} reviews"


@register
def locked_reviews_are_complete(now: datetime) -> Iterator[str]:
    locked = Assignment.objects.filter(state="locked", loi__state__in=RUNNING)
    for assignment in locked.select_related("loi__call"):
        for owed in queries.owed(assignment):
            yield f"review {assignment.key} is locked: {owed}"


@register
def every_review_has_its_event(now: datetime) -> Iterator[str]:
    told = {
        event.subject_key: event.data["to"]
        for event in Event.objects.filter(subject_type="assignment").order_by("seq")
    }
    for key, state in Assignment.objects.values_list("key", "state"):
        if told.get(key) != state:
            yield f"{ASSIGNMENT.noun} {key} is {state}; its last event says {told.get(key)}"
