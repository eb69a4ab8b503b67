from datetime import datetime, timedelta

from proposals.models import Call
from proposals.models.amendments import Amendment
from proposals.services import amendments, questions
from reviews.demonstration.cast import Cast

HOUR = timedelta(hours=1)
ASKED = {
    "axes": (
        "Our spectrometer's boom measures 1,150\N{NO-BREAK SPACE}mm when folded. May it lie across the slot of the lander, or only along it?",
        "May a folded instrument lie across the slot of the lander?",
        "Yes. The envelope is checked in any order of the three axes: what fits in one of them fits.",
    ),
    "heritage": (
        "Is a flight on a sounding rocket, as ours at the Baltic lab, heritage enough for class A/B?",
        "Is a flight on a sounding rocket heritage enough for maturity class A/B?",
        "Only for parts flown in the same build. Give the rest of the instrument class C, with 10\N{NO-BREAK SPACE}% of contingency.",
    ),
    "camera": (
        "Does the landing camera of the carrier give us its images, so that we need none of our own?",
        "Are the images of the carrier's landing camera open to partners?",
        "Yes, within 30 days of the landing, under the data policy of the mission.",
    ),
}
WAITING = "By when does the host institute have to be named: with the letter, or at the agreement?"


def postponed(call: Call, cast: Cast, at: datetime) -> None:
    """The planned preliminary selection moves by ten days, before the closing and told to all."""
    planned = call.milestones.get(kind="preliminary").planned
    amendment = amendments.propose(
        call,
        kind=Amendment.Kind.TERMS,
        after={"preliminary": (planned + timedelta(days=10)).isoformat()},
        reason="The panel meets after the autumn session of the programme's science committee.",
        by=cast.office["secretary"],
        now=at,
    )
    amendments.publish(amendment, by=cast.office["approver"], now=at + 4 * HOUR)


def answered(call: Call, cast: Cast, which: str, partner: str, at: datetime) -> None:
    asked, published, answer = ASKED[which]
    question = questions.ask(call, question=asked, by=cast.pis[partner], now=at)
    questions.answer(
        question,
        published=published,
        answer=answer,
        by=cast.office["secretary"],
        now=at + 26 * HOUR,
    )


def waiting(call: Call, cast: Cast, partner: str, at: datetime) -> None:
    questions.ask(call, question=WAITING, by=cast.pis[partner], now=at)
