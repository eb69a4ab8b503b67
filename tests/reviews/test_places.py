"""Places on the panel: invited by the secretary, taken by the person, left with a reason."""

from datetime import date, timedelta

import pytest

from portal.models import Message
from reviews import queries, services
from reviews.models import PanelMember
from reviews.services import places
from tests import make
from tests.asking import rule_against
from tests.portal.seating import proves

LATER = make.SCREENED + timedelta(hours=1)
HOUR = timedelta(hours=1)


def offer(address: str, **given) -> dict:
    return {"email": address, "role": "reviewer", "quota": "6", **given}


def link(message: Message) -> str:
    return next(word for word in message.body.split() if "/panel/link/" in word).partition(
        "/panel"
    )[2]


@pytest.fixture
def offered(cast, visit):
    """A place is offered to the outsider, by the address they have proved."""
    of = make.call(cast)
    proves(cast.outsider)
    typed = offer(
        cast.outsider.email.upper(),
        organisation=cast.rival.pk,
        keywords=["dust"],
        writes_from="2027-04-06",
        writes_until="2027-05-04",
    )
    answer = visit(cast.secretary, at=LATER).post(f"/calls/{of.code}/panel/", typed)
    assert answer.status_code == 302
    return PanelMember.objects.get(call=of)


def test_an_invitation_puts_nobody_on_the_panel(cast, offered):
    assert (offered.user, offered.state, offered.country) == (cast.outsider, "invited", "KE")
    assert not queries.panel(offered.call).exists()
    assert queries.member(cast.outsider, offered.call) is None
    assert not cast.again("outsider").roles()
    letter = Message.objects.get(notice="place_offered")
    assert letter.address == cast.outsider.email
    assert "from 6 Apr 2027 to 4 May 2027" in letter.body


def test_the_link_does_nothing_and_the_person_accepts_with_one_act(cast, visit, offered):
    address = "/panel" + link(Message.objects.get(notice="place_offered"))
    assert visit(None, at=LATER).get(address).status_code == 200
    assert visit(cast.editor, at=LATER).get(address).status_code == 403
    person = visit(cast.outsider, at=LATER)
    assert "You are invited to the panel of TEST27." in person.get("/day/").content.decode()
    page = person.get(address, follow=True)
    assert page.redirect_chain == [(f"/panel/{offered.key}/", 302)]
    assert make.again(offered).state == "invited"
    assert page.context["form"].known[0].label == "Dust"
    typed = {
        "knows_dust": "3",
        "knows_biology": "1",
        "knows_volatiles": "0",
        "quota": "4",
        "away_0_from": "2027-05-01",
        "away_0_until": "2027-05-09",
    }
    assert person.post(f"/panel/{offered.key}/accept/", typed).status_code == 302
    place = make.again(offered)
    assert (place.state, place.keywords, place.quota) == (
        "accepted",
        {"biology": 1, "dust": 3},
        4,
    )
    assert place.absences == [(date(2027, 5, 1), date(2027, 5, 9))]
    assert queries.member(cast.outsider, place.call) == place
    assert "has joined the panel" in Message.objects.filter(notice="place_accepted").first().subject
    page = visit(cast.secretary, at=LATER).get(f"/calls/{place.call.code}/panel/").content.decode()
    assert "1 May – 9 May 2027" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"knows_dust": "0", "quota": "4"}, "Say of at least one keyword how well you know it."),
        ({"knows_dust": "4", "quota": "4"}, "Select a valid choice."),
        ({"knows_dust": "2", "quota": "0"}, "greater than or equal to 1"),
        (
            {"knows_dust": "2", "quota": "4", "away_0_from": "2027-05-01"},
            "Give both days, or neither.",
        ),
        (
            {
                "knows_dust": "2",
                "quota": "4",
                "away_0_from": "2027-05-02",
                "away_0_until": "2027-05-01",
            },
            "It ends before it begins.",
        ),
    ],
)
def test_a_slip_in_the_acceptance_changes_nothing(cast, visit, offered, typed, said):
    answer = visit(cast.outsider, at=LATER).post(f"/panel/{offered.key}/accept/", typed)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert make.again(offered).state == "invited"


