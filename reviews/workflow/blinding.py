"""When a reviewer from whom applicants are hidden may open the names."""

from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import Act
from proposals.queries import READERS
from reviews import queries
from reviews.models import Assignment


def does_not_run_the_call(assignment: Assignment, act: Act) -> Verdict:
    """Where the call hides its applicants, who knows them as secretary, approver or auditor reviews none of its cases."""
    if assignment.loi.call.hides_applicants and assignment.reviewer.roles() & READERS:
        return no(
            "knows_names",
            say(
                "%(name)s reads who applies to this call as one of its staff, and it is hidden from reviewers.",
                name=assignment.reviewer,
            ),
            field="reviewer",
        )
    return YES


def names_are_hidden(assignment: Assignment, act: Act) -> Verdict:
    """The call hides who applies, a criterion of the sheet is judged by name, and the names are not open yet."""
    if assignment.names_opened_at is not None:
        return no("names_open", say("You have opened the names of this case already."))
    if not queries.closed_criteria(assignment):
        return no("no_names_needed", say("Nothing on this sheet is judged by name."))
    return YES


def blind_part_is_complete(assignment: Assignment, act: Act) -> Verdict:
    """Every criterion that is not judged by name has its score and its findings."""
    owed = queries.owed_before_names(assignment)
    if owed:
        return no(
            "incomplete",
            say(
                "Owed before the names are opened: %(n)s. The first: %(first)s",
                n=len(owed),
                first=owed[0].sentence,
            ),
        )
    return YES
