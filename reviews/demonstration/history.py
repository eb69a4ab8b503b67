from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from proposals.models import Allocation, Call, FlownPayload, Milestone, Mission, Platform
from reviews.demonstration import data


@transaction.atomic
def seed() -> None:
    """The real missions and calls, as announced: read-only, each with its source and date."""
    history = data.load("history")
    as_of = date.fromisoformat(history["as_of"])
    for given in history["missions"]:
        facts = ("name", "local_name", "status", "site", "summary", "source", "position")
        known = {name: given[name] for name in facts}
        known |= {"as_of": as_of, "latitude_deg": given.get("latitude_deg")}
        mission, _ = Mission.objects.update_or_create(slug=given["slug"], defaults=known)
        platforms = {
            row["code"]: Platform.objects.update_or_create(
                mission=mission, code=row["code"], defaults=row
            )[0]
            for row in given["platforms"]
        }
        _call(mission, platforms, given["call"], as_of)


def _call(mission: Mission, platforms: dict[str, Platform], given: dict, as_of: date) -> None:
    figures = ("title", "summary", "received", "preliminary", "selected", "source")
    call, created = Call.objects.get_or_create(
        code=given["code"],
        defaults={
            "mission": mission,
            "history": True,
            "state": "released",
            "opens_at": datetime.fromisoformat(given["opens"]),
            "closes_at": datetime.fromisoformat(given["closes"]),
            "as_of": as_of,
            **{name: given[name] for name in figures},
        },
    )
    if not created:
        return
    for row in given["allocations"]:
        Allocation.objects.create(
            call=call,
            platform=platforms[row["platform"]],
            resource=row["resource"],
            capacity=Decimal(row["capacity"]),
            module_cap=Decimal(row["module_cap"]) if "module_cap" in row else None,
        )
    for row in given["milestones"]:
        Milestone.objects.create(call=call, **row)
    for position, row in enumerate(given["payloads"], 1):
        mass = row.get("mass_kg")
        FlownPayload.objects.create(
            call=call,
            position=position,
            title=row["title"],
            lead=row["lead"],
            countries=row["countries"],
            platform=platforms.get(row.get("platform", "")),
            mass_kg=None if mass is None else Decimal(mass),
            mass_note=row.get("mass_note", ""),
            source=given["source"],
            as_of=as_of,
        )
