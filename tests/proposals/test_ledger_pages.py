import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest

from proposals import curves
from proposals.ledger import Balance
from proposals.resources import MASS
from proposals.services import decisions
from reviews.models import Conflict
from tests import make
from tests.asking import words
from tests.make.story import again

LEDGER_QUERIES = 18


@pytest.fixture(scope="module")
def scene(stage):
    """Two cases are to be selected, one of them decided anew; one is not."""
    call = make.decided_call(stage, outcomes=("selected", "selected", "not_selected"))
    conditions = make.prepared(stage, call.lois.first(), outcome="selected_conditional")
    return conditions.loi.call


@pytest.fixture
def cast(stage, scene, db):
    return stage


@pytest.fixture
def call(scene, db):
    return again(scene)


@pytest.fixture
def released(cast, call):
    decisions.propose_decisions(call, by=cast.chair, now=make.DECIDED)
    make.approved(cast, call)
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=make.RELEASED)
    return again(call)


def lines(visit, person, call, *, at=make.RELEASED) -> list[list[str]]:
    """Entry, occasion, amount and the balance after it of every line of mass, from the CSV."""
    answer = visit(person, at=at).get(f"/calls/{call.code}/ledger.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))[1:]
    return [" ".join(row[7:13]) for row in rows if row[1] == "Mass"]


def page(visit, person, call, *, at=make.RELEASED, of="") -> str:
    answer = visit(person, at=at).get(f"/calls/{call.code}/ledger/{of}")
    assert answer.status_code == 200
    return words(answer)


def test_those_who_decide_read_every_line_with_the_balance_after_it(cast, visit, call):
    shown = lines(visit, cast.chair, call, at=make.APPROVED)
    assert shown == [
        "hold selected 10.500 10.500 0.000 169.500",
        "hold selected 10.500 21.000 0.000 159.000",
        "return decided anew 10.500 10.500 0.000 169.500",
        "hold selected with conditions 10.500 21.000 0.000 159.000",
    ]
    for person in (cast.secretary, cast.approver, cast.auditor):
        assert lines(visit, person, call, at=make.APPROVED) == shown
    read = page(visit, cast.auditor, call, at=make.APPROVED)
    assert "200 kg offered, 20 kg held back: 180 kg can be given." in read
    assert "15 Jun 2027, 16:00 Beijing" in read
    assert read.count(call.lois.first().reference) == 3


def test_the_release_commits_and_only_then_the_legal_officer_reads_it(cast, visit, call, request):
    assert lines(visit, cast.legal, call, at=make.APPROVED) == []
    assert "Nothing stands in the ledger yet." in page(visit, cast.legal, call, at=make.APPROVED)
    request.getfixturevalue("released")
    assert lines(visit, cast.legal, call) == [
        "commit released 10.500 0.000 10.500 169.500",
        "commit released 10.500 0.000 21.000 159.000",
    ]
    assert [line.split()[0] for line in lines(visit, cast.chair, call)[4:]] == ["commit", "commit"]
    assert "Proposed" not in page(visit, cast.legal, call)


def test_each_resource_has_its_statement(cast, visit, call):
    of = "?of=lander-slots"
    call.allocations.create(
        platform=call.allocations.first().platform, resource="slots", capacity=10
    )
    assert "10 slots offered, 0 slots held back" not in page(visit, cast.chair, call)
    assert "Nothing stands in the ledger yet." in page(visit, cast.chair, call, of=of)
    assert "STAGE" not in page(visit, cast.chair, call, of="?of=no-such-thing")


def test_whom_a_conflict_keeps_from_a_case_reads_no_line(cast, visit, call):
    Conflict.objects.create(
        loi=call.lois.first(), user=cast.second_approver, hard=True, declared=True,
        kind="declared", state="declared", reason="Family.", at=make.DURING,
    )  # fmt: skip
    assert lines(visit, cast.second_approver, call) == []
    read = page(visit, cast.second_approver, call)
    assert "the lines of the ledger" in read.lower()
    assert "10.5" not in read


def test_a_ledger_of_three_lines_asks_as_much_as_one_of_four(
    cast, visit, call, django_assert_num_queries
):
    few = make.decided_call(cast, outcomes=["selected"], code="FEW27")
    make.prepared(cast, few.lois.first(), outcome="selected")  # a hold, its return, a hold
    browser = visit(cast.auditor, at=make.APPROVED)
    browser.get(f"/calls/{few.code}/ledger/")
    for of in (few, call):
        with django_assert_num_queries(LEDGER_QUERIES):
            assert browser.get(f"/calls/{of.code}/ledger/").status_code == 200


def test_the_curve_steps_at_each_line_and_reaches_to_now():
    hour = timedelta(hours=1)

    def at(hours: int, held: int, committed: int):
        return make.DECIDED + hours * hour, Balance(
            MASS, Decimal(200), Decimal(20), Decimal(held), Decimal(committed)
        )

    drawn = curves.curve([at(0, 50, 0), at(1, 0, 50), at(3, 0, 0)], make.DECIDED + 4 * hour)
    assert drawn.available == 10
    assert (
        drawn.taken
        == "0,100 0.0,100 0.0,75.0 25.0,75.0 25.0,75.0 75.0,75.0 75.0,100.0 100,100.0 100,100"
    )
    assert drawn.committed.startswith("0,100 0.0,100 0.0,100.0 25.0,100.0 25.0,75.0")
    assert curves.curve([], make.DECIDED) is None
