from datetime import timedelta
from decimal import Decimal

from portal import cards
from proposals import boards
from reviews import services
from reviews.models import Conflict
from tests import make

LATER = make.SCREENED + timedelta(days=2)
DUE = make.SCREENED + timedelta(days=30)


def todos(person, now=LATER) -> list[str]:
    return [str(todo.sentence) for todo in cards.for_user(person, now)[0]]


def blockers(call, person, now=LATER) -> list[tuple[str, bool]]:
    return [(str(t.sentence), bool(t.url)) for t in boards.blockers(call, person, now)]


def test_the_way_of_a_case_through_everybodys_day(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    short = "1 case of TEST27 has fewer than 3 reviewers."
    assert short in todos(cast.again("secretary"))
    assert (short, True) in blockers(loi.call, cast.again("secretary"))
    assert (short, False) in blockers(loi.call, cast.again("approver"))

    services.assign_all(loi, cast.reviewers, due_at=DUE, by=cast.secretary, now=make.SCREENED)
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    assert short not in todos(cast.again("secretary"))
    one = cast.again("reviewer_one")
    assert todos(one) == ["TEST27-0001: declare whether you have a conflict of interest."]

    for assignment in loi.assignments.all():
        services.accept(assignment, by=assignment.reviewer, now=LATER)
    (todo,) = cards.for_user(one, LATER)[0]
    assert (str(todo.sentence), todo.due_at, todo.act) == (
        "TEST27-0001: 0 of 6 criteria.",
        DUE,
        "Score",
    )
    late = "3 reviews of TEST27 are overdue."
    assert late not in todos(cast.again("secretary"))
    assert late in todos(cast.again("secretary"), DUE)

    for assignment in loi.assignments.all():
        make.lock_review(
            make.again(assignment),
            scores="4 4 2.5 4 4 4" if assignment.reviewer == one else "4 4 4 4 4 4",
        )
    assert todos(one) == []
    chair = cast.again("chair")
    ready = "1 case of TEST27 has all its reviews locked: conclude them."
    assert todos(chair) == ["1 conflict of interest of TEST27 waits for your ruling.", ready]
    found = Conflict.objects.get(loi=loi, user=cast.conflicted)
    services.confirm(found, reason="They work there.", by=chair, now=LATER)
    assert todos(chair) == [ready]
    services.conclude_reviews(loi, by=chair, now=LATER)
    assert todos(chair) == ["1 case of TEST27 needs a written consensus."]
    words = "The panel agrees that the feasibility is shown well enough."
    services.write_consensus(
        loi, text=words, scores={"C3": Decimal(3)}, over=0, by=chair, now=LATER
    )
    assert todos(chair) == ["1 case of TEST27 can go to final review."]
    services.conclude(loi, by=chair, now=LATER)
    assert todos(chair) == ["1 case of TEST27 is in final review without a decision."]
    services.prepare_decision(
        make.again(loi), outcome="selected", reason=make.REASON, by=chair, now=LATER
    )
    assert todos(chair) == ["Every decision of TEST27 is prepared: propose them."]


def test_who_is_on_no_panel_is_shown_no_place_for_it(cast):
    loi = make.reviewed(cast)
    labels = {
        name: [str(item.label) for source in cards.NAV_SOURCES for item in source(cast.again(name))]
        for name in ("chair", "reviewer_one", "secretary", "pi", "outsider")
    }
    assert "Ranking" in labels["chair"] and "Reviews" not in labels["chair"]
    assert "Reviews" in labels["reviewer_one"] and "Ranking" not in labels["reviewer_one"]
    for name in ("secretary", "pi", "outsider"):
        assert not {"Reviews", "Ranking"} & set(labels[name])
    assert loi.state == "under_review"


def test_the_list_of_cases_says_how_far_the_reviews_are(cast):
    loi = make.reviewed(cast)
    (found,) = boards.CASES[-1](loi.call, cast.again("secretary"), [loi]).values()
    assert found.reviewers == "3 of 3 reviews locked"
    assert [str(label) for label, _ in found.links] == ["Reviewers"]
    (found,) = boards.CASES[-1](loi.call, cast.again("chair"), [loi]).values()
    assert [str(label) for label, _ in found.links] == ["Reviews"]


def test_a_case_that_a_conflict_hides_is_in_no_number(cast):
    loi = make.in_final_review(cast)
    owed = ("1 case of TEST27 is in final review without a decision.", True)
    for who in ("chair", "approver"):
        assert owed in blockers(loi.call, cast.again(who), make.REVIEWED)
        assert boards.counts(loi.call, cast.again(who)) == {"final_review": 1}
    services.step_out(loi, reason="I advise the institute.", by=cast.chair, now=make.REVIEWED)
    assert owed in blockers(loi.call, cast.again("approver"), make.REVIEWED)
    assert owed not in blockers(loi.call, cast.again("chair"), make.REVIEWED)
    assert boards.counts(loi.call, cast.again("chair")) == {}
