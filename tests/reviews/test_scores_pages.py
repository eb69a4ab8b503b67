from datetime import date, timedelta
from decimal import Decimal

import pytest

from reviews import plots, services
from reviews.services import conflicts
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
# FIC-02 and FIC-07 of the worked example, equal to the half point, and FIC-05.
SCORES = (
    ("4.5 4.5 3 3.5 3.5 3.5", "5 4.5 3.5 4 4 4", "4 4 2.5 3 3 3"),
    ("4.5 4 3.5 3 3.5 4", "4.5 4.5 4 3.5 4 4.5", "4 3.5 3 3 3 3.5"),
    ("3.5 4 3 3 4 4.5", "4 4.5 3.5 3.5 4.5 5", "2.5 3 2 2.5 3 3.5"),
)


@pytest.fixture(scope="module")
def judged(stage):
    of = make.call(stage)
    cases = [
        make.filed(stage, of, rival=bool(n % 2), title=f"Payload number {n} of the call")
        for n in range(3)
    ]
    for loi, lines in zip(cases, SCORES, strict=True):
        make.reviewed(stage, loi, scores=lines)
    return of, cases


@pytest.fixture
def cast(stage, judged, db):
    return stage


def test_the_raw_mean_stands_beside_the_calibrated_one(cast, judged, visit):
    of, _ = judged
    page = visit(cast.chair, at=LATER).get(f"/calls/{of.code}/scores/")
    rows = page.context["rows"]
    assert [(row["loi"].reference, row["raw"], row["one"].raw_place) for row in rows] == [
        ("TEST27-0001", "76.5", 1),
        ("TEST27-0002", "76.5", 1),
        ("TEST27-0003", "68.2", 3),
    ]
    assert [row["moved"] for row in rows] == [0, 0, 0]
    assert "change no order" in str(page.context["caveats"][0])
    told = {
        str(line["reviewer"]): (line["mean"], line["reviews"]) for line in page.context["reviewers"]
    }
    assert told["Reviewer two"] == ("83.5", 3) and told["Reviewer three"] == ("62.7", 3)
    text = page.content.decode()
    assert text.count('class="strip"') == 9  # three cases, three reviewers, three pairs of these


def test_how_far_two_reviewers_agree_and_how_the_reviews_came_in(cast, judged, visit):
    of, _ = judged
    page = visit(cast.chair, at=LATER).get(f"/calls/{of.code}/scores/")
    first = page.context["pairs"][0]
    assert (str(first["first"]), str(first["second"])) == ("Reviewer three", "Reviewer two")
    # 67 − 85.5, 68.5 − 84 and 52.5 − 81.
    assert (first["common"], first["mean"], first["apart"]) == (3, "-20.8", "20.8")
    (day,) = page.context["days"]
    assert (day.due, day.locked, day.on) == (0, 9, make.REVIEWED.date())
    assert "<polyline" in page.content.decode()


def test_a_review_that_counts_no_more_is_in_no_day(cast, judged, visit):
    of, (loi, *_) = judged
    conflicts.declare(loi, "declared", words="A joint paper.", by=cast.reviewer_one, now=LATER)
    (day,) = visit(cast.chair, at=LATER).get(f"/calls/{of.code}/scores/").context["days"]
    assert day.locked == 8


def test_lines_of_days_rise_from_the_first_to_the_last():
    days = [plots.Day(date(2027, 5, 1), 0, 1), plots.Day(date(2027, 5, 11), 4, 3)]
    found = plots.steps(days)
    assert found.due == "0,100 0.0,100.0 0.0,100.0 100.0,100.0 100.0,0.0 100,0.0"
    assert found.locked == "0,100 0.0,100.0 0.0,75.0 100.0,75.0 100.0,25.0 100,25.0"
    assert plots.steps([]) is None
    axis = plots.Axis.around([-12.5, 3])
    assert (axis.low, axis.high, axis.x(0)) == (-20, 20, 50.0)


def test_why_one_case_stands_before_another(cast, judged, visit):
    of, (two, seven, five) = judged
    client = visit(cast.chair, at=LATER)
    page = client.get(f"/calls/{of.code}/compare/", {"first": seven.key, "second": two.key})
    assert page.context["first"].loi.key == two.key  # the one before comes first
    assert page.context["why"] == "The totals are equal to the half point; C1 decided."
    points = sum(Decimal(part.points) for part in page.context["parts"])
    assert abs(points - Decimal(page.context["points"])) <= Decimal("0.03")
    assert page.context["overlap"] and not page.context["turned"]
    clear = client.get(f"/calls/{of.code}/compare/", {"first": five.key, "second": two.key})
    assert clear.context["why"] == "The agreed total decides, to the half point: 76.5 before 68.0."
    assert clear.context["points"] == "+8.33"


def test_a_case_one_may_not_see_is_none_to_choose(cast, judged, visit):
    of, (two, *_) = judged
    page = visit(cast.chair, at=LATER).get(
        f"/calls/{of.code}/compare/", {"first": two.key, "second": "nosuchcase12"}
    )
    assert page.status_code == 400
    assert "first" not in page.context


@pytest.mark.parametrize("who", ["secretary", "approver", "reviewer_one", "pi", "admin"])
@pytest.mark.parametrize("page", ["scores", "compare"])
def test_only_the_chair_and_the_auditor_see_scores(cast, judged, visit, who, page):
    of, _ = judged
    client = visit(getattr(cast, who), at=LATER)
    assert client.get(f"/calls/{of.code}/{page}/").status_code == 404
    assert visit(cast.auditor, at=LATER).get(f"/calls/{of.code}/{page}/").status_code == 200


def test_a_conflicted_chair_sees_the_sums_without_that_case(cast, judged, visit):
    of, (two, *_) = judged
    services.step_out(two, reason="We wrote a paper together.", by=cast.chair, now=LATER)
    client = visit(cast.chair, at=LATER + timedelta(hours=1))
    page = client.get(f"/calls/{of.code}/scores/")
    assert "TEST27-0001" not in page.content.decode()
    assert {line["reviews"] for line in page.context["reviewers"]} == {2}


def test_an_axis_runs_from_a_ten_to_a_ten():
    axis = plots.Axis.over([52.5, 85.5])
    assert (axis.low, axis.high) == (50, 90)
    assert (axis.x(50), axis.x(70), axis.x(95)) == (0.0, 50.0, 100.0)
    assert plots.Axis.over([]).ticks[-1] == (100.0, 100)
