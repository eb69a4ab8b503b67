import json
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
]


def load(name: str) -> object:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def pdf() -> bytes:
    return (FOLDER / "letter.pdf").read_bytes()


def content(case: dict, **changes: str) -> dict:
    """A case of letters.json as a PI would have typed it, section by section."""
    average, peak, night = case["power"]
    length, width, height = (str(side) for side in case["box"])
    now, delivery = (str(level) for level in case["trl"])
    itar = case.get("export_status", "none")
    return {
        "identity": {
            "title": f"[FICTIONAL] {case['title']}",
            "acronym": case["acronym"],
            "level": case["level"],
            "platform": "" if case["level"] == "mission" else "lander",
            "areas": case["areas"],
            "keywords": case["keywords"],
        },
        "team": {
            "pi_name": f"Principal investigator, {case['organisation']}",
            "pi_position": "Principal investigator",
            "counterpart": "",
            "partners": [
                {"name": name, "country": country, "role": role}
                for name, country, role in case["partners"]
            ],
            "people": [
                {
                    "name": f"Instrument scientist, {case['organisation']}",
                    "organisation": case["organisation"],
                    "role": "Calibration and data",
                }
            ],
        },
        "science": {
            "summary": case["summary"],
            "background": case["background"],
            "complementarity": case["complementarity"],
            "innovation": case["innovation"],
            "interaction": case.get("interaction", ""),
            "benefits": "Two students a year take part in calibration and operation.",
            "objectives": [{"objective": text} for text in case["objectives"]],
        },
        "resources": {
            "power_average_w": average,
            "power_peak_w": peak,
            "power_night_w": night,
            "data_mbit_day": case["data"],
            "stowed_length_mm": length,
            "stowed_width_mm": width,
            "stowed_height_mm": height,
            "elements": [
                {
                    "name": name,
                    "quantity": "1",
                    "mass_cbe_kg": mass,
                    "maturity": maturity,
                    "contingency_percent": changes.get("contingency_percent", ""),
                    "contingency_reason": changes.get("contingency_reason", ""),
                }
                for name, mass, maturity in case["elements"]
            ],
        },
        "maturity": {
            "trl_now": now,
            "trl_delivery": delivery,
            "trl_evidence": "The critical parts were tested in vacuum at −150 °C; dust and the length of the polar night were not part of the tests.",
            "heritage": "",
            "flight_model_on": changes.get("flight_model_on", ""),
            "risks": [
                {
                    "risk": "Late delivery of space-qualified parts",
                    "likelihood": "3",
                    "impact": "3",
                    "plan": "Order with the engineering model; second source named",
                }
            ],
        },
        "compliance": {
            "hazards": "none beyond a battery below 100 Wh",
            "radioactive": case.get("radioactive", "none"),
            "biological": case.get("biological", "none"),
            "export_status": itar,
            "export_plan": case.get("export_plan", ""),
            "funding_status": "committed",
            "funding_source": "National programme [FICTIONAL]",
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
