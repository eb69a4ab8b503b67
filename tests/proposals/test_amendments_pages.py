import re
from datetime import timedelta

import pytest

from portal import cards
from proposals.models import Amendment
from proposals.services import amendments
from proposals.workflow import AMENDMENT
from tests import make
from tests.make import CLOSED, CLOSES, DURING, WHY
from tests.test_permission_matrix import found, read

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = CLOSES + 2 * DAY
# The call as an anonymous reader loads it, its log included, however long that is.
CALL_QUERIES = 8
LIST_QUERIES = 10

GRID = """
proposed            publish take_back
secretaries         .       +
approvers           +       +
others              .       .

published           publish take_back
secretaries         .       -
approvers           -       -
others              .       .

taken_back          publish take_back
secretaries         .       -
approvers           -       -
others              .       .
"""


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def proposed(cast, call, **given) -> Amendment:
    given = {"kind": "terms", "after": {"need_by": "2028-12-31"}, "reason": WHY, **given}
    return amendments.propose(call, **given, by=cast.secretary, now=DURING)


def test_who_publishes_and_who_takes_back(cast):
    expected = read(GRID, (*cast.NAMES, "clock"))
    call = make.call(cast)
    waiting, published, taken = (proposed(cast, call) for _ in range(3))
    marks = found(cast, AMENDMENT, make.again(waiting), DURING, expected["proposed"]["pi"])
    assert marks == expected["proposed"]
    amendments.publish(published, by=cast.approver, now=DURING)
    amendments.take_back(taken, by=cast.secretary, now=DURING, reason="A slip.")
    for amendment in map(make.again, (published, taken)):
        marks = found(cast, AMENDMENT, amendment, DURING, expected[amendment.state]["pi"])
        assert marks == expected[amendment.state]


def test_from_the_form_to_the_public_log(cast, visit):
    call = make.call(cast)
    make.draft(cast, call)
    secretary = visit(cast.secretary, at=DURING)
    page = secretary.get(f"/calls/{call.code}/amend/").content.decode()
    assert f"/calls/{call.code}/amend/terms/" in page and "another call" in page
    assert "/amend/ticket/" not in page
    path = f"/calls/{call.code}/amend/terms/"
    form = secretary.get(path).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"reason": WHY}
    answer = secretary.post(path, typed)
    assert answer.status_code == 409 and "Nothing differs" in words(answer)
    answer = secretary.post(path, typed | {"keywords": "Volatiles"})
    assert answer.status_code == 409 and "Letters use the keyword “Biology”" in words(answer)
    answer = secretary.post(path, typed | {"weight_C1": 31})
    assert answer.status_code == 409 and "add to 101" in words(answer)
    answer = secretary.post(path, typed | {"final": "soon", "reason": ""})
    assert answer.status_code == 400 and "soon" in answer.content.decode()
    assert not Amendment.objects.exists()
    answer = secretary.post(
        path, typed | {"final": "2027-08-15", "keywords": "Volatiles\nDust\nBiology\nIce"}
    )
    assert answer.status_code == 302, words(answer)
    amendment = Amendment.objects.get()
    assert answer.url == f"/amendments/{amendment.key}/"
    assert [change["field"] for change in amendment.changes] == ["final", "keywords"]
    assert amendment.changes[1]["after"] == [*make.KEYWORDS, ["ice", "Ice"]]

    assert secretary.post(f"/amendments/{amendment.key}/publish/").status_code == 403
    todos, _ = cards.for_user(cast.approver, DURING)
    assert f"/amendments/{amendment.key}/" in [todo.url for todo in todos]
    approver = visit(cast.approver, at=DURING)
    page = words(approver.get(f"/amendments/{amendment.key}/"))
    assert "15 Aug 2027" in page and "It becomes amendment 1, and the call version 2" in page
    answer = approver.post(f"/amendments/{amendment.key}/publish/")
    assert answer.url == f"/calls/{call.code}/#amendment-1"
    answer = visit(at=DURING).get(f"/calls/{call.code}/")
    assert 'id="amendment-1"' in answer.content.decode()
    page = words(answer)
    assert "Amendment 1: terms and dates" in page and WHY in page
    assert "amended 15 Aug 2027 first planned 29 Jun 2027" in page
    assert "Keywords — Ice" in page


def test_only_the_secretary_amends_and_only_the_office_reads_what_waits(cast, visit):
    call = make.call(cast)
    amendment = proposed(cast, call)
    for name, person in cast.everyone().items():
        browser = visit(person, at=DURING)
        amends = 200 if name in {"secretary", "second_secretary"} else 404
        reads = name.endswith(("secretary", "approver")) or name == "auditor"
        assert browser.get(f"/calls/{call.code}/amend/closing/").status_code == amends, name
        answer = browser.get(f"/amendments/{amendment.key}/")
        assert answer.status_code == (200 if reads else 404), name
    assert WHY not in words(visit(cast.pi, at=DURING).get(f"/calls/{call.code}/"))


