"""D: what it weighs, draws, sends and bears."""

from portal.text import say
from proposals.sections.identity import MISSION, SYSTEM
from proposals.sections.kinds import (
    CHOICE,
    CHOICES,
    DECIMAL,
    INTEGER,
    TEXT,
    YES,
    Field,
    Options,
    Rows,
    Section,
)
from proposals.sheet import MATURITIES, MODES

MATURITY_OPTIONS: Options = tuple((code, maturity.label) for code, maturity in MATURITIES.items())
ACTIVE = (("resources.powered", ("active",)),)
POWERED: Options = (
    ("active", say("draws power")),
    ("passive", say("passive: 0 W and 0 bit")),
)
VOLTAGES: Options = (
    ("28", say("28 V")),
    ("12", say("12 V")),
    ("5", say("5 V")),
    ("own", say("its own supply")),
    ("none", say("none")),
)
INTERFACES: Options = (
    ("rs422", say("RS-422")),
    ("spacewire", say("SpaceWire")),
    ("can", say("CAN")),
    ("1553", say("MIL-STD-1553")),
    ("ethernet", say("Ethernet")),
    ("wireless", say("wireless")),
    ("none", say("none")),
)
MOUNTINGS: Options = (
    ("deck_top", say("on top of the deck")),
    ("side", say("on a side")),
    ("leg", say("on a leg")),
    ("rover", say("on a rover")),
    ("deployed", say("on the ground, deployed")),
    ("none", say("none")),
)
DEPLOYMENTS: Options = (
    ("none", say("none: stays where it is mounted")),
    ("arm", say("placed by an arm")),
    ("drop", say("dropped")),
    ("drive", say("drives off")),
    ("separation", say("separates from the craft")),
)
COMMS: Options = (
    ("lander", say("through the lander")),
    ("relay", say("through a relay satellite")),
    ("earth", say("direct to Earth")),
)

