"""A small call of the demonstration's people, beside a running portal, for the story of a merge.

python -m tests.journeys.two_cases judged MAST-L      two of its cases are in final review
python -m tests.journeys.two_cases released MAST-L    what is prepared is approved and released
"""
# ruff: noqa: E402

import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import transaction

from portal import clock
from proposals.models import Call, Letter
from proposals.services import calls as call_services
from proposals.services import decisions, evaluation
from reviews import services
from reviews.demonstration import acts, calls, data
from reviews.demonstration.cast import Cast
from tests.servers import wait_until

DAY = timedelta(days=1)
CASES = ("FIC-10", "FIC-11")


@transaction.atomic
def judged(code: str) -> None:
    now, panel = clock.now(), data.load("panel")
    cast, title = Cast(now), "Two instruments for one mast"
    dates = {"opens_at": calls.midnight(now, -61), "closes_at": calls.midnight(now, -40)}
    call = calls.published(code, title, calls.lander(), **dates, at=now - 61 * DAY, cast=cast)
    letters = {case["ref"]: case for case in data.load("letters") if case["ref"] in CASES}
    cases = {ref: acts.filed(call, case, cast, now - 50 * DAY) for ref, case in letters.items()}
    call_services.close(call, now=call.closing_due_at)
    acts.panel(call, cast, call.closes_at + 2 * DAY)
    secretary, at = cast.office["secretary"], call.closes_at + 5 * DAY
    for ref, loi in cases.items():
        loi.refresh_from_db()
        note = "Complete and within scope."
        evaluation.screen(loi, compliant=True, note=note, by=secretary, now=at)
        scores = panel["scores"][ref]
        bench = [cast.reviewers[name] for name in scores]
        due = {"due_at": at + 30 * DAY}
        placed = services.assign_all(loi, bench, **due, by=secretary, now=at)
        services.begin_review(loi, by=secretary, now=at + DAY)
        for invited, (name, values) in zip(placed, scores.items(), strict=True):
            acts.write_review(invited, panel, name, values, at + 2 * DAY)
        services.conclude_reviews(loi, by=cast.chair, now=at + 20 * DAY)
        services.conclude(loi, by=cast.chair, now=at + 21 * DAY)


def released(code: str) -> None:
    """Its letters are rendered by the portal's own worker meanwhile."""
    call, now = Call.objects.get(code=code), clock.now()
    cast = Cast(now)
    today = now.astimezone(call.zoneinfo).date()
    decisions.propose_decisions(call, by=cast.chair, now=now)
    decisions.approve_decisions(call, release_on=today, by=cast.office["approver"], now=now)
    owed = Letter.objects.filter(loi__call=call, kind="decision", state="owed")
    wait_until(lambda: not owed.exists(), 60, "the letters are stored")
    decisions.release(call, by=cast.office["secretary"], now=clock.now())


if __name__ == "__main__":
    {"judged": judged, "released": released}[sys.argv[1]](sys.argv[2])
