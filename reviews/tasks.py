import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from celery import shared_task
from django.core.cache import cache
from django.db.models import Count, Max, Sum

from portal import clock, leases
from portal.models import Event
from portal.verdict import Refused
from proposals.models import Call
from reviews import queries
from reviews.matching.match import match
from reviews.models import Matching, Scenario
from reviews.selection.work import work
from reviews.services import conflicts, deadlines, matchings, scenarios, tell_of_the_day

MOST_A_BATCH = 3
JUDGING = ("published", "closed", "decisions_proposed", "decisions_approved")
# Each stage of the matcher is cut off after so long; the lease outlasts all of them.
STAGE_SECONDS, LEASE_SECONDS = 20, 300
# A worker may be short of memory for a while; what fails so often will fail again.
MOST_RUNS = 3
# Of the solver and its inputs; a database that is away is waited for instead.
TROUBLE = (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)
LOOKED = "reviews.conflicts.looked"
log = logging.getLogger(__name__)


@shared_task(name="reviews.tasks.remind_reviewers")
def remind_reviewers() -> None:
    """Remind whoever owes a review, around the instant at which it is due."""
    deadlines.remind_due(clock.now())


@shared_task(name="reviews.tasks.match_reviewers")
def match_reviewers() -> None:
    """Find the assignments that are owed."""
    rows = Matching.objects.filter(state="asked").select_related("call__mission", "asked_by")
    for matching in leases.claim(rows, now=clock.now(), seconds=LEASE_SECONDS, most=MOST_A_BATCH):
        panel = queries.panel_of(matching)
        answer = match(panel, seconds=STAGE_SECONDS)
        names = {one.key: one.called for one in (*panel.reviewers, *panel.cases)}
        worst = min((one.key for one in panel.cases), key=answer.served(panel), default="")
        found = {
            "pairs": sorted([case, reviewer] for reviewer, case in answer.pairs),
            "total": answer.total,
            "worst": answer.worst,
            "worst_case": names.get(worst, ""),
            "bound": answer.bound,
            "proven": answer.proven,
            "relaxed": [str(one) for one in answer.relaxed],
            "reasons": [str(one) for one in answer.reasons],
            "unused": [names[key] for key in answer.unused],
        }
        try:
            matchings.propose(matching, found=found, now=clock.now())
        except Refused:
            continue  # put aside meanwhile
        leases.finish(matching, now=clock.now())


@shared_task(name="reviews.tasks.work_out_scenarios")
def work_out_scenarios() -> None:
    """Work out the scenarios that are owed; what is found is told step by step."""
    rows = Scenario.objects.filter(state__in=["waiting", "running"]).select_related("call")
    for scenario in leases.claim(rows, now=clock.now(), seconds=LEASE_SECONDS, most=MOST_A_BATCH):
        try:
            if scenario.state == "waiting":
                scenarios.begin(scenario, now=clock.now())
            _work_out(scenario)
        except Refused:
            continue  # cancelled meanwhile
        except TROUBLE as trouble:  # of one run: the next is worked out all the same
            log.exception("Scenario %s could not be worked out", scenario.key)
            leases.fail(scenario, now=clock.now(), reason=repr(trouble), most=MOST_RUNS)


def _work_out(scenario: Scenario) -> None:
    found: dict = {}
    for done, steps, found in work(scenario.inputs):
        until = clock.now() + timedelta(seconds=LEASE_SECONDS)
        if not scenarios.tell(scenario, done=done, steps=steps, found=found, until=until):
            return
    scenarios.finish(scenario, found=found, now=clock.now())


@shared_task(name="reviews.tasks.tell_of_discussions")
def tell_of_discussions() -> None:
    """The day's message to those who hear of discussions once a day; each is written once."""
    tell_of_the_day(now=clock.now())


@shared_task(name="reviews.tasks.look_for_conflicts")
def look_for_conflicts() -> None:
    """Find what places of work, addresses, identifiers and letters have brought about since.

    Reading every letter of a call is not free: nothing is read as long as no event
    was written and no address was proved or given up.
    """
    proved = EmailAddress.objects.filter(verified=True)
    mark = (
        Event.objects.aggregate(last=Max("seq")),
        proved.aggregate(number=Count("pk"), which=Sum("pk")),
    )
    if cache.get(LOOKED) == mark:
        return
    for call in Call.objects.filter(state__in=JUDGING, history=False).order_by("pk"):
        cases = call.lois.filter(state__in=queries.BEFORE_THE_PANEL).exclude(filing=None)
        related = cases.select_related("organisation", "filing", "pi", "call")
        conflicts.look(list(related), now=clock.now())
    cache.set(LOOKED, mark, timeout=None)
