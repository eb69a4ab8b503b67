"""DEMO26-O: a small call in the midst of its reviews, for reviewers, chair and secretary."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from proposals.models import LetterOfIntent
from proposals.services import calls as call_services
from proposals.services import evaluation
from reviews import services
from reviews.demonstration import acts, calls, data, seats, together
from reviews.demonstration.cast import Cast
from reviews.models import Assignment
from reviews.services import FindingDraft

DAY = timedelta(days=1)
HALF_DONE = ("C1", "C2", "C3", "C4")


@transaction.atomic
def call(cast: Cast, now: datetime) -> None:
    of = calls.published(
        "DEMO26-O", "Instruments of the demonstration orbiter", calls.orbiter(),
        opens_at=calls.midnight(now, -101), closes_at=calls.midnight(now, -40),
        at=now - 101 * DAY, cast=cast,
    )  # fmt: skip
    at = of.closes_at - 6 * DAY
    cases = {
        case["ref"]: acts.filed(of, case, cast, at + hours * timedelta(hours=7))
        for hours, case in enumerate(letters())
    }
    call_services.close(of, now=of.closing_due_at)
    acts.panel(of, cast, of.closes_at + 2 * DAY)
    seats.offered(of, cast, of.closes_at + 2 * DAY, now)
    _reviews(cases, cast, of.closes_at + 8 * DAY, now)


def letters() -> list[dict]:
    """The orbiter's letters: each begins from one of the lander's, and says what differs."""
    known = {case["ref"]: case for case in data.load("letters")}
    return [known[case["base"]] | {"platform": "orbiter"} | case for case in data.load("orbiter")]


def _reviews(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime, now: datetime) -> None:
    secretary, panel = cast.office["secretary"], data.load("panel")
    for loi in cases.values():
        evaluation.screen(
            loi, compliant=True, note="Complete and within scope.", by=secretary, now=at
        )
    for ref, sheets in panel["orbiter"].items():
        loi = cases[ref]
        invited = {
            name: services.assign(
                loi, cast.reviewers[name], by=secretary, now=at + DAY,
                due_at=calls.midnight(now, -6 if name == "R6" else 5),
                closes_at=calls.midnight(now, 12),
            )
            for name in sheets
        }  # fmt: skip
        if len(sheets) >= loi.call.reviewers_least:
            services.begin_review(loi, by=secretary, now=at + 2 * DAY)
        for name, written in sheets.items():
            _write(invited[name], panel, name, written, at + 3 * DAY)
    seats.on_cases(cases, cast, at + 3 * DAY, now)
    apart = cases["FIC-22"]
    services.conclude_reviews(apart, by=cast.chair, now=now - 2 * DAY)
    together.discussed(apart, cast, now - 2 * DAY + timedelta(hours=1))
    together.planned(apart.call, cast, calls.midnight(now, 7) - 7 * timedelta(hours=1), now - DAY)


def _write(invited: Assignment, panel: dict, name: str, written, at: datetime) -> None:
    """`written` is a whole sheet, the scores of one half done, "accepted", or "invited"."""
    reviewer = invited.reviewer
    if written == "invited":
        return
    if written == "accepted":
        services.accept(invited, by=reviewer, now=at)
    elif len(written) == len(calls.RUBRIC):
        acts.write_review(invited, panel, name, written, at)
    else:
        services.accept(invited, by=reviewer, now=at)
        scores = {code: Decimal(str(value)) for code, value in zip(HALF_DONE, written, strict=True)}
        code, text = "C1", panel["strengths"]["C1"][0]
        services.save_review(
            invited, scores=scores, findings=[FindingDraft(code, True, text)], confidence=2,
            risk="", version=invited.version, by=reviewer, now=at + 12 * DAY,
        )  # fmt: skip
