from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.verdict import Refused
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from reviews import queries, services
from reviews.conflicts import KIND, Body, Named, Parties, Person, Stay, find
from reviews.models import Conflict
from tests import make
from tests.cast import INSTITUTE_C

ON = date(2027, 2, 1)
LAB = Body(frozenset({"Institute C", "Istituto C"}), frozenset({"c-lab.example.org"}))
CASE = Parties(
    reference="TEST27-0001",
    people=(
        Named("Ada of the Team", orcid="0000-0002-1825-0097"),
        Named("Principal Investigator", "pi@example.org"),
        Named("Wáng Wěi"),
    ),
    bodies=(Body(frozenset({"Institute A"})), LAB),
    countries=frozenset({"CL", "IT"}),
    unwanted=frozenset({"Strict Reviewer", "Institute Z"}),
)
OTHER = Parties(
    "TEST27-0002", (Named("Rival of the Case", "rival@example.org"), Named("Ada of the Team"))
)
FORMER = Parties(
    "TEST24-0007",
    (Named("Old Friend"), Named("Ada of the Team", orcid="0000-0002-1825-0097")),
    filed_on=date(2024, 3, 1),
)
LATER = make.SCREENED + timedelta(days=1)


def person(name="Reviewer", email="reviewer@example.org", at=(), country="", **more) -> Person:
    stays = tuple(one if isinstance(one, Stay) else Stay(Body(frozenset({one}))) for one in at)
    countries = frozenset(filter(None, [country]))
    return Person(name, frozenset({email}), stays=stays, countries=countries, **more)


def left(name: str, until: date) -> Stay:
    return Stay(Body(frozenset({name})), until)


def kinds(who: Person) -> list[tuple[str, bool]]:
    return [(one.kind, one.hard) for one in find(who, CASE, [OTHER], earlier=[FORMER], on=ON)]


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (person(), []),
        (person(name="  principal  INVESTIGATOR "), [("team", True)]),
        (person(email="PI@Example.org"), [("team", True)]),
        (person(orcid="0000-0002-1825-0097"), [("team", True), ("together", False)]),
        # The same name with another identifier is another person.
        (person(name="Ada of the Team", orcid="0000-0001-5109-3700"), [("competing", True)]),
        (person(name="Wei, Wang"), [("likeness", False)]),
        (person(at=["  INSTITUTE   c"]), [("organisation", True)]),
        (person(at=["istituto C"]), [("organisation", True)]),
        (person(at=["Institute D"]), []),
        (person(at=[left("Institute A", date(2026, 3, 1))]), [("organisation", True)]),
        (person(at=[left("Institute A", date(2026, 1, 1))]), []),
        (person(email="someone@physics.c-lab.example.org"), [("organisation", True)]),
        (person(email="someone@notc-lab.example.org"), []),
        (person(country="IT"), [("country", False)]),
        (person(name="rival of the case"), [("competing", True)]),
        (person(email="rival@example.org"), [("competing", True)]),
        (person(name="Old Friend"), [("together", False)]),
        (person(name="Strict  reviewer"), [("unwanted", False)]),
        (person(at=["Institute Z"]), [("unwanted", False)]),
        (person(name=""), []),
        (person(at=["Institute A"], country="CL"), [("organisation", True), ("country", False)]),
    ],
)
def test_what_the_rules_find(who, found):
    assert kinds(who) == found


def test_whoever_applies_with_the_applicant_elsewhere_is_told_with_whom():
    (found,) = find(person(name="Rival of the Case"), CASE, [OTHER], on=ON)
    assert str(found.reason) == "named with Ada of the Team in a competing letter of the call"
    assert found.evidence == "TEST27-0002"


def test_work_done_together_counts_for_48_months():
    friend = person(name="Old Friend")
    assert find(friend, CASE, earlier=[FORMER], on=date(2028, 2, 28))
    assert not find(friend, CASE, earlier=[FORMER], on=date(2028, 3, 2))


def test_the_evidence_changes_with_the_facts_alone():
    stayed = find(person(at=["Institute A"]), CASE, on=ON)
    assert stayed == find(person(at=["INSTITUTE A"]), CASE, on=ON)
    gone = find(person(at=[left("Institute A", date(2026, 12, 1))]), CASE, on=ON)
    assert gone[0].evidence != stayed[0].evidence


def test_all_places_and_letters_are_evidence_and_not_the_first_alone():
    both = find(person(at=["Institute A", "Istituto C"]), CASE, on=ON)
    one = find(person(at=["Institute A"]), CASE, on=ON)
    assert [found.evidence for found in both] == ["institute a:;institute c:"]
    assert one[0].evidence != both[0].evidence
    third = Parties("TEST27-0003", (Named("Rival of the Case"),))
    (found,) = find(person(name="Rival of the Case"), CASE, [third, OTHER], on=ON)
    assert found.evidence == "TEST27-0002;TEST27-0003"


