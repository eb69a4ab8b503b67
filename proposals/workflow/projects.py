from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Project
from proposals.models.decisions import PREPARED
from proposals.models.projects import COMMITTED, OFFERED
from proposals.workflow.agreements import AGREEMENT_STATES, agreement_rows, call_is_cancelled
from proposals.workflow.decisions import decisions_are_open_in, prepared_by_another
from proposals.workflow.lois import LOI


def decisions_are_open(project: Project, act: Act) -> Verdict:
    """The call is closed and its decisions are not yet proposed."""
    return decisions_are_open_in(project.call, "closed")


def cases_can_be_merged(project: Project, act: Act) -> Verdict:
    """At least two cases of the call, each in final review, of known need, and part of no other project."""
    if len(project.cases) < 2:
        return no(
            "too_few_cases",
            say("A project is made of at least two cases; chosen: %(n)s.", n=len(project.cases)),
            field="cases",
        )
    for loi in project.cases:
        if loi.call_id != project.call_id:
            return no(
                "another_call",
                say("%(reference)s is a case of another call.", reference=loi.reference),
                field="cases",
            )
        if loi.state != "final_review":
            return no(
                "not_in_final_review",
                say(
                    "%(reference)s is “%(state)s”, not in final review.",
                    reference=loi.reference,
                    state=LOI.state(loi.state).label,
                ),
                field="cases",
            )
        if other := queries.project_of(loi):
            return no(
                "in_a_project",
                say(
                    "%(reference)s is part of %(project)s: dissolve that project first.",
                    reference=loi.reference,
                    project=other.reference,
                ),
                field="cases",
            )
        if unknown := queries.unstated(loi):
            return no(
                "demand_unknown",
                say(
                    "%(reference)s states no figure for: %(resources)s.",
                    reference=loi.reference,
                    resources=", ".join(str(allocation.kind.label) for allocation in unknown),
                ),
                field="cases",
            )
    return YES


# fmt: off
PROJECT_ROWS = (
    Row("merge", "merged", (START,), "prepared", ("chair",), (decisions_are_open, cases_can_be_merged)),
    Row("approve", "approved", ("prepared",), "approved", ("approver",), (prepared_by_another,)),
    Row("unapprove", "unapproved", ("approved",), "prepared", ("approver", "chair")),
    Row("release", "released", ("approved",), "released", ("secretary",)),
    Row("dissolve", "dissolved", ("prepared",), "void", ("chair",), (decisions_are_open,), button=say("Dissolve"), reason=True, tone="danger"),
    Row("fall_apart", "fallen_apart", PREPARED, "void", (CLOCK,)),
    *agreement_rows(OFFERED),
    Row("cancel", "cancelled", COMMITTED, "call_cancelled", ("approver",), (call_is_cancelled,), reason=True),
)
# Of before a project had an agreement.
FORMER_ROWS = (Row("end", "ended", OFFERED, "ended", ()),)
# fmt: on

PROJECT = register(
    Table(
        noun="project",
        title=say("Project"),
        relation=policy.relation_to_project,
        relations=policy.LOI_RELATIONS,
        states=(
            State("prepared", say("prepared"), tone="amber"),
            State("approved", say("approved"), tone="amber"),
            State("released", say("released, to be accepted"), tone="jade"),
            *AGREEMENT_STATES,
            State("call_cancelled", say("the call was cancelled"), tone="cinnabar", final=True),
            State("ended", say("ended"), tone="cinnabar", final=True),
            State("void", say("dissolved"), final=True),
        ),
        rows=PROJECT_ROWS,
        former=FORMER_ROWS,
    )
)
