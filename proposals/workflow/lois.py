from portal.deadline import zoned
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals import policy
from proposals.checks import check
from proposals.models import Decision, LetterOfIntent
from proposals.models.lois import RUNNING
from proposals.workflow.calls import closing_is_due


def call_is_open(loi: LetterOfIntent, act: Act) -> Verdict:
    """The request arrived while the call was open: at or after its opening and before its closing instant."""
    call = loi.call
    if call.open_at(act.now):
        return YES
    if call.state != "published" and act.now < call.closes_at:
        return no("call_not_open", say("The call is not published."))
    if act.now < call.opens_at:
        return no(
            "call_not_open", say("The call opens on %(at)s.", at=zoned(call.opens_at, call.zone))
        )
    return no(
        "call_closed",
        say(
            "The call closed on %(at)s; this request arrived on %(now)s. What you typed is kept.",
            at=zoned(call.closes_at, call.zone),
            now=zoned(act.now, call.zone),
        ),
    )


def complete(loi: LetterOfIntent, act: Act) -> Verdict:
    """Nothing that must be there is missing, and no limit is broken."""
    problems = [
        p
        for p in check(loi.content, loi.call.terms(), attached=loi.attachment_id is not None)
        if p.hard
    ]
    if problems:
        return no(
            "incomplete",
            say(
                "Still in the way: %(n)s. The first: %(first)s",
                n=len(problems),
                first=problems[0].sentence,
            ),
        )
    return YES


def organisation_is_verified(loi: LetterOfIntent, act: Act) -> Verdict:
    """The secretariat has verified the organisation."""
    if loi.organisation.verified_at is None:
        return no(
            "organisation_unverified",
            say(
                "%(name)s is not yet verified by the secretariat: write to them today.",
                name=loi.organisation.name,
            ),
        )
    return YES


def call_is_over(loi: LetterOfIntent, act: Act) -> Verdict:
    """The call has closed, and its processing grace has passed."""
    return closing_is_due(loi.call, act)


def found_compliant(loi: LetterOfIntent, act: Act) -> Verdict:
    """The latest screening found it complete and eligible."""
    screening = loi.screenings.last()
    if screening is None or not screening.compliant:
        return no("not_screened", say("It has not been screened as complete and eligible."))
    return YES


def found_ineligible_by_another(loi: LetterOfIntent, act: Act) -> Verdict:
    """The latest screening, by another person, found a rule broken."""
    screening = loi.screenings.last()
    if screening is None or screening.compliant:
        return no("not_screened", say("The screening has not found it ineligible."))
    if screening.by_id == act.by.pk:
        return no(
            "two_persons",
            say("You screened this letter: a second person confirms that it is ineligible."),
            who=True,
        )
    return YES


def enough_reviewers(loi: LetterOfIntent, act: Act) -> Verdict:
    """As many reviewers without a hard conflict are assigned as the call requires."""
    least = loi.call.reviewers_least
    if act.facts is None or act.facts.assigned < least:
        given = act.facts.assigned if act.facts else 0
        return no(
            "too_few_reviewers",
            say(
                "Reviewers without a conflict: %(given)s assigned, %(least)s needed.",
                given=given,
                least=least,
            ),
        )
    return YES


def reviews_are_locked(loi: LetterOfIntent, act: Act) -> Verdict:
    """At least the required number of reviews is locked, and none is still being written."""
    least = loi.call.reviewers_least
    facts = act.facts
    if facts is None or facts.locked < least or facts.locked < facts.assigned:
        locked, assigned = (facts.locked, facts.assigned) if facts else (0, 0)
        return no(
            "reviews_missing",
            say(
                "%(locked)s of %(assigned)s reviews are locked; all, and at least %(least)s, must be.",
                locked=locked,
                assigned=assigned,
                least=least,
            ),
        )
    return YES


def consensus_is_written(loi: LetterOfIntent, act: Act) -> Verdict:
    """Where the scores lie far apart, the panel has written its consensus."""
    facts = act.facts
    if facts is None:
        return no("no_panel", say("The panel's result is missing."))
    if facts.consensus_due and len(facts.consensus) < 20:
        return no(
            "consensus_due",
            say(
                "A consensus must be written down first: %(why)s",
                why="; ".join(facts.consensus_due),
            ),
            field="consensus",
        )
    return YES