def test_a_letter_that_names_a_crowd_brings_nobody_together():
    crowd = (*FORMER.people, *(Named(f"Author {n}") for n in range(29)))
    assert len(crowd) == 31
    friend = person(name="Old Friend")
    assert find(friend, CASE, earlier=[FORMER], on=ON)
    assert not find(friend, CASE, earlier=[replace(FORMER, people=crowd)], on=ON)
    assert find(friend, CASE, earlier=[replace(FORMER, people=crowd[:30])], on=ON)


def test_the_order_of_what_is_compared_changes_nothing():
    who = person(name="Old Friend", at=["Institute A", "Institute C"], country="IT")
    turned = replace(CASE, people=CASE.people[::-1], bodies=CASE.bodies[::-1])
    other = replace(who, stays=who.stays[::-1])
    found = find(who, CASE, [OTHER], earlier=[FORMER], on=ON)
    assert [one.evidence for one in found] == [
        one.evidence for one in find(other, turned, [OTHER], earlier=[FORMER], on=ON)
    ]


def test_every_kind_that_is_found_or_declared_is_explained():
    assert {
        "team",
        "organisation",
        "likeness",
        "competing",
        "together",
        "unwanted",
        "country",
    } < set(KIND)
    assert all(str(kind.label) and str(kind.counts).endswith(".") for kind in KIND.values())


def test_an_exclusion_is_never_shown_to_the_reviewer(cast, visit):
    wish = {"name": "Reviewer one", "reason": "We disagree in print."}
    loi = make.screened(cast, make.filed(cast, team={"exclusions": [wish]}))
    make.panel(cast, loi.call)
    asked = services.assign(loi, cast.reviewer_one, by=cast.secretary, now=make.SCREENED)
    page = visit(cast.reviewer_one, at=make.SCREENED).get(f"/reviews/{asked.key}/declare/")
    assert "another reviewer" not in page.content.decode()
    candidates = visit(cast.secretary, at=make.SCREENED).get(f"/lois/{loi.key}/assign/")
    assert "the applicant asks for another reviewer" in {
        str(c.reason) for c in Conflict.objects.filter(loi=loi)
    }
    assert candidates.status_code == 200


def test_a_former_place_of_work_counts_for_a_year(cast):
    loi = make.filed(cast)
    make.panel(cast, loi.call)
    cast.reviewer_one.affiliations.create(
        organisation=cast.institute,
        since=date(2020, 1, 1),
        until=make.DURING.date() - timedelta(days=100),
        entered_at=make.DURING,
    )
    found = queries.conflicts_of(cast.reviewer_one, loi, on=make.DURING.date())
    assert [one.kind for one in found] == ["organisation"]
    later = make.DURING.date() + timedelta(days=300)
    assert queries.conflicts_of(cast.reviewer_one, loi, on=later) == []


def test_where_a_co_investigator_works_is_an_organisation_of_the_case(cast):
    loi = make.filed(cast)
    make.panel(cast, loi.call)
    reviewer = cast.reviewer_one
    place = loi.call.panel.get(user=reviewer)
    place.organisation = cast.organisations[INSTITUTE_C]
    place.save()
    assert [found.kind for found in queries.conflicts_of(reviewer, loi, on=ON)] == ["organisation"]


def test_soft_conflicts_that_are_found_are_kept_with_the_invitation(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    loi.call.panel.filter(user=cast.reviewer_one).update(country="CL")
    services.assign(loi, cast.reviewer_one, by=cast.secretary, now=make.SCREENED)
    found = Conflict.objects.get(loi=loi, user=cast.reviewer_one)
    assert (found.hard, found.declared, found.reason) == (False, False, "both in Chile")


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
    make.seat(cast, loi.call, cast.chair, "chair", organisation=cast.institute, now=LATER)
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


def test_one_person_and_many_are_shut_out_alike(cast):
    own = make.reviewed(cast)
    other = make.filed(cast, make.call(cast, code="TEST28"), rival=True)
    for loi, person, hard in (
        (own, cast.reviewer_one, True),
        (own, cast.reviewer_two, False),
        (other, cast.chair, True),
    ):
        Conflict.objects.create(
            loi=loi,
            user=person,
            hard=hard,
            declared=True,
            kind="other",
            reason="?",
            at=LATER,
            state="declared",
        )
    lois = LetterOfIntent.objects.all()
    one_by_one = {
        (loi.pk, person.pk)
        for person in cast.everyone().values()
        for loi in lois.filter(queries.hidden_from(person))
    }
    assert queries.shut_out(lois) == one_by_one
    assert {
        (own.pk, cast.reviewer_one.pk),
        (other.pk, cast.chair.pk),
        (own.pk, cast.pi.pk),
    } <= one_by_one
    assert (own.pk, cast.reviewer_two.pk) not in one_by_one
    assert len(queries.bench(own).locked) == 2
