"""What follows a release: acceptance and agreement, of a case or a project; the review of the procedure."""

from datetime import date, datetime

from portal.deadline import zoned
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State
from proposals import queries
from proposals.models import Call, LetterOfIntent
from proposals.models.agreements import Subject
from proposals.workflow.conditions import conditions_due_are_met, nothing_is_met_by_who_signs


def accepted_in_time(subject: Subject, act: Act) -> Verdict:
    """The acceptance arrived before the instant by which it is due; that instant itself is late."""
    agreement = queries.agreement_of(subject)
    if agreement is None:
        return no("no_offer", say("Nothing is released here that could be accepted."))
    if not (verdict := carrier_runs(subject, act)):
        return verdict
    if act.now >= agreement.accept_by:
        return no(
            "acceptance_late",
            say(
                "It was to be accepted before %(due)s; this request arrived on %(now)s.",
                due=zoned(agreement.accept_by, subject.call.zone),
                now=zoned(act.now, subject.call.zone),
            ),
        )
    return YES


def acceptance_is_overdue(subject: Subject, act: Act) -> Verdict:
    """The instant by which it was to be accepted, and the processing grace, have passed."""
    agreement = queries.agreement_of(subject)
    if not (verdict := carrier_runs(subject, act)):
        return verdict
    if agreement is None or act.now < agreement.lapses_at:
        due = zoned(agreement.accept_by, subject.call.zone) if agreement else "?"
        return no("too_early", say("It may be accepted until %(at)s.", at=due))
    return YES


def more_time_lies_ahead(subject: Subject, act: Act) -> Verdict:
    """The new instant is later than the one that stands, and lies ahead."""
    agreement = queries.agreement_of(subject)
    proposed = agreement.extension
    until = act.facts if isinstance(act.facts, datetime) else proposed and proposed.until
    if until and until <= max(agreement.accept_by, act.now):
        return no(
            "not_more_time",
            say(
                "It stands at %(at)s: more time ends later than that, and not in the past.",
                at=zoned(agreement.accept_by, subject.call.zone),
            ),
            field="until",
        )
    return YES


def extension_is_proposed_by_another(subject: Subject, act: Act) -> Verdict:
    """More time is proposed, by another person than grants it."""
    agreement = queries.agreement_of(subject)
    if agreement is None or agreement.extension is None:
        return no("no_extension", say("No more time is proposed."))
    if agreement.extension.proposed_by_id == act.by.pk:
        return no(
            "two_persons",
            say("You proposed the extension: a second person grants it."),
            who=True,
        )
    return YES


def its_day_has_come(subject: Subject, act: Act) -> Verdict:
    """The day of the signing, in the call's zone, is today or before."""
    signed_on = act.facts
    today = act.now.astimezone(subject.call.zoneinfo).date()
    if isinstance(signed_on, date) and signed_on > today:
        return no(
            "signing_day",
            say("It cannot have been signed on %(day)s: that day is to come.", day=signed_on),
            field="signed_on",
        )
    return YES


def within_redress(loi: LetterOfIntent, act: Act) -> Verdict:
    """The request arrived within 30 days of the letter, to the end of the last day in the call's zone."""
    if not (verdict := call_runs(loi, act)):
        return verdict
    until = queries.redress_until(loi)
    if until is None:
        return no("no_letter", say("There is no letter yet whose procedure could be reviewed."))
    if act.now >= until:
        return no(
            "redress_late",
            say(
                "A review could be asked for before %(until)s; this request arrived on %(now)s.",
                until=zoned(until, loi.call.zone),
                now=zoned(act.now, loi.call.zone),
            ),
        )
    return YES


def asked_for_the_first_time(loi: LetterOfIntent, act: Act) -> Verdict:
    """Each decision is reviewed once; what was answered stands."""
    decision = queries.in_force(loi)
    if loi.redresses.filter(decision=decision).exclude(ruling=None).exists():
        return no("redress_once", say("A review of this was asked for and answered: it is final."))
    return YES