def test_somebody_without_an_account_accepts_once_the_address_is_proved(cast, visit):
    of = make.call(cast)
    invites = visit(cast.secretary, at=LATER)
    typed = offer("optics@institute.example.org")
    assert invites.post(f"/calls/{of.code}/panel/", typed).status_code == 302
    place = PanelMember.objects.get(call=of)
    assert place.user is None
    stranger = visit(cast.outsider, at=LATER)
    assert stranger.get(f"/panel/{place.key}/").status_code == 404
    proves(cast.outsider, "optics@institute.example.org")
    answer = visit(cast.outsider, at=LATER).post(
        f"/panel/{place.key}/accept/", {"knows_dust": "2", "quota": "3"}
    )
    assert answer.status_code == 302
    assert make.again(place).user == cast.outsider


def test_declining_needs_a_reason_which_the_secretary_reads(cast, visit, offered):
    person = visit(cast.outsider, at=LATER)
    address = f"/panel/{offered.key}/decline/"
    assert person.post(address, {"reason": ""}).status_code == 409
    assert person.post(address, {"reason": "On sabbatical."}).status_code == 302
    assert make.again(offered).state == "declined"
    page = visit(cast.secretary, at=LATER).get(f"/calls/{offered.call.code}/panel/")
    assert [(line["member"], line["reason"]) for line in page.context["past"]] == [
        (offered, "On sabbatical.")
    ]
    assert person.post(f"/panel/{offered.key}/accept/", {"knows_dust": "2", "quota": "3"}).status_code == 409  # fmt: skip


def test_a_reminder_brings_a_new_link_and_a_withdrawn_place_cannot_be_taken(cast, visit, offered):
    first = Message.objects.get(notice="place_offered")
    secretary = visit(cast.secretary, at=LATER + HOUR)
    assert secretary.post(f"/panel/{offered.key}/remind/").status_code == 302
    again = Message.objects.filter(notice="place_offered").latest("pk")
    assert link(again) != link(first)
    assert visit(cast.outsider, at=LATER).get("/panel" + link(first)).status_code == 404
    assert secretary.post(f"/panel/{offered.key}/withdraw/").status_code == 302
    answer = visit(cast.outsider, at=LATER).post(
        f"/panel/{offered.key}/accept/", {"knows_dust": "2", "quota": "3"}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"email": "no address"}, "email", "Enter a valid email address."),
        ({"quota": "0"}, "quota", "greater than or equal to 1"),
        ({"role": "chairman"}, "role", "Select a valid choice."),
        ({"keywords": ["gold"]}, "keywords", "Select a valid choice."),
        (
            {"writes_from": "2027-05-02", "writes_until": "2027-05-01"},
            "writes_until",
            "It ends before it begins.",
        ),
    ],
)
def test_the_panel_says_what_is_wrong_at_its_field(cast, visit, given, field, said):
    of = make.call(cast)
    typed = offer(cast.outsider.email, **given)
    answer = visit(cast.secretary, at=LATER).post(f"/calls/{of.code}/panel/", typed)
    assert answer.status_code == 400
    assert said in " ".join(answer.context["form"].errors[field])
    assert answer.context["form"]["email"].value() == typed["email"]
    assert not PanelMember.objects.exists()


def test_nobody_sits_twice_and_a_chair_does_not_score(cast, visit):
    of = make.call(cast)
    make.panel(cast, of)
    for person in (cast.chair, cast.reviewer_one, cast.outsider):
        proves(person)
    client = visit(cast.secretary, at=LATER)

    def said(typed: dict) -> tuple:
        answer = client.post(f"/calls/{of.code}/panel/", typed)
        return answer.status_code, dict(answer.context["form"].errors)

    assert said(offer(cast.reviewer_one.email)) == (
        409,
        {"email": ["Reviewer one holds a place on this panel already."]},
    )
    assert said(offer(cast.chair.email)) == (
        409,
        {"role": ["Chair cannot chair the panel and score on it."]},
    )
    client.post(f"/calls/{of.code}/panel/", offer(cast.outsider.email))
    assert said(offer(cast.outsider.email, role="assessor")) == (
        409,
        {"email": ["Outsider has an open invitation to this panel."]},
    )


def test_only_the_secretary_composes_the_panel(cast, visit):
    of = make.call(cast)
    answer = visit(cast.auditor, at=LATER).post(
        f"/calls/{of.code}/panel/", offer("anybody@example.org")
    )
    assert answer.status_code == 403
    assert not PanelMember.objects.exists()


