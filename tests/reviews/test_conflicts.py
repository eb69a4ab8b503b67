from datetime import timedelta

import pytest

from portal.verdict import Refused
from proposals import queries as proposals
from reviews import queries, services
from reviews.conflicts import Parties, Person, find
from reviews.models import Conflict
from tests import make
from tests.cast import INSTITUTE_C

CASE = Parties(
    people=frozenset({"Ada of the Team", "Principal investigator"}),
    emails=frozenset({"pi@example.org"}),
    organisations=frozenset({"Institute A", "Institute C"}),
    countries=frozenset({"CL", "IT"}),
)
OTHER = Parties(
    frozenset({"Rival of the Case"}), frozenset({"rival@example.org"}), *[frozenset()] * 2
)
LATER = make.SCREENED + timedelta(days=1)


def person(name="Reviewer", email="reviewer@example.org", organisations=(), country="") -> Person:
    return Person(name, email, frozenset(organisations), country)


def kinds(who: Person) -> list[tuple[str, bool]]:
    return [(found.kind, found.hard) for found in find(who, CASE, [OTHER])]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (person(), []),
        (person(name="  ada  OF the team "), [("team", True)]),
        (person(name="Àda of the Team"), []),
        (person(email="PI@Example.org"), [("team", True)]),
        (person(organisations=["  INSTITUTE   c"]), [("organisation", True)]),
        (person(organisations=["Institute D"]), []),
        (person(country="IT"), [("country", False)]),
        (person(name="rival of the case"), [("competing", True)]),
        (person(email="rival@example.org"), [("competing", True)]),
        (person(name=""), []),
        (
            person(organisations=["Institute A"], country="CL"),
            [("organisation", True), ("country", False)],
        ),
    ],
)
def test_what_the_rules_find(who, found):
    assert kinds(who) == found


def test_where_a_co_investigator_works_is_an_organisation_of_the_case(cast):
    loi = make.filed(cast)
    make.panel(cast, loi.call)
    reviewer = cast.reviewer_one
    place = loi.call.panel.get(user=reviewer)
    place.organisation = cast.organisations[INSTITUTE_C]
    place.save()
    assert [found.kind for found in queries.conflicts_of(reviewer, loi)] == ["organisation"]


def test_soft_conflicts_that_are_found_are_kept_with_the_invitation(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    loi.call.panel.filter(user=cast.reviewer_one).update(country="CL")
    services.assign(loi, cast.reviewer_one, by=cast.secretary, now=make.SCREENED)
    found = Conflict.objects.get(loi=loi)
    assert (found.hard, found.declared, found.reason) == (False, False, "same country (CL)")


def test_a_chair_in_the_letter_is_shut_out_when_the_review_begins(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    loi.call.panel.filter(user=cast.chair).update(organisation=cast.institute)
    for reviewer in cast.reviewers:
        services.assign(loi, reviewer, by=cast.secretary, now=make.SCREENED)
    assert not proposals.visible_lois(cast.again("chair")).exists()
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    chair = cast.again("chair")
    assert Conflict.objects.get(user=chair).hard
    assert not proposals.visible_lois(chair).exists()
    assert not queries.visible_assignments(chair).exists()
    assert queries.readable_reviews(chair, loi) == []


def test_a_chair_seated_later_is_looked_at_as_well(cast):
    loi = make.filed(cast)
    services.add_member(
        loi.call, cast.chair, "chair", organisation=cast.institute, by=cast.secretary, now=LATER
    )
    assert Conflict.objects.get(user=cast.chair, loi=loi).hard


def test_a_chair_who_steps_out_sees_the_case_no_more(cast, visit):
    loi = make.reviewed(cast)
    client = visit(cast.chair, at=LATER)
    address = f"/calls/{loi.call.code}/ranking/"
    assert len(client.get(address).context["rows"]) == 1
    assert client.post(f"/lois/{loi.key}/step-out/", {"reason": ""}).status_code == 409
    answer = client.post(f"/lois/{loi.key}/step-out/", {"reason": "My former student leads it."})
    assert answer.status_code == 302
    assert client.get(address).context["rows"] == []
    for page in ("reviews", "prepare"):
        assert client.get(f"/lois/{loi.key}/{page}/").status_code == 404
    assert client.post(f"/lois/{loi.key}/conclude-reviews/").status_code == 404
    with pytest.raises(Refused):
        services.conclude_reviews(loi, by=cast.again("chair"), now=LATER)