# fmt: off
RESOURCES = Section(
    "D",
    "resources",
    say("Resource sheet"),
    say("Masses are current best estimates (CBE). The contingency of each class is added to give the maximum expected value (MEV), which is what limits are checked on."),
    (
        Rows(
            "elements",
            say("Elements"),
            (
                Field("name", TEXT, say("Element"), most=120, span=6),
                Field("quantity", INTEGER, say("Quantity"), least=1, most=50, span=3),
                Field("mass_cbe_kg", DECIMAL, say("Mass of one, CBE"), unit="kg", least=0, most=500, places=3, span=3),
                Field("maturity", CHOICE, say("Maturity"), options=MATURITY_OPTIONS, span=5),
                Field("contingency_percent", DECIMAL, say("Own contingency"), say("If not the class's."), unit="%", least=0, most=60, places=1, required=False, span=3),
                Field("contingency_reason", TEXT, say("Reason"), say("Below the class: 20 characters or more."), most=300, required=False, span=4),
                Field("length_mm", INTEGER, say("Length"), unit="mm", least=1, most=5000, required=False, span=4),
                Field("width_mm", INTEGER, say("Width"), unit="mm", least=1, most=5000, required=False, span=4),
                Field("height_mm", INTEGER, say("Height"), unit="mm", least=1, most=5000, required=False, span=4),
            ),
            1,
            20,
            say("The instrument, its harness, what it deploys. 0 kg is possible at mission level only."),
        ),
        Field("stowed_length_mm", INTEGER, say("Stowed length"), unit="mm", least=1, most=5000, span=4, heading=say("Size")),
        Field("stowed_width_mm", INTEGER, say("Stowed width"), unit="mm", least=1, most=5000, span=4),
        Field("stowed_height_mm", INTEGER, say("Stowed height"), unit="mm", least=1, most=5000, span=4),
        Field("deployed_length_mm", INTEGER, say("Deployed length"), unit="mm", least=1, most=100000, required=False, span=4),
        Field("deployed_width_mm", INTEGER, say("Deployed width"), unit="mm", least=1, most=100000, required=False, span=4),
        Field("deployed_height_mm", INTEGER, say("Deployed height"), unit="mm", least=1, most=100000, required=False, span=4),
        Field("powered", CHOICE, say("Power and data"), say("A passive payload, such as a reflector, draws 0 W and sends 0 bit."), options=POWERED, heading=say("Power")),
        Rows(
            "modes",
            say("Power modes"),
            (
                Field("mode", CHOICE, say("Mode"), options=MODES, span=3),
                Field("power_w", DECIMAL, say("Power"), unit="W", least=0, most=500, places=1, span=3),
                Field("duty_percent", DECIMAL, say("Duty"), unit="%", least=0, most=100, places=1, span=3),
                Field("minutes_day", INTEGER, say("Per Earth day"), unit="min", least=0, most=1440, required=False, span=3),
            ),
            1,
            12,
            say("Operate and peak are needed. The duties add to 100 %% at most; the average is reckoned from them."),
            when=ACTIVE,
        ),
        Field("power_night_w", DECIMAL, say("Power to survive the night"), say("348 hours of darkness."), unit="W", least=0, most=50, places=1, when=ACTIVE, span=6),
        Field("bus_voltage", CHOICE, say("Bus voltage"), say("That it takes from its host."), options=VOLTAGES, required=False, when=ACTIVE, span=6),
        Field("data_rate_kbit_s", DECIMAL, say("Data rate"), say("While it sends."), unit="kbit/s", least=0, most=100000, places=3, when=ACTIVE, heading=say("Data"), span=6),
        Field("data_mbit_day", DECIMAL, say("Data volume"), say("1 kbit/s all day is 86.4 Mbit."), unit="Mbit/day", least=0, most=1000000, places=1, when=ACTIVE, span=6),
        Field("data_interfaces", CHOICES, say("Data interfaces"), options=INTERFACES, most=7, required=False, when=ACTIVE),
        Field("comms_own", CHOICE, say("Own communications"), say("How it talks to the ground after landing or separation."), options=COMMS, when=(("identity.level", (SYSTEM, MISSION)), *ACTIVE)),
        Field("operating_low_c", INTEGER, say("Operating, lowest"), unit="°C", least=-250, most=150, heading=say("Temperatures"), span=3),
        Field("operating_high_c", INTEGER, say("Operating, highest"), unit="°C", least=-250, most=150, span=3),
        Field("survival_low_c", INTEGER, say("Survival, lowest"), unit="°C", least=-250, most=150, span=3),
        Field("survival_high_c", INTEGER, say("Survival, highest"), unit="°C", least=-250, most=150, span=3),
        Field("view_width_deg", DECIMAL, say("Field of view, across"), unit="°", least=0, most=360, places=1, required=False, heading=say("Accommodation"), span=4),
        Field("view_height_deg", DECIMAL, say("Field of view, upright"), unit="°", least=0, most=360, places=1, required=False, span=4),
        Field("view_axis", TEXT, say("Its axis"), most=100, required=False, span=4),
        Field("pointing_accuracy_deg", DECIMAL, say("Pointing accuracy"), unit="°", least=0, most=180, places=4, required=False, span=6),
        Field("pointing_stability_deg", DECIMAL, say("Pointing stability"), unit="°", least=0, most=180, places=4, required=False, span=6),
        Field("mounting", CHOICE, say("Mounting"), options=MOUNTINGS, required=False, span=6),
        Field("deployment", CHOICE, say("Deployment"), options=DEPLOYMENTS, span=6),
        Field("mobility", CHOICE, say("Does it move by itself?"), options=YES, required=False, when=(("identity.level", (SYSTEM,)),), span=6),
        Field("range_m", DECIMAL, say("Range"), say("From the lander."), unit="m", least=0, most=100000, places=1, when=(("identity.level", (SYSTEM,)), ("resources.mobility", ("yes",))), span=6),
        Field("lifetime_months", DECIMAL, say("Lifetime on the Moon"), say("Or in its orbit."), unit="months", least=0, most=240, places=1, above=True, span=6),
    ),
    past=(
        Field("power_average_w", DECIMAL, say("Average power"), unit="W"),
        Field("power_peak_w", DECIMAL, say("Peak power"), unit="W"),
    ),
)
# fmt: on
