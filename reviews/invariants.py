from collections.abc import Iterator
from datetime import datetime

from portal import canonical
from portal.invariants import register
from portal.models import Event
from proposals.models import LetterOfIntent
from proposals.models.lois import RUNNING
from reviews import queries, sheets
from reviews.models import Assignment, Conflict, Revision, Ruling, Scenario
from reviews.selection.check import faults
from reviews.selection.inputs import choice_of
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
        # A conflict found late takes a review out of the sums; the case stays where it is.
        locked = len(benches[loi.pk].locked) + len(queries.excluded(loi))
        if locked < loi.call.reviewers_least:
            yield f"{loi.reference} is in {loi.state} with {locked} reviews"


@register
def locked_reviews_are_complete(now: datetime) -> Iterator[str]:
    locked = Assignment.objects.filter(state="locked", loi__state__in=RUNNING)
    for assignment in locked.select_related("loi__call"):
        for owed in queries.owed(assignment):
            yield f"review {assignment.key} is locked: {owed}"


@register
def what_was_locked_is_as_it_was_locked(now: datetime) -> Iterator[str]:
    for revision in Revision.objects.exclude(lock=None).select_related("assignment"):
        key = revision.assignment.key
        if revision.digest != sheets.digest(key, revision.lock, revision.content):
            yield f"locked version {revision.lock} of review {key} was changed"
    locked = Assignment.objects.filter(state="locked").prefetch_related(
        "revisions", "scores__criterion"
    )
    for assignment in locked:
        last = max(assignment.revisions.all(), key=lambda one: one.version, default=None)
        if last is None or last.lock is None or last.content != assignment.content:
            yield f"review {assignment.key} is locked and is not its last version"
        counted = {
            s.criterion.code: s.value for s in assignment.scores.all() if s.value is not None
        }
        if counted != sheets.read(assignment.content).scores:
            yield f"the scores of review {assignment.key} are not those it says"


@register
def every_review_has_its_event(now: datetime) -> Iterator[str]:
    told = {
        event.subject_key: event.data["to"]
        for event in Event.objects.filter(subject_type="assignment").order_by("seq")
    }
    for key, state in Assignment.objects.values_list("key", "state"):
        if told.get(key) != state:
            yield f"{ASSIGNMENT.noun} {key} is {state}; its last event says {told.get(key)}"


@register
def every_ruling_stands_in_its_conflict(now: datetime) -> Iterator[str]:
    """A conflict that was ruled on has its ruling, by somebody else than its person."""
    last: dict[int, Ruling] = {}
    for ruling in Ruling.objects.select_related("conflict").order_by("pk"):
        last[ruling.conflict_id] = ruling
        if ruling.by_id == ruling.conflict.user_id:
            yield f"conflict {ruling.conflict.key} was ruled on by its own person"
    for conflict in Conflict.objects.filter(state__in=["confirmed", "dismissed"]):
        ruling = last.get(conflict.pk)
        if ruling is None or ruling.confirmed != (conflict.state == "confirmed"):
            yield f"conflict {conflict.key} is {conflict.state} without that ruling"


@register
def every_conflict_has_its_event(now: datetime) -> Iterator[str]:
    """Those written before conflicts moved have none, and stand as they were found."""
    told = {
        event.subject_key: event.data["to"]
        for event in Event.objects.filter(subject_type="conflict").order_by("seq")
    }
    for key, state in Conflict.objects.values_list("key", "state"):
        if told.get(key, state) != state:
            yield f"conflict {key} is {state}; its last event says {told[key]}"


@register
def scenarios_are_as_they_were_made(now: datetime) -> Iterator[str]:
    """What a scenario was made from and what came out are as its events say, and its set fits."""
    digests: dict[str, dict[str, str]] = {}
    for event in Event.objects.filter(subject_type="scenario").order_by("seq"):
        digests.setdefault(event.subject_key, {}).update(
            {name: event.data[name] for name in ("digest", "found") if name in event.data}
        )
    for scenario in Scenario.objects.all():
        told, name = digests.get(scenario.key, {}), f"scenario {scenario.key}"
        if not canonical.digest(scenario.inputs) == scenario.digest == told.get("digest"):
            yield f"{name} is not made from what it was made from"
        if scenario.state == "done" and canonical.digest(scenario.found) != told.get("found"):
            yield f"{name} says something else than was found"
        if scenario.chosen:
            for fault in faults(choice_of(scenario.inputs), scenario.chosen):
                yield f"{name}: {fault}"
