"""Organisations register, and the secretariat verifies them."""

import re

import pytest
from django.urls import reverse

from portal.models import Event, Organisation
from portal.services import organisations
from portal.verdict import Refused
from tests import make
from tests.portal.seating import at, mails, proves, text

FIELDS = {
    "name": "Institute of Lunar Seismology",
    "local_name": "月震研究所",
    "aliases": "ILS\nSeismology Group",
    "kind": "institute",
    "country": "TH",
    "domains": "https://www.ILS.example.org/about\nperson@mail.example.org",
    "ror": "https://ror.org/05a28rw58",
    "own": ["pi", "aor"],
}


def test_an_organisation_registers_in_one_step_and_the_secretariat_is_told(cast, visit):
    browser = visit(proves(cast.outsider), at=make.DURING)
    answer = browser.post(reverse("register_organisation"), FIELDS)
    made = Organisation.objects.get(name=FIELDS["name"])
    assert answer.url == at("organisation", made)
    assert (made.state, made.ror) == ("registered", "05a28rw58")
    assert made.aliases == ["ILS", "Seismology Group"]
    assert made.domains == ["ils.example.org", "mail.example.org"]
    assert cast.again("outsider").seats() == {made.pk: {"owner", "pi", "aor"}}
    assert {mail.recipient for mail in mails("organisation_registered")} == {
        cast.secretary,
        cast.second_secretary,
    }
    assert Event.objects.filter(verb="organisation.registered").count() == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"ror": "https://ror.org/05a28rw59"}, "is no ROR id"),
        ({"domains": "not a domain"}, "is no domain"),
        ({"domains": "gmail.com"}, "Everybody can have an address at gmail.com"),
        ({"country": ""}, "Choose the country"),
        ({"kind": "international"}, "has no country"),
        ({"aliases": "\n".join(f"Name {n}" for n in range(11))}, "At most 10; these are 11."),
        ({"name": "institute  a"}, "is registered already"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(cast, visit, wrong, said):
    browser = visit(cast.outsider, at=make.DURING)
    answer = browser.post(reverse("register_organisation"), {**FIELDS, **wrong})
    assert answer.status_code == 400
    assert said in text(answer)
    assert "月震研究所" in text(answer)
    assert not Organisation.objects.filter(local_name="月震研究所").exists()


def test_a_likely_duplicate_is_asked_for_once_and_then_left_to_the_person(cast, visit):
    Organisation.objects.filter(pk=cast.institute.pk).update(name="Andean Lunar Institute")
    browser = visit(cast.outsider, at=make.DURING)
    typed = {**FIELDS, "name": "Lunar Institute, Andean", "aliases": ""}
    while_typing = browser.post(reverse("likely_organisations"), typed)
    assert "Andean Lunar Institute" in text(while_typing)
    asked = browser.post(reverse("register_organisation"), typed)
    assert asked.status_code == 409
    assert at("ask_for_seat", cast.institute) in text(asked)
    assert not Organisation.objects.filter(name=typed["name"]).exists()
    seen = re.findall(r'name="seen" value="(\w+)"', asked.content.decode())
    assert seen == [cast.institute.key]
    went_on = browser.post(reverse("register_organisation"), {**typed, "seen": seen})
    assert went_on.status_code == 302


def test_asking_for_a_seat_tells_the_owner_and_nothing_to_who_asks(cast, visit):
    browser = visit(cast.outsider, at=make.DURING)
    page = text(browser.get(at("ask_for_seat", cast.institute)))
    assert cast.owner.name not in page and cast.owner.email not in page
    for _ in range(2):
        answer = browser.post(at("ask_for_seat", cast.institute), {"note": "I build the camera."})
        assert answer.status_code == 302
    (told,) = mails("seat_asked")
    assert told.recipient == cast.owner
    assert "I build the camera." in told.body and cast.outsider.email in told.body
    assert browser.get(at("organisation", cast.institute)).status_code == 404
    codes = [
        browser.post(at("ask_for_seat", cast.institute), {"note": "x"}).status_code
        for _ in range(6)
    ]
    assert codes[-1] == 429


def test_two_at_once_register_one_name(cast):
    first = Organisation(name="Twice", kind="institute", country="TH")
    organisations.register(first, by=cast.outsider, now=make.DURING)
    second = Organisation(name="Twice", kind="institute", country="TH")
    with pytest.raises(Refused) as caught:
        organisations.register(second, by=cast.rival_pi, now=make.DURING)
    assert caught.value.verdict.field == "name"


# The secretariat


def test_it_is_sent_back_with_a_reason_corrected_and_verified(cast, visit):
    owner = visit(proves(cast.outsider), at=make.DURING)
    owner.post(reverse("register_organisation"), {**FIELDS, "domains": "example.org"})
    made = Organisation.objects.get(name=FIELDS["name"])
    office = visit(cast.secretary, at=make.DURING)
    day = text(office.get("/day/"))
    assert "address in its domains" in day and "ror.org/05a28rw58" in day
    assert office.post(at("send_back_organisation", made), {"reason": ""}).status_code == 409
    why = "The name is not the one of its statutes."
    assert office.post(at("send_back_organisation", made), {"reason": why}).status_code == 302
    assert why in mails("organisation_sent_back")[0].body
    assert why in text(owner.get(at("organisation", made)))
    assert "sent back" in text(owner.get("/day/"))
    assert office.post(at("verify_organisation", made)).status_code == 409
    again = {**FIELDS, "name": "Lunar Seismology Institute"}
    assert owner.post(at("register_again_organisation", made), again).status_code == 302
    assert office.post(at("verify_organisation", made)).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.state) == ("Lunar Seismology Institute", "verified")
    assert made.verified_at == make.DURING
    assert mails("organisation_verified")[0].recipient == cast.outsider


def test_a_secretary_does_not_verify_an_organisation_of_theirs(cast, visit):
    made = Organisation(name="Own", kind="institute", country="TH")
    organisations.register(made, by=cast.secretary, now=make.DURING)
    answer = visit(cast.secretary, at=make.DURING).post(at("verify_organisation", made))
    assert answer.status_code == 403
    assert "another secretary" in text(answer)


def test_staff_find_every_organisation_and_the_others_only_theirs(cast, visit):
    Organisation.objects.filter(pk=cast.rival.pk).update(state="sent_back", verified_at=None)
    for name in ("secretary", "approver", "auditor"):
        office = visit(getattr(cast, name), at=make.DURING)
        assert "Institute C" in text(office.get(reverse("organisations")))
        sent_back = text(office.get(reverse("organisations"), {"state": "sent_back"}))
        assert "Institute B" in sent_back and "Institute C" not in sent_back
    pi = visit(cast.pi, at=make.DURING)
    assert pi.get(reverse("organisations")).url == at("organisation", cast.institute)
    own = text(pi.get(reverse("organisations"), {"all": ""}))
    assert "Institute A" in own and "Institute B" not in own