def had_no_part(loi: LetterOfIntent, act: Act) -> Verdict:
    """Whoever answers had no part in the case: neither screened, reviewed, prepared, approved nor released anything of it, nor had a letter of it corrected."""
    if queries.took_part(act.by, loi):
        return no(
            "two_persons",
            say("You had a part in this case: another legal officer answers."),
            who=True,
        )
    return YES


def was_decided(loi: LetterOfIntent, act: Act) -> Verdict:
    """The review is of a decision."""
    if queries.in_force(loi) is None:
        return no("not_decided", say("The review is of the screening, not of a decision."))
    return YES


def was_found_ineligible(loi: LetterOfIntent, act: Act) -> Verdict:
    """The review is of the finding that it is ineligible."""
    if queries.in_force(loi) is not None:
        return no("not_ineligible", say("The review is of a decision, not of the screening."))
    return YES


def call_runs(subject: Subject, act: Act) -> Verdict:
    """The call is not suspended: no term of it runs, and none ends."""
    return _runs(subject.call)


def carrier_runs(subject: Subject, act: Act) -> Verdict:
    """The call whose mission carries it is not suspended: while it is, no term runs and none ends."""
    return _runs(queries.carrier(subject))


def _runs(call: Call) -> Verdict:
    if call.state != "suspended":
        return YES
    since = datetime.fromisoformat(call.pauses[-1][0])
    reason = call.amendments.filter(kind="suspension", state="published").last().reason
    return no(
        "call_suspended",
        say(
            "The call is suspended since %(since)s, and its clocks stand still: %(reason)s",
            since=zoned(since, call.zone),
            reason=reason,
        ),
    )


def call_is_cancelled(subject: Subject, act: Act) -> Verdict:
    """The call whose mission carries it is cancelled, as its public log says."""
    if queries.carrier(subject).state != "cancelled":
        return no("not_cancelled", say("The call is not cancelled."))
    return YES


def agreement_rows(offered: tuple[str, ...]) -> tuple[Row, ...]:
    """From the offer to its end, alike for a case and a project that is told of in these states."""
    # fmt: off
    return (
        Row("accept", "accepted", offered, "agreement_pending", ("aor",), (accepted_in_time,), "selection_accepted", say("Accept")),
        Row("decline", "declined", (*offered, "agreement_pending"), "declined", ("aor",), tells="selection_declined", button=say("Decline"), reason=True, tone="danger"),
        Row("let_lapse", "let_lapse_unaccepted", offered, "lapsed", (CLOCK,), (acceptance_is_overdue,), "selection_lapsed"),
        Row("propose_extension", "extension_proposed", offered, START, ("secretary",), (carrier_runs, more_time_lies_ahead), "extension_proposed", say("Propose more time"), reason=True),
        Row("grant_extension", "extension_granted", offered, START, ("approver",), (carrier_runs, extension_is_proposed_by_another, more_time_lies_ahead), "extension_granted", say("Grant more time")),
        Row("record_signing", "agreement_signed", ("agreement_pending",), "agreement_signed", ("legal",), (nothing_is_met_by_who_signs, its_day_has_come, conditions_due_are_met), "agreement_signed", say("Record the signing")),
        Row("terminate", "terminated", ("agreement_pending", "agreement_signed"), "terminated", ("legal",), tells="agreement_terminated", button=say("Terminate"), reason=True, tone="danger"),
    )
    # fmt: on


AGREEMENT_STATES = (
    State("agreement_pending", say("accepted, agreement pending"), tone="jade"),
    State("agreement_signed", say("agreement signed"), tone="jade"),
    State("declined", say("declined by the partner"), final=True),
    State("lapsed", say("not accepted in time"), final=True),
    State("terminated", say("agreement terminated"), tone="cinnabar", final=True),
)
