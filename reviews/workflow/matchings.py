from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy as policies
from reviews import policy
from reviews.models import Matching


def matching_is_possible(matching: Matching, act: Act) -> Verdict:
    """The matcher found an assignment that keeps every conflict, quota and number."""
    reasons = matching.found.get("reasons", [])
    if reasons:
        return no("impossible", say("%(first)s", first=reasons[0]))
    return YES


def no_matching_is_open(matching: Matching, act: Act) -> Verdict:
    """No other proposed assignment of the call waits to be applied or put aside."""
    others = Matching.objects.filter(call=matching.call, state__in=["asked", "proposed"])
    if others.exists():
        return no("matching_open", say("Apply the proposed assignment or put it aside first."))
    return YES


# fmt: off
MATCHING_ROWS = (
    Row("ask", "asked", (START,), "asked", ("secretary",), (no_matching_is_open,)),
    Row("take_table", "table_taken", (START,), "proposed", ("secretary",), (no_matching_is_open,)),
    Row("propose", "proposed", ("asked",), "proposed", (CLOCK,)),
    Row("apply", "applied", ("proposed",), "applied", ("secretary",), (matching_is_possible,), button=say("Apply")),
    Row("discard", "discarded", ("asked", "proposed"), "discarded", ("secretary",), button=say("Put aside")),
)
# fmt: on

MATCHING = register(
    Table(
        noun="matching",
        title=say("Proposed assignment"),
        relation=policy.relation_to_matching,
        relations=policies.CALL_RELATIONS,
        states=(
            State("asked", say("being worked out"), tone="amber"),
            State("proposed", say("proposed"), tone="lunar"),
            State("applied", say("applied"), tone="jade", final=True),
            State("discarded", say("put aside"), final=True),
        ),
        rows=MATCHING_ROWS,
    )
)
