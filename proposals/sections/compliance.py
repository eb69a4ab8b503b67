"""F: what must be known of safety, planetary protection and export control."""

from portal.text import say
from proposals.sections.kinds import (
    CHOICE,
    CHOICES,
    COUNTRY,
    DECIMAL,
    FLAG,
    LONG,
    TEXT,
    YES,
    Field,
    Options,
    Rows,
    Section,
)
from proposals.sections.programme import FUNDING

CARRIED: Options = (("none", say("none")), ("some", say("yes, listed below")))
HAZARDS: Options = (
    ("none", say("none of these")),
    ("pressure", say("pressure vessels")),
    ("pyrotechnics", say("pyrotechnics")),
    ("laser", say("lasers")),
    ("battery", say("lithium batteries above 100 Wh")),
    ("magnet", say("strong magnets")),
    ("toxic", say("toxic matter")),
)
EXPORT: Options = (
    ("none", say("no controlled parts")),
    ("ear", say("parts under EAR")),
    ("itar", say("parts under ITAR")),
    ("other", say("parts under another control")),
    ("unknown", say("not yet known")),
)
CONTROLLED = (("compliance.export_status", ("ear", "itar", "other", "unknown")),)

# fmt: off
COMPLIANCE = Section(
    "F",
    "compliance",
    say("Safety and compliance"),
    say("Upload no controlled technical data: the letter must stand without it."),
    (
        Field("protection_iib", FLAG, say("We know that the site is in COSPAR category IIb: all organic matter is inventoried."), say("South of 79° S, north of 86° N, or never lit by the Sun."), when=(("terms.protection", ("IIb",)),), heading=say("Planetary protection")),
        Field("protection_iia", FLAG, say("We know that the site is in COSPAR category IIa: the organic matter of propulsion is listed."), say("Between 79° S and 86° N, and lit by the Sun."), when=(("terms.protection", ("IIa",)),), heading=say("Planetary protection")),
        Field("protection_open", FLAG, say("We know that the COSPAR category of the site is to be confirmed, and may come to be IIb."), say("The site is not told yet."), when=(("terms.protection", ("",)),), heading=say("Planetary protection")),
        Field("organics_g", DECIMAL, say("Organic matter, in all"), say("Plastics, adhesives, lubricants, living matter. Above 1,000 g attach the inventory."), unit="g", least=0, most=500000, places=1, when=(("terms.protection", ("IIb",)),)),
        Field("living", CHOICE, say("Does it carry living material?"), options=YES),
        Field("biological", LONG, say("Living material"), say("What, how much in grams, how it is contained."), least=20, most=800, when=(("compliance.living", ("yes",)),)),
        Field("radioactivity", CHOICE, say("Radioactive sources"), options=CARRIED, heading=say("Safety")),
        Rows(
            "sources",
            say("Radioactive sources carried"),
            (
                Field("isotope", TEXT, say("Isotope"), say("As Cm-244."), most=8, shape="isotope", span=3),
                Field("activity_bq", DECIMAL, say("Activity"), say("As 1e9."), unit="Bq", least=0, most=10**12, places=3, above=True, span=5),
                Field("sealed", CHOICE, say("Sealed?"), options=YES, span=4),
                Field("purpose", TEXT, say("Purpose"), least=5, most=300),
            ),
            1,
            10,
            when=(("compliance.radioactivity", ("some",)),),
        ),
        Field("hazard_kinds", CHOICES, say("Hazards"), say("Tick all that it carries, or none."), least=1, most=6, options=HAZARDS),
        Field("hazards", LONG, say("Hazards, in words"), say("Pressure in bar, laser class, capacity in Wh, and what keeps it safe."), least=20, most=800, when=(("compliance.hazard_kinds", ("pressure", "pyrotechnics", "laser", "battery", "magnet", "toxic")),)),
        Field("export_status", CHOICE, say("Export control"), say("Of the most strictly controlled part."), options=EXPORT, heading=say("Export control")),
        Rows(
            "origins",
            say("Origin of controlled parts"),
            (
                Field("country", COUNTRY, say("Country"), span=5, identifying=True),
                Field("parts", TEXT, say("Parts"), say("What they are, in words; no technical data."), most=200, span=7),
            ),
            1,
            20,
            when=(("compliance.export_status", ("ear", "itar", "other")),),
        ),
        Field("export_plan", LONG, say("Plan for controlled parts"), say("Which licence, by whom, until when, or what replaces them."), least=20, most=800, when=CONTROLLED),
    ),
    past=(
        Field("radioactive", LONG, say("Radioactive sources")),
        Field("funding_status", CHOICE, say("Funding"), options=FUNDING),
        Field("funding_source", TEXT, say("Source of funding"), identifying=True),
    ),
)
# fmt: on
