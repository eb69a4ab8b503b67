from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import escape

from proposals.compliance import RULES
from proposals.models import Call, FlownPayload
from proposals.sections import STEPS
from tests import make
from tests.asking import words

FRONT_QUERIES = 10


def history(code: str = "OLD19", **figures: object) -> Call:
    """A real call of the past, as the seed enters it: published figures, no life of its own."""
    call = Call.objects.create(
        code=code,
        mission=make.mission("old-lander"),
        title=f"Payloads of the old lander {code}",
        summary="What was announced.",
        state="released",
        history=True,
        opens_at=make.DRAFTED.replace(year=2019),
        closes_at=make.DRAFTED.replace(year=2020),
        source="Announcement of 24 April",
        as_of=date(2026, 10, 31),
        **figures,
    )
    for place, mass in enumerate([Decimal("4.5"), None], 1):
        FlownPayload.objects.create(
            call=call,
            position=place,
            title=f"Instrument {place}",
            lead="An institute",
            mass_kg=mass,
            source="Announcement of 24 April",
            as_of=date(2026, 10, 31),
        )
    return call


def test_the_front_says_what_is_offered_until_when(cast, visit):
    call = make.call(cast)
    page = words(visit(None, at=make.DURING).get("/"))
    for word in (call.title, call.mission.name, "31 Mar 2027, 24:00 Beijing", "30 days 7 h left"):
        assert word in page
    assert f'href="/calls/{call.code}/begin/"' in page
    assert "Mass: committed 0 kg, free 180 kg, held back 20 kg" in page
    assert 'href="/accounts/signup/"' in page


def test_the_front_after_the_closing_begins_nothing(cast, visit):
    call = make.call(cast)
    page = words(visit(None, at=make.CLOSES).get("/"))
    assert "closed, being counted" in page
    assert f"/calls/{call.code}/begin/" not in page


def test_the_front_without_a_call(visit, db):
    assert "No call is open now." in words(visit(None, at=make.DURING).get("/"))


def test_drafts_of_calls_are_nowhere_in_public(cast, visit):
    for state in ("draft", "proposed"):
        call = make.call(cast, state=state, code=f"X-{state.upper()[:5]}", title="A secret title")
        for person in (None, cast.pi, cast.outsider):
            browser = visit(person, at=make.DURING)
            assert "A secret title" not in words(browser.get("/"))
            assert "A secret title" not in words(browser.get("/missions/lander-one/"))
            assert browser.get(f"/calls/{call.code}/").status_code == 404


def test_results_of_the_past_as_published(cast, visit):
    history(received=41, preliminary=14, selected=10)
    browser = visit(None, at=make.DURING)
    row = words(browser.get("/")).partition("Results of past calls")[2]
    for figure in (">41<", ">14<", ">10<"):
        assert figure in row
    page = words(browser.get("/calls/OLD19/"))
    assert "Announcement of 24 April, as of 31 Oct 2026" in page
    assert "4.5" in page
    assert "not published" in page
    assert ">0<" not in page
    assert "For the secretariat" not in words(
        visit(cast.secretary, at=make.DURING).get("/calls/OLD19/")
    )


def test_a_figure_nobody_published_is_not_zero(visit, db):
    history()
    page = words(visit(None, at=make.DURING).get("/"))
    assert page.count("not published") == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_front_asks_the_same_for_one_call_and_for_three(
    cast, visit, rows, django_assert_num_queries
):
    for number in range(rows):
        make.call(cast, code=f"T{number}")
        history(f"OLD{number}")
    with django_assert_num_queries(FRONT_QUERIES):
        assert visit(None, at=make.DURING).get("/").status_code == 200


def test_the_page_of_a_call_has_its_terms_rubric_and_dates(cast, visit):
    call = make.call(cast, power_w=1000, slots=10)
    page = words(visit(None, at=make.DURING).get(f"/calls/{call.code}/"))
    for word in ("1000", "10", "100", "MEV", "Technical feasibility and maturity", "Volatiles"):
        assert word in page
    assert "planned 29 Jun 2027" in page
    assert "How good is it in: Cooperation value?" in page


def test_nothing_of_a_decision_shows_in_public_before_the_release(cast, visit):
    """Twin pages: a call with prepared, approved, rendered decisions reads as one without."""
    call = make.call(cast, state="closed")
    Call.objects.filter(pk=call.pk).update(code="TWIN")
    before = words(visit(None, at=make.APPROVED).get("/calls/TWIN/"))
    approved = make.approved_call(cast)
    make.store_letters(approved)
    after = words(visit(None, at=make.APPROVED).get(f"/calls/{approved.code}/"))
    assert after.replace(approved.code, "TWIN") == before


def test_the_bar_shows_what_was_committed_once_it_is_released(cast, visit):
    call = make.released_call(cast)
    page = words(visit(None, at=make.RELEASED).get(f"/calls/{call.code}/"))
    assert "committed 0 kg" not in page
    assert "proposed" not in page


def test_what_the_form_checks_stands_on_a_page_for_everybody(visit):
    page = visit(at=make.DURING).get("/help/form/").content.decode()
    for section in STEPS:
        for item in section.items:
            assert f'id="{section.clause(item.name)}"' in page
    for rule in RULES:
        assert escape(str(rule.says)) in page
    assert "only where “Cooperation level” is: mission level" in page
