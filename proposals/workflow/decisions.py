from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Call, Decision
from proposals.models.decisions import PREPARED
from proposals.models.lois import MOVABLE
from proposals.workflow.agreements import call_runs
from proposals.workflow.calls import CALL
from proposals.workflow.lois import LOI

# The states of a call whose mission can carry a case of another one.
CARRYING = ("published", "closed", "decisions_proposed", "decisions_approved", "released")


def case_in_final_review(decision: Decision, act: Act) -> Verdict:
    """The case is in final review; the decisions of its call are not yet proposed, or are released."""
    if decision.loi.state != "final_review":
        return no(
            "not_in_final_review",
            say(
                "The case is “%(state)s”, not in final review.",
                state=LOI.state(decision.loi.state).label,
            ),
        )
    return decisions_are_open_in(decision.loi.call, "closed", "released")


def decisions_are_open_in(call: Call, *states: str) -> Verdict:
    if call.state not in states:
        return no(
            "decisions_closed",
            say(
                "The decisions of this call are “%(state)s”: reopen them first.",
                state=CALL.state(call.state).label,
            ),
        )
    return YES


def case_on_reserve(decision: Decision, act: Act) -> Verdict:
    """The results are released and the call runs, the case is on the reserve list, and it is to be selected."""
    if decision.loi.state != "reserve":
        return no(
            "not_on_reserve",
            say(
                "The case is “%(state)s”, not on the reserve list.",
                state=LOI.state(decision.loi.state).label,
            ),
        )
    if not (verdict := call_runs(decision.loi, act)):
        return verdict
    if decision.loi.call.state != "released":
        return no(
            "not_released",
            say(
                "The call is “%(state)s”: a case is promoted once its results are released.",
                state=CALL.state(decision.loi.call.state).label,
            ),
        )
    if decision.outcome and not decision.positive:
        return no(
            "promotion_selects",
            say("A case on the reserve list is promoted by selecting it, or stays there."),
            field="outcome",
        )
    return YES


def case_is_selected(decision: Decision, act: Act) -> Verdict:
    """A released decision selected the case, and the partner has not stepped back; its call may have been suspended or cancelled since."""
    told = queries.in_force(decision.loi)
    if decision.loi.state not in MOVABLE or told is None or not told.positive:
        return no(
            "not_selected",
            say(
                "The case is “%(state)s”: what another mission can carry is a case that was selected.",
                state=LOI.state(decision.loi.state).label,
            ),
        )
    return YES


def another_mission_carries_it(decision: Decision, act: Act) -> Verdict:
    """The mission it moves to is another than carries it now."""
    host = decision.onto
    if host and host.mission_id == queries.carrier(decision.loi).mission_id:
        return no(
            "carried_already",
            say("%(mission)s carries it now: choose another.", mission=host.mission.name),
            field="onto",
        )
    return YES


def its_mission_can_carry_it(decision: Decision, act: Act) -> Verdict:
    """The call of the mission it moves to is published, neither suspended nor cancelled."""
    host = decision.onto
    if host and (host.history or host.state not in CARRYING):
        return no(
            "carries_nothing",
            say(
                "The call %(code)s is “%(state)s”: its mission carries nothing now.",
                code=host.code,
                state=CALL.state(host.state).label,
            ),
            field="onto",
        )
    return YES


def chairs_there_too(decision: Decision, act: Act) -> Verdict:
    """Who draws on the other call's budget decides there as well: the chair of both panels."""
    if decision.onto and "chair" not in CALL.relation(act.by, decision.onto):
        return no(
            "not_your_budget",
            say(
                "You do not chair the panel of %(code)s: who draws on its budget decides there as well.",
                code=decision.onto.code,
            ),
            who=True,
        )
    return YES


def results_are_released(decision: Decision, act: Act) -> Verdict:
    """The results of its call are released: what is decided since is approved case by case."""
    if decision.loi.call.state != "released" and decision.onto is None:
        return no(
            "with_the_others",
            say("The results of the call are not released: it is decided with the others."),
        )
    return YES


def letter_is_of_today(decision: Decision, act: Act) -> Verdict:
    """Its letter carries the day of the release: today, in the zone of the call."""
    today = act.now.astimezone(decision.loi.call.zoneinfo).date()
    letter = decision.letters.filter(state="stored").first()
    if letter is not None and letter.dated != today:
        return no(
            "release_date",
            say(
                "The letter is dated %(dated)s and today is %(today)s: have it dated anew, and it is rendered again.",
                dated=letter.dated,
                today=today,
            ),
        )
    return YES


def approved_by_another(decision: Decision, act: Act) -> Verdict:
    """Whoever prepared or approved it does not release it: two persons."""
    if act.by.pk in {decision.prepared_by_id, decision.approved_by_id}:
        return no(
            "two_persons",
            say("You prepared or approved this decision: another person releases it."),
            who=True,
        )
    return YES


def not_in_a_project(decision: Decision, act: Act) -> Verdict:
    """The case is part of no project that is in preparation."""
    project = None if decision.project_id else queries.project_of(decision.loi)
    if project:
        return no(
            "in_a_project",
            say(
                "%(reference)s is part of %(project)s: dissolve that project first.",
                reference=decision.loi.reference,
                project=project.reference,
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
    Row("prepare", "prepared", (START,), "prepared", ("chair",), (case_in_final_review, not_in_a_project, demand_is_known)),
    Row("promote", "promotion_prepared", (START,), "prepared", ("chair",), (case_on_reserve, demand_is_known), "decision_prepared"),
    Row("reaccommodate", "reaccommodation_prepared", (START,), "prepared", ("chair",), (case_is_selected, another_mission_carries_it, its_mission_can_carry_it, chairs_there_too), "decision_prepared", say("Move to another mission")),
    Row("approve", "approved", ("prepared",), "approved", ("approver",), (prepared_by_another,)),
    Row("release", "released", ("approved",), "released", ("secretary",), (letter_is_stored,)),
    Row("approve_one", "approved_alone", ("prepared",), "approved", ("approver",), (results_are_released, its_mission_can_carry_it, prepared_by_another), "decision_approved", say("Approve")),
    Row("date_anew", "dated_anew", ("approved",), "approved", ("secretary", "approver"), (results_are_released,), button=say("Date the letter today")),
    Row("release_one", "released_alone", ("approved",), "released", ("secretary",), (results_are_released, its_mission_can_carry_it, approved_by_another, letter_is_stored, letter_is_of_today), button=say("Release")),
    Row("take_back", "taken_back", PREPARED, "void", ("chair", "approver"), (results_are_released,), button=say("Take back"), reason=True, tone="danger"),
    Row("supersede", "superseded", ("released",), "superseded", ("secretary", "legal")),
    Row("unapprove", "unapproved", ("approved",), "prepared", ("approver", "chair")),
    Row("void", "voided", PREPARED, "void", ("chair", "aor", "approver", CLOCK)),
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
            State("released", say("released"), tone="jade"),
            State("superseded", say("superseded"), final=True),
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
    Row("supersede", "superseded", ("issued",), "superseded", ("aor", "secretary", "legal", CLOCK)),
    Row("revoke", "revoked", ("issued",), "revoked", ("approver",), tells="letter_revoked", reason=True),
    Row("redate", "redated", ("owed", "stored"), "owed", ("secretary", "approver")),
    Row("void", "voided", ("owed", "stored"), "void", ("approver", "chair", "aor", "secretary", "legal", CLOCK)),
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
            State("revoked", say("revoked"), tone="cinnabar", final=True),
            State("void", say("void"), final=True),
        ),
        rows=LETTER_ROWS,
    )
)
