"""A conflict of interest from where it is found to where somebody rules on it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.models import Message
from portal.verdict import Refused
from proposals import history
from proposals import queries as proposals
from proposals.services import evaluation
from reviews import conflicts as rules
from reviews import queries, services, tasks
from reviews.models import Conflict, Ruling
from reviews.services.conflicts import declare
from tests import make
from tests.cast import INSTITUTE_C
from tests.portal.seating import proves

LATER = make.REVIEWED + timedelta(days=1)
WRONG = "Another person of the same name works there, the institute confirms."


def works_at(person, organisation, until: date | None = None):
    return person.affiliations.create(
        organisation=organisation, since=date(2020, 1, 1), until=until, entered_at=LATER
    )


def look(loi, now=LATER) -> int:
    return services.look([make.again(loi)], now=now)


def of(person, loi, **more) -> Conflict:
    return Conflict.objects.select_related("loi", "user").get(loi=loi, user=person, **more)


def mean(loi):
    return queries.bench(loi).spread.mean


@pytest.fixture
def judged(cast):
    """Under review with three locked reviews: 80, 80 and 60 points of 100."""
    loi = make.reviewed(cast, scores=("4 4 4 4 4 4", "4 4 4 4 4 4", "3 3 3 3 3 3"))
    assert mean(loi) == pytest.approx(Decimal(220) / 3)
    return loi


def test_one_found_late_takes_the_review_out_of_every_sum_and_a_dismissal_brings_it_back(
    cast, visit, judged
):
    late, review = cast.reviewer_three, judged.assignments.get(reviewer=cast.reviewer_three)
    works_at(late, cast.organisations[INSTITUTE_C])
    assert look(judged) == 1
    assert look(judged) == 0  # it is on record
    conflict = of(late, judged)
    assert (conflict.state, conflict.kind, conflict.hard) == ("found", "organisation", True)

    assert mean(judged) == 80
    page = visit(cast.chair, at=LATER).get(f"/lois/{judged.key}/reviews/").content.decode()
    assert "The review of Reviewer three no longer counts since" in page
    assert "belongs to Institute C, an organisation of the letter." in page
    assert "60" not in page.split('id="scores"')[1].split("</table>")[0]
    told = [entry.sentence for entry in history.of(judged, cast.again("chair"))]
    assert any(said.startswith("The review of Reviewer three no longer counts") for said in told)
    gone = visit(late, at=LATER)
    assert gone.get(f"/reviews/{review.key}/").status_code == 404
    assert judged.reference not in gone.get("/reviews/").content.decode()
    letters = Message.objects.filter(notice="conflict_found")
    assert {letter.recipient for letter in letters} == {cast.secretary, cast.second_secretary}
    assert "may be short of reviewers" in letters[0].body

    client = visit(cast.secretary, at=LATER)
    page = client.get("/day/").content.decode()
    assert "2 conflicts of interest of TEST27 wait for your ruling." in page  # one was there before
    address = f"/conflicts/{conflict.key}/dismiss/"
    refused = client.post(address, {"reason": "No, wrong."})
    assert refused.status_code == 409
    assert "in 20 characters or more" in refused.content.decode()
    assert ">No, wrong.</textarea>" in refused.content.decode()
    assert client.post(address, {"reason": WRONG}).status_code == 302
    ruling = Ruling.objects.get()
    assert (ruling.by, ruling.reason, ruling.evidence) == (
        cast.secretary, WRONG, "institute c:",
    )  # fmt: skip
    assert mean(judged) == pytest.approx(Decimal(220) / 3)
    assert visit(late, at=LATER).get(f"/reviews/{review.key}/").status_code == 200
    assert Message.objects.get(notice="conflict_dismissed").recipient == late
    page = client.get(f"/calls/{judged.call.code}/conflicts/?show=all").content.decode()
    assert WRONG in page and "by Secretary," in page

    assert look(judged, LATER + timedelta(days=9)) == 0  # the same evidence
    late.affiliations.update(until=LATER.date() - timedelta(days=30))
    assert look(judged) == 1
    again = make.again(conflict)
    assert (again.state, again.evidence) == (
        "found",
        f"institute c:{late.affiliations.get().until}",
    )
    assert mean(judged) == 80
    services.confirm(of(late, judged), reason="It is so.", by=cast.chair, now=LATER)
    assert mean(judged) == 80
    assert Message.objects.get(notice="conflict_confirmed").recipient == late
    late.affiliations.all().update(until=None)
    assert look(judged) == 0  # what is confirmed stays
    with pytest.raises(Refused):
        services.dismiss(of(late, judged), reason=WRONG, by=cast.chair, now=LATER)


def test_a_soft_one_bars_nobody_until_the_chair_takes_the_reviewer_off(cast, visit):
    loi = make.under_review(cast)
    one, two = cast.reviewer_one, cast.reviewer_two
    for person in (one, two):
        mine = services.assign(loi, person, by=cast.secretary, now=LATER)
        services.accept(mine, declared={"together": "One paper, 2025."}, by=person, now=LATER)
    client = visit(cast.chair, at=LATER)
    assert "3 conflicts of interest of TEST27" in client.get("/day/").content.decode()
    assert (
        "wait for your ruling" not in visit(cast.approver, at=LATER).get("/day/").content.decode()
    )
    page = client.get("/calls/TEST27/conflicts/").content.decode()
    assert page.count("Keep on the case</button>") == 2
    keep = f"/conflicts/{of(one, loi).key}/dismiss/"
    assert client.post(keep, {"reason": ""}).status_code == 409
    assert client.post(keep, {"reason": "One paper."}).status_code == 302
    client.post(f"/conflicts/{of(two, loi).key}/confirm/", {"reason": "They share a grant."})
    assert loi.assignments.get(reviewer=one).state == "accepted"
    assert loi.assignments.get(reviewer=two).state == "removed"
    assert (loi.pk, two.pk) in queries.shut_out([loi])
    assert (loi.pk, one.pk) not in queries.shut_out([loi])
    letter = Message.objects.get(notice="assignment_excluded")
    assert letter.recipient == two and "They share a grant." in letter.body
    with pytest.raises(Refused, match="One paper, 2025"):
        services.assign(loi, two, by=cast.secretary, now=LATER)


def test_what_applicants_wrote_of_a_reviewer_never_reaches_them(cast, visit):
    wish = {"name": "Reviewer one", "reason": "We disagree in print."}
    loi = make.under_review(
        cast, make.screened(cast, make.filed(cast, team={"exclusions": [wish]}))
    )
    services.assign(loi, cast.reviewer_one, by=cast.secretary, now=LATER)
    secret = of(cast.reviewer_one, loi)
    assert secret.secret
    code = loi.call.code
    shown = {
        name: "not wished" in visit(getattr(cast, name), at=LATER)
        .get(f"/calls/{code}/conflicts/?show=all").content.decode()
        for name in ("chair", "secretary", "approver", "auditor")
    }  # fmt: skip
    assert shown == {"chair": True, "secretary": True, "approver": False, "auditor": False}
    table = visit(cast.auditor, at=LATER).get(f"/calls/{code}/conflicts.csv").content.decode()
    assert "Conflicted" in table and "not wished" not in table
    services.confirm(secret, reason="The quarrel is in print.", by=cast.chair, now=LATER)
    told = " ".join(
        Message.objects.filter(recipient=cast.reviewer_one).values_list("body", flat=True)
    )
    assert "quarrel" not in told and "applicant" not in told


@pytest.fixture
def cases(cast):
    """Two cases under review; one of them names the chair, a secretary and an approver."""
    people = [
        {
            "name": one.name,
            "organisation": "Institute C",
            "role": "Detector",
            "email": "",
            "orcid": "",
        }
        for one in (cast.chair, cast.secretary, cast.approver)
    ]
    named = make.filed(cast, team={"people": people})
    other = make.filed(cast, make.call(cast, code="TEST28"), rival=True)
    named = make.screened(cast, named)
    make.panel(cast, named.call)
    evaluation.begin_review(
        make.again(named), facts=make.ENOUGH, by=cast.second_secretary, now=make.SCREENED
    )
    look(named)
    return make.again(named), make.again(other)


def test_who_runs_a_call_is_shut_out_of_a_case_like_anybody(cast, visit, cases):
    named, other = cases
    found = Conflict.objects.filter(loi=named, kind="team").order_by("user")
    assert {row.user for row in found} == {cast.chair, cast.secretary, cast.approver}
    for shut, free in (("secretary", "second_secretary"), ("approver", "second_approver")):
        for name, sees in ((shut, False), (free, True)):
            client = visit(getattr(cast, name), at=LATER)
            assert (client.get(f"/lois/{named.key}/").status_code == 200) == sees
            assert client.get(f"/lois/{other.key}/").status_code == 200
            for page in ("cases/", "conflicts/?show=all", "conflicts.csv"):
                text = client.get(f"/calls/TEST27/{page}").content.decode()
                assert (named.reference in text) == sees, (name, page)
    counted = {
        name: queries.waiting_conflicts(
            queries.visible_conflicts(cast.again(name), named.call)
        ).count()
        for name in ("secretary", "second_secretary")
    }
    assert counted["secretary"] < counted["second_secretary"]
    told = {letter.recipient for letter in Message.objects.filter(notice="conflict_found")}
    assert told == {cast.second_approver}
    board = visit(cast.second_secretary, at=LATER).get("/calls/TEST27/board/").content.decode()
    assert "No chair is left for 1 of the cases of TEST27" in board
    board = visit(cast.secretary, at=LATER).get("/calls/TEST27/board/").content.decode()
    assert "No chair is left" not in board


def test_an_approver_rules_on_the_office_and_nobody_on_themself(cast, visit, cases):
    named, _ = cases
    chairs = of(cast.chair, named, kind="team")
    for name, status in (
        ("chair", 404),
        ("secretary", 404),
        ("approver", 404),
        ("second_secretary", 409),
        ("auditor", 403),
        ("reviewer_one", 404),
        ("second_approver", 302),
    ):
        client = visit(getattr(cast, name), at=LATER)
        answer = client.post(f"/conflicts/{chairs.key}/dismiss/", {"reason": WRONG})
        assert answer.status_code == status, name
        if status == 409:
            said = answer.content.decode()
            assert "It concerns the chair of the panel: an approver rules on it." in said
    assert (named.pk, cast.chair.pk) not in queries.shut_out([named])
    with pytest.raises(Refused):
        own = of(cast.approver, named)
        services.dismiss(own, reason=WRONG, by=cast.again("approver"), now=LATER)


def test_the_task_finds_what_profiles_have_brought_about_and_writes_nothing_twice(cast, judged):
    before = Conflict.objects.count()
    works_at(cast.reviewer_one, cast.institute)
    cast.reviewer_two.orcid = judged.filing.content["team"]["pi_orcid"]
    cast.reviewer_two.save()
    tasks.look_for_conflicts()
    tasks.look_for_conflicts()
    assert Conflict.objects.count() == before + 2
    assert of(cast.reviewer_one, judged).kind == "organisation"
    assert of(cast.reviewer_two, judged).kind == "team"


def test_the_task_finds_what_a_newly_proved_address_tells(cast, judged):
    tasks.look_for_conflicts()
    cast.institute.domains = ["institute-a.example.net"]
    cast.institute.save()
    proves(cast.reviewer_three, "somebody@institute-a.example.net")  # and no event says so
    tasks.look_for_conflicts()
    assert of(cast.reviewer_three, judged).kind == "organisation"


def test_a_person_without_a_proved_address_or_with_a_closed_account_is_not_assigned(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    cast.reviewer_one.is_active = False
    cast.reviewer_one.save()
    with pytest.raises(Refused, match="closed"):
        services.assign(loi, cast.reviewer_one, by=cast.secretary, now=make.SCREENED)
    assert not any(
        c.possible
        for c in queries.candidates(loi, on=make.SCREENED.date(), seen_by=cast.secretary)
        if c.member.user == cast.reviewer_one
    )


@pytest.mark.parametrize("kind", [kind for kind in rules.KINDS if kind.hard], ids=lambda k: k.name)
def test_every_hard_kind_shuts_out_at_once(cast, kind):
    loi = make.filed(cast)
    declare(loi, kind.name, words="It is so.", by=cast.secretary, now=LATER)
    assert queries.shut_out([loi]) >= {(loi.pk, cast.secretary.pk)}
    assert not proposals.visible_lois(cast.again("secretary")).filter(pk=loi.pk).exists()
