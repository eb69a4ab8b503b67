"""The frozen words of each letter: from rows to the context its template is rendered with."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from portal import canonical, countries, events
from portal.deadline import said, zoned
from portal.models import User
from portal.text import plain
from proposals import queries
from proposals.models import Call, Decision, Filing, Letter, LetterOfIntent
from proposals.resources import MASS, RESOURCES, SLOTS, Resource

REDRESS_DAYS = 30


def day(value: date) -> str:
    return formats.date_format(value, "j F Y")


def frame(loi: LetterOfIntent, number: str, code: str, dated: date) -> dict:
    """What every letter has: see templates/letters/base.html."""
    organisation, call = loi.organisation, loi.call
    return {
        "language": "en",
        "fictional": call.fictional,
        "office": {
            "name": _("Secretariat of the call %(code)s") % {"code": call.code},
            "lines": [settings.BASE_URL],
        },
        "reference": number,
        "date": day(dated),
        "addressee": {
            "name": loi.pi.name,
            "role": _("Principal investigator"),
            "organisation": organisation.name,
            "organisation_native": organisation.local_name,
            "lines": [],
            "country": countries.name(organisation.country)
            if organisation.country
            else _("international organisation"),
        },
        "about": {
            "call": call.title,
            "call_reference": call.code,
            "case_reference": loi.reference,
            "title": loi.filing.content["identity"]["title"],
            "host": _("the mission %(mission)s") % {"mission": call.mission.name},
        },
        "signatory": None,
        "verification": {"code": code, "url": f"{settings.BASE_URL}/verify/{code}/"},
    }


def receipt(filing: Filing) -> dict:
    loi = filing.loi
    totals, rules = filing.manifest["totals"], filing.manifest["rules"]
    lines = [
        {"label": _("Mass, CBE"), "value": plain(Decimal(totals["mass_cbe_kg"])), "unit": "kg"}
    ]
    for code, resource in RESOURCES.items():
        if code in totals:
            lines.append(
                {
                    "label": f"{resource.label}, {resource.basis}",
                    "value": plain(Decimal(totals[code])),
                    "unit": _unit(resource),
                }
            )
    return {
        "version": str(filing.number),
        "replaces": str(filing.number - 1) if filing.number > 1 else "",
        "instants": [
            {"label": _("Arrived"), "text": said(filing.arrived_at, loi.call.zone)},
            {"label": _("In UTC"), "text": said(filing.arrived_at, "UTC")},
            {"label": _("The call closes"), "text": zoned(loi.closes_at, loi.call.zone)},
        ],
        "persons": [
            {"label": _("Signed off by"), "name": loi.signed_off_by.name},
            {"label": _("Filed by"), "name": filing.filed_by.name},
        ],
        "totals": lines,
        "files": [
            {
                "name": file["name"],
                "size": plain(file["size"]),
                "unit": "bytes",
                "sha256": file["sha256"],
            }
            for file in filing.manifest["files"]
        ],
        "rules": _passed(rules["passed"]),
        "acknowledged": [_ruled(rule) for rule in rules["acknowledged"]],
        "referred": [_ruled(rule) for rule in rules["referred"]],
        "shares": _shares(filing),
        "manifest": {
            "sha256": canonical.digest(filing.manifest),
            "signature": filing.signature,
            "key_id": filing.signing_key,
        },
        "anchor": _anchor(loi),
    }


def _shares(filing: Filing) -> list[dict]:
    """The countersigned shares: whose, of what, and who countersigned when."""
    words = {one["name"]: one for one in queries.filed_shares(filing)}
    return [
        {
            "name": share["partner"],
            "share": _amounts(words.get(share["partner"], {})),
            "by": share["by"],
            "at": said(datetime.fromisoformat(share["at"]), filing.loi.call.zone),
        }
        for share in filing.manifest["shares"]
    ]


def _amounts(words: dict) -> str:
    found = []
    if mass := words.get("share_mass_kg"):
        found.append(_("%(amount)s kg MEV") % {"amount": mass})
    if power := words.get("share_power_w"):
        found.append(_("%(amount)s W peak") % {"amount": power})
    return ", ".join(found)


def _anchor(loi: LetterOfIntent) -> dict:
    """The place of this filing in the chain of events, for whoever keeps the receipt."""
    event = events.about(loi).last()
    return {"seq": str(event.seq), "hash": event.hash}


def _passed(rules: list[dict]) -> list[str]:
    """What was asked of the filing in sentences, of the form by its clauses; the manifest says all."""
    clauses = dict.fromkeys(rule["clause"] for rule in rules if rule["clause"])
    form = _("Passed of the form: %(clauses)s.") % {"clauses": ", ".join(clauses)}
    return [*(rule["sentence"] for rule in rules if not rule["clause"]), form]


def _ruled(rule: dict) -> str:
    """A sentence with its clause before it, and whoever stands by it behind: "D4: … (PI)"."""
    clause = f"{rule['clause']}: " if rule["clause"] else ""
    by = f" ({rule['by']})" if rule.get("by") else ""
    return f"{clause}{rule['sentence']}{by}"


def ineligible(loi: LetterOfIntent, now: datetime, contact: str) -> dict:
    screening = loi.screening
    numbers = []
    for allocation, amount in queries.demands(loi).items():
        limit = allocation.limit
        if allocation.kind is MASS:
            filed = Decimal(loi.filing.manifest["totals"]["mass"])
            numbers.append(
                {
                    "label": _("Mass as filed, MEV"),
                    "value": plain(filed),
                    "unit": "kg",
                    "over": filed > limit.most,
                }
            )
            if amount != filed:
                numbers.append(
                    {
                        "label": _("Mass as assessed, MEV"),
                        "value": plain(amount),
                        "unit": "kg",
                        "over": amount > limit.most,
                    }
                )
            numbers.append(
                {
                    "label": _("Most for one module"),
                    "value": plain(limit.most),
                    "unit": "kg",
                    "over": False,
                }
            )
    return {
        "rule": {
            "text": screening.rule,
            "source": _("Terms of the call %(code)s") % {"code": loi.call.code},
        },
        "numbers": numbers,
        "reason": screening.note,
        "redress": redress(now, loi.call),
        "contact": contact,
    }


def decision(decision: Decision, dated: date, contact: str) -> dict:
    call = decision.loi.call
    grants = list(decision.grants.select_related("allocation"))
    context = {
        "outcome": decision.outcome,
        "reason": decision.reason,
        "grant": None,
        "bar": None,
        "conditions": [
            {
                "text": item["text"],
                "owner": item["owner"],
                "due": day(date.fromisoformat(item["due_on"])),
            }
            for item in decision.conditions
        ],
        "score": None,
        "findings": _findings(decision.basis),
        "next_steps": _next_steps(decision, dated),
        "redress": redress(datetime.combine(dated, datetime.min.time(), call.zoneinfo), call),
        "contact": contact,
    }
    if grants:
        context["grant"] = {
            "rows": [
                {
                    "resource": str(grant.allocation.kind.label),
                    "asked": plain(grant.asked),
                    "granted": plain(grant.amount),
                    "unit": _unit(grant.allocation.kind),
                }
                for grant in grants
            ],
            "reason": " ".join(grant.reason for grant in grants if grant.reason),
        }
        for grant in grants:
            if grant.allocation.kind is MASS:
                context["bar"] = {
                    "resource": str(MASS.label),
                    "unit": str(MASS.unit),
                    "offered": plain(grant.allocation.capacity),
                    "held_back": plain(grant.allocation.held_back),
                    "granted": plain(grant.amount),
                }
    return context


def _unit(resource: Resource) -> str:
    """Slots are counted: their name is their unit."""
    return "" if resource is SLOTS else str(resource.unit)


def _findings(basis: dict) -> list[dict]:
    criteria = []
    for criterion in basis.get("criteria", ()):
        mine = [f for f in basis["findings"] if f["criterion"] == criterion["code"]]
        criteria.append(
            {
                "criterion": criterion["title"],
                "grade": criterion["word"],
                "strengths": [
                    {"text": f["text"], "major": f["major"]} for f in mine if f["strength"]
                ],
                "weaknesses": [
                    {"text": f["text"], "major": f["major"]} for f in mine if not f["strength"]
                ],
            }
        )
    return criteria


def _next_steps(decision: Decision, dated: date) -> list[dict]:
    if decision.positive:
        return [
            {
                "text": _(
                    "The secretariat sends the draft of the agreement and names the counterpart on the host's side."
                ),
                "date": day(dated + timedelta(days=30)),
            },
            {
                "text": _("The agreement is signed by both sides."),
                "date": day(dated + timedelta(days=90)),
            },
        ]
    if decision.outcome == Decision.Outcome.RESERVE:
        return [
            {
                "text": _(
                    "You are told at once when what the proposal needs becomes free. You need do nothing."
                ),
                "date": "",
            }
        ]
    return []


def redress(since: datetime, call: Call) -> dict:
    """30 days from the letter, ending with a whole day in the call's zone."""
    local = since.astimezone(call.zoneinfo).date() + timedelta(days=REDRESS_DAYS + 1)
    end = datetime.combine(local, datetime.min.time(), call.zoneinfo)
    return {"until": zoned(end, call.zone), "route": settings.BASE_URL}


def signatory(approver: User) -> dict:
    return {"name": approver.name, "title": _("Decision authority")}


def title(letter: Letter) -> str:
    return f"{letter.number} {letter.loi.reference}"
