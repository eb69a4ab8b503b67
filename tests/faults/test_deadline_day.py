"""The last seconds of a call, as they are: people at their pages, some of them too late."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import settled
from tests.faults.filers import (
    Answer,
    Filer,
    a_few_at_a_time,
    check_answers,
    figures,
    refused_in_time,
    rush,
    typed,
)
from tests.front import BEHIND, Front
from tests.live import Portal, migrated
from tests.servers import wait_until

# The way from the sender to the door or to the edge, on a machine that has no time.
WAY_MS = 1000


def filers(portal: Portal, number: int, front: Front | None = None) -> list[Filer]:
    return [Filer(portal, one, front) for one in portal.scene("awaiting", number)["waiting"]]


def last_seconds(portal: Portal, number: int, seconds: int, *, proved: bool = True) -> dict:
    """They look at the page and file in the last seconds, and two more."""
    people = filers(portal, number)
    portal.start_web(workers=2 if portal.database_url else 1)
    if proved:
        a_few_at_a_time(Filer.prove, people)
    before = typed(portal)
    closes_at = portal.scene("close_in", seconds + 3)["closes_at"]
    answers = rush(people, closes_at=closes_at, first=-seconds, last=2)
    check_answers(portal, answers, closes_at=closes_at, before=before)
    assert all(ms < WAY_MS for ms in refused_in_time(answers, closes_at))
    return {"proved before": proved, **figures(answers, closes_at)}


@pytest.mark.slow
def test_thirty_file_in_the_last_three_seconds(portal):
    print(json.dumps(last_seconds(portal, 30, 3)))


@pytest.mark.soak
@pytest.mark.parametrize("proved", [True, False], ids=["proved", "typing"])
def test_two_hundred_file_in_the_last_ten_seconds(portal, proved):
    """With a worker that renders the receipts meanwhile."""
    portal.start_worker()
    portal.start_beat()
    told = last_seconds(portal, 200, 10, proved=proved)
    waited = wait_until(lambda: settled(portal), 300, f"receipts rendered; see {portal.log}")
    rendered = portal.count("proposals_letter", "kind = 'receipt' AND file_id IS NOT NULL")
    assert rendered == told["accepted"]
    print(json.dumps({**told, "receipts rendered within s of the end": round(waited, 1)}))


# Behind nginx, more at once than can be worked off in time


@pytest.fixture
def behind(a_portal, tmp_path) -> Iterator[Callable[..., Front]]:
    """`behind(database_url=…)`: a portal with nginx before it."""
    made = []

    def make(**given: object) -> Front:
        made.append(Front(tmp_path / "nginx", a_portal(**BEHIND, **given)))
        return made[-1]

    yield make
    for front in made:
        front.end()


def overload(front: Front, number: int, first: float, last: float) -> dict:
    portal = front.portal
    people = filers(portal, number, front)
    portal.start_web(workers=2)
    a_few_at_a_time(Filer.prove, people)
    looking = a_few_at_a_time(Filer.look, people)
    for one in looking:
        one.browser.connection.close()  # each comes on a new line
    before = typed(portal)
    closes_at = portal.scene("close_in", 3 - first)["closes_at"]
    answers = rush(looking, closes_at=closes_at, first=first, last=last)
    check_edge(front, answers, closes_at)
    answered = [answer for answer in answers if answer.status < 500]
    check_answers(portal, answered, closes_at=closes_at, before=before)
    return figures(answers, closes_at)


def check_edge(front: Front, answers: list[Answer], closes_at: float) -> None:
    """By the stamps of the edge: in time is let in, late is not, and few are sent away."""
    for stamp, status in front.stamped("POST", "/file/"):
        assert status >= 500 or (status == 302) == (stamp < closes_at), (stamp - closes_at, status)
    sent_away = [answer for answer in answers if not 0 < answer.status < 500]
    assert len(sent_away) <= 0.005 * len(answers), [answer.status for answer in sent_away]
    for answer in sent_away:
        assert answer.page and answer.page.headers["Retry-After"]
    assert all(ms < WAY_MS for ms in refused_in_time(answers, closes_at))


@pytest.mark.slow
def test_twenty_at_once_are_judged_by_the_stamp_of_the_edge(behind):
    print(json.dumps(overload(behind(), 20, -0.6, 0.3)))


@pytest.mark.soak
@pytest.mark.postgres
@pytest.mark.parametrize("number, first, last", [(400, -1.3, 0.7), (1000, -3.5, 1.5)])
@pytest.mark.parametrize("on", ["sqlite", "postgres"])
def test_overload_refuses_nobody_who_was_on_time(behind, request, on, number, first, last):
    url = migrated(request.getfixturevalue("postgres")) if on == "postgres" else ""
    print(json.dumps({"on": on, **overload(behind(database_url=url), number, first, last)}))
