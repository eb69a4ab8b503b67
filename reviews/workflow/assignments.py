from portal import roles
from portal.deadline import zoned
from portal.queries import verified_addresses
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, register
from proposals.models.lois import SCREENING
from reviews import policy, queries
from reviews.models import Assignment
from reviews.workflow.blinding import (
    blind_part_is_complete,
    does_not_run_the_call,
    names_are_hidden,
)

OPEN_CASES = (*SCREENING, "under_review")


def no_hard_conflict(assignment: Assignment, act: Act) -> Verdict:
    """The reviewer has no hard conflict with the case: organisation, team, competing letter."""
    hard, _soft = queries.conflicts_before(assignment.reviewer, assignment.loi, on=act.now.date())
    if hard:
        return no(
            "conflict",
            say(
                "%(name)s cannot review %(case)s: %(why)s.",
                name=assignment.reviewer,
                case=assignment.loi.reference,
                why=hard[0],
            ),
            field="reviewer",
        )
    return YES


def no_conflict_on_record(assignment: Assignment, act: Act) -> Verdict:
    """No conflict on record keeps the reviewer from the case; new ones are looked for by the clock."""
    if (assignment.loi_id, assignment.reviewer_id) in queries.shut_out([assignment.loi]):
        return no(
            "conflict",
            say(
                "A conflict of interest keeps %(name)s from %(case)s.",
                name=assignment.reviewer,
                case=assignment.loi.reference,
            ),
            field="reviewer",
        )
    return YES


def a_conflict_is_confirmed(assignment: Assignment, act: Act) -> Verdict:
    """A conflict of interest of the reviewer with the case was confirmed."""
    if (assignment.loi_id, assignment.reviewer_id) not in queries.shut_out([assignment.loi]):
        return no("no_conflict", say("No conflict of the reviewer with the case is confirmed."))
    return YES


def account_is_in_use(assignment: Assignment, act: Act) -> Verdict:
    """The reviewer has an open account and has proved its address: an unknown may be anybody."""
    person = assignment.reviewer
    if not person.is_active:
        return no(
            "account_closed",
            say("The account of %(name)s is closed.", name=person),
            field="reviewer",
        )
    if not verified_addresses(person):
        reason = say("%(name)s has not proved an address yet.", name=person)
        return no("address_unproved", reason, field="reviewer")
    return YES


def within_quota(assignment: Assignment, act: Act) -> Verdict:
    """The person is on the panel of the call for such a seat, and has not reached the agreed number of cases."""
    role = roles.ASSESSOR if assignment.assessed else roles.REVIEWER
    member = queries.member(assignment.reviewer, assignment.loi.call, role)
    if member is None and assignment.assessed:
        return no(
            "not_assessor",
            say("%(name)s is no technical assessor of the call.", name=assignment.reviewer),
            field="reviewer",
        )
    if member is None:
        return no(
            "not_on_panel",
            say("%(name)s is not on the panel of the call.", name=assignment.reviewer),
            field="reviewer",
        )
    load = queries.load(assignment.reviewer, assignment.loi.call)
    if load >= member.quota:
        return no(
            "quota",
            say(
                "%(name)s has %(load)s cases of at most %(quota)s.",
                name=assignment.reviewer,
                load=load,
                quota=member.quota,
            ),
            field="reviewer",
        )
    return YES


def not_away_throughout(assignment: Assignment, act: Act) -> Verdict:
    """The person is not away over the whole time in which the review is to be written."""
    away = queries.away_throughout(
        assignment.reviewer, assignment.loi.call, since=act.now, until=assignment.due_at
    )
    if away:
        return no(
            "away",
            say(
                "%(name)s is away from %(first)s to %(last)s, over the whole time of writing.",
                name=assignment.reviewer,
                first=away[0],
                last=away[1],
            ),
            field="reviewer",
        )
    return YES


def seat_is_free(assignment: Assignment, act: Act) -> Verdict:
    """A case has at most one primary and at most one secondary reviewer."""
    return _free(assignment, assignment.seat)


def _free(assignment: Assignment, seat: str) -> Verdict:
    if seat not in queries.PRESENTING:
        return YES
    others = Assignment.objects.filter(
        loi=assignment.loi, seat=seat, state__in=queries.ACTIVE
    ).exclude(pk=assignment.pk)
    if other := others.select_related("reviewer").first():
        return no(
            "seat_taken",
            say(
                "%(case)s has its %(seat)s: %(name)s.",
                case=assignment.loi.reference,
                seat=other.get_seat_display(),
                name=other.reviewer,
            ),
            field="seat",
        )
    return YES


def can_present(assignment: Assignment, act: Act) -> Verdict:
    """Reviewers present a case, no assessor; at most one is its primary, one its secondary."""
    if assignment.assessed or act.facts == Assignment.Seat.ASSESSOR:
        return no(
            "assessor_apart", say("A technical assessor has a seat apart from the reviewers.")
        )
    if act.facts is None:
        return YES
    return _free(assignment, act.facts)


