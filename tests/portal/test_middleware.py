import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.handlers.exception import convert_exception_to_response
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from portal import arrival, clock
from portal.door import CAME_AT
from portal.middleware import ArrivalMiddleware, RefusalMiddleware
from portal.text import say
from portal.verdict import Refused, no
from tests import make
from tests.make import CLOSES, DURING, SECOND

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
STAMP = datetime(2027, 2, 28, 23, 59, 59, 999000, tzinfo=UTC)


# Arrival


@pytest.fixture
def arrived(settings, clock_at):
    """When a request of this address with this header arrived; the proxy is 10.0.0.1."""
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    clock_at(NOW)

    def at(address: str, header: str | None) -> datetime:
        headers = {} if header is None else {"X-Request-Start": header}
        request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
        ArrivalMiddleware(lambda request: HttpResponse())(request)
        return request.arrived_at

    return at


@pytest.mark.parametrize("form", ["{:.3f}", "t={:.3f}", "{:.6f}"])
def test_the_stamp_of_the_trusted_proxy_counts(arrived, form):
    assert arrived("10.0.0.1", form.format(STAMP.timestamp())) == STAMP


@pytest.mark.parametrize("address", ["10.0.0.2", "127.0.0.1", "", "10.0.0.1, 10.0.0.2"])
def test_the_stamp_of_anybody_else_is_not_looked_at(arrived, address):
    assert arrived(address, f"{STAMP.timestamp():.3f}") == NOW


@pytest.mark.parametrize("header", [None, "", "t=", "soon", "nan", "inf", "-1e99", "1e99", "t=t=1"])
def test_without_a_readable_stamp_our_own_clock_counts(arrived, header):
    assert arrived("10.0.0.1", header) == NOW


def test_without_a_trusted_proxy_nobody_is_believed(settings, arrived):
    settings.TRUSTED_PROXIES = []
    assert arrived("10.0.0.1", f"{STAMP.timestamp():.3f}") == NOW


def test_what_was_waited_at_the_door_does_not_count(clock_at):
    clock_at(NOW)
    request = RequestFactory().get("/", **{CAME_AT: time.monotonic() - 30})
    late = arrival.instant(request) - (NOW - timedelta(seconds=30))
    assert timedelta(0) >= late > -timedelta(seconds=10)


# Clocks


@pytest.fixture
def health(settings, db):
    """`health(ahead=3)`: what a monitor is told, the proxy's clock being so far ahead."""
    settings.TRUSTED_PROXIES = ["10.0.0.1"]

    def told(*, ahead: float, address: str = "10.0.0.1", waited: float = 0):
        stamp = clock.machine().timestamp() + ahead
        return Client(REMOTE_ADDR=address, headers={"X-Request-Start": f"t={stamp}"}).get(
            "/health/", **{CAME_AT: time.monotonic() - waited}
        )

    return told


@pytest.mark.parametrize("ahead, status", [(0, 200), (1.5, 200), (2.5, 503), (-3600, 503)])
def test_health_is_red_when_the_proxys_clock_is_off(health, ahead, status):
    answer = health(ahead=ahead)
    assert answer.status_code == status
    said = answer.json()
    assert said["clocks_agree"] == (status == 200)
    assert said["skew_s"]["proxy"] == pytest.approx(ahead, abs=0.5)
    assert said["skew_s"]["database"] == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("ahead", [3600, -3600])
def test_health_is_red_when_the_machines_clock_is_off(health, monkeypatch, ahead):
    here = clock.machine()
    monkeypatch.setattr(clock, "machine", lambda: here + timedelta(seconds=ahead))
    answer = health(ahead=-ahead)
    assert answer.status_code == 503
    assert answer.json()["skew_s"]["database"] == pytest.approx(-ahead, abs=5)


def test_a_queue_is_no_skew(health):
    """The proxy stamped it thirty seconds ago, and so long it stood at our door."""
    assert health(ahead=-30, waited=30).status_code == 200


def test_health_does_not_look_at_the_stamp_of_anybody_else(health):
    answer = health(ahead=3600, address="10.0.0.2")
    assert answer.status_code == 200
    assert "proxy" not in answer.json()["skew_s"]


def form_of(loi, person) -> dict:
    """What the page of the second key posts: the version read, and who is there."""
    person.set_password("a password of the tests")
    person.save()
    return {"version": loi.version, "password": "a password of the tests"}


def test_a_forged_stamp_files_nothing_late(cast, clock_at, settings):
    """The same request from an address that is no proxy, once the call has closed."""
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    loi = make.awaiting(cast)
    form = form_of(loi, cast.aor)
    browser = Client(headers={"X-Request-Start": f"{(CLOSES - SECOND).timestamp()}"})
    browser.force_login(cast.aor)
    clock_at(CLOSES + SECOND)
    answer = browser.post(reverse("file_loi", args=[loi.key]), form)
    assert answer.status_code == 409
    assert make.again(loi).state == "awaiting_signature"


