"""Who is a member of an organisation, and how that changes."""

import pytest
from django.urls import reverse

from portal import queries
from portal.models import Membership
from portal.services import seats
from tests import make
from tests.portal.seating import at, at_once, mails, text


def test_members_see_members_and_others_see_nothing(cast, visit):
    path = at("organisation", cast.institute)
    for name in ("owner", "reader"):
        page = text(visit(getattr(cast, name), at=make.DURING).get(path))
        assert cast.pi.email in page and "1 Oct 2026" in page
    assert "Invite a person" not in page
    for name in ("rival_pi", "rival_aor", "outsider", "admin", "chair", "legal"):
        assert visit(getattr(cast, name), at=make.DURING).get(path).status_code == 404
    assert "Institute A" not in text(
        visit(cast.rival_pi, at=make.DURING).get("/organisations/?all")
    )


@pytest.mark.parametrize(
    "act", ["give_seat", "take_seat", "leave_organisation", "hand_over", "invite"]
)
def test_nobody_from_outside_acts_on_an_organisation(cast, visit, act):
    before = list(Membership.objects.order_by("pk").values_list("pk", "left_at"))
    said = {"person": cast.pi.key, "seat": "aor", "address": "a@example.org", "seats": ["pi"]}
    for name in ("rival_pi", "outsider", "admin"):
        answer = visit(getattr(cast, name), at=make.DURING).post(at(act, cast.institute), said)
        assert answer.status_code == 404
    assert list(Membership.objects.order_by("pk").values_list("pk", "left_at")) == before


def test_a_plain_member_gives_and_takes_nothing(cast, visit):
    said = {"person": cast.reader.key, "seat": "owner"}
    browser = visit(cast.reader, at=make.DURING)
    for act in ("give_seat", "take_seat", "hand_over"):
        assert browser.post(at(act, cast.institute), said).status_code == 403
    assert browser.post(at("invite", cast.institute), {}).status_code == 404


def test_seats_are_given_to_members_only_and_taken_with_a_warning(cast, visit):
    browser = visit(cast.owner, at=make.DURING)
    give, take = at("give_seat", cast.institute), at("take_seat", cast.institute)
    stranger = {"person": cast.outsider.key, "seat": "aor"}
    assert browser.post(give, stranger).status_code == 409
    assert browser.post(give, {"person": cast.pi.key, "seat": "editor"}).status_code == 302
    assert cast.again("pi").seats()[cast.institute.pk] == {"pi", "editor"}
    assert mails("seat_given")[0].recipient == cast.pi
    browser.post(take, {"person": cast.pi.key})
    assert cast.again("pi").seats() == {}
    taken = browser.post(take, {"person": cast.aor.key, "seat": "aor"}, follow=True)
    assert "has no authorised representative now" in text(taken)


def test_who_leaves_loses_access_at_once_and_stays_in_the_history(cast, visit):
    loi = make.awaiting(cast)
    browser = visit(cast.pi, at=make.DURING)
    assert browser.get(reverse("loi", args=[loi.key])).status_code == 200
    assert browser.post(at("leave_organisation", cast.institute)).status_code == 302
    assert browser.get(reverse("loi", args=[loi.key])).status_code == 404
    assert browser.get(at("organisation", cast.institute)).status_code == 404
    page = text(visit(cast.owner, at=make.DURING).get(at("organisation", cast.institute)))
    assert "1 former member" in page and cast.pi.name in page
    history = text(visit(cast.aor, at=make.DURING).get(reverse("loi", args=[loi.key])))
    assert f"{cast.pi.name} signed off version" in history
    assert mails("member_left")[0].recipient == cast.owner


def test_the_last_owner_hands_over_before_leaving(cast, visit):
    browser = visit(cast.owner, at=make.DURING)
    leave = at("leave_organisation", cast.institute)
    refused = browser.post(leave)
    assert refused.status_code == 409
    assert "hand the organisation over" in text(refused)
    take = {"person": cast.owner.key, "seat": "owner"}
    assert browser.post(at("take_seat", cast.institute), take).status_code == 409
    to = {"person": cast.reader.key}
    assert browser.post(at("hand_over", cast.institute), to).status_code == 302
    assert cast.again("reader").seats()[cast.institute.pk] == {"reader", "owner"}
    assert cast.again("owner").seats()[cast.institute.pk] == {"reader"}
    assert mails("organisation_handed_over")[0].recipient == cast.reader
    assert browser.post(leave).status_code == 302
    assert cast.again("owner").seats() == {}


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_do_not_both_leave(cast):
    seats.give(cast.reader, cast.institute, "owner", by=cast.owner, now=make.DURING)
    outcomes = at_once(
        lambda: seats.leave(cast.institute, by=cast.again("owner"), now=make.DURING),
        lambda: seats.leave(cast.institute, by=cast.again("reader"), now=make.DURING),
    )
    assert sorted(outcomes) == ["done", "seat.last_owner"]
    assert len(queries.seated(cast.institute, "owner")) == 1
