"""The form of a letter of intent: its sections, fields and tables, with their limits."""

from dataclasses import dataclass

from portal.text import Text, say
from proposals.sheet import MATURITIES

TEXT, LONG, CHOICE, CHOICES = "text", "long", "choice", "choices"
INTEGER, DECIMAL, DATE, FLAG, COUNTRY = "integer", "decimal", "date", "flag", "country"
FILE = "file"
MISSION, SYSTEM, UNIT = "mission", "system", "unit"

Options = tuple[tuple[str, Text], ...]
# Shown and judged only where each named field ("identity.level") holds one of the values;
# "terms.…" names what the call sets.
When = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """`least` and `most` are characters for text, values for numbers, ticks for choices."""

    name: str
    kind: str
    label: Text
    help: Text | str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    places: int = 0
    required: bool = True
    options: Options = ()
    from_call: str = ""  # options the call gives: "platforms" or "keywords"
    when: When = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of rows. A row in which nothing is filled in is no row."""

    name: str
    label: Text
    fields: tuple[Field, ...]
    least: int
    most: int
    help: Text | str = ""
    when: When = ()


@dataclass(frozen=True, slots=True)
class Section:
    letter: str
    name: str
    label: Text
    intro: Text
    fields: tuple[Field, ...]
    rows: tuple[Rows, ...] = ()


LEVELS: Options = (
    (MISSION, say("mission level: flies its own craft, draws nothing from the kilograms offered")),
    (SYSTEM, say("system level: rides on the lander and works by itself after landing")),
    (UNIT, say("unit level: an instrument fixed to the lander")),
)
AREAS: Options = (
    ("demonstration", say("joint demonstration and study")),
    ("mission", say("mission level")),
    ("system", say("system level")),
    ("subsystem", say("subsystem level")),
    ("equipment", say("equipment level")),
    ("ground", say("ground facilities")),
    ("science", say("scientific application")),
    ("training", say("education and training")),
)
MATURITY_OPTIONS: Options = tuple((code, maturity.label) for code, maturity in MATURITIES.items())
EXPORT: Options = (
    ("none", say("no controlled parts")),
    ("ear", say("parts under EAR")),
    ("itar", say("parts under ITAR")),
    ("other", say("parts under another control")),
    ("unknown", say("not yet known")),
)
FUNDING: Options = (
    ("secured", say("secured")),
    ("committed", say("committed")),
    ("applied", say("applied for")),
    ("none", say("none yet")),
)
CHANCE: Options = tuple((str(n), say(str(n))) for n in range(1, 6))

# fmt: off
IDENTITY = Section(
    "A",
    "identity",
    say("Identity"),
    say("What it is called, how you would cooperate, and where it would fly."),
    (
        Field("title", TEXT, say("Title"), say("No acronym alone."), least=10, most=150),
        Field("acronym", TEXT, say("Acronym"), say("Capital letters, digits and hyphens."), least=2, most=16, required=False),
        Field("level", CHOICE, say("Cooperation level"), say("Decides whether the letter draws on the kilograms offered."), options=LEVELS),
        Field("platform", CHOICE, say("Host platform"), say("Needed unless you fly your own craft."), required=False, from_call="platforms"),
        Field("areas", CHOICES, say("Areas of cooperation"), say("At least one."), least=1, options=AREAS),
        Field("keywords", CHOICES, say("Keywords"), say("One to eight; reviewers are found by them."), least=1, most=8, from_call="keywords"),
    ),
)
TEAM = Section(
    "B",
    "team",
    say("Organisations and people"),
    say("Everyone who takes part. Conflicts of interest of reviewers are found from these names."),
    (
        Field("pi_name", TEXT, say("Principal investigator"), say("Name as it should stand in letters."), least=3, most=150),
        Field("pi_position", TEXT, say("Position"), least=2, most=150),
        Field("counterpart", TEXT, say("Host-side counterpart institute"), say("The institute of the host country that would support and operate the payload, if you know it."), most=200, required=False),
    ),
    (
        Rows(
            "partners",
            say("Partner organisations"),
            (
                Field("name", TEXT, say("Organisation"), most=200),
                Field("country", COUNTRY, say("Country"), say("Leave empty for an international organisation."), required=False),
                Field("role", TEXT, say("Role"), say("What it does and brings."), least=10, most=500),
            ),
            0,
            20,
            say("Every country counts for the diversity of the cooperation."),
        ),
        Rows(
            "people",
            say("Co-investigators"),
            (
                Field("name", TEXT, say("Name"), most=150),
                Field("organisation", TEXT, say("Organisation"), most=200),
                Field("role", TEXT, say("Role"), most=150),
            ),
            0,
            30,
        ),
    ),
)
SCIENCE = Section(
    "C",
    "science",
    say("Science case"),
    say("What would be learnt or shown, and why on this mission."),
    (
        Field("summary", LONG, say("Public summary"), say("May be published if the letter is selected."), least=100, most=1200),
        Field("background", LONG, say("Background"), least=100, most=2000),
        Field("complementarity", LONG, say("Complementarity"), say("What the payloads already on the mission do not do."), least=50, most=1500),
        Field("innovation", LONG, say("Innovation"), least=50, most=1000),
        Field("interaction", LONG, say("Interaction between craft"), say("Needed at mission level: what your craft and the mission do together."), least=50, most=1500, required=False),
        Field("benefits", LONG, say("Training and capacity"), most=800, required=False),
    ),
    (
        Rows(
            "objectives",
            say("Objectives"),
            (Field("objective", LONG, say("Objective"), least=20, most=300),),
            1,
            5,
        ),
    ),
)
RESOURCES = Section(
    "D",
    "resources",
    say("Resource sheet"),
    say(
        "Masses are current best estimates (CBE). The contingency of each class is added to give the maximum expected value (MEV), which is what limits are checked on."
    ),
    (
        Field("power_average_w", DECIMAL, say("Average power"), unit="W", least=0, most=500, places=1),
        Field("power_peak_w", DECIMAL, say("Peak power"), say("A passive payload has 0 W."), unit="W", least=0, most=500, places=1),
        Field("power_night_w", DECIMAL, say("Power to survive the night"), say("348 hours of darkness."), unit="W", least=0, most=50, places=1),
        Field("data_mbit_day", DECIMAL, say("Data volume"), say("Per Earth day; 0 for a passive payload."), unit="Mbit", least=0, most=1000000, places=1),
        Field("stowed_length_mm", INTEGER, say("Stowed length"), unit="mm", least=1, most=5000),
        Field("stowed_width_mm", INTEGER, say("Stowed width"), unit="mm", least=1, most=5000),
        Field("stowed_height_mm", INTEGER, say("Stowed height"), unit="mm", least=1, most=5000),
    ),
    (
        Rows(
            "elements",
            say("Elements"),
            (
                Field("name", TEXT, say("Element"), most=120),
                Field("quantity", INTEGER, say("Quantity"), least=1, most=50),
                Field("mass_cbe_kg", DECIMAL, say("Mass, CBE"), unit="kg", least=0, most=500, places=3),
                Field("maturity", CHOICE, say("Maturity"), options=MATURITY_OPTIONS),
                Field("contingency_percent", DECIMAL, say("Own contingency"), say("Only where it differs from the class."), unit="%", least=0, most=60, places=1, required=False),
                Field("contingency_reason", TEXT, say("Reason"), most=300, required=False),
            ),
            1,
            20,
            say("The instrument, its harness, what it deploys."),
        ),
    ),
)
MATURITY = Section(
    "E",
    "maturity",
    say("Maturity and schedule"),
    say("Where the design stands now, and where it will stand at delivery (TRL after ISO 16290)."),
    (
        Field("trl_now", INTEGER, say("TRL now"), least=1, most=9),
        Field("trl_delivery", INTEGER, say("TRL at delivery"), say("8 or 9."), least=1, most=9),
        Field("trl_evidence", LONG, say("Evidence"), say("Name the difference between the environment tested and the Moon's."), least=50, most=1000),
        Field("heritage", LONG, say("Heritage"), most=800, required=False),
        Field("flight_model_on", DATE, say("Flight model delivered on")),
    ),
    (
        Rows(
            "risks",
            say("Main risks"),
            (
                Field("risk", TEXT, say("Risk"), least=10, most=300),
                Field("likelihood", CHOICE, say("Likelihood, 1–5"), options=CHANCE),
                Field("impact", CHOICE, say("Impact, 1–5"), options=CHANCE),
                Field("plan", TEXT, say("Plan"), least=10, most=300),
            ),
            1,
            5,
        ),
    ),
)
COMPLIANCE = Section(
    "F",
    "compliance",
    say("Safety, compliance, funding"),
    say("Upload no controlled technical data: the letter must stand without it."),
    (
        Field("hazards", LONG, say("Hazards"), say("Pressure, pyrotechnics, lasers, batteries above 100 Wh, magnets, toxic matter; or “none”."), least=4, most=800),
        Field("radioactive", LONG, say("Radioactive sources"), say("Isotope, activity in Bq, sealed or not, purpose; or “none”."), least=4, most=500),
        Field("biological", LONG, say("Living or organic material"), say("What, how much in grams, how contained; or “none”. South of 79° S the organics are inventoried (COSPAR IIb)."), least=4, most=800),
        Field("export_status", CHOICE, say("Export control"), options=EXPORT),
        Field("export_plan", LONG, say("Plan for controlled parts"), say("Needed unless there are none."), least=20, most=800, required=False),
        Field("funding_status", CHOICE, say("Funding"), options=FUNDING),
        Field("funding_source", TEXT, say("Source of funding"), say("Needed where it is secured or committed."), most=200, required=False),
    ),
)
DECLARATIONS = Section(
    "I",
    "declarations",
    say("Declarations"),
    say("Each must be made before the letter can be signed off."),
    (
        Field("authority", FLAG, say("We are entitled to file this letter for the organisations named.")),
        Field("accuracy", FLAG, say("What it says is accurate to the best of our knowledge.")),
        Field("no_exchange_of_funds", FLAG, say("Each side pays its own part: no funds are exchanged.")),
        Field("no_controlled_data", FLAG, say("The letter and its file hold no controlled technical data.")),
        Field("privacy", FLAG, say("The people named know that their data is used to judge the letter.")),
        Field("non_binding", FLAG, say("We know that a letter of intent binds neither side.")),
    ),
)
FILES = Section(
    "H",
    "files",
    say("Files"),
    say("The letter on your letterhead, signed, and what goes with it. Upload no controlled technical data."),
    (
        Field("letter", FILE, say("Signed letter"), say("On letterhead, signed, as one PDF.")),
        Field("figure", FILE, say("Figures"), say("Drawings and pictures."), required=False),
        Field("endorsement", FILE, say("Letter of endorsement"), say("Of the agency or body that funds you."), required=False),
        Field("inventory", FILE, say("Inventory of organic matter"), say("Needed above 1,000 g."), required=False),
    ),
)
# fmt: on

# What is typed, and the steps of the form: the files are not typed.
SECTIONS = (IDENTITY, TEAM, SCIENCE, RESOURCES, MATURITY, COMPLIANCE, DECLARATIONS)
STEPS = (*SECTIONS[:-1], FILES, DECLARATIONS)
BY_NAME = {section.name: section for section in STEPS}


def clause(section: str, name: str) -> str:
    """The number of a field or table in the form: "D4" is the fourth of section D."""
    found = BY_NAME[section]
    names = [item.name for item in (*found.fields, *found.rows)]
    return f"{found.letter}{names.index(name) + 1}"
