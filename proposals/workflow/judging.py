"""Guards of what the secretariat and the panel do with a filed letter."""

from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import Act
from proposals.models import LetterOfIntent


def found_compliant(loi: LetterOfIntent, act: Act) -> Verdict:
    """The latest screening found it complete and eligible."""
    screening = loi.screening
    if screening is None or not screening.compliant:
        return no("not_screened", say("It has not been screened as complete and eligible."))
    return YES


def found_ineligible_by_another(loi: LetterOfIntent, act: Act) -> Verdict:
    """The latest screening, by another person, found a rule broken."""
    screening = loi.screening
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


def enough_assessors(loi: LetterOfIntent, act: Act) -> Verdict:
    """As many technical assessors without a hard conflict are assigned as the call requires."""
    least, given = loi.call.assessors_least, act.facts.assessors if act.facts else 0
    if given < least:
        return no(
            "too_few_assessors",
            say(
                "Technical assessors: %(given)s assigned, %(least)s needed.",
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


def reports_are_locked(loi: LetterOfIntent, act: Act) -> Verdict:
    """At least the required number of technical reports is locked, and none is still being written."""
    least, facts = loi.call.assessors_least, act.facts
    reports, assessors = (facts.reports, facts.assessors) if facts else (0, 0)
    if reports < least or reports < assessors:
        return no(
            "reports_missing",
            say(
                "%(locked)s of %(assigned)s technical reports are locked; all, and at least %(least)s, must be.",
                locked=reports,
                assigned=assessors,
                least=least,
            ),
        )
    return YES


def consensus_is_written(loi: LetterOfIntent, act: Act) -> Verdict:
    """Where the scores lie far apart, the panel has written its consensus, with a score for each criterion concerned."""
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
    if facts.unagreed:
        return no(
            "score_due",
            say("An agreed score must be given first: %(why)s", why="; ".join(facts.unagreed)),
            field="consensus",
        )
    return YES


def moved_elsewhere(loi: LetterOfIntent, act: Act) -> Verdict:
    """The released decision has another mission carry it than the call it was filed in, or has it come back."""
    if not loi.decisions.filter(state="released", onto__isnull=False).exists():
        return no("not_moved", say("No released decision moves it to another mission."))
    return YES


def decided(outcome: str):
    def guard(loi: LetterOfIntent, act: Act) -> Verdict:
        decision = loi.decisions.filter(state="released").first()
        if decision is None or decision.outcome != outcome:
            return no("not_decided", say("No released decision says so."))
        return YES

    guard.__name__ = f"decided_{outcome}"
    guard.__doc__ = "An approved decision with this outcome is being released, its letter stored."
    return guard
