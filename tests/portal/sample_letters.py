"""Contexts of the letters, with names that are hard to set."""

LONG_NAME = (
    "National Institute for Extraterrestrial Volatiles, Regolith Mechanics and Polar Environments"
)

BASE = {
    "language": "en",
    "fictional": True,
    "office": {
        "name": "Lunar Payload Programme",
        "lines": ["International Cooperation Office", "月球载荷计划国际合作办公室"],
    },
    "reference": "DEMO25-L-0009/D1",
    "date": "30 September 2026",
    "addressee": {
        "name": "Principal investigator, Mekong Biosystems",
        "role": "ผู้วิจัยหลัก",
        "organisation": LONG_NAME,
        "organisation_native": "สถาบันระบบชีวภาพแม่โขง · 湄公河生物系統國際學會 · معهد القمر للعلوم · Лунный институт",
        "lines": ["Demonstration Road 9"],
        "country": "Thailand",
    },
    "about": {
        "call": "Demonstration polar lander",
        "call_reference": "DEMO25-L",
        "case_reference": "DEMO25-L-0009",
        "title": "[FICTIONAL] Closed algae bioreactor",
        "host": "the demonstration polar lander",
    },
    "signatory": {"name": "Head of programme", "title": "Lunar Payload Programme (demonstration)"},
    "verification": {
        "code": "7KQM-4XTD-92HB",
        "url": "https://portal.example.org/verify/7KQM-4XTD-92HB",
    },
}

REDRESS = {
    "until": "30 October 2026, 24:00 Beijing (16:00 UTC)",
    "route": "https://portal.example.org/cases/DEMO25-L-0009/redress",
}

CRITERIA = [
    ("Scientific and exploration value", "4.0 of 5, very good"),
    ("Innovation and complementarity", "3.5 of 5, good"),
    ("Technical feasibility and maturity", "3.0 of 5, good"),
    ("Accommodation and resources", "3.0 of 5, good"),
    ("Team, schedule, funding", "4.0 of 5, very good"),
    ("Cooperation value", "4.5 of 5, very good"),
]

# Two findings a criterion: twelve in all.
FINDINGS = [
    {
        "criterion": criterion,
        "grade": grade,
        "strengths": [
            {
                "text": "The growth chamber answers a stated aim of the call and its control "
                "experiment on the ground is described in full, with the sampling times.",
                "major": number == 0,
            }
        ],
        "weaknesses": [
            {
                "text": "The thermal case for the lunar night rests on one test at 40 °C; a margin "
                "of 8 W is claimed and not shown.",
                "major": number == 2,
            }
        ],
    }
    for number, (criterion, grade) in enumerate(CRITERIA)
]

DECISION = BASE | {
    "outcome": "selected_conditional",
    "reason": "The committee follows the panel: the case is strong, and containment is the open point.",
    "grant": {
        "rows": [
            {"resource": "Mass", "asked": "19.800", "granted": "19.800", "unit": "kg"},
            {"resource": "Power, mean", "asked": "42.0", "granted": "38.0", "unit": "W"},
            {"resource": "Deck slots", "asked": "1", "granted": "1", "unit": "slot"},
        ],
        "reason": "Power is granted below what was asked: the deck shares 1,000 W.",
    },
    "bar": {
        "resource": "Mass",
        "unit": "kg",
        "offered": "200.000",
        "held_back": "20.000",
        "granted": "19.800",
    },
    "conditions": [
        {
            "text": "File a containment report that shows two independent barriers around the "
            "1.2 kg of organic material, for planetary protection category IIb.",
            "owner": "Principal investigator",
            "due": "29 November 2026",
        },
        {
            "text": "Confirm the mean power of 38.0 W by a test of the engineering model.",
            "owner": "Principal investigator",
            "due": "31 January 2027",
        },
    ],
    "score": {"total": "74.5", "of": "100"},
    "findings": FINDINGS,
    "next_steps": [
        {"text": "The legal office sends the draft agreement.", "date": "15 October 2026"},
        {
            "text": "Both sides sign the agreement, or the selection lapses.",
            "date": "29 December 2026",
        },
        {"text": "Interface control document, first issue.", "date": "31 March 2027"},
    ],
    "redress": REDRESS,
    "contact": "secretariat@example.org",
}

RESERVE = DECISION | {"outcome": "reserve", "grant": None, "bar": None, "conditions": []}
NOT_SELECTED = RESERVE | {"outcome": "not_selected", "fictional": False}

