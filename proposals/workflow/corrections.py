"""Correcting a letter in force: proposed by one person, approved by another."""

from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy
from proposals.models import Correction, Letter
from proposals.models.letters import TO_COME
from proposals.workflow.decisions import LETTER

LEAST = 20


def letter_is_in_force(correction: Correction, act: Act) -> Verdict:
    """The letter is issued and in force, no other is on its way to take its place, and it is no receipt: a receipt says what the portal recorded."""
    letter = correction.letter
    if letter.kind == Letter.Kind.RECEIPT:
        return no(
            "receipt",
            say("A receipt says what the portal recorded, and is not corrected."),
        )
    if letter.state != "issued":
        return no(
            "not_in_force",
            say("The letter is “%(state)s”, not in force.", state=LETTER.state(letter.state).label),
        )
    # One that was given up, for want of a glyph say, is void with the next correction.
    coming = letter.successors.filter(state__in=TO_COME, failed_at=None).first()
    if coming is not None:
        return no(
            "being_replaced",
            say(
                "Letter %(number)s is on its way to take its place: correct or revoke that one, once it is issued.",
                number=coming.number,
            ),
        )
    return YES


def can_say_what_it_corrects(correction: Correction, act: Act) -> Verdict:
    """A corrected letter names the one it corrects, which letters of the first version cannot."""
    if (
        correction.kind == Correction.Kind.REPLACE
        and correction.letter.context.get("template") is None
    ):
        return no(
            "first_version",
            say("Letters of the first version cannot say what they correct: revoke it instead."),
        )
    return YES


def none_is_proposed(correction: Correction, act: Act) -> Verdict:
    """No other correction of the letter waits."""
    if correction.letter.corrections.filter(state="proposed").exists():
        return no("already_proposed", say("A correction of this letter waits already."))
    return YES


def says_why(correction: Correction, act: Act) -> Verdict:
    """The reason has at least 20 characters; a corrected letter gives it."""
    if len(correction.reason) < LEAST:
        return no(
            "correction_reason",
            say(
                "The reason has %(n)s characters; it needs at least %(least)s.",
                n=len(correction.reason),
                least=LEAST,
            ),
            field="reason",
        )
    return YES


def mends_something(correction: Correction, act: Act) -> Verdict:
    """A corrected letter says something else than the letter it replaces."""
    if correction.kind == Correction.Kind.REPLACE and not correction.changes:
        return no(
            "nothing_mended",
            say("No passage was changed: mend at least one, or revoke the letter."),
        )
    return YES


def correction_by_another(correction: Correction, act: Act) -> Verdict:
    """Whoever proposed the correction cannot approve it: two persons."""
    if act.by.pk == correction.proposed_by_id:
        return no(
            "two_persons",
            say("You proposed this correction: a second person approves it."),
            who=True,
        )
    return YES


# fmt: off
CORRECTION = register(
    Table(
        noun="correction",
        title=say("Correction of a letter"),
        relation=policy.relation_to_correction,
        relations=policy.LOI_RELATIONS,
        states=(
            State("proposed", say("waits for approval"), tone="amber"),
            State("approved", say("approved"), tone="jade", final=True),
            State("taken_back", say("taken back"), final=True),
        ),
        rows=(
            Row("propose", "proposed", (START,), "proposed", ("secretary", "legal"), (letter_is_in_force, can_say_what_it_corrects, none_is_proposed, says_why, mends_something), "correction_proposed"),
            Row("approve", "approved", ("proposed",), "approved", ("approver",), (correction_by_another, letter_is_in_force), button=say("Approve")),
            Row("take_back", "taken_back", ("proposed",), "taken_back", ("secretary", "legal", "approver"), button=say("Take back")),
        ),
    )
)
# fmt: on
