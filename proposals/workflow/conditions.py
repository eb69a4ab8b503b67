"""The table of the conditions of a decision, and what they ask of the signing."""

from datetime import date

from portal.deadline import said
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Condition, Project
from proposals.models.agreements import Subject


def still_to_be_met(condition: Condition, act: Act) -> Verdict:
    """Its decision is in force, and the case has not ended: what ended owes nothing."""
    if not condition.runs:
        return no(
            "condition_ended",
            say("The case has ended or is decided anew: this condition asks for nothing more."),
        )
    return YES


def latest(day: date) -> date:
    """The last day on which a condition may be due that is imposed or extended on this one."""
    return date(day.year + 10, 12, 31)


def more_time_is_given(condition: Condition, act: Act) -> Verdict:
    """The new day is later than the one that stands, not past, and not after the tenth year from now."""
    until = act.facts
    if not isinstance(until, date):  # not said yet
        return YES
    today = act.now.astimezone(condition.loi.call.zoneinfo).date()
    refusal = None
    if until <= condition.due_on:
        refusal = say(
            "It is due on %(day)s: a later day ends after it.",
            day=condition.due_on,
        )
    elif until < today:
        refusal = say("%(day)s has passed; today is %(today)s.", day=until, today=today)
    elif until > latest(today):
        refusal = say(
            "%(day)s is later than %(latest)s, the end of the tenth year from now.",
            day=until,
            latest=latest(today),
        )
    return no("condition.until", refusal, field="until") if refusal else YES


def its_clock_runs(condition: Condition, act: Act) -> Verdict:
    """The call whose mission carries the case is not suspended: the pause would come on top of a new day."""
    if queries.carrier(condition.loi).state == "suspended":
        return no(
            "call_suspended",
            say(
                "The call is suspended. When it goes on, each date is later by the pause: extend it then."
            ),
        )
    return YES


def nothing_is_met_by_who_signs(subject: Subject, act: Act) -> Verdict:
    """No condition of the case was marked as met by the person who records the signing."""
    if isinstance(subject, Project):
        return YES
    if met := Condition.objects.filter(decision__loi=subject, met_by=act.by).first():
        return no(
            "two_persons",
            say(
                "You marked condition %(number)s as met: another legal officer records the signing.",
                number=met.number,
            ),
            who=True,
        )
    return YES


def conditions_due_are_met(subject: Subject, act: Act) -> Verdict:
    """Every condition that is due by the day on which the signing is recorded is met, whenever it was signed."""
    today = act.now.astimezone(subject.call.zoneinfo).date()
    if missing := queries.unmet(subject, by=subject.call.end_of(today)):
        listed = " ".join(
            str(
                say(
                    "Condition %(number)s, due before %(due)s: “%(text)s”",
                    number=one.number,
                    due=said(one.due_at, subject.call.zone),
                    text=one.text,
                )
            )
            for one in missing
        )
        return no(
            "conditions_not_met",
            say(
                "What is due by today, %(day)s, is not all met, and the record of a signing waits for it. %(listed)s",
                day=today,
                listed=listed,
            ),
            field="signed_on",
        )
    return YES


# Who runs the case judges what was answered, and asks assessors where that takes one. Legal
# marks nothing as met, and of who holds both offices `nothing_is_met_by_who_signs` refuses the
# signing: what it rests on is another's word.
# fmt: off
CONDITION_ROWS = (
    Row("impose", "imposed", (START,), "open", ("secretary",)),
    Row("answer", "answered", ("open",), "answered", ("pi", "aor"), (still_to_be_met,), "condition_answered", say("Answer")),
    Row("extend", "extended", ("open", "answered"), START, ("approver",), (still_to_be_met, its_clock_runs, more_time_is_given), "condition_extended", say("Extend"), reason=True),
    Row("mark_met", "met", ("open", "answered"), "met", ("secretary",), (still_to_be_met,), "condition_met", say("Mark as met"), reason=True),
    Row("send_back", "sent_back", ("answered",), "open", ("secretary",), (still_to_be_met,), "condition_sent_back", say("Send back"), reason=True),
)
# fmt: on

CONDITION = register(
    Table(
        noun="condition",
        title=say("Condition of a decision"),
        relation=policy.relation_to_decision,
        relations=policy.LOI_RELATIONS,
        states=(
            State("open", say("to be answered"), tone="amber"),
            State("answered", say("answered"), tone="lunar"),
            State("met", say("met"), tone="jade", final=True),
        ),
        rows=CONDITION_ROWS,
    )
)
