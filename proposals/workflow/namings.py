from portal.models import User
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import RELATIONS, START, Act, Row, State, Table, register
from proposals import policy
from proposals.models import LetterOfIntent, Naming
from proposals.models.lois import RUNNING
from proposals.named import asked

RELATIONS.update(named=say("person named, by the link of the mail"))


def relation(by: User | str, naming: Naming) -> set[str]:
    """Who holds the link acts under the naming's own key; everybody else as for the letter."""
    if isinstance(by, str):
        return {"named"} if by == naming.key else set()
    return policy.relation(by, naming.loi)


def letter_is_alive(naming: Naming, act: Act) -> Verdict:
    """The letter is being drafted, or is filed and not yet decided."""
    if naming.loi.state not in {"draft", "awaiting_signature", *RUNNING}:
        return no("naming_over", say("The letter is closed: nothing is asked of you any more."))
    return YES


def nobody_rejected(loi: LetterOfIntent, act: Act) -> Verdict:
    """Nobody who is named in the team has rejected it."""
    named = asked(loi.content)
    for naming in loi.namings.filter(state="rejected").order_by("pk"):
        row = named.get(naming.address)
        if row and (row.name, row.role) == (naming.name, naming.role):
            return no(
                "naming_rejected",
                say(
                    "%(name)s rejects being named as “%(role)s”: take the row out of section B, "
                    "or agree with the person and ask anew.",
                    name=naming.name,
                    role=naming.role,
                ),
            )
    return YES


# fmt: off
NAMING_ROWS = (
    Row("ask", "asked", (START,), "asked", ("pi", "editor", "owner"), (letter_is_alive,)),
    Row("confirm", "confirmed", ("asked", "rejected"), "confirmed", ("named",), (letter_is_alive,), button=say("Confirm"), tone="primary"),
    Row("reject", "rejected", ("asked", "confirmed"), "rejected", ("named",), (letter_is_alive,), "naming_rejected", say("Reject"), tone="danger"),
    Row("withdraw", "withdrawn", ("asked", "confirmed", "rejected"), "withdrawn", ("pi", "editor", "owner")),
)
# fmt: on

NAMING = register(
    Table(
        noun="naming",
        title=say("Person named in a letter"),
        relation=relation,
        relations=frozenset({*policy.LOI_RELATIONS, "named"}),
        states=(
            State("asked", say("has not answered"), tone="open"),
            State("confirmed", say("confirmed"), tone="jade"),
            State("rejected", say("rejected"), tone="cinnabar"),
            State("withdrawn", say("no longer named"), final=True),
        ),
        rows=NAMING_ROWS,
    )
)
