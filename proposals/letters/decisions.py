"""The decision letter: outcome, grant, conditions, findings, next steps, redress."""

from datetime import date, datetime, timedelta

from portal.text import plain
from proposals import queries
from proposals.letters.frame import redress
from proposals.letters.words import both, day, grade, resource, unit
from proposals.models import Decision, Grant, LetterOfIntent, Project
from proposals.resources import MASS


def decision(loi: LetterOfIntent, *, dated: date, now: datetime, decision: Decision) -> dict:
    grants = list(decision.grants.select_related("allocation__platform"))
    return {
        "outcome": decision.outcome,
        "moved": _moved(decision, grants) if decision.onto else None,
        "reason": decision.reason,
        "project": _project(decision.project) if decision.project else None,
        "grant": _grant(grants),
        "bar": next((_bar(grant) for grant in grants if grant.allocation.kind is MASS), None),
        "conditions": [
            {
                "text": item["text"],
                "owner": item["owner"],
                "due": day(date.fromisoformat(item["due_on"])),
            }
            for item in decision.conditions
        ],
        "findings": findings(decision.basis),
        "next_steps": _next_steps(decision, dated),
        "redress": redress(dated, loi.call),
    }


def _moved(decision: Decision, grants: list[Grant]) -> dict:
    """From which mission to which, and what of its needs has no budget there."""
    before, onto = queries.carrier(decision.loi), decision.onto
    missing = [resource(one) for one in queries.unbudgeted(decision)]
    return {
        "from": {"mission": before.mission.name, "call": before.code},
        "to": {
            "mission": onto.mission.name,
            "call": onto.code,
            "platform": grants[0].allocation.platform.name if grants else "",
        },
        "cancelled": decision.loi.state == "call_cancelled",
        "unbudgeted": both(
            ", ".join(one["en"].lower() for one in missing), "、".join(one["zh"] for one in missing)
        )
        if missing
        else None,
    }


def _project(project: Project) -> dict:
    return {
        "reference": project.reference,
        "title": project.title,
        "lead": project.lead.name,
        "partners": [partner.name for partner in project.partners],
    }


def _grant(grants: list[Grant]) -> dict | None:
    if not grants:
        return None
    return {
        "rows": [
            {
                "resource": resource(grant.allocation.kind),
                "asked": plain(grant.asked),
                "granted": plain(grant.amount),
                "unit": unit(grant.allocation.kind),
            }
            for grant in grants
        ],
        "reason": " ".join(grant.reason for grant in grants if grant.reason),
    }


def _bar(grant: Grant) -> dict:
    return {
        "resource": resource(MASS),
        "unit": str(MASS.unit),
        "offered": plain(grant.allocation.capacity),
        "held_back": plain(grant.allocation.held_back),
        "granted": plain(grant.amount),
    }


def findings(basis: dict) -> list[dict]:
    """By criterion. The approver reads them before the approval, which clears them for the applicant."""
    criteria = []
    for criterion in basis.get("criteria", ()):
        mine = [f for f in basis["findings"] if f["criterion"] == criterion["code"]]
        criteria.append(
            {
                "criterion": criterion["title"],
                "grade": grade(criterion["word"]),
                "strengths": [_finding(one) for one in mine if one["strength"]],
                "weaknesses": [_finding(one) for one in mine if not one["strength"]],
            }
        )
    return criteria


def _finding(found: dict) -> dict:
    weight = both("major", "主要") if found["major"] else None
    return {"text": found["text"], "major": found["major"], "weight": weight}


def _next_steps(decision: Decision, dated: date) -> list[dict]:
    if decision.positive:
        return [
            {
                "text": both(
                    "Your authorised representative accepts the selection in the portal, or declines it. Without an answer by the end of that day it lapses.",
                    "由贵方授权代表在平台上确认接受或谢绝入选；逾期未答复，入选即告失效。",
                ),
                "date": day(dated + timedelta(days=decision.loi.call.acceptance_days)),
            },
            {
                "text": both(
                    "The legal office sends the agreement, and it is signed by both sides.",
                    "法律事务部门发送协议，由双方签署。",
                ),
                "date": None,
            },
        ]
    if decision.outcome == Decision.Outcome.MERGED:
        return [
            {
                "text": both(
                    "The lead's representative accepts the project for all partners, or declines it. Without an answer by the end of that day it lapses.",
                    "由牵头单位授权代表在平台上代表全体参与单位确认接受或谢绝该项目；逾期未答复，项目即告失效。",
                ),
                "date": day(dated + timedelta(days=decision.loi.call.acceptance_days)),
            },
            {
                "text": both(
                    "The legal office sends one agreement, signed by the lead and the host. You follow it on the page of the project.",
                    "法律事务部门发送一份协议，由牵头单位与主办方签署；贵方可在项目页面查看进展。",
                ),
                "date": None,
            },
        ]
    if decision.outcome == Decision.Outcome.RESERVE:
        return [
            {
                "text": both(
                    "You are told at once when what the proposal needs becomes free. You need do nothing.",
                    "一旦所需资源空出，将立即通知贵方；贵方无需采取任何行动。",
                ),
                "date": None,
            }
        ]
    return []
