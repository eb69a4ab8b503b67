from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from proposals.models import Allocation, Call, Criterion, Mission, Platform
from proposals.services import calls
from reviews.demonstration import data
from reviews.demonstration.cast import Cast

BEIJING = ZoneInfo("Asia/Shanghai")
RUBRIC = (
    ("C1", "Scientific and exploration value", "Objectives, their link to the mission's aims, the quality of the data.", 30, "3"),
    ("C2", "Innovation and complementarity", "New to the programme; does not repeat the payloads on board.", 15, None),
    ("C3", "Technical feasibility and maturity", "TRL, heritage, tests, risks.", 20, "3"),
    ("C4", "Accommodation and resources", "Mass, power, data, envelope, thermal case, deployment, safety, export.", 15, "3"),
    ("C5", "Team, schedule, funding", "Authority, endorsement, delivery of the flight model.", 10, "2.5"),
    ("C6", "Cooperation value", "Level, partners, openness, training.", 10, None),
)  # fmt: skip


def midnight(now: datetime, days: int) -> datetime:
    """24:00 Beijing of the day that lies so many days from now."""
    day = now.astimezone(BEIJING).date() + timedelta(days=days + 1)
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC)


def september(closes_at: datetime) -> date:
    """The first 30 September at least 90 days after the closing."""
    earliest = closes_at.astimezone(BEIJING).date() + timedelta(days=90)
    year = earliest.year + (earliest > date(earliest.year, 9, 30))
    return date(year, 9, 30)


def mission() -> tuple[Mission, Platform]:
    found, _ = Mission.objects.get_or_create(
        slug="demonstration-polar-lander",
        defaults={
            "name": "Demonstration polar lander [FICTIONAL]",
            "status": "Fictional: a demonstration on the terms of Chang'e-8",
            "site": "South polar highlands, 85° S (COSPAR category IIb)",
            "latitude_deg": -85,
            "summary": "A lander that exists in this demonstration only, and offers 200 kg to partners.",
            "as_of": date(2026, 10, 31),
            "fictional": True,
            "position": 1,
        },
    )
    lander, _ = Platform.objects.get_or_create(
        mission=found,
        code="lander",
        defaults={
            "name": "Lander",
            "envelope_mm": [1500, 1200, 1000],
            "temperature_c": [-60, 70],
        },
    )
    return found, lander


def published(
    code: str, title: str, *, opens_at: datetime, closes_at: datetime, at: datetime, cast: Cast
) -> Call:
    """A call on the terms of Chang'e-8, drafted by the secretary and published by the approver."""
    carrier, lander = mission()
    final = september(closes_at)
    call = Call(
        code=code,
        mission=carrier,
        title=title,
        summary=(
            "Partners are invited to propose payloads at mission, system and unit level. System- "
            "and unit-level payloads share 200\N{NO-BREAK SPACE}kg on the lander, of which 20\N{NO-BREAK SPACE}kg are held back; one "
            "independent module has at most 100\N{NO-BREAK SPACE}kg, counted as MEV. Mission-level partners fly "
            "their own craft and draw nothing from it."
        ),
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
                platform=lander,
                resource="mass",
                capacity=Decimal(200),
                held_back=Decimal(20),
                module_cap=Decimal(100),
            ),
            Allocation(platform=lander, resource="power", capacity=Decimal(1000)),
            Allocation(platform=lander, resource="slots", capacity=Decimal(10)),
        ],
        criteria=[
            Criterion(
                code=code,
                title=name,
                question=asks,
                weight=weight,
                threshold=threshold and Decimal(threshold),
            )
            for code, name, asks, weight, threshold in RUBRIC
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
