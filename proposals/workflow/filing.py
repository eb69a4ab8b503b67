"""Guards of what a partner does: drafting, signing off, filing, withdrawing."""

from portal.deadline import zoned
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import Act
from proposals.checks import check
from proposals.models import LetterOfIntent
from proposals.workflow.calls import closing_is_due


def call_is_open(loi: LetterOfIntent, act: Act) -> Verdict:
    """The request arrived while the call was open: at or after its opening and before its closing instant."""
    call = loi.call
    if loi.open_at(act.now):
        return YES
    if call.state != "published" and act.now < loi.closes_at:
        return no("call_not_open", say("The call is not published."))
    if act.now < call.opens_at:
        return no(
            "call_not_open", say("The call opens on %(at)s.", at=zoned(call.opens_at, call.zone))
        )
    return no(
        "call_closed",
        say(
            "The call closed on %(at)s; this request arrived on %(now)s. What you typed is kept.",
            at=zoned(loi.closes_at, call.zone),
            now=zoned(act.now, call.zone),
        ),
    )


def complete(loi: LetterOfIntent, act: Act) -> Verdict:
    """Nothing that must be there is missing, and no limit is broken."""
    found = check(loi.content, loi.call.terms(), files=loi.file_kinds)
    problems = [problem for problem in found if problem.hard]
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
