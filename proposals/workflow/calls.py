from datetime import date
from itertools import pairwise

from portal.deadline import zoned
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Call, Decision, Letter
from proposals.models.decisions import PREPARED
from proposals.models.lois import RUNNING

SUSPENDABLE = ("published", "closed", "released")
DECIDING = ("decisions_proposed", "decisions_approved")


def dates_in_order(call: Call, act: Act) -> Verdict:
    """The call closes in the future, and every planned date lies in its order."""
    if call.closes_at <= act.now:
        return no(
            "dates",
            say("The call would close in the past: %(at)s.", at=zoned(call.closes_at, call.zone)),
            field="closes_at",
        )
    return days_in_order({m.kind: m.due for m in call.milestones.all()})


def days_in_order(dates: dict[str, date | None]) -> Verdict:
    """Yes where every known date lies on or after the one before it."""
    chains = (("opening", "closing", "preliminary", "final", "result"), ("final", "need_by"))
    steps = [
        step for chain in chains for step in pairwise(kind for kind in chain if dates.get(kind))
    ]
    for earlier, kind in steps:
        before, after = dates[earlier], dates[kind]
        if after < before:
            return no(
                "dates",
                say(
                    "The planned dates are out of order: %(after)s comes before %(before)s.",
                    after=after,
                    before=before,
                ),
                field=kind,
            )
    return YES


def terms_complete(call: Call, act: Act) -> Verdict:
    """Something is offered, the weights of the rubric add to 100, and the final selection is planned."""
    if not call.allocations.exists():
        return no(
            "offer",
            say("The call offers nothing yet: enter what a platform can carry."),
            field="capacity",
        )
    weights = sum(call.criteria.values_list("weight", flat=True))
    if weights != 100:
        return no(
            "weights",
            say("The weights of the rubric add to %(sum)s; they must add to 100.", sum=weights),
            field="weight",
        )
    if call.hides_applicants and not call.criteria.filter(needs_names=False).exists():
        return no(
            "needs_names",
            say(
                "Applicants are hidden, and every criterion is judged by name: leave one that is not."
            ),
            field="needs_names",
        )
    if not call.milestones.filter(kind="final").exclude(planned=None).exists():
        return no("dates", say("The planned final selection is missing."), field="final")
    return YES


def proposed_by_another(call: Call, act: Act) -> Verdict:
    """Whoever proposed or drafted the call cannot publish it: two persons."""
    if act.by.pk in {call.proposed_by_id, call.drafted_by_id}:
        return no(
            "two_persons",
            say("You drafted or proposed this call: a second person publishes it."),
            who=True,
        )
    return YES


def closing_is_due(call: Call, act: Act) -> Verdict:
    """The closing instant and the processing grace have passed."""
    if act.now < call.closing_due_at:
        return no(
            "too_early", say("The call closes on %(at)s.", at=zoned(call.closes_at, call.zone))
        )
    return YES


def every_case_is_decided(call: Call, act: Act) -> Verdict:
    """Every case still in the running is in final review with a decision prepared."""
    running = call.lois.filter(state__in=RUNNING)
    open_cases = running.exclude(state="final_review").count()
    if open_cases:
        return no("cases_open", say("Cases not yet in final review: %(n)s.", n=open_cases))
    undecided = running.exclude(decisions__state__in=PREPARED).count()
    if undecided:
        return no("undecided", say("Cases without a decision: %(n)s.", n=undecided))
    if not running.exists():
        return no("no_cases", say("There is no case to decide."))
    return YES


def no_case_is_hidden(call: Call, act: Act) -> Verdict:
    """No case of the call is hidden from the person by a conflict of interest."""
    if queries.conflicted(act.by, call):
        return no(
            "conflict",
            say(
                "You have a conflict of interest with a case of this call: somebody else of your office does this."
            ),
            who=True,
        )
    return YES


def no_late_ticket_runs(call: Call, act: Act) -> Verdict:
    """No late ticket can still bring a letter."""
    if ticket := queries.running_tickets(call, act.now).order_by("-until").first():
        return no(
            "ticket_runs",
            say("A late ticket runs until %(at)s.", at=zoned(ticket.until, call.zone)),
        )
    return YES


def closes_later(call: Call, act: Act) -> Verdict:
    """A published amendment has put its closing into the future."""
    if call.closes_at <= act.now:
        return no("call_closed", say("It closed on %(at)s.", at=zoned(call.closes_at, call.zone)))
    return YES


def decisions_by_another(call: Call, act: Act) -> Verdict:
    """Whoever prepared or proposed the decisions cannot approve them: two persons."""
    prepared = Decision.objects.filter(loi__call=call, state="prepared", prepared_by=act.by)
    if act.by.pk == call.decisions_proposed_by_id or prepared.exists():
        return no(
            "two_persons",
            say("You prepared or proposed these decisions: a second person approves them."),
            who=True,
        )
    return YES