def test_an_instant_is_shown_in_three_zones_before_it_is_proposed(cast, visit):
    call = make.call(cast)
    secretary = visit(cast.secretary, at=DURING)
    path = f"/calls/{call.code}/amend/closing/"
    assert 'name="opens_at"' not in secretary.get(path).content.decode()
    typed = {"closes_at": "2027-04-03T00:00:00", "reason": WHY}
    answer = secretary.post(path, typed | {"act": "check"})
    page = answer.content.decode()
    assert answer.status_code == 200 and not Amendment.objects.exists()
    assert "2 Apr 2027, 24:00 Beijing" in page and "2 Apr 2027, 16:00 UTC" in page
    assert f'data-instant="{LATER.isoformat()}"' in page  # the browser adds the reader's own
    assert 'value="2027-04-03T00:00:00"' in page
    answer = secretary.post(path, typed | {"closes_at": "2027-03-02T00:00:00"})
    assert answer.status_code == 409 and "at least 7 days" in words(answer)
    assert secretary.post(path, typed).status_code == 302
    assert Amendment.objects.get().instants == {"closes_at": LATER}


@pytest.mark.parametrize("local", ["2027-03-28T02:30:00", "2027-10-31T02:30:00"])
def test_an_instant_that_a_clock_skips_or_shows_twice_is_refused(cast, visit, local):
    call = make.call(cast, zone="Europe/Paris")
    answer = visit(cast.secretary, at=DURING).post(
        f"/calls/{call.code}/amend/closing/", {"closes_at": local, "reason": WHY}
    )
    assert answer.status_code == 400
    assert "Choose a time before or after" in words(answer)
    assert local in answer.content.decode()


def test_a_ticket_from_its_form_to_the_begin_page(cast, visit):
    call = make.call(cast, state="closed")
    now = CLOSED + HOUR
    path = f"/calls/{call.code}/amend/ticket/"
    answer = visit(cast.secretary, at=now).post(
        path,
        {
            "organisation": cast.institute.pk,
            "until": "2027-04-03T00:00:00",
            "letters": 2,
            "reason": WHY,
        },
    )
    ticket = Amendment.objects.get()
    assert (answer.status_code, ticket.until, ticket.letters) == (302, LATER, 2)
    page = words(visit(cast.approver, at=now).get(f"/amendments/{ticket.key}/"))
    assert "One organisation is admitted until" in page and cast.institute.name in page
    visit(cast.approver, at=now).post(f"/amendments/{ticket.key}/publish/")
    begin = f"/calls/{call.code}/begin/"
    admitted = visit(cast.pi, at=LATER - HOUR)
    assert begin in admitted.get(f"/calls/{call.code}/").content.decode()
    assert begin in admitted.get("/lois/").content.decode()
    assert "2 Apr 2027, 24:00 Beijing" in words(admitted.get(begin))
    assert "disabled" not in admitted.get(begin).content.decode()
    for person, at in ((cast.rival_pi, LATER - HOUR), (cast.pi, LATER)):
        browser = visit(person, at=at)
        assert begin not in browser.get(f"/calls/{call.code}/").content.decode()
        assert "The call closed on" in words(browser.get(begin))
    public = visit(at=now).get(f"/calls/{call.code}/")
    assert "for 2 letters" in words(public) and cast.institute.name not in words(public)


def test_the_log_asks_no_more_for_six_entries_than_for_two(cast, visit, django_assert_num_queries):
    call = make.call(cast)
    for last in (1, 3):
        for number in range(last):
            make.amended(cast, call, after={"title": f"Title {last} {number}"})
            make.answered(cast, call)
        with django_assert_num_queries(CALL_QUERIES):
            assert visit(at=DURING).get(f"/calls/{call.code}/").status_code == 200


def test_a_list_of_admitted_letters_asks_once(cast, visit, django_assert_num_queries):
    call = make.call(cast)
    for _ in range(3):
        make.begun(cast, call)
    make.close(call)
    browser = visit(cast.pi, at=CLOSED + 2 * HOUR)
    with django_assert_num_queries(LIST_QUERIES):
        browser.get("/lois/")
    make.late_ticket(cast, call, LATER)
    with django_assert_num_queries(LIST_QUERIES + 1):  # may its call be begun in?
        page = browser.get("/lois/")
    assert words(page).count("2 Apr 2027, 24:00 Beijing") == 3
