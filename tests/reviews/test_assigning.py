from datetime import UTC, datetime, timedelta

import pytest

from portal.models import Event, Message
from portal.verdict import Refused
from proposals.services import filings
from reviews import services
from reviews.models import PanelMember
from reviews.services import FindingDraft
from tests import make
from tests.asking import rule_against

LATER = make.SCREENED + timedelta(hours=1)


@pytest.fixture
def case(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    return loi


def invite(cast, loi, *people, due="2027-06-01T00:00") -> dict:
    return {"reviewers": [person.key for person in people], "due": due}


def test_several_are_invited_in_one_act(cast, visit, case):
    client = visit(cast.secretary, at=LATER)
    answer = client.post(f"/lois/{case.key}/assign/", invite(cast, case, *cast.reviewers))
    assert answer.status_code == 302
    assert {a.reviewer for a in case.assignments.all()} == set(cast.reviewers)
    # Typed as midnight in Beijing.
    assert {a.due_at for a in case.assignments.all()} == {datetime(2027, 5, 31, 16, tzinfo=UTC)}
    assert Event.objects.filter(verb="assignment.assigned").count() == 3
    letter = Message.objects.filter(notice="assignment_invited").first()
    assert case.reference in letter.subject
    assert "31 May 2027, 24:00 Beijing (31 May 2027, 16:00 UTC)" in letter.body
    assert case.filing.content["identity"]["title"] not in letter.subject + letter.body


def test_one_conflict_among_the_ticked_invites_nobody_and_the_ticks_stay(cast, visit, case):
    client = visit(cast.secretary, at=LATER)
    ticked = [cast.reviewer_one, cast.conflicted]
    answer = client.post(f"/lois/{case.key}/assign/", invite(cast, case, *ticked))
    assert answer.status_code == 409
    assert (
        f"Conflicted cannot review {case.reference}: belongs to Institute A, an organisation of the letter."
        in answer.content.decode()
    )
    assert answer.context["ticked"] == {person.key for person in ticked}
    assert not case.assignments.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reviewers": [], "due": "2027-06-01T00:00"}, "Tick at least one reviewer."),
        ({"due": "2027-01-01T00:00"}, "The reviews would be due in the past."),
        ({"due": "soon"}, "Enter a valid date/time."),
        ({"due": "0001-01-01T00:00"}, "Write a year from 2000 to 2100, not 1."),
        ({"reviewers": ["nobody"], "due": "2027-06-01T00:00"}, "Select a valid choice."),
    ],
)
def test_a_slip_in_the_form_changes_nothing(cast, visit, case, given, said):
    client = visit(cast.secretary, at=LATER)
    typed = {**invite(cast, case, cast.reviewer_one), **given}
    answer = client.post(f"/lois/{case.key}/assign/", typed)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not case.assignments.exists()


def test_the_table_says_what_rules_out_and_what_is_to_be_told(cast, visit, case):
    PanelMember.objects.filter(user=cast.reviewer_two).update(country="IT", quota=1)
    page = visit(cast.secretary, at=LATER).get(f"/lois/{case.key}/assign/")
    found = {c.member.user: c for c in page.context["candidates"]}
    assert found[cast.conflicted].hard == ("belongs to Institute A, an organisation of the letter",)
    assert not found[cast.conflicted].possible
    assert found[cast.reviewer_two].soft == ("both in Italy",)
    assert found[cast.reviewer_one].keywords == ("Volatiles",)
    assert page.context["candidates"][-1].member.user == cast.conflicted


def test_a_member_of_the_team_is_refused(cast, case):
    make.seat(cast, case.call, cast.pi, "reviewer", now=LATER)
    assert (
        rule_against(lambda: services.assign(case, cast.pi, by=cast.secretary, now=LATER))
        == "conflict"
    )


def test_somebody_in_a_competing_letter_is_refused(cast):
    of = make.call(cast)
    mine = make.filed(cast, of)
    make.filed(cast, of, rival=True, title="A competing payload of another institute")
    make.screened(cast, mine)
    make.seat(cast, of, cast.rival_pi, "reviewer", now=LATER)
    act = lambda: services.assign(mine, cast.rival_pi, by=cast.secretary, now=LATER)  # noqa: E731
    assert rule_against(act) == "conflict"


def test_a_full_quota_refuses_with_its_numbers(cast, case):
    PanelMember.objects.filter(user=cast.reviewer_one).update(quota=0)
    with pytest.raises(Refused) as raised:
        services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    verdict = raised.value.verdict
    assert (verdict.rule, verdict.field) == ("quota", "reviewer")
    assert str(verdict.reason) == "Reviewer one has 0 cases of at most 0."


def test_nobody_is_on_a_case_twice(cast, case):
    services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    act = lambda: services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)  # noqa: E731
    assert rule_against(act) == "assignment.twice"


def test_who_is_not_on_the_panel_is_not_assigned(cast, case):
    act = lambda: services.assign(case, cast.outsider, by=cast.secretary, now=LATER)  # noqa: E731
    assert rule_against(act) == "not_on_panel"


def test_only_the_secretary_assigns(cast, case):
    for who in ("approver", "chair", "reviewer_two", "pi"):
        with pytest.raises(Refused) as raised:
            services.assign(case, cast.reviewer_one, by=cast.again(who), now=LATER)
        assert raised.value.verdict.who


def test_a_case_goes_to_review_with_enough_reviewers_only(cast, visit, case):
    client = visit(cast.secretary, at=LATER)
    services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    page = client.get(f"/lois/{case.key}/assign/").content.decode()
    assert "Reviewers without a conflict: 1 assigned, 3 needed." in page
    assert client.post(f"/lois/{case.key}/begin-review/").status_code == 409
    for reviewer in cast.reviewers[1:]:
        services.assign(case, reviewer, by=cast.secretary, now=LATER)
    assert client.post(f"/lois/{case.key}/begin-review/").status_code == 302
    assert make.again(case).state == "under_review"


def test_taking_off_needs_a_reason_and_is_told(cast, visit, case):
    assignment = services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    client = visit(cast.secretary, at=LATER)
    address = f"/reviews/{assignment.key}/remove/"
    assert client.post(address, {"reason": " "}).status_code == 409
    assert client.post(address, {"reason": "On leave until autumn."}).status_code == 302
    assert make.again(assignment).state == "removed"
    assert "On leave until autumn." in Message.objects.get(notice="assignment_removed").body
    again = services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    assert again.pk != assignment.pk


def test_an_invitation_to_a_case_that_is_over_cannot_be_accepted(cast, case):
    assignment = services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    filings.withdraw(make.again(case), by=cast.aor, now=LATER, reason="We fly elsewhere.")
    act = lambda: services.accept(assignment, by=cast.reviewer_one, now=LATER)  # noqa: E731
    assert rule_against(act) == "case_closed"


def test_nothing_is_written_before_the_review_has_begun(cast, case):
    assignment = services.assign(case, cast.reviewer_one, by=cast.secretary, now=LATER)
    services.accept(assignment, by=cast.reviewer_one, now=LATER)
    act = lambda: services.save_review(  # noqa: E731
        assignment,
        scores={},
        findings=[FindingDraft("C1", True, "It is good.")],
        confidence=None,
        risk="",
        version=1,
        by=cast.reviewer_one,
        now=LATER,
    )
    assert rule_against(act) == "not_under_review"
