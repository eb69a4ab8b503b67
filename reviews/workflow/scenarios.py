from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy as policies
from reviews import policy
from reviews.models import Scenario
from reviews.selection.check import faults
from reviews.selection.inputs import choice_of


def cases_to_choose_from(scenario: Scenario, act: Act) -> Verdict:
    """The call has cases before the panel or in final review, with a locked review."""
    if not scenario.inputs["cases"]:
        return no(
            "nothing_to_select",
            say("No case of this call is before the panel with a locked review: nothing to select from."),
        )  # fmt: skip
    return YES


def set_fits(scenario: Scenario, act: Act) -> Verdict:
    """The set is within every budget and cap, counted by MEV."""
    wrong = faults(choice_of(scenario.inputs), scenario.chosen)
    if wrong:
        return no("over_full", say("%(all)s", all=" ".join(map(str, wrong))))
    return YES


def set_is_found(scenario: Scenario, act: Act) -> Verdict:
    """A set was found that keeps every rule."""
    if not scenario.by_hand and (scenario.found.get("clash") or not scenario.found.get("known")):
        return no("no_set", say("No set keeps all rules of this scenario: nothing to prepare."))
    return YES


# fmt: off
SCENARIO_ROWS = (
    Row("ask", "asked", (START,), "waiting", ("chair",), (cases_to_choose_from,)),
    Row("keep", "kept", (START,), "done", ("chair",), (cases_to_choose_from, set_fits)),
    Row("begin", "begun", ("waiting",), "running", (CLOCK,)),
    Row("finish", "finished", ("running",), "done", (CLOCK,)),
    Row("cancel", "cancelled", ("waiting", "running"), "cancelled", ("chair",), button=say("Cancel the run")),
    Row("apply", "applied", ("done",), START, ("chair",), (set_is_found,), button=say("Prepare decisions from this")),
)
# fmt: on

SCENARIO = register(
    Table(
        noun="scenario",
        title=say("Scenario of the selection"),
        relation=policy.relation_to_scenario,
        relations=policies.CALL_RELATIONS,
        states=(
            State("waiting", say("waiting for a worker"), tone="amber"),
            State("running", say("being worked out"), tone="amber"),
            State("done", say("done"), tone="jade", final=True),
            State("cancelled", say("cancelled"), final=True),
        ),
        rows=SCENARIO_ROWS,
    )
)
