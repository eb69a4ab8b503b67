from datetime import date

from django.urls import reverse

from proposals.copying import fit
from proposals.models import Copy, LetterOfIntent
from proposals.terms import Terms
from tests import make

OLD = Terms(platforms=(("lander", "Lander"),), keywords=(("dust", "dust"), ("ice", "ice")))
NEW = Terms(
    platforms=(("orbiter", "Orbiter"),), keywords=(("ice", "ice"),), need_by=date(2031, 1, 1)
)
TODAY = date(2030, 1, 1)


def taken_over(**sections):
    content, dropped = fit(sections, OLD, NEW, today=TODAY)
    return content, [(str(one.label), one.value, str(one.reason)) for one in dropped]


def test_what_the_call_does_not_offer_is_left_with_its_reason():
    content, dropped = taken_over(
        identity={"title": "Rover", "platform": "lander", "keywords": ["dust", "ice"]}
    )
    assert content["identity"]["title"] == "Rover"
    assert content["identity"]["platform"] == ""
    assert content["identity"]["keywords"] == ["ice"]
    assert dropped == [
        ("Host platform", "Lander", "This call does not offer the platform."),
        ("Keywords", "dust", "Not on the list of this call."),
    ]


def test_days_that_have_passed_or_come_too_late_are_left():
    late = "It is after 1 January 2031, when this mission needs the flight model."
    for day, reason in (("2029-12-31", "The day has passed."), ("2031-01-02", late)):
        content, ((_label, _value, told),) = taken_over(maturity={"flight_model_on": day})
        assert content["maturity"]["flight_model_on"] == ""
        assert told == reason
    for day in ("2030-01-01", "2031-01-01", "no day"):
        content, dropped = taken_over(maturity={"flight_model_on": day})
        assert (content["maturity"]["flight_model_on"], dropped) == (day, [])


def test_what_is_asked_no_more_is_told():
    content, dropped = taken_over(resources={"power_peak_w": "33"})
    assert "power_peak_w" not in content["resources"]
    assert dropped == [("Peak power", "33", "This form does not ask it any more.")]


def test_declarations_are_made_anew():
    content, dropped = taken_over(declarations={"accuracy": "on", "privacy": ""})
    assert "declarations" not in content
    ((_label, _value, reason),) = dropped
    assert reason == "A declaration is made for one letter: make it anew."


def test_a_letter_is_begun_with_an_earlier_one(cast, visit):
    source = make.filed(cast)
    call = make.call(cast, code="TEST28")
    pi = visit(cast.pi, at=make.DURING)
    begin = reverse("begin_loi", kwargs={"code": call.code})
    team = f"{cast.institute.key}:{cast.pi.key}"
    answer = pi.post(begin, {"team": team, "source": source.key}, follow=True)
    loi = LetterOfIntent.objects.get(call=call)
    assert loi.content["science"]["summary"] == source.filing.content["science"]["summary"]
    assert loi.title == source.title
    assert (loi.state, loi.version, loi.attachments.count()) == ("draft", 2, 0)
    page = answer.content.decode()
    assert "Files are not copied" in page
    assert "make it anew" in page
    assert Copy.objects.get().source == source
    copied = reverse("copied", kwargs={"key": loi.key})
    assert visit(cast.rival_pi, at=make.DURING).get(copied).status_code == 404
    assert visit(cast.secretary, at=make.DURING).get(copied).status_code == 404


def test_nobody_begins_with_the_letter_of_another_organisation(cast, visit):
    source = make.draft(cast)
    call = make.call(cast, code="TEST28")
    rival = visit(cast.rival_pi, at=make.DURING)
    begin = reverse("begin_loi", kwargs={"code": call.code})
    fields = {"team": f"{cast.rival.key}:{cast.rival_pi.key}", "source": source.key}
    assert rival.post(begin, fields).status_code in {302, 400}
    assert not Copy.objects.exists()
    assert not LetterOfIntent.objects.filter(call=call, content__has_key="science").exists()
