from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Decision
from proposals.workflow.calls import CALL
from proposals.workflow.lois import LOI


def case_in_final_review(decision: Decision, act: Act) -> Verdict:
    """The case is in final review and its call is closed, its decisions not yet proposed."""
    if decision.loi.state != "final_review":
        return no(
            "not_in_final_review",
            say(
                "The case is “%(state)s”, not in final review.",
                state=LOI.state(decision.loi.state).label,
            ),
        )
    if decision.loi.call.state != "closed":
        return no(
            "decisions_closed",
            say(
                "The decisions of this call are “%(state)s”: reopen them first.",
                state=CALL.state(decision.loi.call.state).label,
            ),
        )
    return YES


def demand_is_known(decision: Decision, act: Act) -> Verdict:
    """A case that is to be given anything says how much it needs of each resource its platform offers."""
    unknown = queries.unstated(decision.loi) if decision.positive else []
    if unknown:
        return no(
            "demand_unknown",
            say(
                "%(reference)s states no figure for: %(resources)s. What it needs is unknown, "
                "which is not 0: it cannot be selected until the screening has given a figure.",
                reference=decision.loi.reference,
                resources=", ".join(str(allocation.kind.label) for allocation in unknown),
            ),
        )
    return YES


def prepared_by_another(decision: Decision, act: Act) -> Verdict:
    """Whoever prepared a decision cannot approve it: two persons."""
    if act.by.pk == decision.prepared_by_id:
        return no(
            "two_persons", say("You prepared this decision: a second person approves it."), who=True
        )
    return YES


def letter_is_stored(decision: Decision, act: Act) -> Verdict:
    """Its letter is rendered and stored, and says the same outcome."""
    letter = decision.letters.filter(state="stored").first()
    if letter is None:
        return no(
            "letters_missing",
            say("The letter of %(reference)s is not yet stored.", reference=decision.loi.reference),
        )
    if letter.context["outcome"] != decision.outcome:
        return no(
            "letter_differs",
            say(
                "The letter of %(reference)s does not say what was decided.",
                reference=decision.loi.reference,
            ),
        )
    return YES


# fmt: off
DECISION_ROWS = (
    Row("prepare", "prepared", (START,), "prepared", ("chair",), (case_in_final_review, demand_is_known)),
    Row("approve", "approved", ("prepared",), "approved", ("approver",), (prepared_by_another,)),
    Row("release", "released", ("approved",), "released", ("secretary",), (letter_is_stored,)),
    Row("unapprove", "unapproved", ("approved",), "prepared", ("approver", "chair")),
    Row("void", "voided", ("prepared", "approved"), "void", ("chair", "aor")),
)
# fmt: on

DECISION = register(
    Table(
        noun="decision",
        title=say("Decision"),
        relation=policy.relation_to_decision,
        relations=policy.LOI_RELATIONS,
        states=(
            State("prepared", say("prepared"), tone="amber"),
            State("approved", say("approved"), tone="amber"),
            State("released", say("released"), tone="jade", final=True),
            State("void", say("void"), final=True),
        ),
        rows=DECISION_ROWS,
    )
)

# fmt: off
LETTER_ROWS = (
    Row("write", "written", (START,), "owed", ("aor", "secretary", "approver", "legal", CLOCK)),
    Row("store", "stored", ("owed",), "stored", (CLOCK,)),
    Row("issue", "issued", ("stored",), "issued", (CLOCK, "secretary")),
    Row("supersede", "superseded", ("issued",), "superseded", ("aor", "secretary", CLOCK)),
    Row("redate", "redated", ("owed", "stored"), "owed", ("secretary", "approver")),
    Row("void", "voided", ("owed", "stored"), "void", ("approver", "chair", "aor")),
)
# fmt: on

LETTER = register(
    Table(
        noun="letter",
        title=say("Letter"),
        relation=policy.relation_to_decision,
        relations=policy.LOI_RELATIONS,
        states=(
            State("owed", say("being rendered"), tone="amber"),
            State("stored", say("stored, not yet issued"), tone="lunar"),
            State("issued", say("valid"), tone="jade"),
            State("superseded", say("superseded"), tone="amber", final=True),
            State("void", say("void"), final=True),
        ),
        rows=LETTER_ROWS,
    )
)
