import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

FOLDER = Path(__file__).parent
KEYWORDS = [
    ["seismology", "Seismology and interior"],
    ["volatiles", "Volatiles and composition"],
    ["imaging", "Imaging"],
    ["robotics", "Robotics and mobility"],
    ["radio", "Radio science and links"],
    ["plasma", "Plasma, fields and particles"],
    ["optics", "Optics and ranging"],
    ["ecosystem", "Life in closed systems"],
    ["isru", "Use of resources in place"],
    ["geology", "Ground and geology"],
    ["environment", "Dust, light and radiation"],
    ["technology", "Technology shown on the Moon"],
]
# Days from each milestone to the delivery of the flight model.
MILESTONES = {"kick_off": 420, "pdr": 330, "em": 250, "cdr": 170, "qm": 80}


def load(name: str) -> object:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def pdf() -> bytes:
    return (FOLDER / "letter.pdf").read_bytes()


def attached(case: dict) -> list[Path]:
    """What is attached to a letter; each file is called as its kind."""
    found = ["letter.pdf"]
    if case["ref"] in {"FIC-01", "FIC-02", "FIC-04", "FIC-07"}:
        found.append("figure.png")
    if case["ref"] in {"FIC-01", "FIC-07"}:
        found.append("endorsement.pdf")
    if Decimal(case["organics"]) > 1000:
        found.append("inventory.pdf")
    return [FOLDER / name for name in found]


def content(case: dict, **changes: str) -> dict:
    """A case of letters.json as a PI would have typed it, section by section."""
    return {
        "identity": _identity(case),
        "team": _team(case),
        "science": _science(case),
        "resources": _resources(case, changes),
        "maturity": _maturity(case, changes.get("flight_model_on", "")),
        "compliance": _compliance(case),
        "funding": {
            "funding_status": "committed",
            "funding_source": "National programme [FICTIONAL]",
            "cost_low": "",
            "cost_high": "",
            "cost_currency": "",
            "no_exchange_of_funds": "on",
        },
        "declarations": dict.fromkeys(
            (
                "authority",
                "accuracy",
                "privacy",
                "conflicts_complete",
                "non_binding",
                "no_controlled_data",
            ),
            "on",
        ),
    }


def _rows(names: str, rows: list[list[str]]) -> list[dict]:
    """Rows of a table; cells left out at the end are empty."""
    return [dict(zip_longest(names.split(), row, fillvalue="")) for row in rows]


def _identity(case: dict) -> dict:
    route, body = case.get("route", ("direct", ""))
    return {
        "title": f"[FICTIONAL] {case['title']}",
        "acronym": case["acronym"],
        "level": case["level"],
        "platform": "" if case["level"] == "mission" else case.get("platform", "lander"),
        "areas": case["areas"],
        "route": route,
        "route_body": body,
        "keywords": case["keywords"],
        "language": "en",
    }


def _team(case: dict) -> dict:
    named = "name country role share_mass_kg share_power_w contribution"
    scientist = [
        f"Instrument scientist, {case['organisation']}",
        case["organisation"],
        "Calibration and data",
        case.get("scientist_email", ""),
    ]
    return {
        "pi_name": f"Principal investigator, {case['organisation']}",
        "pi_position": "Principal investigator",
        "pi_email": f"pi.{case['slug']}@example.org",
        "pi_orcid": "",
        "counterpart": "",
        "partners": _rows(named, case["partners"]),
        "people": _rows("name organisation role email orcid", [scientist]),
        "exclusions": [],
        "us_affiliation": case.get("us", "none"),
    }


def _science(case: dict) -> dict:
    policy, embargo = case.get("policy", ("embargo", "6"))
    return {
        "summary": case["summary"],
        "objectives": [{"objective": text} for text in case["objectives"]],
        "background": case["background"],
        "measurements": _rows("quantity unit range accuracy cadence", case["measurements"]),
        "complementarity": case["complementarity"],
        "innovation": case["innovation"],
        "interaction": case.get("interaction", ""),
        "data_policy": policy,
        "embargo_months": embargo,
        "benefits": "Two students a year take part in calibration and operation.",
    }


def _resources(case: dict, changes: dict) -> dict:
    sides = ("length", "width", "height")
    width, height, axis = case.get("view", ("", "", ""))
    reason = {name: changes.get(name, "") for name in ("contingency_percent", "contingency_reason")}
    own = dict.fromkeys((f"{side}_mm" for side in sides), "")
    return {
        "elements": [
            {"name": name, "quantity": "1", "mass_cbe_kg": mass, "maturity": maturity}
            | reason
            | own
            for name, mass, maturity in case["elements"]
        ],
        **{f"stowed_{side}_mm": str(n) for side, n in zip(sides, case["box"], strict=True)},
        **{
            f"deployed_{side}_mm": n
            for side, n in zip(sides, case.get("deployed", [""] * 3), strict=True)
        },
        "powered": case.get("powered", "active"),
        "modes": _rows("mode power_w duty_percent minutes_day", case.get("modes", [])),
        "power_night_w": case.get("night", ""),
        "bus_voltage": "28" if case["level"] == "unit" and "modes" in case else "",
        "data_rate_kbit_s": case.get("data_rate", ""),
        "data_mbit_day": case["data"] if "modes" in case else "",
        "data_interfaces": ["rs422"] if case["level"] == "unit" and "modes" in case else [],
        "comms_own": case.get("comms", ""),
        "operating_low_c": "-60",
        "operating_high_c": "70",
        "survival_low_c": "-190",
        "survival_high_c": "100",
        "view_width_deg": width,
        "view_height_deg": height,
        "view_axis": axis,
        "pointing_accuracy_deg": "",
        "pointing_stability_deg": "",
        "mounting": case.get("mounting", "deck_top"),
        "deployment": case.get("deployment", "none"),
        "mobility": "yes" if "mobility" in case else "",
        "range_m": case.get("mobility", ""),
        "lifetime_months": case.get("life", "12"),
    }


def _maturity(case: dict, delivery: str) -> dict:
    now, then = (str(level) for level in case["trl"])
    last = date.fromisoformat(delivery) if delivery else None
    return {
        "trl_now": now,
        "trl_delivery": then,
        "trl_evidence": "The critical parts were tested in vacuum at −150 °C; dust and the length of the polar night were not part of the tests.",
        "heritage": "",
        "milestones": [
            {"milestone": name, "on": str(last - timedelta(days=days))}
            for name, days in MILESTONES.items()
            if last
        ],
        "flight_model_on": delivery,
        "risks": [
            {
                "risk": "Late delivery of space-qualified parts",
                "likelihood": "3",
                "impact": "3",
                "plan": "Order with the engineering model; second source named",
            }
        ],
    }


def _compliance(case: dict) -> dict:
    kinds, hazards = case.get("hazards", (["none"], ""))
    sources = [case["source"]] if "source" in case else []
    return {
        "protection_open" if "platform" in case else "protection_iib": "on",
        "organics_g": case["organics"],
        "living": "yes" if "living" in case else "no",
        "biological": case.get("living", ""),
        "radioactivity": "some" if sources else "none",
        "sources": _rows("isotope activity_bq sealed purpose", sources),
        "hazard_kinds": kinds,
        "hazards": hazards,
        "export_status": case.get("export_status", "none"),
        "origins": _rows("country parts", case.get("origins", [])),
        "export_plan": case.get("export_plan", ""),
    }
