import pytest

from portal import roles
from portal.models import Message
from portal.services.people import grant_role
from tests import make
from tests.asking import words

PEOPLE_QUERIES = 10
EVENTS_QUERIES = 8


def test_one_reads_what_was_written_to_oneself_alone(cast, visit):
    make.filed(cast)
    message = Message.objects.filter(recipient=cast.pi).first()
    browser = visit(cast.pi, at=make.DURING)
    assert message.subject in words(browser.get("/messages/"))
    page = words(browser.get(f"/messages/{message.code}/"))
    assert "not yet sent" in page
    assert message.message_id.strip("<>") in page
    assert "it may arrive twice, with the same Message-ID" in page
    assert visit(cast.rival_pi, at=make.DURING).get(f"/messages/{message.code}/").status_code == 404
    Message.objects.filter(pk=message.pk).update(done_at=make.DURING)
    assert "sent 1 Mar 2027, 09:00:00 UTC" in words(browser.get(f"/messages/{message.code}/"))


@pytest.mark.parametrize("who", ["secretary", "approver", "pi", "outsider"])
def test_people_and_events_are_not_for_everybody(cast, visit, who):
    browser = visit(getattr(cast, who), at=make.DURING)
    assert browser.get("/people/").status_code == 404
    assert browser.get("/events/").status_code == 404


def test_an_administrator_gives_and_takes_roles(cast, visit):
    browser = visit(cast.admin, at=make.DURING)
    assert cast.outsider.email in words(browser.get("/people/"))
    path = f"/people/{cast.outsider.key}/roles/"
    assert browser.post(path, {"act": "grant", "role": "auditor"}).status_code == 302
    assert cast.again("outsider").roles() == {roles.AUDITOR}
    assert browser.post(path, {"act": "revoke", "role": "auditor"}).status_code == 302
    assert cast.again("outsider").roles() == set()
    assert browser.post(path, {"act": "grant", "role": "emperor"}).status_code == 404
    assert visit(cast.auditor, at=make.DURING).post(path, {"role": "admin"}).status_code == 404
    own = browser.post(f"/people/{cast.admin.key}/roles/", {"act": "revoke", "role": "admin"})
    assert own.status_code == 409
    assert "Ask another administrator" in words(own)


def test_the_auditor_reads_the_chain(cast, visit):
    grant_role(cast.outsider, roles.LEGAL, by=cast.admin, now=make.DURING)
    page = words(visit(cast.auditor, at=make.DURING).get("/events/"))
    assert "role.granted" in page
    assert cast.admin.name in page


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_ask_the_same_for_one_row_and_for_three(cast, visit, rows, django_assert_num_queries):
    for role in (roles.LEGAL, roles.SECRETARY, roles.APPROVER)[:rows]:
        grant_role(cast.outsider, role, by=cast.admin, now=make.DURING)
    browser = visit(cast.auditor, at=make.DURING)
    browser.get("/people/")
    with django_assert_num_queries(PEOPLE_QUERIES):
        browser.get("/people/")
    with django_assert_num_queries(EVENTS_QUERIES):
        browser.get("/events/")


def test_the_day_greets_everybody(cast, visit):
    make.call(cast)
    for name, person in cast.everyone().items():
        answer = visit(person, at=make.DURING).get("/day/")
        assert answer.status_code == 200, name
        assert "My day" in words(answer)
