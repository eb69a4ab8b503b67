"""What partners and reviewers do in every demonstration call, through the services."""

from datetime import datetime, timedelta
from decimal import Decimal

from portal import documents, files, roles
from portal.models import Organisation, User
from proposals.models import Call, LetterOfIntent
from proposals.services import attachments, drafts, filings
from proposals.workflow.filing import warnings
from reviews import services
from reviews.demonstration import data
from reviews.demonstration.cast import Cast
from reviews.models import Assignment
from reviews.services import FindingDraft, places

DAY = timedelta(days=1)


def drafted(
    call: Call, case: dict, cast: Cast, at: datetime, sections: tuple[str, ...] = (), **changes: str
) -> LetterOfIntent:
    pi, organisation = cast.pis[case["slug"]], cast.organisations[case["slug"]]
    acts = {"pi": pi, "by": pi, "now": at}
    earlier = LetterOfIntent.objects.filter(organisation=organisation, pi=pi).exclude(call=call)
    source = earlier.first() if case["ref"] == "FIC-05" else None
    loi = drafts.copy(source, call, **acts) if source else drafts.begin(call, organisation, **acts)
    changes["flight_model_on"] = str(call.need_by - 60 * DAY)
    for section, values in data.content(case, **changes).items():
        if not sections or section in sections:
            loi = drafts.save_draft(
                loi, section=section, values=values, version=loi.version, by=pi, now=at
            )
    for file in data.attached(case) if not sections else ():
        content = file.read_bytes()
        blob = files.keep(content, media_type=documents.recognise(content))
        loi = attachments.attach(
            loi, blob, kind=file.stem, name=f"{case['acronym']} {file.name}",
            pages=1 if blob.media_type == documents.PDF else None,
            version=loi.version, by=pi, now=at,
        )  # fmt: skip
    return loi


def sign_off(loi: LetterOfIntent, at: datetime) -> None:
    ticks = [warning.id for warning in warnings(loi)]
    filings.sign_off(loi, version=loi.version, acknowledged=ticks, by=loi.pi, now=at)


def filed(
    call: Call, case: dict, cast: Cast, at: datetime, between=None, **changes: str
) -> LetterOfIntent:
    """`between` is done with the draft before it is signed off."""
    loi = drafted(call, case, cast, at, **changes)
    if between:
        between(loi, cast, at)
    sign_off(loi, at + timedelta(hours=1))
    aor = cast.aors[case["slug"]]
    filings.file(loi, version=loi.version, by=aor, now=at + timedelta(hours=3))
    return LetterOfIntent.objects.get(pk=loi.pk)


def panel(call: Call, cast: Cast, at: datetime) -> None:
    secretary = cast.office["secretary"]
    seat(call, cast.chair, roles.CHAIR, by=secretary, now=at)
    for row in data.load("panel")["reviewers"]:
        organisation: Organisation | None = cast.organisations.get(row.get("organisation", ""))
        seat(
            call, cast.reviewers[row["id"]], roles.REVIEWER, organisation=organisation,
            country=row["country"], keywords=row["keywords"], quota=12, by=secretary, now=at,
        )  # fmt: skip


def seat(call: Call, person: User, role: str, **offered) -> None:
    """A place that is offered, and taken hours later: the keywords named are the person's own field."""
    place = places.invite(call, person, role, **offered)
    knows = dict.fromkeys(offered.get("keywords", ()), 3)
    places.accept(place, keywords=knows, by=person, now=offered["now"] + timedelta(hours=4))


def write_review(invited: Assignment, panel: dict, name: str, values: list, at: datetime) -> None:
    reviewer = invited.reviewer
    services.accept(invited, by=reviewer, now=at)
    scores = {f"C{n}": Decimal(str(value)) for n, value in enumerate(values, 1)}
    turn = int(name[1:]) - 1
    findings = []
    for code, value in scores.items():
        strength = value >= Decimal("3.5")
        texts = panel["strengths" if strength else "weaknesses"][code]
        major = value <= 2 or value == 5
        findings.append(FindingDraft(code, strength, texts[turn % len(texts)], major=major))
    saved = services.save_review(
        invited, scores=scores, findings=findings, confidence=2 + turn % 2,
        risk="medium" if scores["C3"] < 3 else "low", version=invited.version,
        by=reviewer, now=at + 8 * DAY,
    )  # fmt: skip
    services.lock(saved, version=saved.version, by=reviewer, now=at + 9 * DAY)
