"""Who of a case is named before whom, where a call hides its applicants or its reviewers."""

from proposals.models import Call
from reviews import queries
from tests import make


def hiding(loi, **rules: bool):
    Call.objects.filter(pk=loi.call_id).update(**rules)
    return make.again(loi)


def test_reviewers_are_numbers_to_each_other_where_the_call_hides_them(cast):
    loi = make.reviewed(cast)
    for person in (*cast.reviewers, cast.chair, cast.secretary):
        assert queries.names(person, loi).of(cast.reviewer_two) == cast.reviewer_two.name
    loi = hiding(loi, hides_reviewers=True)
    for person in (cast.chair, cast.secretary, cast.auditor):
        assert queries.names(person, loi).of(cast.reviewer_two) == cast.reviewer_two.name
    read = queries.names(cast.reviewer_one, loi)
    assert read.of(cast.reviewer_one) == cast.reviewer_one.name
    others = {read.of(cast.reviewer_two), read.of(cast.reviewer_three)}
    assert others < {"Reviewer 1", "Reviewer 2", "Reviewer 3"} and len(others) == 2
    assert read.of(cast.chair) == "The chair"
    assert read.of(cast.conflicted) == "A member of the panel"
    # The same to everybody on the case.
    assert queries.names(cast.reviewer_three, loi).of(cast.reviewer_two) == read.of(
        cast.reviewer_two
    )


def test_an_applicant_is_told_no_name_of_the_panel_whatever_the_call_hides(cast):
    read = queries.names(cast.pi, make.reviewed(cast))
    assert not any(read.of(person) == person.name for person in cast.reviewers)


def test_applicants_are_hidden_from_who_scores_and_from_nobody_else(cast):
    loi = make.reviewed(cast)
    everyone = cast.everyone().items()
    assert all(queries.identities_open(person, loi) for _name, person in everyone)
    loi = hiding(loi, hides_applicants=True)
    shut = {name for name, person in everyone if not queries.identities_open(person, loi)}
    # The conflicted one works with the applicant and has no case yet, but a seat on the panel.
    assert shut == {"reviewer_one", "reviewer_two", "reviewer_three", "conflicted"}
    loi.assignments.filter(reviewer=cast.reviewer_one).update(names_opened_at=make.REVIEWED)
    assert queries.identities_open(cast.reviewer_one, loi)
    assert not queries.identities_open(cast.reviewer_two, loi)