# What no cache keeps


def test_pages_of_a_person_are_kept_by_no_cache(cast, visit):
    answer = visit(cast.pi, at=DURING).get(reverse("day"))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]


def test_a_page_for_everybody_is_private_for_who_is_signed_in(cast, visit):
    assert visit(cast.pi, at=DURING).get("/help/roles/")["Cache-Control"] == "private, no-store"
    assert "no-store" not in visit(at=DURING).get("/help/roles/").get("Cache-Control", "")


def test_answers_to_forms_are_kept_by_no_cache(db, visit):
    answer = visit(at=DURING).post(reverse("account_login"), {"login": "x", "password": "y"})
    assert "no-store" in answer["Cache-Control"]


# Who may look at all


@pytest.mark.parametrize("name", ["day", "messages", "people", "events", "lois", "inbox"])
def test_strangers_are_asked_to_sign_in(db, visit, name):
    answer = visit(at=DURING).get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["front", "help_roles", "help_workflow", "verify"])
def test_some_pages_are_for_everybody(db, visit, name):
    assert visit(at=DURING).get(reverse(name)).status_code == 200


def test_a_person_who_is_shut_out_is_out_at_the_next_request(cast, visit):
    browser = visit(cast.pi, at=DURING)
    assert browser.get(reverse("day")).status_code == 200
    cast.pi.is_active = False
    cast.pi.save()
    assert browser.get(reverse("day")).status_code == 302


# What the browser is told


def test_the_policy_allows_our_own_files_and_nothing_inline(db, visit):
    policy = visit(at=DURING).get("/")["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if rule.strip())
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy


def test_the_other_headers_are_strict(db, visit):
    answer = visit(at=DURING).get("/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("host, path", [("evil.example", "/"), ("testserver", "/help/roles")])
def test_what_is_answered_early_has_the_policy_as_well(db, host, path):
    answer = Client(headers={"Host": host}).get(path)
    assert answer.status_code in {301, 400}
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_form_in_an_encoding_we_do_not_read_is_a_bad_request(db):
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    browser = Client(enforce_csrf_checks=True)
    browser.get(reverse("account_login"))
    answer = browser.post(reverse("account_login"), "a=1", kind)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/calls/%00/", "/organisations/register/?call=%00", "/?x=a%00"])
def test_an_address_with_a_nul_is_a_bad_request(cast, visit, path):
    answer = visit(cast.pi, at=DURING).get(path)
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer


def test_a_reason_is_kept_without_its_nul(cast, visit):
    loi = make.filed(cast)
    browser = visit(cast.aor, at=DURING)
    reason = {"reason": "No launch\0 slot for it."}
    assert browser.post(reverse("withdraw_loi", args=[loi.key]), reason).status_code == 302
    assert "No launch slot for it." in browser.get(f"/lois/{loi.key}/").content.decode()


def test_a_form_without_its_token_is_refused(cast):
    loi = make.awaiting(cast)
    form = form_of(loi, cast.aor)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.aor)
    answer = browser.post(reverse("file_loi", args=[loi.key]), form)
    assert answer.status_code == 403
    assert make.again(loi).state == "awaiting_signature"


# Refusals


@pytest.mark.parametrize("who, status", [(True, 403), (False, 409)])
def test_a_refusal_becomes_a_page_with_its_reason(cast, rf, who, status):
    request = rf.get("/")
    request.user, request.arrived_at = cast.pi, DURING
    verdict = no("rule", say("Only the secretary screens."), who=who)
    answer = RefusalMiddleware(lambda request: None).process_exception(request, Refused(verdict))
    assert answer.status_code == status
    assert "Only the secretary screens." in answer.content.decode()


def test_a_fault_stays_a_fault(rf):
    middleware = RefusalMiddleware(lambda request: None)
    assert middleware.process_exception(rf.get("/"), ValueError("no refusal")) is None


@pytest.mark.parametrize(
    "trouble, status", [(OperationalError("it is gone"), 503), (ValueError("a fault"), 500)]
)
def test_a_database_that_does_not_answer_is_worth_coming_again(rf, trouble, status):
    def view(request):
        raise trouble

    request = rf.get("/")
    answer = convert_exception_to_response(view)(request)
    assert answer.status_code == status
    assert ("Retry-After" in answer) == (status == 503)


def test_the_instant_of_arrival_decides_through_the_pages(cast, visit):
    loi = make.awaiting(cast)
    form = form_of(loi, cast.aor)
    late = visit(cast.aor, at=CLOSES)
    assert late.post(reverse("file_loi", args=[loi.key]), form).status_code == 409
    assert make.again(loi).state == "awaiting_signature"
    in_time = visit(cast.aor, at=CLOSES - timedelta(milliseconds=1))
    assert in_time.post(reverse("file_loi", args=[loi.key]), form).status_code == 302
    assert make.again(loi).state == "filed"
