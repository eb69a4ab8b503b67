"""Two worlds that differ in what somebody may not know look the same to them, byte by byte.

Who the reviewer is, what is scored, whether a review is locked, whom a conflict
shuts out; and in a call that hides its applicants, who applies. Every road of
the portal is asked: pages, searches, sort orders, tables, files, messages.
"""

from collections.abc import Callable

import pytest
from django.db import transaction

from proposals.models import Call, LetterOfIntent
from proposals.services import evaluation
from reviews import services as judging
from reviews.models import Assignment
from tests import make, routes
from tests.cast import Cast
from tests.make import ENOUGH, REVIEWED, SCREENED
from tests.portal.seating import proves

TITLES = ("Neutron spectrometer for polar ice", "Dust lofting camera for the terminator")
# Whose business none of it is: who judges, and who applies as well.
JUDGING = ("reviewer_two", "reviewer_three", "conflicted")
ELSEWHERE = (None, "legal", "admin")
APPLYING = ("pi", "aor", "reader", "rival_pi")


class World:
    """A call under review in which two letters are judged: by whom, how, whose, is told apart.

    The first case has a review by `writer`, one being written by the second
    reviewer, and an invitation; from the second case the writer has stepped back.
    """

    def __init__(
        self, cast: Cast, call: Call, *, writer: str, marks: str, locked: bool, swapped: bool
    ):
        self.cast, self.writer = cast, getattr(cast, writer)
        first, second = (
            make.filed(
                cast,
                call,
                rival=rival,
                title=title,
                team={"pi_name": f"Investigator of {'B' if rival else 'A'}"},
            )
            for title, rival in zip(TITLES, (swapped, not swapped), strict=True)
        )
        make.close(call)
        for loi in (first, second):
            evaluation.screen(make.again(loi), compliant=True, by=cast.secretary, now=SCREENED)
            self.invite(loi, self.writer, cast.reviewer_two, cast.reviewer_three)
            evaluation.begin_review(make.again(loi), facts=ENOUGH, by=cast.secretary, now=SCREENED)
        judging.recuse(self.of(second), reason="We wrote a paper.", by=self.writer, now=SCREENED)
        judging.accept(self.of(first), by=self.writer, now=SCREENED)
        judging.accept(self.of(first, cast.reviewer_two), by=cast.reviewer_two, now=SCREENED)
        self.first, self.second = make.again(first), make.again(second)
        if locked:
            make.lock_review(self.of(first), scores=marks)

    def invite(self, loi: LetterOfIntent, *people) -> None:
        """The numbers drawn are the same in both worlds: that they are drawn is no difference."""
        found = [judging.assign(loi, one, by=self.cast.secretary, now=SCREENED) for one in people]
        for step in (10, 0):
            for number, one in enumerate(found, 1):
                Assignment.objects.filter(pk=one.pk).update(number=number + step)

    def of(self, loi: LetterOfIntent, reviewer=None) -> Assignment:
        return Assignment.objects.get(loi=loi, reviewer=reviewer or self.writer)

    def told(self, visit: Callable, people) -> dict[tuple, routes.Answer]:
        """What each is answered at every address."""
        keys, found, posted = routes.Keys(), {}, set()
        for name in people:
            reader = name and self.cast.again(name)
            browser = visit(reader, at=REVIEWED)
            for number, (where, address) in enumerate(routes.addresses(reader)):
                if where not in posted:
                    answer = routes.ask(browser, address, keys)
                    found[name, where, number, keys.plain(address)] = answer
                    if answer.status == 405:
                        posted.add(where)
        return found


@pytest.fixture(scope="module")
def call(stage, django_db_blocker) -> Call:
    """Open, hiding its applicants and its reviewers; one more reviewer sits on its panel."""
    with django_db_blocker.unblock():
        made = make.call(stage, hides_applicants=True, hides_reviewers=True)
        make.panel(stage, made)
        make.seat(stage, made, proves(stage.outsider), "reviewer", keywords=["volatiles"])
    return made


@pytest.fixture
def cast(stage, call, db, clock_at) -> Cast:
    clock_at(REVIEWED)  # what was written when is told by the database's clock
    return stage


def told(cast, visit, people, **how) -> dict[tuple, routes.Answer]:
    """What a world answers, which is gone afterwards."""
    plain = {"writer": "reviewer_one", "marks": "4 4 4 4 4 4", "locked": True, "swapped": False}
    with transaction.atomic():
        world = World(cast, Call.objects.get(), **{**plain, **how})
        found = world.told(visit, people)
        transaction.set_rollback(True)
    return found


OTHERWISE = {"writer": "outsider", "marks": "1 2 1 2 1 2", "locked": False}


def test_a_reviewer_learns_neither_who_applies_nor_what_another_has_done(cast, visit):
    same(cast, visit, ["reviewer_two"], **OTHERWISE, swapped=True)


def test_an_applicant_learns_nothing_of_who_judges_and_how(cast, visit):
    same(cast, visit, ["pi"], **OTHERWISE)


@pytest.mark.soak
def test_nobody_learns_what_is_not_theirs(cast, visit):
    same(cast, visit, (*JUDGING, *ELSEWHERE), **OTHERWISE, swapped=True)
    same(cast, visit, APPLYING, **OTHERWISE)


def same(cast, visit, people, **differs) -> None:
    one, other = told(cast, visit, people), told(cast, visit, people, **differs)
    assert one.keys() == other.keys()
    different = {what: (one[what], other[what]) for what in one if one[what] != other[what]}
    assert not different, "\n".join(map(said, different.items()))


def said(found) -> str:
    what, (one, other) = found
    if (one.status, one.queries, one.headers) != (other.status, other.queries, other.headers):
        return f"{what}: {one.status}, {one.queries} queries; {other.status}, {other.queries}"
    at = next(n for n, (a, b) in enumerate(zip(one.body, other.body, strict=False)) if a != b)
    return f"{what}: …{one.body[at - 60 : at + 60]!r} / …{other.body[at - 60 : at + 60]!r}"