def sheet_is_open(assignment: Assignment, act: Act) -> Verdict:
    """The hard instant of the review has not come; the secretary or the chair may set a later one."""
    closes_at = assignment.closes_at
    if closes_at is not None and act.now >= closes_at:
        return no(
            "sheet_closed",
            say(
                "The sheet closed on %(at)s. The secretary or the panel chair can open it again with a later instant.",
                at=zoned(closes_at, assignment.loi.call.zone),
            ),
        )
    return YES


def is_another_persons(assignment: Assignment, act: Act) -> Verdict:
    """Nobody sets later instants for a review of their own."""
    if assignment.reviewer_id == act.by.pk:
        return no("own_review", say("It is your own review: another secretary or the chair."))
    return YES


def instants_lie_ahead(assignment: Assignment, act: Act) -> Verdict:
    """The new instants lie ahead, and the sheet does not close before the review is due."""
    if act.facts is None:
        return YES
    due_at, closes_at = act.facts
    if min(filter(None, (due_at, closes_at))) <= act.now:
        return no("due_passed", say("The reviews would be due in the past."), field="due")
    if closes_at is not None and closes_at < due_at:
        return no(
            "closes_first",
            say("The sheets would close before the reviews are due."),
            field="closes",
        )
    return YES


def case_takes_reviewers(assignment: Assignment, act: Act) -> Verdict:
    """The case is in screening, a question of it included, or under review."""
    if assignment.loi.state not in OPEN_CASES:
        return no("case_closed", say("The case is past its review."))
    return YES


def case_is_under_review(assignment: Assignment, act: Act) -> Verdict:
    """The case is under review."""
    if assignment.loi.state != "under_review":
        return no("not_under_review", say("The case is not under review now."))
    return YES


def sheet_is_complete(assignment: Assignment, act: Act) -> Verdict:
    """Every criterion has its score, every score its finding, and the risk is rated."""
    owed = queries.owed(assignment)
    if owed:
        return no(
            "incomplete",
            say("Still owed: %(n)s. The first: %(first)s", n=len(owed), first=owed[0]),
        )
    return YES


# fmt: off
ASSIGNMENT_ROWS = (
    Row("assign", "assigned", (START,), "invited", ("secretary",), (case_takes_reviewers, does_not_run_the_call, no_hard_conflict, within_quota, not_away_throughout, seat_is_free, account_is_in_use), "assignment_invited"),
    Row("accept", "accepted", ("invited",), "accepted", ("reviewer",), (case_takes_reviewers, no_conflict_on_record, sheet_is_open), button=say("Accept the review")),
    Row("recuse", "recused", ("invited", "accepted"), "recused", ("reviewer",), tells="assignment_recused", button=say("Step back: conflict of interest"), reason=True, tone="danger"),
    Row("give_back", "given_back", ("invited", "accepted"), "removed", ("reviewer",), button=say("Give the case back"), reason=True),
    Row("remove", "removed", ("invited", "accepted"), "removed", ("secretary", "chair"), tells="assignment_removed", button=say("Take off the case"), reason=True, tone="danger"),
    Row("extend", "extended", ("invited", "accepted"), START, ("secretary", "chair"), (case_takes_reviewers, is_another_persons, instants_lie_ahead), "assignment_extended", say("Set later instants"), reason=True),
    Row("carry_over", "carried_over", ("invited", "accepted"), START, (CLOCK,), tells="assignment_extended"),
    Row("reseat", "reseated", ("invited", "accepted", "locked"), START, ("secretary", "chair"), (can_present,)),
    Row("exclude", "excluded", ("invited", "accepted"), "removed", ("secretary", "chair", "approver"), (a_conflict_is_confirmed,), "assignment_excluded", reason=True),
    Row("lock", "locked", ("accepted",), "locked", ("reviewer",), (case_is_under_review, no_conflict_on_record, sheet_is_open, sheet_is_complete), button=say("Lock the review")),
    Row("open_names", "names_opened", ("accepted",), "accepted", ("reviewer",), (case_is_under_review, names_are_hidden, blind_part_is_complete), button=say("Open the names")),
    Row("reopen", "reopened", ("locked",), "accepted", ("chair",), (case_is_under_review, no_conflict_on_record), "assignment_reopened", say("Reopen the review"), reason=True),
)
# fmt: on

ASSIGNMENT = register(
    Table(
        noun="assignment",
        title=say("Review"),
        relation=policy.relation,
        relations=policy.RELATIONS,
        states=(
            State("invited", say("invited"), tone="amber"),
            State("accepted", say("being written"), tone="lunar"),
            State("recused", say("stepped back"), final=True),
            State("removed", say("taken off"), final=True),
            State("locked", say("locked"), tone="jade"),
        ),
        rows=ASSIGNMENT_ROWS,
    )
)