def _decided(outcome: str):
    def guard(loi: LetterOfIntent, act: Act) -> Verdict:
        decision = loi.decisions.filter(state="released").first()
        if decision is None or decision.outcome != outcome:
            return no("not_decided", say("No released decision says so."))
        return YES

    guard.__name__ = f"decided_{outcome}"
    guard.__doc__ = "An approved decision with this outcome is being released, its letter stored."
    return guard


# fmt: off
LOI_ROWS = (
    Row("begin", "begun", (START,), "draft", ("pi", "editor", "owner"), (call_is_open,)),
    Row("sign_off", "signed_off", ("draft",), "awaiting_signature", ("pi",), (call_is_open, complete), "loi_signed_off", say("Sign off")),
    Row("return_to_draft", "returned_to_draft", ("awaiting_signature",), "draft", ("aor", "pi"), (call_is_open,), "loi_returned", say("Return to the draft"), reason=True),
    Row("file", "filed", ("awaiting_signature",), "filed", ("aor",), (call_is_open, organisation_is_verified, complete), "loi_filed", say("File")),
    Row("withdraw", "withdrawn", RUNNING, "withdrawn", ("aor",), tells="loi_withdrawn", button=say("Withdraw"), reason=True, tone="danger"),
    Row("lapse", "lapsed", ("draft", "awaiting_signature"), "not_submitted", (CLOCK,), (call_is_over,), "loi_not_submitted"),
    Row("begin_screening", "screening_begun", ("filed",), "screening", (CLOCK,), (call_is_over,)),
    Row("declare_ineligible", "declared_ineligible", ("screening",), "ineligible", ("approver",), (found_ineligible_by_another,), "loi_ineligible", say("Confirm that it is ineligible"), tone="danger"),
    Row("begin_review", "review_begun", ("screening",), "under_review", ("secretary",), (found_compliant, enough_reviewers), "loi_under_review", say("Send to review")),
    Row("conclude_reviews", "reviews_concluded", ("under_review",), "consensus", ("chair",), (reviews_are_locked,), button=say("Conclude the reviews")),
    Row("conclude", "concluded", ("consensus",), "final_review", ("chair",), (consensus_is_written,), button=say("Send to final review")),
    Row("select", "selected", ("final_review",), "selected", ("secretary",), (_decided("selected"),), "loi_decided"),
    Row("select_conditionally", "selected_conditionally", ("final_review",), "selected_conditional", ("secretary",), (_decided("selected_conditional"),), "loi_decided"),
    Row("place_on_reserve", "placed_on_reserve", ("final_review",), "reserve", ("secretary",), (_decided("reserve"),), "loi_decided"),
    Row("not_select", "not_selected", ("final_review",), "not_selected", ("secretary",), (_decided("not_selected"),), "loi_decided"),
)
# fmt: on

LOI = register(
    Table(
        noun="loi",
        title=say("Letter of intent"),
        relation=policy.relation,
        relations=policy.LOI_RELATIONS,
        states=(
            State("draft", say("draft")),
            State("awaiting_signature", say("signed off, not yet filed"), tone="amber"),
            State("filed", say("filed"), tone="lunar"),
            State("not_submitted", say("not submitted"), final=True),
            State("withdrawn", say("withdrawn"), final=True),
            State("screening", say("in screening"), tone="lunar"),
            State("ineligible", say("ineligible"), tone="cinnabar", final=True),
            State("under_review", say("under review"), tone="lunar"),
            State("consensus", say("in consensus"), say("under review"), tone="lunar"),
            State("final_review", say("in final review"), tone="lunar"),
            State("selected", say("selected"), tone="jade", final=True),
            State("selected_conditional", say("selected with conditions"), tone="jade", final=True),
            State("reserve", say("on the reserve list"), tone="amber", final=True),
            State("not_selected", say("not selected"), final=True),
        ),
        rows=LOI_ROWS,
    )
)

OUTCOME_ACTION = {
    Decision.Outcome.SELECTED: "select",
    Decision.Outcome.CONDITIONAL: "select_conditionally",
    Decision.Outcome.RESERVE: "place_on_reserve",
    Decision.Outcome.NOT_SELECTED: "not_select",
}