def test_who_leaves_gives_back_what_is_open_and_what_is_locked_counts(cast, visit):
    of = make.call(cast)
    loi, other = make.filed(cast, of), make.filed(cast, of, title="Another case of the call")
    make.screened(cast, other)
    loi = make.reviewed(cast, make.again(loi))
    given = services.assign(other, cast.reviewer_one, by=cast.secretary, now=make.REVIEWED)
    place = queries.member(cast.reviewer_one, loi.call)
    answer = visit(cast.reviewer_one, at=make.REVIEWED).post(
        f"/panel/{place.key}/leave/", {"reason": "A new post abroad."}
    )
    assert answer.status_code == 302
    assert make.again(given).state == "removed"
    assert len(queries.bench(loi).locked) == 3
    assert queries.member(cast.reviewer_one, loi.call) is None
    letter = Message.objects.filter(notice="place_left").first()
    assert "A new post abroad." in letter.body
    act = lambda: services.assign(other, cast.reviewer_one, by=cast.secretary, now=make.REVIEWED)  # noqa: E731
    assert rule_against(act) == "not_on_panel"


def test_who_is_away_over_the_whole_time_is_not_assigned(cast):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    place = queries.member(cast.reviewer_one, loi.call)
    places.describe(
        place, away=[(date(2027, 4, 5), date(2027, 4, 20))], by=cast.reviewer_one, now=LATER
    )
    assign = lambda days: services.assign(  # noqa: E731
        loi, cast.reviewer_one, due_at=LATER + timedelta(days=days), by=cast.secretary, now=LATER
    )
    assert rule_against(lambda: assign(10)) == "away"
    assert assign(20).state == "invited"


# Technical assessors


@pytest.fixture
def assessed(cast):
    """A case with three reviewers and one assessor, before its review."""
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    make.seat(cast, loi.call, cast.outsider, "assessor", now=make.SCREENED)
    for reviewer in cast.reviewers:
        services.assign(loi, reviewer, by=cast.secretary, now=LATER)
    return loi


def test_an_assessor_takes_an_assessors_seat_only_and_a_reviewer_none(cast, assessed):
    def assign(person, seat):
        return services.assign(assessed, person, seat=seat, by=cast.secretary, now=LATER)

    assert rule_against(lambda: assign(cast.outsider, "reviewer")) == "not_on_panel"
    make.seat(cast, assessed.call, cast.legal, "reviewer", now=make.SCREENED)
    assert rule_against(lambda: assign(cast.legal, "assessor")) == "not_assessor"
    given = assign(cast.outsider, "assessor")
    act = lambda: services.reseat(given, seat="primary", by=cast.secretary, now=LATER)  # noqa: E731
    assert rule_against(act) == "assessor_apart"


def test_assessors_are_in_no_number_of_reviewers_and_no_sum(cast, assessed):
    services.assign(assessed, cast.outsider, seat="assessor", by=cast.secretary, now=LATER)
    facts = queries.facts(assessed)
    assert (facts.assigned, facts.assessors, facts.reports) == (3, 1, 0)


def test_a_call_says_how_many_assessors_a_case_needs(cast, visit, assessed):
    type(assessed.call).objects.update(assessors_least=1)
    client = visit(cast.secretary, at=LATER)
    page = client.get(f"/lois/{assessed.key}/assign/").content.decode()
    assert "Technical assessors: 0 assigned, 1 needed." in page
    assert client.post(f"/lois/{assessed.key}/begin-review/").status_code == 409
    typed = {"reviewers": [cast.outsider.key], "due": "2027-06-01T00:00"}
    assert client.post(f"/lois/{assessed.key}/assign/", typed).status_code == 302
    assert assessed.assignments.get(reviewer=cast.outsider).seat == "assessor"
    assert client.post(f"/lois/{assessed.key}/begin-review/").status_code == 302


def test_a_case_has_one_primary_and_one_secondary_reviewer(cast, assessed):
    one, other, third = assessed.assignments.order_by("pk")
    services.reseat(one, seat="primary", by=cast.secretary, now=LATER)
    act = lambda: services.reseat(other, seat="primary", by=cast.secretary, now=LATER)  # noqa: E731
    assert rule_against(act) == "seat_taken"
    seats = {"primary": third, "secondary": one}
    assert services.present(assessed, seats, by=cast.chair, now=LATER) == 2
    assert [make.again(a).seat for a in (one, other, third)] == ["secondary", "reviewer", "primary"]
