"""Ready-made things, each brought about by the services, at instants of one story.

Every function takes the cast first. What comes back is freshly loaded.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import models

from portal import files, leases
from portal import services as ground
from portal.models import Event, User
from proposals.models import (
    Allocation,
    Call,
    Criterion,
    Decision,
    Letter,
    LetterOfIntent,
    Mission,
    Platform,
)
from proposals.panel import CriterionResult, Finding, PanelFacts, PanelResult
from proposals.sections import SECTIONS
from proposals.services import calls, decisions, letters, lois
from reviews import services as judging
from reviews.models import Assignment, PanelMember
from tests.cast import EMPLOYERS, PANEL, Cast

SECOND = timedelta(seconds=1)
DRAFTED = datetime(2026, 12, 1, 8, tzinfo=UTC)
PUBLISHED = datetime(2026, 12, 15, 8, tzinfo=UTC)
OPENS = datetime(2027, 1, 3, 16, tzinfo=UTC)  # 4 January, 0:00 in Beijing
DURING = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSES = datetime(2027, 3, 31, 16, tzinfo=UTC)  # 31 March, 24:00 in Beijing
GRACE_S = 5
CLOSED = CLOSES + timedelta(seconds=GRACE_S)
SCREENED = datetime(2027, 4, 5, 8, tzinfo=UTC)
REVIEWED = datetime(2027, 5, 10, 8, tzinfo=UTC)
DECIDED = datetime(2027, 6, 15, 8, tzinfo=UTC)
APPROVED = datetime(2027, 6, 20, 8, tzinfo=UTC)
RELEASE_ON = date(2027, 6, 30)
RELEASED = datetime(2027, 6, 30, 2, tzinfo=UTC)  # 10:00 in Beijing, on that day

RUBRIC = (
    ("C1", "Scientific and exploration value", 30, "3.0"),
    ("C2", "Innovation and complementarity", 15, None),
    ("C3", "Technical feasibility and maturity", 20, "3.0"),
    ("C4", "Accommodation and resources", 15, None),
    ("C5", "Team, schedule, funding", 10, "2.5"),
    ("C6", "Cooperation value", 10, None),
)
KEYWORDS = [["volatiles", "Volatiles"], ["dust", "Dust"], ["biology", "Biology"]]
REASON = "The case is strong and what it needs can be given on this lander."
CONDITIONS = [{"text": "File a containment report.", "due_on": "2027-09-30", "owner": "PI"}]
ENOUGH = PanelFacts(assigned=3, locked=3)
RESULT = PanelResult(
    mean=Decimal("75.5"),
    sd=Decimal("4.2"),
    rank=1,
    criteria=(CriterionResult("C1", "Scientific and exploration value", 30, Decimal(4), "good"),),
    findings=(Finding("C1", True, True, "It answers a stated aim of the call."),),
)
WORDS = "The instrument measures what no payload of the mission measures so far. " * 3


def again(obj: models.Model):
    """The same row, loaded anew."""
    return type(obj)._default_manager.get(pk=obj.pk)


def latest() -> datetime:
    """The last instant at which anything happened."""
    return Event.objects.order_by("-at").values_list("at", flat=True).first() or DRAFTED


def settle(now: datetime | None = None) -> None:
    """Send every message that is owed by then."""
    while ground.deliver(now or latest()):
        pass


# What a letter of intent says


def element(mass_cbe_kg: str = "10", maturity: str = "AB", **more: str) -> dict[str, str]:
    given = {"name": "Instrument", "quantity": "1", "contingency_percent": ""}
    return given | {"mass_cbe_kg": mass_cbe_kg, "maturity": maturity} | more


def content(
    *, title: str = "Neutron spectrometer for polar ice", mass_cbe_kg: str = "10", **sections: dict
) -> dict:
    """A draft with nothing missing: 10 kg CBE of class A/B are 10.5 kg MEV.

    Sections given by name are laid over: `content(resources={"power_peak_w": "900"})`.
    """
    whole = {
        "identity": {
            "title": title,
            "acronym": "NSPI",
            "level": "system",
            "platform": "lander",
            "areas": ["science"],
            "keywords": ["volatiles"],
        },
        "team": {
            "pi_name": "Principal investigator",
            "pi_position": "Head of instruments",
            "counterpart": "",
            "partners": [
                {"name": "Institute C", "country": "IT", "role": "Builds the detector head."}
            ],
            "people": [
                {"name": "Co-investigator", "organisation": "Institute C", "role": "Detector"}
            ],
        },
        "science": {
            "summary": WORDS,
            "background": WORDS,
            "complementarity": WORDS,
            "innovation": WORDS,
            "interaction": "",
            "benefits": "",
            "objectives": [{"objective": "Map the ice in the upper metre of the ground."}],
        },
        "resources": {
            "power_average_w": "12",
            "power_peak_w": "20",
            "power_night_w": "2",
            "data_mbit_day": "800",
            "stowed_length_mm": "400",
            "stowed_width_mm": "300",
            "stowed_height_mm": "250",
            "elements": [element(mass_cbe_kg)],
        },
        "maturity": {
            "trl_now": "6",
            "trl_delivery": "8",
            "trl_evidence": WORDS,
            "heritage": "",
            "flight_model_on": "2028-05-31",
            "risks": [
                {
                    "risk": "The detector comes late.",
                    "likelihood": "2",
                    "impact": "3",
                    "plan": "Order a second one at once.",
                }
            ],
        },
        "compliance": {
            "hazards": "none",
            "radioactive": "none",
            "biological": "none",
            "export_status": "none",
            "export_plan": "",
            "funding_status": "applied",
            "funding_source": "",
        },
        "declarations": dict.fromkeys(
            (
                "authority",
                "accuracy",
                "no_exchange_of_funds",
                "no_controlled_data",
                "privacy",
                "non_binding",
            ),
            "on",
        ),
    }
    for name, given in sections.items():
        whole[name] = {**whole[name], **given}
    return whole


def pdf_bytes(text: str = "Signed letter") -> bytes:
    """One page with a line on it: the least that is a PDF."""
    drawn = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(written))
    )


# Missions and calls


def mission(slug: str = "lander-one") -> Mission:
    found, created = Mission.objects.get_or_create(
        slug=slug,
        defaults={
            "name": slug.replace("-", " ").capitalize(),
            "status": "in preparation",
            "as_of": DRAFTED.date(),
            "fictional": True,
        },
    )
    if created:
        Platform.objects.create(mission=found, code="lander", name="Lander")
    return found


def call(
    cast: Cast,
    *,
    state: str = "published",
    code: str = "TEST27",
    opens_at: datetime = OPENS,
    closes_at: datetime = CLOSES,
    grace_s: int = GRACE_S,
    offered: int | str = 200,
    held_back: int | str = 20,
    cap: int | str | None = 100,
    power_w: int | None = None,
    slots: int | None = None,
    **more: object,
) -> Call:
    """A call of `mission()` in the state draft, proposed, published or closed.

    It offers mass on a lander, and power or slots where they are given.
    """
    of = more.pop("mission", None) or mission()
    lander = of.platforms.get(code="lander")
    written = Call(
        **{
            "code": code,
            "mission": of,
            "title": f"Payloads for {of.name}",
            "summary": "Payloads of partners on the lander.",
            "opens_at": opens_at,
            "closes_at": closes_at,
            "grace_s": grace_s,
            "need_by": date(2028, 9, 30),
            "keywords": KEYWORDS,
            "fictional": True,
            **more,
        }
    )
    offers = {"mass": (offered, held_back, cap), "power": (power_w, 0, None)}
    offers["slots"] = (slots, 0, None)
    calls.draft(
        written,
        allocations=[
            Allocation(
                platform=lander,
                resource=resource,
                capacity=Decimal(capacity),
                held_back=Decimal(kept),
                module_cap=None if most is None else Decimal(most),
            )
            for resource, (capacity, kept, most) in offers.items()
            if capacity is not None
        ],
        criteria=[
            Criterion(
                code=criterion,
                title=title,
                question=f"How good is it in: {title}?",
                weight=weight,
                threshold=None if threshold is None else Decimal(threshold),
            )
            for criterion, title, weight, threshold in RUBRIC
        ],
        milestones={"final": (closes_at + timedelta(days=90)).date()},
        by=cast.secretary,
        now=min(DRAFTED, opens_at - timedelta(days=30)),
    )
    if state != "draft":
        calls.propose(written, by=cast.secretary, now=min(DRAFTED, opens_at - timedelta(days=29)))
    if state in {"published", "closed"}:
        calls.publish(written, by=cast.approver, now=min(PUBLISHED, opens_at - timedelta(days=20)))
    if state == "closed":
        close(written)
    return again(written)


def close(of: Call, now: datetime | None = None) -> Call:
    """The closing act, at the first instant at which it is due."""
    calls.close(of, now=now or of.closing_due_at)
    return again(of)


def panel(cast: Cast, of: Call) -> None:
    """Seat the chair, the three reviewers and the conflicted one, each once."""
    seated = set(PanelMember.objects.filter(call=of).values_list("user", flat=True))
    for name, role in PANEL.items():
        person = getattr(cast, name)
        if person.pk not in seated:
            judging.add_member(
                of,
                person,
                role,
                organisation=cast.organisations.get(EMPLOYERS.get(name)),
                keywords=["volatiles"],
                by=cast.secretary,
                now=PUBLISHED,
            )
            person.__dict__.pop("_panels", None)


# One letter of intent, as far as the name says


def begun(
    cast: Cast, of: Call | None = None, *, rival: bool = False, now: datetime = DURING
) -> LetterOfIntent:
    """An empty draft of Institute A, or of its rival."""
    pi = cast.rival_pi if rival else cast.pi
    return lois.begin(
        of or call(cast), cast.rival if rival else cast.institute, pi=pi, by=pi, now=now
    )


def draft(
    cast: Cast,
    of: Call | None = None,
    *,
    rival: bool = False,
    now: datetime = DURING,
    attached: bool = True,
    **given: object,
) -> LetterOfIntent:
    """A draft with everything in it; `given` goes to `content`."""
    loi = begun(cast, of, rival=rival, now=now)
    said = content(**given)
    for section in SECTIONS:
        loi = lois.save_draft(
            loi,
            section=section.name,
            values=said[section.name],
            version=loi.version,
            by=loi.pi,
            now=now,
        )
    if attached:
        stored = lois.store_attachment(pdf_bytes(), now=now)
        loi = lois.attach(loi, stored, name="signed.pdf", version=loi.version, by=loi.pi, now=now)
    return again(loi)


def awaiting(
    cast: Cast, of: Call | None = None, *, now: datetime = DURING, **given: object
) -> LetterOfIntent:
    loi = draft(cast, of, now=now, **given)
    lois.sign_off(loi, version=loi.version, by=loi.pi, now=now)
    return again(loi)


def filed(
    cast: Cast, of: Call | None = None, *, now: datetime = DURING, **given: object
) -> LetterOfIntent:
    loi = awaiting(cast, of, now=now, **given)
    lois.file(loi, version=loi.version, by=representative(cast, loi), now=now)
    return again(loi)


def representative(cast: Cast, loi: LetterOfIntent) -> User:
    """The AOR of the letter's organisation."""
    return cast.rival_aor if loi.organisation_id == cast.rival.pk else cast.aor


