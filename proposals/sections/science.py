"""C: why it should fly."""

from portal.text import say
from proposals.sections.identity import MISSION
from proposals.sections.kinds import CHOICE, INTEGER, LONG, TEXT, Field, Options, Rows, Section

POLICIES: Options = (
    ("open", say("open from the first day")),
    ("embargo", say("open after an embargo")),
    ("archive", say("in a shared archive of the mission")),
)

# fmt: off
SCIENCE = Section(
    "C",
    "science",
    say("Science case"),
    say("What would be learnt or shown, and why on this mission."),
    (
        Field("summary", LONG, say("Public summary"), say("May be published if the letter is selected."), least=100, most=1200),
        Rows(
            "objectives",
            say("Objectives"),
            (Field("objective", LONG, say("Objective"), say("One that can be found met or missed."), least=20, most=300),),
            1,
            5,
        ),
        Field("background", LONG, say("Background"), say("What is known, and what is not."), least=100, most=2000),
        Rows(
            "measurements",
            say("Measurements"),
            (
                Field("quantity", TEXT, say("Quantity"), say("What is measured or shown."), most=120, span=8),
                Field("unit", TEXT, say("Unit"), say("1 for none."), most=30, span=4),
                Field("range", TEXT, say("Range"), say("From … to …"), most=80, span=4),
                Field("accuracy", TEXT, say("Accuracy"), say("In the unit or %%."), most=80, span=4),
                Field("cadence", TEXT, say("Cadence"), say("How often."), most=80, span=4),
            ),
            1,
            10,
            say("What the instrument measures, or the demonstration shows, in numbers."),
        ),
        Field("complementarity", LONG, say("Complementarity"), say("What the payloads already on the mission do not do."), least=50, most=1500),
        Field("innovation", LONG, say("Innovation"), say("What has not been done before."), least=50, most=1000),
        Field("interaction", LONG, say("Interaction between craft"), say("At mission level: what your craft and the mission do together."), least=50, most=1500, when=(("identity.level", (MISSION,)),)),
        Field("data_policy", CHOICE, say("Data policy"), say("When others may use the data."), options=POLICIES, span=6),
        Field("embargo_months", INTEGER, say("Embargo"), say("From reception on the ground."), unit="months", least=0, most=24, when=(("science.data_policy", ("embargo",)),), span=6),
        Field("benefits", LONG, say("Training and capacity"), say("Who learns what from taking part."), most=800, required=False),
    ),
)
# fmt: on
