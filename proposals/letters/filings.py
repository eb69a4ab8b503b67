"""Letters on what the organisation itself did: the receipt of a filing, a withdrawal confirmed."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from portal import canonical, events
from portal.deadline import said
from portal.models import User
from portal.text import plain
from proposals import queries
from proposals.letters.words import both, instant, resource_on_its_basis, unit
from proposals.models import Filing, LetterOfIntent
from proposals.resources import RESOURCES


def receipt(loi: LetterOfIntent, *, dated: date, now: datetime, filing: Filing) -> dict:
    totals, rules = filing.manifest["totals"], filing.manifest["rules"]
    cbe = plain(Decimal(totals["mass_cbe_kg"]))
    lines = [{"label": both("Mass, CBE", "质量（当前最佳估计）"), "value": cbe, "unit": "kg"}]
    lines += [
        {
            "label": resource_on_its_basis(resource),
            "value": plain(Decimal(totals[code])),
            "unit": unit(resource),
        }
        for code, resource in RESOURCES.items()
        if code in totals
    ]
    zone = loi.call.zone
    return {
        "version": str(filing.number),
        "former": str(filing.number - 1) if filing.number > 1 else "",
        "instants": [
            {"label": both("Arrived", "送达"), "at": instant(filing.arrived_at, zone)},
            {"label": both("The call closes", "征集截止"), "at": instant(loi.closes_at, zone)},
        ],
        "persons": [
            {"label": both("Signed off by", "签核人"), "name": loi.signed_off_by.name},
            {"label": both("Filed by", "递交人"), "name": filing.filed_by.name},
        ],
        "totals": lines,
        "files": [
            {"name": file["name"], "size": plain(file["size"]), "sha256": file["sha256"]}
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


def withdrawn(
    loi: LetterOfIntent, *, dated: date, now: datetime, person: User, reason: str
) -> dict:
    """`person` withdrew it, by a request that arrived at `now`."""
    return {
        "arrived": instant(now, loi.call.zone),
        "by": person.name,
        "reason": reason,
    }