def released_by_another(call: Call, act: Act) -> Verdict:
    """Whoever approved the decisions does not release them: two persons."""
    if act.by.pk == call.decisions_approved_by_id:
        return no(
            "two_persons",
            say("You approved these decisions: another person releases them."),
            who=True,
        )
    return YES


def every_letter_is_stored(call: Call, act: Act) -> Verdict:
    """The letter of each decision is rendered and stored."""
    letters = Letter.objects.filter(decision__loi__call=call, decision__state="approved").exclude(
        state="void"
    )
    missing = letters.exclude(state="stored").count()
    if missing:
        return no(
            "letters_missing",
            say(
                "Letters not yet stored: %(n)s of %(all)s. They are being rendered; try again in a moment.",
                n=missing,
                all=letters.count(),
            ),
        )
    return YES


def released_on_its_date(call: Call, act: Act) -> Verdict:
    """The letters carry the planned date of the release: it is that day, in the call's zone."""
    today = act.now.astimezone(call.zoneinfo).date()
    if call.release_on != today:
        return no(
            "release_date",
            say(
                "The letters are dated %(dated)s and today is %(today)s: move the release, and the letters are rendered again.",
                dated=call.release_on,
                today=today,
            ),
        )
    return YES


def was(state: str):
    """The call was in this state when it was suspended."""

    def guard(call: Call, act: Act) -> Verdict:
        if call.suspended_from != state:
            return no("suspended_from", say("It was suspended from another state."))
        return YES

    guard.__name__ = f"was_{state}"
    guard.__doc__ = was.__doc__
    return guard


# fmt: off
CALL_ROWS = (
    Row("draft", "drafted", (START,), "draft", ("secretary",)),
    Row("propose", "proposed", ("draft",), "proposed", ("secretary",), (terms_complete, dates_in_order), "call_proposed", say("Propose for publication")),
    Row("send_back", "sent_back", ("proposed",), "draft", ("approver", "secretary"), tells="call_sent_back", button=say("Send back to the draft"), reason=True),
    Row("publish", "published", ("proposed",), "published", ("approver",), (proposed_by_another, terms_complete, dates_in_order), "call_published", say("Publish")),
    Row("close", "closed", ("published",), "closed", (CLOCK,), (closing_is_due,), "call_closed"),
    Row("reopen", "reopened", ("closed",), "published", ("approver",), (closes_later,)),
    Row("propose_decisions", "decisions_proposed", ("closed",), "decisions_proposed", ("chair",), (no_case_is_hidden, every_case_is_decided, no_late_ticket_runs), "decisions_proposed", say("Propose the decisions")),
    Row("reopen_decisions", "decisions_reopened", ("decisions_proposed", "decisions_approved"), "closed", ("approver", "chair"), tells="decisions_reopened", button=say("Reopen the decisions"), reason=True, tone="danger"),
    Row("approve_decisions", "decisions_approved", ("decisions_proposed",), "decisions_approved", ("approver",), (no_case_is_hidden, every_case_is_decided, decisions_by_another), "decisions_approved", say("Approve the decisions")),
    Row("move_release", "release_moved", ("decisions_approved",), "decisions_approved", ("secretary", "approver"), tells="release_moved", button=say("Move the release")),
    Row("release", "released", ("decisions_approved",), "released", ("secretary",), (no_case_is_hidden, released_by_another, every_case_is_decided, every_letter_is_stored, released_on_its_date), "call_released", say("Release the results")),
    Row("suspend", "suspended", SUSPENDABLE, "suspended", ("approver",)),
    Row("resume", "resumed", ("suspended",), "published", ("approver",), (was("published"),)),
    Row("resume_evaluation", "evaluation_resumed", ("suspended",), "closed", ("approver",), (was("closed"),)),
    Row("resume_agreements", "agreements_resumed", ("suspended",), "released", ("approver",), (was("released"),)),
    Row("cancel", "cancelled", (*SUSPENDABLE, *DECIDING, "suspended"), "cancelled", ("approver",)),
)
# fmt: on

CALL = register(
    Table(
        noun="call",
        title=say("Call"),
        relation=policy.call_relation,
        relations=policy.CALL_RELATIONS,
        states=(
            State("draft", say("draft")),
            State("proposed", say("proposed for publication"), tone="amber"),
            State("published", say("published"), tone="lunar"),
            State("closed", say("closed, under evaluation"), tone="lunar"),
            State(
                "decisions_proposed",
                say("decisions proposed"),
                say("closed, under evaluation"),
                tone="amber",
            ),
            State(
                "decisions_approved",
                say("decisions approved"),
                say("closed, under evaluation"),
                tone="amber",
            ),
            State("released", say("results released"), tone="jade"),
            State("suspended", say("suspended"), tone="amber"),
            State("cancelled", say("cancelled"), tone="cinnabar", final=True),
        ),
        rows=CALL_ROWS,
    )
)
