from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from portal import files, leases
from portal.models import User
from proposals.models import Call, Condition, Decision, Letter, LetterOfIntent, Project
from proposals.models.agreements import Subject
from proposals.panel import CriterionResult, Finding, PanelResult
from proposals.services import agreements, conditions, decisions, projects, redress, rendering
from tests.cast import Cast
from tests.make.calls import call
from tests.make.documents import pdf_bytes
from tests.make.lois import filed, in_final_review
from tests.make.story import APPROVED, DECIDED, RELEASE_ON, RELEASED, again, latest

REASON = "The case is strong and what it needs can be given on this lander."
CONDITIONS = [{"text": "File a containment report.", "due_on": "2027-09-30", "owner": "PI"}]
NOTE = "The technical assessor read the report: two barriers, both tested."
ASKS = "The reason says that the source has 2.0e9 Bq; the letter as filed says 1.0e9 Bq."
RESULT = PanelResult(
    mean=Decimal("75.5"),
    sd=Decimal("4.2"),
    rank=1,
    criteria=(CriterionResult("C1", "Scientific and exploration value", 30, Decimal(4), "good"),),
    findings=(Finding("C1", True, True, "It answers a stated aim of the call."),),
)


def prepared(
    cast: Cast, loi: LetterOfIntent | None = None, *, outcome: str = "selected", **given: object
) -> Decision:
    """A decision prepared by the chair; `given` goes to the service."""
    if outcome == "selected_conditional":
        given.setdefault("conditions", CONDITIONS)
    decision = decisions.prepare(
        again(loi) if loi else in_final_review(cast),
        outcome=outcome,
        **{"reason": REASON, "result": RESULT, "by": cast.chair, "now": DECIDED, **given},
    )
    return again(decision)


def merged(cast: Cast, of: Call, lois: Iterable[LetterOfIntent], **given: object) -> Project:
    """Cases in final review become one project that Institute A leads; `given` goes to the service."""
    lois = list(lois)
    words = {"title": "Particles and dust", "lead": cast.institute, "reason": REASON}
    results = {loi.pk: RESULT for loi in lois}
    by = {"by": cast.chair, "now": DECIDED}
    return again(projects.merge(of, lois, **{**words, "results": results, **by, **given}))


def decided_call(
    cast: Cast,
    *,
    outcomes: Sequence[str] = ("selected", "not_selected"),
    masses_kg: Sequence[str] = (),
    **terms: object,
) -> Call:
    """A closed call with one case an outcome, each decision prepared.

    The first case is Institute A's, the second its rival's, and so on in turn.
    """
    of = call(cast, **terms)
    filings = [
        filed(
            cast,
            of,
            rival=bool(place % 2),
            title=f"Payload number {place + 1} of the call",
            mass_cbe_kg=masses_kg[place] if masses_kg else "10",
        )
        for place in range(len(outcomes))
    ]
    for loi, outcome in zip(filings, outcomes, strict=True):
        prepared(cast, in_final_review(cast, loi), outcome=outcome)
    return again(of)


def proposed_call(cast: Cast, **given: object) -> Call:
    """Its decisions proposed by the chair."""
    of = decided_call(cast, **given)
    decisions.propose_decisions(of, by=cast.chair, now=DECIDED)
    return again(of)


def approved_call(cast: Cast, **given: object) -> Call:
    """Its decisions approved: every letter is owed, none rendered."""
    return approved(cast, proposed_call(cast, **given))


def approved(cast: Cast, of: Call) -> Call:
    decisions.approve_decisions(of, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    return again(of)


def store_letters(of: Call, *, now: datetime | None = None) -> list[Letter]:
    """Store small bytes for every owed letter, as a worker would but for the rendering."""
    now = now or latest()
    rows = Letter.objects.filter(state="owed", loi__call=of)
    claimed = list(leases.claim(rows, now=now, seconds=60, most=1000))
    for letter in claimed:
        stored = files.store(
            pdf_bytes(letter.number), media_type="application/pdf", now=letter.due_at
        )
        rendering.store(letter, stored, now=now)
    return [again(letter) for letter in claimed]


def released_call(cast: Cast, **given: object) -> Call:
    of = approved_call(cast, **given)
    store_letters(of)
    decisions.release(of, by=cast.secretary, now=RELEASED)
    return again(of)


def condition_answered(
    cast: Cast, condition: Condition, *, now: datetime = RELEASED, name: str = "report"
) -> Condition:
    """By the PI, with a file of that name."""
    blob = files.keep(pdf_bytes(name), media_type="application/pdf")
    text = "The report on the containment is attached."
    conditions.answer(condition, blob, text=text, by=cast.pi, now=now)
    return again(condition)


def released_project(cast: Cast) -> Project:
    """Of two cases, with 15.75 of 24 kg; on the reserve list is one of 10.5 kg, which do not fit."""
    of = decided_call(
        cast,
        outcomes=("reserve",) * 3,
        masses_kg=("10", "5", "10"),
        offered=32,
        held_back=8,
        cap=20,
    )
    project = merged(cast, of, of.lois.order_by("reference")[:2])
    decisions.propose_decisions(of, by=cast.chair, now=DECIDED)
    store_letters(approved(cast, again(of)))
    decisions.release(of, by=cast.secretary, now=RELEASED)
    return again(project)


def signed(cast: Cast, loi: Subject, *, now: datetime = RELEASED) -> Subject:
    """Accepted already: its agreement is signed and on file."""
    blob = files.keep(pdf_bytes("The agreement."), media_type="application/pdf")
    day = now.astimezone(loi.call.zoneinfo).date()
    agreements.record_signing(
        loi, blob, reference="AGR-2027-01", signed_on=day, by=cast.legal, now=now
    )
    return again(loi)


def review_requested(
    cast: Cast, loi: LetterOfIntent, *, by: User, now: datetime = RELEASED
) -> LetterOfIntent:
    redress.request_review(loi, ground="fact", text=ASKS, by=by, now=now)
    return again(loi)
