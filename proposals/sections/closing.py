"""H and I: what is attached, and what is declared."""

from portal.text import say
from proposals.sections.kinds import FILE, FLAG, Field, Section

# fmt: off
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
DECLARATIONS = Section(
    "I",
    "declarations",
    say("Declarations"),
    say("Each must be made before the letter can be signed off."),
    (
        Field("authority", FLAG, say("We are entitled to file this letter for the organisations named.")),
        Field("accuracy", FLAG, say("What it says is accurate to the best of our knowledge.")),
        Field("privacy", FLAG, say("The people named know that their data is used to judge the letter.")),
        Field("conflicts_complete", FLAG, say("The organisations and people named are all who take part: conflicts of interest are found from them.")),
        Field("non_binding", FLAG, say("We know that a letter of intent binds neither side.")),
        Field("no_controlled_data", FLAG, say("The letter and its files hold no controlled technical data.")),
    ),
    past=(Field("no_exchange_of_funds", FLAG, say("Each side pays its own part: no funds are exchanged.")),),
)
# fmt: on
