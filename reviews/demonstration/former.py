"""DEMO25-L: decided and released in a former year; what became of it since."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from portal import files
from proposals import queries
from proposals.models import Call, Letter
from proposals.services import agreements, conditions, decisions, redress, rendering
from reviews import services
from reviews.demonstration import calls, data, story
from reviews.demonstration.cast import Cast

CODE = "DEMO25-L"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TAKES = "The panel values the objectives, and what the payload needs can be given. "
# Outcome and reason by case; FIC-10 and 11 become one project, FIC-03, 06 and 15 came to their ends before.
DECIDED = {
    "FIC-01": ("selected", TAKES + "The string is the first seismic record of the polar highlands."),
    "FIC-02": ("selected", TAKES + "The dust test of the inlet comes before the engineering model."),
    "FIC-04": ("selected", TAKES + "Bricks made in place are an aim of the programme, at a third of the mass on offer."),
    "FIC-05": ("reserve", "The rover is worth flying. What is free after the cases before it does not carry 33.6 kg."),
    "FIC-07": ("selected", TAKES + "Four antennas in one place open the radio sky below 30 MHz."),
    "FIC-08": ("selected", TAKES + "The reflectors draw on nothing and serve every later mission to the site."),
    "FIC-09": ("selected_conditional", TAKES + "Living material asks for proof that nothing leaves the chamber."),
    "FIC-12": ("selected", TAKES + "The pair flies its own craft and relays for all who land."),
    "FIC-13": ("not_selected", "The spectrometer repeats a measurement of the host's own payload, and its source of 2.0e9 Bq asks for a transport of its own."),
    "FIC-14": ("selected", TAKES + "The boom completes the field measurements at small mass."),
}  # fmt: skip
SIGNED = ("FIC-01", "FIC-02", "FIC-04", "FIC-07", "FIC-08", "FIC-12", "FIC-14")
MERGED = ("FIC-11", "FIC-10")  # the first one leads
STATION = (
    TAKES
    + "The hodoscope and the analyser look at the same particles: as one station they need one mast, one processor and one interface."
)
ASKS = (
    "The reason of the letter gives our source 2.0e9 Bq. The letter of intent as filed, section F, states "
    "Cm-244 with 1.0e9 Bq, which is below the limit for a transport of its own."
)
CONTAINED = (
    "The report is attached. The chamber has two walls; the gap between them was held at 10\N{NO-BREAK SPACE}Pa for 30 days, "
    "and no living cell was found outside after the vibration test."
)


def call(cast: Cast, now: datetime) -> None:
    """The letters are rendered here, as a worker would, outside of any transaction.

    Stopped in their midst, it goes on from there.
    """
    found = Call.objects.filter(code=CODE).first() or approved(cast, now)
    while rendering.render_owed(now, kind=Letter.Kind.DECISION, loi__call=found):
        pass
    released(found, cast)


@transaction.atomic
def approved(cast: Cast, now: datetime) -> Call:
    """Judged, decided, and approved: its letters are owed."""
    release_on = date(now.astimezone(calls.BEIJING).year - 1, 9, 30)
    morning = _morning(release_on)
    call = calls.published(
        CODE, "Payloads of the demonstration polar lander, the round before", calls.lander(),
        opens_at=calls.midnight(morning, -181), closes_at=calls.midnight(morning, -120),
        at=morning - 181 * DAY, cast=cast,
    )  # fmt: skip
    cases = story.filed(call, cast)
    story.judged(call, cases, cast)
    containment = {
        "text": "File the report on the containment of the living material.",
        "due_on": (release_on + 60 * DAY).isoformat(),
        "owner": "Principal investigator",
    }
    for ref, (outcome, reason) in DECIDED.items():
        conditions = [containment] if outcome == "selected_conditional" else None
        services.prepare_decision(
            cases[ref], outcome=outcome, reason=reason, conditions=conditions,
            by=cast.chair, now=morning - 20 * DAY,
        )  # fmt: skip
    merged = [cases[ref] for ref in MERGED]
    services.merge(
        call, merged, title="[FICTIONAL] Radiation station of the south pole",
        lead=merged[0].organisation, reason=STATION, by=cast.chair, now=morning - 20 * DAY,
    )  # fmt: skip
    decisions.propose_decisions(call, by=cast.chair, now=morning - 15 * DAY)
    decisions.approve_decisions(
        call, release_on=release_on, by=cast.office["approver"], now=morning - 10 * DAY
    )
    return Call.objects.get(pk=call.pk)


@transaction.atomic
def released(call: Call, cast: Cast) -> None:
    """All have accepted; all have signed but the conditional one, whose report waits, and the project."""
    morning = _morning(call.release_on)
    decisions.release(call, by=cast.office["secretary"], now=morning)
    cases = {f"FIC-{loi.reference[-2:]}": loi for loi in call.lois.exclude(reference=None)}
    blob = files.keep((data.FOLDER / "agreement.pdf").read_bytes(), media_type="application/pdf")
    slugs = {case["ref"]: case["slug"] for case in data.load("letters")}
    for number, ref in enumerate((*SIGNED, "FIC-09"), 1):
        aor, at = cast.aors[slugs[ref]], morning + (6 + number) * DAY
        agreements.accept(cases[ref], by=aor, now=at)
        if ref in SIGNED:
            at = morning + (50 + number) * DAY
            agreements.record_signing(
                cases[ref], blob, reference=f"AGR-25-{number:02}", signed_on=at.date(),
                by=cast.office["legal"], now=at + HOUR,
            )  # fmt: skip
    (containment,) = queries.conditions_of(cases["FIC-09"])
    report = files.keep(
        (data.FOLDER / "containment.pdf").read_bytes(), media_type="application/pdf"
    )
    conditions.answer(
        containment, report, text=CONTAINED, by=cast.pis[slugs["FIC-09"]], now=morning + 44 * DAY
    )
    lead = cast.aors[slugs[MERGED[0]]]
    agreements.accept(call.projects.get(), by=lead, now=morning + 16 * DAY)
    redress.request_review(
        cases["FIC-13"], ground="fact", text=ASKS,
        by=cast.aors[slugs["FIC-13"]], now=morning + 12 * DAY,
    )  # fmt: skip


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10), calls.BEIJING)
