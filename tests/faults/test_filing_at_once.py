"""The last seconds before a deadline, in small: many file at the same instant."""

import json
import statistics

import pytest

from tests.faults.filers import check_filed, file_all_at_once
from tests.live import Portal


def file_at_once(portal: Portal, number: int) -> dict:
    filers = portal.scene("awaiting", number)["waiting"]
    portal.start_web()
    answers = file_all_at_once(portal, filers)
    assert {answer.status for answer in answers} == {302}
    check_filed(portal, number)
    seconds = sorted(answer.seconds for answer in answers)
    return {
        "filers": number,
        "median s": round(statistics.median(seconds), 2),
        "slowest s": round(seconds[-1], 2),
    }


@pytest.mark.slow
def test_fifty_file_at_the_same_instant(portal):
    print(json.dumps(file_at_once(portal, 50)))


@pytest.mark.soak
def test_two_hundred_file_at_the_same_instant(portal):
    print(json.dumps(file_at_once(portal, 200)))
