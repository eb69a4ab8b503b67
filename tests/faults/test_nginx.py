"""The site of deploy/nginx.conf in front of the portal: what it stamps, and what it lets in."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection

import pytest

from portal import clock
from tests.front import BEHIND, NAME, TRUST_ANY, Front
from tests.live import Portal

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(a_portal) -> Portal:
    portal = a_portal(**BEHIND)
    portal.start_web()
    return portal


@pytest.fixture
def front(tmp_path, portal) -> Iterator[Front]:
    front = Front(tmp_path / "nginx", portal)
    yield front
    front.end()


def ask(front: Front, path: str, *, secure: bool = True, **how: object) -> HTTPResponse:
    line = (
        HTTPSConnection("127.0.0.1", front.secure, context=TRUST_ANY)
        if secure
        else HTTPConnection("127.0.0.1", front.plain)
    )
    how["headers"] = {"Host": NAME, **how.get("headers", {})}
    line.request(how.pop("method", "GET"), path, **how)
    return line.getresponse()


def test_plain_requests_are_sent_to_https_and_kept_there(front):
    moved = ask(front, "/calls/", secure=False)
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/calls/")
    page = ask(front, "/accounts/login/")
    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]


def test_a_body_over_the_limit_goes_no_further(front):
    told = {"Content-Length": str(26 * 1024 * 1024)}
    assert ask(front, "/accounts/login/", method="POST", headers=told).status == 413


def test_a_forged_stamp_is_not_passed_on(portal, front):
    """The call closed three seconds ago; the sender claims to have come an hour before."""
    (filer,) = portal.scene("awaiting", 1, -0.05)["waiting"]
    answer = post_filing(front, portal, filer, headers={"X-Request-Start": f"t={an_hour_ago()}"})
    assert answer == 409
    assert portal.count("proposals_filing") == 0


def test_whoever_began_in_time_is_in_time_however_slow_the_line(portal, front):
    """The head of the request arrives before the closing, the end of its body after."""
    (filer,) = portal.scene("awaiting", 1, 0.2)["waiting"]
    ((closes_at,),) = portal.ask("SELECT strftime('%s', closes_at) FROM proposals_call")
    wait = lambda: time.sleep(max(0, int(closes_at) + 1.5 - clock.now().timestamp()))  # noqa: E731
    assert post_filing(front, portal, filer, between=wait) == 302
    ((early,),) = portal.ask(
        "SELECT f.arrived_at < c.closes_at AND f.committed_at > c.closes_at "
        "FROM proposals_filing f, proposals_call c"
    )
    assert early


def an_hour_ago() -> float:
    return clock.now().timestamp() - 3600


def post_filing(front, portal, filer, *, headers=None, between=lambda: None) -> int:
    browser = front.browser(filer["session"])
    path = f"/lois/{filer['key']}/file/"
    browser.connection.request(
        "GET", path, headers={"Host": NAME, "Cookie": f"__Host-session={filer['session']}"}
    )
    page = browser.connection.getresponse()
    page.read()
    token = page.headers["Set-Cookie"].split("csrftoken=")[1].split(";")[0]
    body = (
        f"version={filer['version']}&password={filer['password']}&csrfmiddlewaretoken={token}"
    ).encode()
    line = browser.connection
    line.putrequest("POST", path, skip_host=True)
    for name, value in {
        "Host": NAME,
        "Referer": f"https://{NAME}{path}",
        "Cookie": f"__Host-session={filer['session']}; csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(body[:10])
    between()
    line.send(body[10:])
    answer = line.getresponse()
    answer.read()
    return answer.status


def test_what_cannot_be_passed_on_is_answered_with_when_to_come_again(portal, front):
    portal.kill("web")
    answer = ask(front, "/calls/")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "3"
    assert "send it again" in answer.read().decode()
