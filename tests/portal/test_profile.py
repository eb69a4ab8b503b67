"""What a person keeps of themselves, and what later finds conflicts of interest."""

from datetime import date

import pytest
from django.urls import reverse

from portal import queries
from portal.models import Affiliation, Event
from portal.services import people
from portal.verdict import Refused
from tests import make
from tests.portal.seating import text

PROFILE, AFFILIATE = reverse("profile"), reverse("affiliate")


def entry(name: str, since: str, until: str = "") -> dict:
    return {"new-name": name, "new-since": since, "new-until": until}


def test_name_zone_and_orcid_are_kept_with_one_event(cast, visit):
    browser = visit(cast.pi, at=make.DURING)
    said = {"name": "Principal  investigator", "zone": "Africa/Nairobi"}
    orcid = "https://orcid.org/0000000218250097"
    for _ in range(2):
        assert browser.post(PROFILE, {**said, "orcid": orcid}).status_code == 302
    person = cast.again("pi")
    assert (person.name, person.zone) == ("Principal investigator", "Africa/Nairobi")
    assert person.orcid == "0000-0002-1825-0097"
    assert Event.objects.filter(verb="person.described").count() == 1


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"orcid": "0000-0002-1825-0098"}, "is no ORCID iD"),
        ({"zone": "Moon/Shackleton"}, "Moon/Shackleton"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_kept_on_the_page(cast, visit, wrong, said):
    given = {"name": "Typed", "zone": "UTC", "orcid": "", **wrong}
    answer = visit(cast.pi, at=make.DURING).post(PROFILE, given)
    assert answer.status_code == 400
    assert said in text(answer)
    assert cast.again("pi").zone == "UTC" and cast.again("pi").orcid == ""


def test_affiliations_are_entered_ended_and_struck_and_stay_on_record(cast, visit):
    browser = visit(cast.pi, at=make.DURING)
    browser.post(AFFILIATE, entry("institute b", "2019-01-01"))
    browser.post(AFFILIATE, entry("Observatory 天文台", "2010-05-01", "2018-12-31"))
    registered, by_name = queries.affiliations(cast.pi)
    assert registered.organisation == cast.rival and registered.name == ""
    assert str(by_name) == "Observatory 天文台"
    page = text(browser.get(PROFILE))
    assert "Institute B" in page and "still" in page and "conflicts of interest" in page
    browser.post(reverse("end_affiliation", args=[registered.key]), {"until": "2025-06-30"})
    assert queries.affiliations(cast.pi)[0].until == date(2025, 6, 30)
    browser.post(reverse("strike_affiliation", args=[by_name.key]))
    assert list(queries.affiliations(cast.pi)) == [registered]
    assert Affiliation.objects.get(pk=by_name.pk).struck_at == make.DURING


@pytest.mark.parametrize(
    "given, said",
    [
        (entry("", "2019-01-01"), "This field is required"),
        (entry("A", "2099-01-01"), "It begins in the future"),
        (entry("A", "2019-01-01", "2018-12-31"), "It ends before it begins"),
        (entry("A", "yesterday"), "Enter a valid date"),
    ],
)
def test_a_wrong_affiliation_is_said_at_its_field(cast, visit, given, said):
    answer = visit(cast.pi, at=make.DURING).post(AFFILIATE, given)
    assert answer.status_code == 400
    assert said in text(answer)
    assert not Affiliation.objects.exists()


def test_it_does_not_end_before_it_began(cast, visit):
    browser = visit(cast.pi, at=make.DURING)
    browser.post(AFFILIATE, entry("A", "2019-01-01"))
    entered = queries.affiliations(cast.pi)[0]
    end = reverse("end_affiliation", args=[entered.key])
    assert browser.post(end, {"until": "2018-01-01"}).status_code == 409
    assert browser.post(end, {"until": "soon"}).status_code == 400
    assert queries.affiliations(cast.pi)[0].until is None


def test_nobody_sees_or_changes_anothers(cast, visit):
    browser = visit(cast.pi, at=make.DURING)
    browser.post(AFFILIATE, entry("Observatory", "2019-01-01"))
    entered = queries.affiliations(cast.pi)[0]
    for name in ("owner", "rival_pi", "admin", "secretary"):
        other = visit(getattr(cast, name), at=make.DURING)
        assert "Observatory" not in text(other.get(PROFILE))
        assert other.post(reverse("strike_affiliation", args=[entered.key])).status_code == 404
        with pytest.raises(Refused):
            people.strike_affiliation(entered, by=getattr(cast, name), now=make.DURING)
    with pytest.raises(Refused):
        people.describe(cast.pi, name="X", zone="UTC", orcid="", by=cast.admin, now=make.DURING)


@pytest.mark.parametrize(
    "since, found",
    [
        (None, {"now", "ended"}),
        (date(2018, 12, 31), {"now", "ended"}),
        (date(2019, 1, 1), {"now"}),
        (date(2030, 1, 1), {"now"}),
    ],
)
def test_what_counts_from_a_day_on(cast, since, found):
    acts = {"organisation": None, "by": cast.pi, "now": make.DURING}
    for name, until in {"now": None, "ended": date(2018, 12, 31)}.items():
        people.affiliate(cast.pi, name=name, since=date(2010, 1, 1), until=until, **acts)
    assert {one.name for one in queries.affiliations(cast.pi, since=since)} == found