def screened(
    cast: Cast, loi: LetterOfIntent | None = None, *, compliant: bool = True, **found: object
) -> LetterOfIntent:
    """Screened by the secretary, the call closed for it where it was open."""
    loi = loi or filed(cast)
    if again(loi.call).state == "published":
        close(loi.call)
    if not compliant:
        found = {"rule": "Most for one module", "note": "It is over the cap.", **found}
    lois.screen(again(loi), compliant=compliant, by=cast.secretary, now=SCREENED, **found)
    return again(loi)


def ineligible(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    loi = screened(cast, loi, compliant=False)
    lois.declare_ineligible(loi, by=cast.approver, now=SCREENED)
    return again(loi)


def under_review(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    loi = screened(cast, loi)
    panel(cast, loi.call)
    lois.begin_review(loi, facts=ENOUGH, by=cast.secretary, now=SCREENED)
    return again(loi)


def review(
    cast: Cast, loi: LetterOfIntent, reviewer: User, *, scores: str = "4 4 4 4 4 4"
) -> Assignment:
    """The locked review of one reviewer: a score a criterion, each with a major finding."""
    assignment = judging.assign(loi, reviewer, by=cast.secretary, now=SCREENED)
    judging.accept(assignment, by=reviewer, now=SCREENED)
    if again(loi).state == "screening":
        return again(assignment)
    return lock_review(assignment, scores=scores)


def lock_review(assignment: Assignment, *, scores: str = "4 4 4 4 4 4") -> Assignment:
    given = {code: Decimal(value) for (code, *_), value in zip(RUBRIC, scores.split(), strict=True)}
    reviewer = assignment.reviewer
    assignment = judging.save_review(
        assignment,
        scores=given,
        findings=[
            judging.FindingDraft(code, strength, f"What was found on {code}.", major=True)
            for code in given
            for strength in (True, False)
        ],
        confidence=2,
        risk="low",
        version=again(assignment).version,
        by=reviewer,
        now=REVIEWED,
    )
    judging.lock(assignment, version=assignment.version, by=reviewer, now=REVIEWED)
    return again(assignment)


def reviewed(
    cast: Cast, loi: LetterOfIntent | None = None, *, scores: Sequence[str] = ("4 4 4 4 4 4",) * 3
) -> LetterOfIntent:
    """Under review with three locked reviews of `scores`, one line a reviewer."""
    loi = screened(cast, loi)
    panel(cast, loi.call)
    assignments = [review(cast, loi, reviewer) for reviewer in cast.reviewers]
    judging.begin_review(loi, by=cast.secretary, now=SCREENED)
    for assignment, line in zip(assignments, scores, strict=True):
        lock_review(assignment, scores=line)
    return again(loi)


def in_final_review(cast: Cast, loi: LetterOfIntent | None = None) -> LetterOfIntent:
    """Without a single review: the panel's counts are handed in as they would come down."""
    loi = under_review(cast, loi)
    lois.conclude_reviews(loi, facts=ENOUGH, by=cast.chair, now=REVIEWED)
    lois.conclude(loi, facts=ENOUGH, by=cast.chair, now=REVIEWED)
    return again(loi)


# Decisions and their letters


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


def decided_call(
    cast: Cast,
    *,
    outcomes: Sequence[str] = ("selected", "reserve", "not_selected"),
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
    of = proposed_call(cast, **given)
    decisions.approve_decisions(of, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    return again(of)


def store_letters(of: Call, *, now: datetime = APPROVED) -> list[Letter]:
    """Store small bytes for every owed letter, as a worker would but for the rendering."""
    rows = Letter.objects.filter(state="owed", loi__call=of)
    claimed = list(leases.claim(rows, now=max(now, latest()), seconds=60, most=1000))
    for letter in claimed:
        stored = files.store(
            pdf_bytes(letter.number), media_type="application/pdf", now=letter.due_at
        )
        letters.store(letter, stored, now=max(now, latest()))
    return [again(letter) for letter in claimed]


def released_call(cast: Cast, **given: object) -> Call:
    of = approved_call(cast, **given)
    store_letters(of)
    decisions.release(of, by=cast.secretary, now=RELEASED)
    return again(of)
