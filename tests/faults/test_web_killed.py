"""SIGKILL to web workers while people file, who send the same form again until it is answered."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.filers import Filer, a_few_at_a_time, check_answers, figures, rush, typed
from tests.live import Portal

EVERY_S = 0.5
# As deploy/systemd and `manage.py run` wait before they start granian again, which gives
# up when a worker dies twice within seconds.
RESTART_S = 1.0


def file_under_kills(portal: Portal, number: int, seconds: int, most_kills: int) -> dict:
    people = [Filer(portal, one) for one in portal.scene("awaiting", number)["waiting"]]
    portal.start_web(workers=2)
    a_few_at_a_time(Filer.prove, people)
    before = typed(portal)
    closes_at = portal.scene("close_in", 3600)["closes_at"]
    starts = time.time() - closes_at
    kills = restarts = 0
    with ThreadPoolExecutor(1) as beside:
        filing = beside.submit(
            rush, people, closes_at=closes_at, first=starts, last=starts + seconds, tries=1000
        )
        while not filing.done():
            time.sleep(EVERY_S)
            if portal.processes["web"].poll() is None:
                kills += kills < most_kills and portal.kill_one_inside("web")
            else:
                time.sleep(RESTART_S)
                restarts += len(portal.revive())
        answers = filing.result()
    assert all(answer.filed for answer in answers)
    check_answers(portal, answers, closes_at=closes_at, before=before)
    return {"kills": kills, "granian started again": restarts, **figures(answers, closes_at)}


@pytest.mark.slow
def test_each_is_filed_once_though_workers_die(portal):
    print(json.dumps(file_under_kills(portal, 12, 3, most_kills=4)))


@pytest.mark.soak
def test_two_hundred_are_filed_once_though_workers_die(portal):
    print(json.dumps(file_under_kills(portal, 200, 10, most_kills=10_000)))
