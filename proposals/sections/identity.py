"""A and B: what is offered, by whom."""

from portal.text import say
from proposals.sections.kinds import (
    CHOICE,
    CHOICES,
    COUNTRY,
    DECIMAL,
    LONG,
    TEXT,
    Field,
    Options,
    Rows,
    Section,
)

MISSION, SYSTEM, UNIT = "mission", "system", "unit"
ABOARD = (("identity.level", (SYSTEM, UNIT)),)
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
ROUTES: Options = (
    ("direct", say("by the organisation itself")),
    ("agency", say("through the national agency")),
    ("intergovernmental", say("through an intergovernmental organisation")),
)
LANGUAGES: Options = (("en", say("English")), ("zh", say("Chinese")))
AFFILIATION: Options = (
    ("none", say("none")),
    ("yes", say("yes, somebody named here is affiliated")),
    ("unsure", say("not sure")),
)

# fmt: off
IDENTITY = Section(
    "A",
    "identity",
    say("Identity"),
    say("What it is called, how you would cooperate, and where it would fly."),
    (
        Field("title", TEXT, say("Title"), say("No acronym alone."), least=10, most=150),
        Field("acronym", TEXT, say("Acronym"), say("Capital letters, digits and hyphens."), least=2, most=16, required=False, shape="acronym", identifying=True),
        Field("level", CHOICE, say("Cooperation level"), say("Decides whether the letter draws on the kilograms offered."), options=LEVELS),
        Field("platform", CHOICE, say("Host platform"), say("What of the mission carries it. Its limits are those of the resource sheet."), from_call="platforms", when=ABOARD),
        Field("areas", CHOICES, say("Areas of cooperation"), say("At least one."), least=1, options=AREAS),
        Field("route", CHOICE, say("Submission route"), say("Who sends the letter to the host."), options=ROUTES, identifying=True),
        Field("route_body", TEXT, say("Agency or organisation of the route"), say("Its full name."), least=2, most=200, when=(("identity.route", ("agency", "intergovernmental")),), identifying=True),
        Field("keywords", CHOICES, say("Keywords"), say("Three to eight; reviewers are found by them."), least=3, most=8, from_call="keywords"),
        Field("language", CHOICE, say("Language of the letter"), say("In which the text is written, and questions are asked."), options=LANGUAGES),
    ),
)
TEAM = Section(
    "B",
    "team",
    say("Organisations and people"),
    say("Everyone who takes part. Conflicts of interest of reviewers are found from these names."),
    (
        Field("pi_name", TEXT, say("Principal investigator"), say("Name as it should stand in letters."), least=3, most=150, span=6, identifying=True),
        Field("pi_position", TEXT, say("Position"), say("In the organisation."), least=2, most=150, span=6, identifying=True),
        Field("pi_email", TEXT, say("E-mail"), say("Where questions reach you."), most=254, shape="email", span=6, identifying=True),
        Field("pi_orcid", TEXT, say("ORCID iD"), say("Sixteen digits in four groups; the last may be X."), most=19, required=False, shape="orcid", span=6, identifying=True),
        Field("counterpart", TEXT, say("Host-side counterpart institute"), say("The institute of the host country that would support and operate the payload, if you know it."), most=200, required=False, identifying=True),
        Rows(
            "partners",
            say("Partner organisations"),
            (
                Field("name", TEXT, say("Organisation"), most=200, span=7),
                Field("country", COUNTRY, say("Country"), say("Empty: an international organisation."), required=False, span=5),
                Field("role", LONG, say("Role"), say("What it does in the project."), least=10, most=500),
                Field("contribution", TEXT, say("Contribution"), say("What it brings: hardware, people, test places."), most=300, required=False),
                Field("share_mass_kg", DECIMAL, say("Its share of the mass, MEV"), unit="kg", least=0, most=500, places=3, required=False, span=6),
                Field("share_power_w", DECIMAL, say("Its share of the peak power"), unit="W", least=0, most=500, places=1, required=False, span=6),
            ),
            0,
            20,
            say("Every country counts for the diversity of the cooperation. A partner confirms the share stated here."),
            identifying=True,
        ),
        Rows(
            "people",
            say("Co-investigators"),
            (
                Field("name", TEXT, say("Name"), most=150, span=6),
                Field("organisation", TEXT, say("Organisation"), most=200, span=6),
                Field("role", TEXT, say("Role"), most=150),
                Field("email", TEXT, say("E-mail"), say("Asks the person to confirm being named."), most=254, required=False, shape="email", span=6),
                Field("orcid", TEXT, say("ORCID iD"), say("Four groups of four."), most=19, required=False, shape="orcid", span=6),
            ),
            0,
            30,
            identifying=True,
        ),
        Rows(
            "exclusions",
            say("Not wanted as reviewers"),
            (
                Field("name", TEXT, say("Person or organisation"), most=200),
                Field("reason", LONG, say("Reason"), most=300),
            ),
            0,
            5,
            say("The chair of the panel decides. Reviewers never see this."),
            private=True,
            identifying=True,
        ),
        Field("us_affiliation", CHOICE, say("Affiliation with NASA or a US federal agency"), say("For your own legal check: US law limits bilateral work with China that is paid by NASA. It is no reason to refuse a letter."), options=AFFILIATION, private=True, identifying=True),
    ),
)
# fmt: on
