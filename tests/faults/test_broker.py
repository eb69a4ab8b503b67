"""Redis away, hung or never there: filing does not notice, and nothing owed is lost."""

import statistics

import pytest

from tests.faults.conftest import settled
from tests.faults.filers import check_filed, file_one
from tests.live import Browser, migrated
from tests.servers import free_port, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@pytest.mark.parametrize("trouble", ["away", "hung"])
def test_filing_goes_on_while_redis_is(trouble, a_portal, postgres, redis, mailbox):
    portal = a_portal(database_url=migrated(postgres), redis_url=redis.url, email_url=mailbox.url)
    filers = portal.scene("awaiting", 9)["waiting"]
    portal.start_web()
    portal.start_worker()
    portal.start_beat()
    before = [file_one(portal, filer) for filer in filers[:4]]
    wait_until(lambda: settled(portal), 60, f"all is well at first; see {portal.log}")

    redis.kill() if trouble == "away" else redis.hang()
    meanwhile = [file_one(portal, filer) for filer in filers[4:]]
    assert {answer.status for answer in before + meanwhile} == {302}
    usual, now = (statistics.median(a.seconds for a in some) for some in (before, meanwhile))
    print(f"median of a filing: {usual:.3f} s, with Redis {trouble} {now:.3f} s")
    assert now < max(1, 2 * usual)
    assert portal.count("proposals_letter", "state = 'owed'") == 5

    redis.start() if trouble == "away" else redis.go_on()
    # Celery's worker may die of a broker that goes: systemd starts it again.
    wait_until(lambda: not portal.revive() and settled(portal), 90, f"worked off; see {portal.log}")
    check_filed(portal, 9)
    doubled = sum(mailbox.copies().values()) - len(mailbox.copies())
    assert doubled == 0


def test_a_broker_that_answers_nobody_is_not_asked_by_a_request(a_portal, postgres):
    """A black hole: whoever asks it waits until it times out."""
    portal = a_portal(
        database_url=migrated(postgres), redis_url=f"redis://10.255.255.1:{free_port()}/0"
    )
    (filer,) = portal.scene("awaiting", 1)["waiting"]
    portal.start_web()
    browser = Browser(portal)
    assert browser.get("/accounts/login/").status == 200
    signed_in = browser.post(
        "/accounts/login/", {"login": filer["email"], "password": filer["password"]}
    )
    assert signed_in.status == 302
    filer["session"] = browser.cookies["session"]
    answer = file_one(portal, filer)
    assert answer.status == 302
    assert answer.seconds < 2
    assert browser.get(f"/lois/{filer['key']}/").status == 200
    check_filed(portal, 1)