INELIGIBLE = BASE | {
    "reference": "DEMO26-L-0006/D1",
    "about": BASE["about"]
    | {
        "title": "[FICTIONAL] Heavy manipulator robot",
        "case_reference": "DEMO26-L-0006",
        "call_reference": "DEMO26-L",
    },
    "addressee": BASE["addressee"]
    | {
        "name": "Principal investigator, Pearl Delta Robotics",
        "role": "",
        "organisation": "Pearl Delta Robotics",
        "organisation_native": "珠江三角洲機器人學會",
        "country": "Hong Kong, China",
    },
    "reason": "The filing gave a contingency of 8 %. Screening restored the class default for a "
    "new development (class D, 20 %), because the reason given names no test.",
    "rule": {
        "text": "The maximum expected value of one independent module is at most 100 kg.",
        "source": "Call DEMO26-L, Mass limits",
    },
    "numbers": [
        {"label": "Mass, current best estimate", "value": "92.000", "unit": "kg", "over": False},
        {"label": "Contingency, class D", "value": "20.0", "unit": "%", "over": False},
        {"label": "Maximum expected value", "value": "110.400", "unit": "kg", "over": True},
        {"label": "Limit for one module", "value": "100.000", "unit": "kg", "over": False},
    ],
    "redress": REDRESS,
    "contact": "secretariat@example.org",
}

RECEIPT = BASE | {
    "reference": "DEMO27-L-0001/R1",
    "date": "30 November 2026",
    "about": BASE["about"]
    | {
        "title": "[FICTIONAL] Polar seismic string",
        "case_reference": "DEMO27-L-0001",
        "call_reference": "DEMO27-L",
    },
    "addressee": BASE["addressee"]
    | {
        "name": "Principal investigator, Andean Lunar Institute",
        "role": "",
        "organisation": "Andean Lunar Institute",
        "organisation_native": "",
        "country": "Peru",
    },
    "signatory": None,
    "version": "2",
    "replaces": "1",
    "instants": [
        {"label": "Beijing time", "text": "30 November 2026, 23:58:12"},
        {"label": "UTC", "text": "30 November 2026, 15:58:12"},
        {"label": "Lima, your time", "text": "30 November 2026, 10:58:12"},
    ],
    "persons": [
        {"label": "Signed off by", "name": "Principal investigator, Andean Lunar Institute"},
        {"label": "Filed by", "name": "Authorised representative, Andean Lunar Institute"},
    ],
    "totals": [
        {"label": "Mass, maximum expected value", "value": "10.080", "unit": "kg"},
        {"label": "Power, mean", "value": "6.5", "unit": "W"},
        {"label": "Deck slots", "value": "1", "unit": "slot"},
    ],
    "files": [
        {
            "name": "science-case_polar-seismic-string_v7_final_signed-by-the-consortium.pdf",
            "size": "1,204,331",
            "unit": "bytes",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
        {
            "name": "月震仪支持信.pdf",
            "size": "88,120",
            "unit": "bytes",
            "sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        },
    ],
    "rules": [
        "Filed before the call closes: 30 November 2026, 24:00 Beijing (16:00 UTC).",
        "Mass 10.080 kg is within the limit of 100 kg for one module.",
        "Signed off by the principal investigator and filed by an authorised representative.",
    ],
    "acknowledged": [
        "D4: The contingency of 8 % is less than the 20 % that class D owes. (Principal investigator, Andean Lunar Institute)",
    ],
    "referred": [
        "F6: Parts under export control are named; the screening looks at the plan.",
        "B3: The link to the aims of the call has 48 words of at least 80.",
    ],
    "shares": [
        {
            "name": LONG_NAME,
            "share": "2.400 kg MEV, 1.5 W peak: two of the four sensors, their harness and their tests",
            "by": "Authorised representative, National Institute for Extraterrestrial Volatiles",
            "at": "29 November 2026, 12:04 Beijing",
        },
        {
            "name": "معهد القمر للعلوم",
            "share": "0.800 kg MEV: the deployment spring",
            "by": "Authorised representative, معهد القمر للعلوم",
            "at": "30 November 2026, 09:41 Beijing",
        },
    ],
    "anchor": {
        "seq": "1204",
        "hash": "9b74c9897bac770ffc029102a200c5de61e1d9f4a1f1b0b822cd15d6c15b0f00",
    },
    "manifest": {
        "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "signature": "MEUCIQDx0vYl9sQmUu4fYk0GzGm2uQ9n1sVn0m3bq1o9m8yFJAIgV7w5v1c2Zk8mKq4p9aT3s1LxWb0uRj6hNfE2Q==",
        "key_id": "filing-2026-1",
    },
}

SAMPLES = {
    "letters/1/decision.html": {
        "decision": DECISION,
        "reserve": RESERVE,
        "not_selected": NOT_SELECTED,
    },
    "letters/1/ineligible.html": {"ineligible": INELIGIBLE},
    "letters/1/receipt.html": {"receipt": RECEIPT},
}
