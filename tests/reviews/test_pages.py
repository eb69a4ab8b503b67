"""Every address of the judging, for everybody: who gets the page, who is told that it is not there."""

from datetime import timedelta

import pytest
from django.urls import reverse

from reviews import services
from reviews.models import Assignment
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
OK, FOUND, REFUSED, HIDDEN = 200, 302, 409, 404


def status(client, name: str, *, post: bool = False, **kwargs) -> int:
    address = reverse(name, kwargs=kwargs)
    return (client.post(address) if post else client.get(address)).status_code


@pytest.fixture
def written(cast):
    """A case under review: one locked, one being written, one invited, one stepped back."""
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    people = [*cast.reviewers]
    assignments = [
        services.assign(loi, person, by=cast.secretary, now=make.SCREENED) for person in people
    ]
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    for assignment in assignments[:2]:
        services.accept(assignment, by=assignment.reviewer, now=make.SCREENED)
    make.lock_review(make.again(assignments[0]))
    return make.again(loi), [make.again(assignment) for assignment in assignments]


GRID = """
              inbox panel assign ranking judging prepare declare review
secretary       200   200    200     404     404     404     404    404
second_secretary 200  200    200     404     404     404     404    404
approver        200   404    404     404     404     404     404    404
legal           200   404    404     404     404     404     404    404
auditor         200   200    200     200     200     200     404    404
admin           200   404    404     404     404     404     404    404
chair           200   404    404     200     200     200     404    404
reviewer_one    200   404    404     404     404     404     302    200
reviewer_two    200   404    404     404     404     404     404    404
reviewer_three  200   404    404     404     404     404     404    404
conflicted      200   404    404     404     404     404     404    404
pi              200   404    404     404     404     404     404    404
aor             200   404    404     404     404     404     404    404
owner           200   404    404     404     404     404     404    404
rival_pi        200   404    404     404     404     404     404    404
outsider        200   404    404     404     404     404     404    404
"""


def _grid() -> list[tuple[str, str, int]]:
    head, *lines = GRID.strip().splitlines()
    return [
        (who, page, int(code))
        for who, *codes in (line.split() for line in lines)
        for page, code in zip(head.split(), codes, strict=True)
    ]


def test_who_gets_which_page(cast, visit, written):
    loi, (locked, *_) = written
    places = {
        "inbox": {},
        "panel": {"code": loi.call.code},
        "ranking": {"code": loi.call.code},
        "assign": {"key": loi.key},
        "judging": {"key": loi.key},
        "prepare": {"key": loi.key},
        "declare": {"key": locked.key},
        "review": {"key": locked.key},
    }
    names = {"prepare": "prepare_decision"}
    found = []
    for who, page, _ in _grid():
        client = visit(getattr(cast, who), at=LATER)
        found.append((who, page, status(client, names.get(page, page), **places[page])))
    assert found == _grid()


def test_nobody_is_asked_to_sign_in(visit, written):
    loi, (locked, *_) = written
    client = visit(at=LATER)
    for name, kwargs in (
        ("inbox", {}),
        ("panel", {"code": loi.call.code}),
        ("ranking", {"code": loi.call.code}),
        ("assign", {"key": loi.key}),
        ("judging", {"key": loi.key}),
        ("review", {"key": locked.key}),
        ("declare", {"key": locked.key}),
    ):
        answer = client.get(reverse(name, kwargs=kwargs))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


ACTS = {
    "begin_review_loi": "loi",
    "conclude_reviews_loi": "loi",
    "conclude_loi": "loi",
    "step_out": "loi",
    "propose_decisions_call": "call",
    "lock_assignment": "review",
    "recuse_assignment": "review",
    "remove_assignment": "review",
    "reopen_assignment": "review",
}
# Looking at these shows what would be done.
READ_BACK = {"lock_assignment"}
ALLOWED = {
    ("secretary", "begin_review_loi"),
    ("secretary", "remove_assignment"),
    ("second_secretary", "begin_review_loi"),
    ("second_secretary", "remove_assignment"),
    ("chair", "conclude_reviews_loi"),
    ("chair", "conclude_loi"),
    ("chair", "step_out"),
    ("chair", "propose_decisions_call"),
    ("chair", "remove_assignment"),
    ("chair", "reopen_assignment"),
    ("reviewer_one", "lock_assignment"),
}


def test_whose_act_is_whose(cast, visit, written):
    """Whoever may not is told 404 or 403; whoever may, at the wrong moment, 409 or 400 or done."""
    loi, (locked, *_) = written
    addresses = {"loi": {"key": loi.key}, "call": {"code": loi.call.code}}
    addresses["review"] = {"key": locked.key}
    for who, person in cast.everyone().items():
        client = visit(person, at=LATER)
        for act, kind in ACTS.items():
            if (who, act) in ALLOWED:
                continue
            code = status(client, act, post=True, **addresses[kind])
            assert code in {403, 404}, (who, act, code)
    assert make.again(loi).state == "under_review"
    assert make.again(locked).state == "locked"


def test_acts_are_never_done_by_looking(cast, visit, written):
    loi, (locked, *_) = written
    client = visit(cast.secretary, at=LATER)
    for act in set(ACTS) - READ_BACK:
        kwargs = {"loi": {"key": loi.key}, "call": {"code": loi.call.code}}
        kwargs["review"] = {"key": locked.key}
        assert status(client, act, **kwargs[ACTS[act]]) == 405, act


def test_forged_keys_are_not_there(cast, visit, written):
    client = visit(cast.chair, at=LATER)
    for name in ("judging", "prepare_decision", "assign", "review", "declare"):
        assert status(client, name, key="nosuchkey123") == HIDDEN


def _cases(cast, number: int):
    of = make.call(cast, state="published")
    filings = [
        make.filed(cast, of, rival=bool(n % 2), title=f"Payload number {n} of the call")
        for n in range(number)
    ]
    for loi in filings:
        make.reviewed(cast, loi)
    return make.again(of)


@pytest.mark.parametrize("number", [1, 3])
def test_the_ranking_asks_as_much_for_three_cases_as_for_one(
    cast, visit, django_assert_num_queries, number
):
    of = _cases(cast, number)
    client = visit(cast.chair, at=LATER)
    address = reverse("ranking", kwargs={"code": of.code})
    client.get(address)
    with django_assert_num_queries(RANKING_QUERIES):
        answer = client.get(address)
    assert len(answer.context["rows"]) == number


@pytest.mark.parametrize("number", [1, 3])
def test_the_inbox_asks_as_much_for_three_reviews_as_for_one(
    cast, visit, django_assert_num_queries, number
):
    _cases(cast, number)
    client = visit(cast.reviewer_one, at=LATER)
    client.get(reverse("inbox"))
    with django_assert_num_queries(INBOX_QUERIES):
        answer = client.get(reverse("inbox"))
    assert len(answer.context["owed"] + answer.context["done"]) == number


RANKING_QUERIES = 31
INBOX_QUERIES = 12


def test_an_empty_inbox_says_what_it_is(cast, visit):
    answer = visit(cast.outsider, at=LATER).get(reverse("inbox"))
    assert "You owe none now." in answer.content.decode()
    assert not Assignment.objects.exists()
