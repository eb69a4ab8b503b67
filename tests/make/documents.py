WORDS = "The instrument measures what no payload of the mission measures so far. " * 3


def element(mass_cbe_kg: str = "10", maturity: str = "AB", **more: str) -> dict[str, str]:
    given = {"name": "Instrument", "quantity": "1", "contingency_percent": ""}
    return given | {"mass_cbe_kg": mass_cbe_kg, "maturity": maturity} | more


def mode(code: str, power_w: str, duty_percent: str) -> dict[str, str]:
    return {"mode": code, "power_w": power_w, "duty_percent": duty_percent, "minutes_day": ""}


def modes(average_w: str, peak_w: str) -> dict[str, list]:
    """An average all day and a peak for no time: `content(resources=modes("12", "900"))`."""
    return {"modes": [mode("operate", average_w, "100"), mode("peak", peak_w, "0")]}


def content(
    *, title: str = "Neutron spectrometer for polar ice", mass_cbe_kg: str = "10", **sections: dict
) -> dict:
    """A draft with nothing missing: 10 kg CBE of class A/B are 10.5 kg MEV.

    Sections given by name are laid over: `content(resources=modes("12", "900"))`.
    """
    whole = {
        "identity": {
            "title": title,
            "acronym": "NSPI",
            "level": "system",
            "platform": "lander",
            "areas": ["science"],
            "route": "direct",
            "route_body": "",
            "keywords": ["volatiles", "dust", "biology"],
            "language": "en",
        },
        "team": {
            "pi_name": "Principal investigator",
            "pi_position": "Head of instruments",
            "pi_email": "pi@example.org",
            "pi_orcid": "0000-0002-1825-0097",
            "counterpart": "",
            "partners": [
                {
                    "name": "Institute C",
                    "country": "IT",
                    "role": "Builds the detector head.",
                    "contribution": "The head and its calibration.",
                    "share_mass_kg": "4",
                    "share_power_w": "5",
                }
            ],
            "people": [
                {
                    "name": "Co-investigator",
                    "organisation": "Institute C",
                    "role": "Detector",
                    "email": "",
                    "orcid": "",
                }
            ],
            "exclusions": [],
            "us_affiliation": "none",
        },
        "science": {
            "summary": WORDS,
            "background": WORDS,
            "complementarity": WORDS,
            "innovation": WORDS,
            "interaction": "",
            "benefits": "",
            "objectives": [{"objective": "Map the ice in the upper metre of the ground."}],
            "measurements": [
                {
                    "quantity": "Neutron flux",
                    "unit": "1/cm²s",
                    "range": "0.01 to 100",
                    "accuracy": "3 %",
                    "cadence": "every 10 s",
                }
            ],
            "data_policy": "open",
            "embargo_months": "",
        },
        "resources": {
            "powered": "active",
            **modes("12", "20"),
            "power_night_w": "2",
            "data_rate_kbit_s": "64",
            "data_mbit_day": "800",
            "comms_own": "lander",
            "operating_low_c": "-40",
            "operating_high_c": "60",
            "survival_low_c": "-180",
            "survival_high_c": "90",
            "deployment": "none",
            "lifetime_months": "12",
            "stowed_length_mm": "400",
            "stowed_width_mm": "300",
            "stowed_height_mm": "250",
            "elements": [element(mass_cbe_kg)],
        },
        "maturity": {
            "trl_now": "6",
            "trl_delivery": "8",
            "trl_evidence": WORDS,
            "heritage": "",
            "milestones": [{"milestone": "pdr", "on": "2027-06-30"}],
            "flight_model_on": "2028-05-31",
            "risks": [
                {
                    "risk": "The detector comes late.",
                    "likelihood": "2",
                    "impact": "3",
                    "plan": "Order a second one at once.",
                }
            ],
        },
        "compliance": {
            "protection_iia": "on",
            "protection_iib": "on",
            "protection_open": "on",
            "organics_g": "120",
            "living": "no",
            "biological": "",
            "radioactivity": "none",
            "sources": [],
            "hazard_kinds": ["none"],
            "hazards": "",
            "export_status": "none",
            "origins": [],
            "export_plan": "",
        },
        "funding": {
            "funding_status": "applied",
            "funding_source": "",
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
    for name, given in sections.items():
        whole[name] = {**whole[name], **given}
    return whole


def pdf_bytes(text: str = "Signed letter") -> bytes:
    """One page with a line on it: the least that is a PDF."""
    drawn = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(written))
    )
