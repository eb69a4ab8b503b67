"""A reviewer is late and reminded, somebody else is asked, who accepts and locks."""

import re

import pytest

from tests.journeys.acts import declare, score
from tests.journeys.stage import Person, Stage

pytestmark = pytest.mark.browser

LATE, NEW = "reviewer6@example.org", "reviewer2@example.org"


def test_an_overdue_review_is_reminded_of_and_given_to_somebody_else(browser, stage: Stage):
    secretary = Person(browser, stage, "secretary@example.org")
    secretary.go("/day/")
    assert secretary.reads("has been overdue for more than five days")
    secretary.go("/calls/DEMO26-O/deadlines/")
    secretary.look("reviews-owed")

    reminder = stage.mailed(LATE, "/reviews/")
    assert stage.mailed("secretary@example.org", "/calls/DEMO26-O/deadlines/")
    late = Person(browser, stage, LATE, width=390)
    late.go(reminder)
    assert late.reads("DEMO26-O-0004")
    late.go("/reviews/")
    assert late.reads("overdue: it can still be written")
    late.look("inbox-overdue")

    secretary.follow("Reassign DEMO26-O-0004")
    assert secretary.reads("Reviewer R6 is taken off the case")
    secretary.page.get_by_label("Reviewer R2").check()
    secretary.look("reassign")
    secretary.press("Take off and invite")
    assert secretary.reads("Reviewer R2 is asked to review DEMO26-O-0004.")
    secretary.look("seats-of-a-case")
    late.go(reminder)
    assert not late.reads("criteria")

    new = Person(browser, stage, NEW)
    new.go(stage.mailed(NEW, "/declare/"))
    assert new.reads("DEMO26-O-0004")
    declare(new)
    score(new, [3.5, 4, 4, 3.5, 4, 3.5], turn=1)
    new.go("/reviews/")
    assert new.page.get_by_role("link", name=re.compile("DEMO26-O-0004")).is_visible()
