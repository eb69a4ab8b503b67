"""What the panel does together: a discussion in writing, and a meeting with its minutes."""

from datetime import datetime, timedelta
from decimal import Decimal

from proposals.models import Call, LetterOfIntent
from reviews import queries, services
from reviews.demonstration import data
from reviews.demonstration.cast import Cast
from reviews.models import Meeting
from reviews.services import meetings

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SAID = (
    ("R1", "C3", "I gave 3.5 for feasibility because of the tests of the detector. Which of them do you hold to be missing?"),
    ("R3", "", "The vibration test is of the earlier housing. The new one is thinner, and table 3 still has the old mass."),
    ("R2", "", "That is true. With a test of the new housing before the engineering model I would stay at 4."),
    ("chair", "", "Then the question is whether the test can be had in time. Let us agree on C3 in the meeting."),
)  # fmt: skip
DRAFT = (
    "The panel agrees that the objectives are worth flying. It differed on the new housing, whose vibration test "
    "is still to come, and holds that it can be made before the engineering model."
)
SCORES = {"C3": Decimal("3.0"), "C4": Decimal("3.5")}


def discussed(loi: LetterOfIntent, cast: Cast, at: datetime) -> None:
    """A thread on one criterion, and a draft of what to agree on."""
    first = None
    for turn, (who, criterion, text) in enumerate(SAID):
        by = cast.chair if who == "chair" else cast.reviewers[who]
        said = services.add_comment(
            loi, text=text, criterion=criterion, thread=first, by=by, now=at + turn * 5 * HOUR
        )
        first = first or said
    leading = loi.assignments.get(seat="primary").reviewer
    services.draft_consensus(loi, text=DRAFT, scores=SCORES, over=0, by=leading, now=at + DAY)


def planned(call: Call, cast: Cast, when: datetime, at: datetime) -> None:
    meetings.plan(call, planned_for=when, by=cast.office["secretary"], now=at)


def held(call: Call, cases: dict[str, LetterOfIntent], cast: Cast, at: datetime) -> None:
    """A meeting over the cases whose scores lie apart: each is agreed in the room."""
    acts = {"by": cast.chair}
    found = meetings.plan(call, planned_for=at, by=cast.office["secretary"], now=at - 7 * DAY)
    meetings.begin(found, **acts, now=at)
    for ref, agreed in data.load("panel")["agreed"].items():
        loi = cases[ref]
        meetings.take_up(found, loi, present=_staying(found, loi), **acts, now=at)
        at += 14 * MINUTE
        scores = {code: Decimal(value) for code, value in agreed["scores"].items()}
        services.write_consensus(loi, text=agreed["text"], scores=scores, over=0, **acts, now=at)
        meetings.settle(found, loi, outcome="agreed", note="", **acts, now=at)
    meetings.close(found, **acts, now=at + 5 * MINUTE)


def _staying(meeting: Meeting, loi: LetterOfIntent) -> list:
    return list(queries.room(meeting.items.get(loi=loi)).stay)
