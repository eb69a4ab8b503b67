from portal import roles
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals.policy import LOI_RELATIONS
from reviews import policy, queries
from reviews.models import Conflict

OFFICES = {
    "chair": say("the chair of the panel"),
    roles.SECRETARY: say("a secretary"),
    roles.APPROVER: say("an approver"),
}


def the_evidence_is_new(conflict: Conflict, act: Act) -> Verdict:
    """The rules find it for the first time, or on other evidence than before."""
    if conflict.pk and act.facts == conflict.evidence:
        return no("conflict.known", say("It was found before, on the same evidence."))
    return YES


def it_is_theirs_to_rule(conflict: Conflict, act: Act) -> Verdict:
    """A reviewer's soft conflict is ruled by the chair, a hard one by the chair or a secretary; that of a chair, a secretary or an approver by an approver, and never one's own."""
    concerns = queries.office_of(conflict)
    ruling = {"chair", roles.SECRETARY} if conflict.hard else {"chair"}
    who = say("the chair or a secretary") if conflict.hard else say("the chair")
    if concerns:
        ruling, who = {roles.APPROVER}, say("an approver")
    if policy.relation_to_conflict(act.by, conflict) & ruling:
        return YES
    if concerns:
        return no(
            "conflict.office",
            say("It concerns %(whom)s: %(who)s rules on it.", whom=OFFICES[concerns], who=who),
        )
    return no("conflict.office", say("On this one rules %(who)s.", who=who))


def nobody_declared_it_hard(conflict: Conflict, act: Act) -> Verdict:
    """What a person declares as a hard conflict stands without a ruling."""
    if conflict.declared and conflict.hard:
        return no("conflict.declared", say("Declared as a hard conflict: it stands."))
    return YES


RULED = (it_is_theirs_to_rule, nobody_declared_it_hard)
RULERS = ("chair", "secretary", "approver")

# fmt: off
CONFLICT_ROWS = (
    Row("find", "found", (START, "found", "dismissed"), "found", (CLOCK,), (the_evidence_is_new,), "conflict_found"),
    Row("declare", "declared", (START, "declared", "dismissed"), "declared", ("concerned",), tells="conflict_declared"),
    Row("confirm", "confirmed", ("found", "declared"), "confirmed", RULERS, RULED, "conflict_confirmed", say("It is a conflict"), reason=True, tone="danger"),
    Row("dismiss", "dismissed", ("found", "declared"), "dismissed", RULERS, RULED, "conflict_dismissed", say("It is none"), reason=True),
)
# fmt: on

CONFLICT = register(
    Table(
        noun="conflict",
        title=say("Conflict of interest"),
        relation=policy.relation_to_conflict,
        relations=LOI_RELATIONS | {"concerned"},
        states=(
            State("found", say("found, not ruled on"), tone="amber"),
            State("declared", say("declared"), tone="amber"),
            State("confirmed", say("confirmed"), tone="cinnabar", final=True),
            State("dismissed", say("dismissed"), tone="jade"),
        ),
        rows=CONFLICT_ROWS,
    )
)
