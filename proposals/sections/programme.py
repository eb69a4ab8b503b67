"""E and G: where the design stands, when it is delivered, who pays."""

from portal.text import say
from proposals.sections.kinds import (
    CHOICE,
    CURRENCY,
    DATE,
    DECIMAL,
    FLAG,
    INTEGER,
    LONG,
    TEXT,
    Field,
    Options,
    Rows,
    Section,
)

MILESTONES: Options = (
    ("kick_off", say("kick-off")),
    ("pdr", say("preliminary design review (PDR)")),
    ("em", say("engineering model (EM)")),
    ("cdr", say("critical design review (CDR)")),
    ("qm", say("qualification model (QM)")),
)
CHANCE: Options = tuple((str(n), say(str(n))) for n in range(1, 6))
FUNDING: Options = (
    ("secured", say("secured")),
    ("committed", say("committed")),
    ("applied", say("applied for")),
    ("none", say("none yet")),
)

# fmt: off
MATURITY = Section(
    "E",
    "maturity",
    say("Maturity and schedule"),
    say("Where the design stands now, and where it will stand at delivery (TRL after ISO 16290)."),
    (
        Field("trl_now", INTEGER, say("TRL now"), say("Of the weakest part."), least=1, most=9, span=6),
        Field("trl_delivery", INTEGER, say("TRL at delivery"), say("8 or 9."), least=1, most=9, span=6),
        Field("trl_evidence", LONG, say("Evidence"), say("Name the difference between the environment tested and the Moon's."), least=50, most=1000),
        Field("heritage", LONG, say("Heritage"), say("What of it has flown, and where."), most=800, required=False),
        Rows(
            "milestones",
            say("Milestones"),
            (
                Field("milestone", CHOICE, say("Milestone"), options=MILESTONES, span=7),
                Field("on", DATE, say("Planned on"), span=5),
            ),
            0,
            5,
            say("On the way to the flight model, each once and in order."),
        ),
        Field("flight_model_on", DATE, say("Flight model delivered on")),
        Rows(
            "risks",
            say("Main risks"),
            (
                Field("risk", TEXT, say("Risk"), least=10, most=300),
                Field("likelihood", CHOICE, say("Likelihood, 1–5"), options=CHANCE, span=3),
                Field("impact", CHOICE, say("Impact, 1–5"), options=CHANCE, span=3),
                Field("plan", TEXT, say("Plan"), least=10, most=300, span=6),
            ),
            1,
            5,
        ),
    ),
)
FUNDS = Section(
    "G",
    "funding",
    say("Funding and management"),
    say("Each side pays its own part. The estimate is shown to the technical assessors only."),
    (
        Field("funding_status", CHOICE, say("Funding"), options=FUNDING),
        Field("funding_source", TEXT, say("Source of funding"), say("Who pays."), most=200, when=(("funding.funding_status", ("secured", "committed")),), identifying=True),
        Field("cost_low", DECIMAL, say("Cost estimate, from"), least=0, most=10000000000, places=2, required=False, span=4, private=True),
        Field("cost_high", DECIMAL, say("Cost estimate, to"), least=0, most=10000000000, places=2, required=False, span=4, private=True),
        Field("cost_currency", CURRENCY, say("Currency"), required=False, span=4, private=True),
        Field("no_exchange_of_funds", FLAG, say("Each side pays its own part: no funds are exchanged.")),
    ),
)
# fmt: on
