from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from proposals.models import Allocation, Call, Criterion, Mission, Platform
from proposals.services import calls
from reviews.demonstration import data
from reviews.demonstration.cast import Cast

BEIJING = ZoneInfo("Asia/Shanghai")
RUBRIC = (
    ("C1", "Scientific and exploration value", "Objectives, their link to the mission's aims, the quality of the data.", 30, "3", "science"),
    ("C2", "Innovation and complementarity", "New to the programme; does not repeat the payloads on board.", 15, None, "science"),
    ("C3", "Technical feasibility and maturity", "TRL, heritage, tests, risks.", 20, "3", "maturity"),
    ("C4", "Accommodation and resources", "Mass, power, data, envelope, thermal case, deployment, safety, export.", 15, "3", "resources compliance"),
    ("C5", "Team, schedule, funding", "Authority, endorsement, delivery of the flight model.", 10, "2.5", "team maturity funding"),
    ("C6", "Cooperation value", "Level, partners, openness, training.", 10, None, "identity team"),
)  # fmt: skip
TECHNICAL = ("C3", "C4")
OPTIONAL = ("C4",)  # a payload that flies its own craft asks nothing of the host
ANCHORS = {
    "C3": {
        "1": "a concept: nothing of it has been built or tested",
        "3": "TRL 5 or 6, the tests that are missing planned and dated",
        "5": "flown in this form, or qualified with every test done",
    }
}


def midnight(now: datetime, days: int) -> datetime:
    """24:00 Beijing of the day that lies so many days from now."""
    day = now.astimezone(BEIJING).date() + timedelta(days=days + 1)
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC)


def september(closes_at: datetime) -> date:
    """The first 30 September at least 90 days after the closing."""
    earliest = closes_at.astimezone(BEIJING).date() + timedelta(days=90)
    year = earliest.year + (earliest > date(earliest.year, 9, 30))
    return date(year, 9, 30)


class Host(NamedTuple):
    """Where a demonstration call leads: what carries, what it says, what it offers."""

    mission: Mission
    platform: Platform
    summary: str
    # resource, capacity, held back, cap of one module
    offers: tuple[tuple[str, str, str, str | None], ...]


def _host(slug: str, code: str, platform: dict, **mission: object) -> tuple[Mission, Platform]:
    facts = {"as_of": date(2026, 10, 31), "fictional": True, **mission}
    found, _ = Mission.objects.get_or_create(slug=slug, defaults=facts)
    carrier, _ = Platform.objects.get_or_create(mission=found, code=code, defaults=platform)
    return found, carrier


def lander() -> Host:
    mission, platform = _host(
        "demonstration-polar-lander",
        "lander",
        {"name": "Lander", "envelope_mm": [1500, 1200, 1000], "temperature_c": [-60, 70]},
        name="Demonstration polar lander [FICTIONAL]",
        status="Fictional: a demonstration on the terms of Chang'e-8",
        site="South polar highlands, 85° S (COSPAR category IIb)",
        latitude_deg=-85,
        summary="A lander that exists in this demonstration only, and offers 200 kg to partners.",
        position=1,
    )
    summary = (
        "Partners are invited to propose payloads at mission, system and unit level. System- "
        "and unit-level payloads share 200\N{NO-BREAK SPACE}kg on the lander, of which 20\N{NO-BREAK SPACE}kg are held back; one "
        "independent module has at most 100\N{NO-BREAK SPACE}kg, counted as MEV. Mission-level partners fly "
        "their own craft and draw nothing from it."
    )
    offers = (
        ("mass", "200", "20", "100"),
        ("power", "1000", "0", None),
        ("slots", "10", "0", None),
    )
    return Host(mission, platform, summary, offers)


def orbiter() -> Host:
    mission, platform = _host(
        "demonstration-orbiter",
        "orbiter",
        {"name": "Orbiter", "envelope_mm": [500, 400, 300], "temperature_c": [-60, 70]},
        name="Demonstration orbiter [FICTIONAL]",
        status="Fictional: a demonstration on the terms of Chang'e-7's orbiter",
        site="Low polar orbit",
        summary="An orbiter that exists in this demonstration only, and offers 15 kg to partners.",
        position=2,
    )
    summary = (
        "Partners are invited to propose instruments for a low polar orbit. They share "
        "15\N{NO-BREAK SPACE}kg on the orbiter, of which 1.5\N{NO-BREAK SPACE}kg are held back; one instrument has at "
        "most 10\N{NO-BREAK SPACE}kg, counted as MEV."
    )
    return Host(
        mission, platform, summary, (("mass", "15", "1.5", "10"), ("power", "60", "0", None))
    )


def published(
    code: str,
    title: str,
    host: Host,
    *,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
    cast: Cast,
) -> Call:
    """A call for what a host offers, drafted by the secretary and published by the approver."""
    final = september(closes_at)
    call = Call(
        code=code,
        mission=host.mission,
        title=title,
        summary=host.summary,
        fictional=True,
        zone="Asia/Shanghai",
        opens_at=opens_at,
        closes_at=closes_at,
        need_by=date(final.year + 2, 6, 30),
        keywords=data.KEYWORDS,
    )
    secretary = cast.office["secretary"]
    calls.draft(
        call,
        allocations=[
            Allocation(
                platform=host.platform,
                resource=resource,
                capacity=Decimal(capacity),
                held_back=Decimal(held_back),
                module_cap=cap and Decimal(cap),
            )
            for resource, capacity, held_back, cap in host.offers
        ],
        criteria=[
            Criterion(
                code=code,
                title=name,
                question=asks,
                weight=weight,
                threshold=threshold and Decimal(threshold),
                optional=code in OPTIONAL,
                technical=code in TECHNICAL,
                anchors=ANCHORS.get(code, {}),
                about=about.split(),
            )
            for code, name, asks, weight, threshold, about in RUBRIC
        ],
        milestones={
            "preliminary": closes_at.astimezone(BEIJING).date() + timedelta(days=75),
            "final": final,
            "result": final,
        },
        by=secretary,
        now=at,
    )
    calls.propose(call, by=secretary, now=at + timedelta(hours=2))
    calls.publish(call, by=cast.office["approver"], now=at + timedelta(hours=5))
    return Call.objects.get(pk=call.pk)
