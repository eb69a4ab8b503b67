from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy as policies
from reviews import policy
from reviews.models import Meeting


def call_is_judged(meeting: Meeting, act: Act) -> Verdict:
    """The call is closed and its decisions are not proposed yet."""
    if meeting.call.state != "closed":
        return no(
            "meeting.call",
            say(
                "The call is “%(state)s”: a panel meets once it is closed and before its decisions are proposed.",
                state=meeting.call.state.replace("_", " "),
            ),
        )
    return YES


def no_other_meeting(meeting: Meeting, act: Act) -> Verdict:
    """No other meeting of the call is planned or open."""
    others = Meeting.objects.filter(call=meeting.call).exclude(pk=meeting.pk)
    if others.exclude(state="closed").exists():
        return no("meeting.other", say("Another meeting of the panel is planned or open."))
    return YES


# fmt: off
MEETING_ROWS = (
    Row("plan", "planned", (START,), "planned", ("secretary", "chair"), (call_is_judged, no_other_meeting), "meeting_planned"),
    Row("begin", "begun", ("planned",), "open", ("secretary", "chair"), (call_is_judged,), button=say("Begin the meeting"), tone="primary"),
    Row("close", "closed", ("planned", "open"), "closed", ("secretary", "chair"), button=say("Close the meeting"), tone="danger"),
)
# fmt: on

MEETING = register(
    Table(
        noun="meeting",
        title=say("Meeting of the panel"),
        relation=policy.relation_to_meeting,
        relations=policies.CALL_RELATIONS,
        states=(
            State("planned", say("planned"), tone="amber"),
            State("open", say("going on"), tone="lunar"),
            State("closed", say("closed"), final=True),
        ),
        rows=MEETING_ROWS,
    )
)
