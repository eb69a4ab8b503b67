"""Guards of what a partner does: drafting, signing off, filing, withdrawing."""

from collections.abc import Collection

from portal.deadline import zoned
from portal.models import Organisation, Scan
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import Act
from proposals import queries
from proposals.checks import Problem, check
from proposals.compliance import WARN
from proposals.models import LetterOfIntent
from proposals.workflow.agreements import call_runs

# Rules that pages look at: an act that belongs to another moment of the working copy,
# and one for which only ticks are wanting.
WORKING_COPY, UNACKNOWLEDGED = "working_copy", "unacknowledged"


def call_is_open(loi: LetterOfIntent, act: Act) -> Verdict:
    """The request arrived while the call was open: at or after its opening and before its closing instant, or while a late ticket admits the organisation."""
    call = loi.call
    if loi.open_at(act.now):
        return YES
    if not (verdict := call_runs(loi, act)):
        return verdict
    if call.state == "cancelled":
        return no("call_cancelled", say("The call is cancelled. What you typed is kept."))
    if call.state != "published" and act.now < loi.closes_at:
        return no("call_not_open", say("The call is not published."))
    if act.now < call.opens_at:
        return no(
            "call_not_open", say("The call opens on %(at)s.", at=zoned(call.opens_at, call.zone))
        )
    if loi.ticket_id and loi.ticket.until == loi.closes_at:
        return no(
            "call_closed",
            say(
                "The late ticket ran until %(at)s; this request arrived on %(now)s. What you typed is kept.",
                at=zoned(loi.closes_at, call.zone),
                now=zoned(act.now, call.zone),
            ),
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
    found = check(loi.content, loi.call.terms(), files=loi.file_kinds, lead=loi.lead_names)
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


def files_are_harmless(loi: LetterOfIntent, act: Act) -> Verdict:
    """In no attached file a virus was found; a scan that is still to come does not delay it."""
    bad = loi.attachments.filter(stored__scan__result=Scan.Result.INFECTED)
    if found := bad.select_related("stored__scan").first():
        return no(
            "infected",
            say(
                "“%(name)s” holds %(found)s: replace or remove it first.",
                name=found.name,
                found=found.stored.scan.found,
            ),
        )
    return YES


def organisation_is_verified(loi: LetterOfIntent, act: Act) -> Verdict:
    """The secretariat has verified the organisation."""
    return verified(loi.organisation)


def verified(organisation: Organisation) -> Verdict:
    if organisation.verified_at is None:
        return no(
            "organisation_unverified",
            say(
                "%(name)s is not yet verified by the secretariat: write to them today.",
                name=organisation.name,
            ),
        )
    return YES


def ticket_has_room(loi: LetterOfIntent, act: Act) -> Verdict:
    """A late ticket admits no more letters than it says."""
    if loi.call.open_at(act.now) or not loi.ticket_id or loi.filing_id:
        return YES
    if loi.ticket.used >= loi.ticket.letters:
        return no(
            "ticket_used",
            say(
                "The late ticket admitted %(n)s letters, and as many are filed. What you typed is kept.",
                n=loi.ticket.letters,
            ),
        )
    return YES


def call_is_over(loi: LetterOfIntent, act: Act) -> Verdict:
    """The call has closed for it, a late ticket included, and its processing grace has passed."""
    if act.now < loi.closing_due_at:
        return no(
            "too_early",
            say("The call closes on %(at)s.", at=zoned(loi.closes_at, loi.call.zone)),
        )
    return YES


def open_again(loi: LetterOfIntent, act: Act) -> Verdict:
    """A published extension or late ticket has put its closing into the future."""
    if not loi.open_at(act.now):
        return no(
            "call_closed",
            say("The call closed on %(at)s.", at=zoned(loi.closes_at, loi.call.zone)),
        )
    return YES


def not_yet_screened(loi: LetterOfIntent, act: Act) -> Verdict:
    """Nobody has screened it yet, nor asked about it."""
    if loi.screenings.exists() or loi.clarifications.exists():
        return no("screened", say("It has been screened already."))
    return YES


def no_copy_is_open(loi: LetterOfIntent, act: Act) -> Verdict:
    """No working copy of it is open."""
    return _copy_is(loi, LetterOfIntent.WorkingCopy.NONE)


def a_copy_is_open(loi: LetterOfIntent, act: Act) -> Verdict:
    """A working copy of it is open, signed off or not."""
    if loi.working_copy == LetterOfIntent.WorkingCopy.NONE:
        return no(WORKING_COPY, say("No working copy of the letter is open."))
    return YES


def the_copy_is_drafted(loi: LetterOfIntent, act: Act) -> Verdict:
    """Its working copy is being drafted."""
    return _copy_is(loi, LetterOfIntent.WorkingCopy.DRAFT)


def the_copy_is_signed_off(loi: LetterOfIntent, act: Act) -> Verdict:
    """Its working copy is signed off."""
    return _copy_is(loi, LetterOfIntent.WorkingCopy.SIGNED_OFF)


def _copy_is(loi: LetterOfIntent, wanted: str) -> Verdict:
    if loi.working_copy == wanted:
        return YES
    return no(
        WORKING_COPY,
        say(
            "The working copy is now: %(now)s. Load the page again to see what is possible.",
            now=LetterOfIntent.WorkingCopy(loi.working_copy).label,
        ),
    )


def warnings_are_acknowledged(loi: LetterOfIntent, act: Act) -> Verdict:
    """Every warning about it was acknowledged, each by itself, at the signing off."""
    open_ = unacknowledged(loi, act.facts or ())
    if not open_:
        return YES
    return no(
        UNACKNOWLEDGED,
        say(
            "Not yet acknowledged: %(n)s of the warnings. The first: %(first)s",
            n=len(open_),
            first=open_[0].sentence,
        ),
    )


def warnings(loi: LetterOfIntent) -> list[Problem]:
    """What the rules warn of in the text as it stands."""
    found = check(loi.content, loi.call.terms(), files=loi.file_kinds, lead=loi.lead_names)
    return [problem for problem in found if problem.level == WARN]


def unacknowledged(loi: LetterOfIntent, ticked: Collection[str] = ()) -> list[Problem]:
    """The warnings nobody acknowledged before, nor by the ticks given."""
    found = warnings(loi)
    if not found:
        return []
    known = {*ticked, *loi.acknowledgements.values_list("warning", flat=True)}
    return [problem for problem in found if problem.id not in known]


def no_share_is_declined(loi: LetterOfIntent, act: Act) -> Verdict:
    """No partner has declined the share that the letter states of it."""
    declined = [one for one in queries.consortium(loi, loi.content) if one.state == "declined"]
    if not declined:
        return YES
    return no(
        "share_declined",
        say(
            "%(name)s has declined its share: change its row among the partners, or remove it.",
            name=declined[0].name,
        ),
    )
