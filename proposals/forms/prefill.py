"""What the form of a call shows before anybody has checked it."""

import re
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.text import plain
from proposals.forms.calls import CallForm
from proposals.forms.terms import CRITERION, MOST_ROWS, AllocationForm, CriterionForm
from proposals.models import Call, Mission
from proposals.resources import MASS, POWER, SLOTS

# The six criteria of a one-stage call: title, question, weight, threshold, judged by name.
RUBRIC = (
    (
        _("Scientific and exploration value"),
        _(
            "What would be learnt or shown, how it serves the mission's aims, how good the data would be."
        ),
        30,
        Decimal(3),
        False,
        "science",
        False,
    ),
    (
        _("Innovation and complementarity"),
        _("What is new to the programme and does not repeat the payloads already on the mission."),
        15,
        None,
        False,
        "science",
        False,
    ),
    (
        _("Technical feasibility and maturity"),
        _("Readiness, heritage, tests done, risks and how they are met."),
        20,
        Decimal(3),
        False,
        "maturity",
        True,
    ),
    (
        _("Accommodation and resources"),
        _(
            "Mass, power, data, envelope, thermal needs, deployment, safety, planetary protection, export."
        ),
        15,
        Decimal(3),
        False,
        "resources compliance",
        True,
    ),
    (
        _("Team, schedule, funding"),
        _("Authority of the organisation, endorsement, date of the flight model, secured means."),
        10,
        Decimal("2.5"),
        True,
        "team maturity funding",
        False,
    ),
    (
        _("Value of the cooperation"),
        _("Level, partners, openness, training."),
        10,
        None,
        True,
        "identity team",
        False,
    ),
)
# What Chang'e-8 offered its partners, with one in ten held back.
OFFER = (
    (MASS, Decimal(200), Decimal(20), Decimal(100)),
    (POWER, Decimal(1000), Decimal(0), None),
    (SLOTS, Decimal(10), Decimal(0), None),
)


def values_of(call: Call | None) -> dict:
    """What the form shows first: the draft call, or the terms of Chang'e-8 with the six criteria."""
    if call is None:
        return _fresh()
    zone = call.zoneinfo
    names = (
        "code",
        "title",
        "summary",
        "fictional",
        "zone",
        "grace_s",
        "need_by",
        "acceptance_days",
    )
    dates = {m.kind: m.planned for m in call.milestones.all()}
    return {
        "call": {
            **{name: getattr(call, name) for name in names},
            "mission": call.mission_id,
            "reviewers_least": call.reviewers_least,
            "hides_applicants": call.hides_applicants,
            "hides_reviewers": call.hides_reviewers,
            "assessors_least": call.assessors_least,
            "opens_at": call.opens_at.astimezone(zone).replace(tzinfo=None),
            "closes_at": call.closes_at.astimezone(zone).replace(tzinfo=None),
            "preliminary": dates.get("preliminary"),
            "final": dates.get("final"),
            "keywords": "\n".join(label for _code, label in call.keywords),
        },
        "offer": [
            {
                "platform": allocation.platform_id,
                "resource": allocation.resource,
                **{
                    name: None if value is None else plain(value)
                    for name in ("capacity", "held_back", "module_cap")
                    for value in [getattr(allocation, name)]
                },
            }
            for allocation in call.allocations.all()
        ],
        "rubric": [
            {
                **{name: getattr(criterion, name) for name in CRITERION},
                "anchors": "\n".join(f"{mark}: {said}" for mark, said in criterion.anchors.items()),
            }
            for criterion in call.criteria.all()
        ],
    }


def _fresh() -> dict:
    missions = Mission.objects.prefetch_related("platforms").order_by("-fictional", "position")
    host = next(
        (
            (mission, platform)
            for mission in missions
            for platform in mission.platforms.all()
            if platform.code == "lander"
        ),
        (None, None),
    )
    return {
        "call": {
            "mission": host[0] and host[0].pk,
            "fictional": bool(host[0] and host[0].fictional),
            "zone": "Asia/Shanghai",
            "grace_s": Call._meta.get_field("grace_s").default,
            "acceptance_days": Call._meta.get_field("acceptance_days").default,
            "reviewers_least": 3,
            "assessors_least": 0,
        },
        "offer": [
            {
                "platform": host[1] and host[1].pk,
                "resource": resource.code,
                "capacity": plain(offered),
                "held_back": plain(held_back),
                "module_cap": None if cap is None else plain(cap),
            }
            for resource, offered, held_back, cap in OFFER
        ],
        "rubric": [
            {
                "code": f"C{number}",
                "title": title,
                "question": question,
                "weight": weight,
                "threshold": threshold,
                "needs_names": needs_names,
                "about": about.split(),
                "technical": technical,
            }
            for number, (
                title,
                question,
                weight,
                threshold,
                needs_names,
                about,
                technical,
            ) in enumerate(RUBRIC, 1)
        ],
    }


def blank(data: QueryDict) -> dict:
    """What was typed, as it was typed, for a page that gets one more row and judges nothing."""

    def rows(prefix: str, names: list[str]) -> list[dict]:
        total = re.fullmatch(r"\d{1,3}", data.get(f"{prefix}-TOTAL_FORMS", "")) or ["0"]
        typed = [
            {
                name: data.getlist(key) if name == "about" else data.get(key, "")
                for name in [*names, "DELETE"]
                for key in [f"{prefix}-{place}-{name}"]
            }
            for place in range(min(int(total[0]), MOST_ROWS))
        ]
        kept = [row for row in typed if any(row.values()) and not row.pop("DELETE")]
        return kept

    return {
        "call": {name: data.get(name, "") for name in CallForm.base_fields},
        "offer": rows("offer", list(AllocationForm.base_fields)),
        "rubric": rows("rubric", list(CriterionForm.base_fields)),
    }
