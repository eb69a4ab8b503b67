"""The chair's recorded choice among cases that every rule leaves equal."""

from datetime import timedelta

import pytest

from portal.models import Event
from portal.verdict import Refused
from reviews import queries, services
from reviews.models import TieChoice
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
WHY = "Its orbit window closes first."


@pytest.fixture(scope="module")
def cases(stage):
    """Two that are equal in everything, and one below them."""
    of = make.call(stage)
    filed = [make.filed(stage, of) for _ in range(3)]
    for loi, line in zip(filed, ("4 4 4 4 4 4", "4 4 4 4 4 4", "3 3 3 3 3 3"), strict=True):
        make.reviewed(stage, loi, scores=(line,) * 3)
    return [make.again(loi) for loi in filed]


@pytest.fixture
def cast(stage, cases, db):
    return stage


def order(cases) -> list[tuple]:
    standings = queries.ranking([make.again(loi) for loi in cases])
    return [(one.loi.reference[-1], one.place.rank, one.place.tied) for one in standings]


def test_the_chair_puts_one_first_and_the_reason_is_shown(cast, cases, visit):
    first, second, _ = cases
    assert order(cases) == [("1", 1, True), ("2", 1, True), ("3", 3, False)]
    client = visit(cast.chair, at=LATER)
    page = client.get(f"/calls/{first.call.code}/ranking/").content.decode()
    assert page.count("Put it first") == 4  # a button and its confirmation for each of the two
    assert client.post(f"/lois/{second.key}/choose-first/", {"reason": WHY}).status_code == 302
    assert order(cases) == [("2", 1, False), ("1", 2, False), ("3", 3, False)]
    page = client.get(f"/calls/{first.call.code}/ranking/").content.decode()
    assert f"Chair put it first: {WHY}" in page and "Put it first" not in page
    why = client.get(
        f"/calls/{first.call.code}/compare/", {"first": first.key, "second": second.key}
    )
    assert "recorded choice decided" in why.context["why"] and WHY in why.content.decode()
    assert Event.objects.filter(verb="tie.chosen").count() == 1


def test_the_chair_may_choose_again(cast, cases):
    first, second, _ = cases
    for loi in (second, first):
        services.choose_first(loi, reason=WHY, by=cast.chair, now=LATER)
    assert order(cases)[0] == ("1", 1, False)
    assert TieChoice.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "which", "reason", "rule"),
    [
        ("chair", 2, WHY, "tie.none"),
        ("chair", 0, "x", "tie.reason"),
        ("secretary", 0, WHY, "tie.who"),
        ("reviewer_one", 0, WHY, "tie.who"),
        ("pi", 0, WHY, "tie.who"),
    ],
)
def test_a_choice_that_is_refused(cast, cases, who, which, reason, rule):
    with pytest.raises(Refused) as refused:
        services.choose_first(cases[which], reason=reason, by=getattr(cast, who), now=LATER)
    assert refused.value.verdict.rule == rule
    assert not TieChoice.objects.exists()


def test_a_chair_with_a_conflict_is_told_of_no_tie_with_a_hidden_case(cast, cases):
    first, second, _ = cases
    services.step_out(first, reason="A joint paper.", by=cast.chair, now=LATER)
    with pytest.raises(Refused) as refused:
        services.choose_first(second, reason=WHY, by=cast.again("chair"), now=LATER)
    assert refused.value.verdict.rule == "tie.none"


def test_a_chair_with_a_conflict_in_a_tie_of_three_chooses_among_the_two_they_see(cast):
    """The refusal would tell that the hidden case is equal; the choice settles nothing among three."""
    of = make.call(cast, code="THREE27")
    hidden, second, third = equal = [make.filed(cast, of) for _ in range(3)]
    for loi in equal:
        make.reviewed(cast, loi)
    services.step_out(make.again(hidden), reason="A joint paper.", by=cast.chair, now=LATER)
    chosen = services.choose_first(
        make.again(second), reason=WHY, by=cast.again("chair"), now=LATER
    )
    assert chosen.over == [third.key]
    assert order(equal) == [("1", 1, True), ("2", 1, True), ("3", 1, True)]
    assert order([second, third]) == [("2", 1, False), ("3", 2, False)]


def test_the_ranking_as_a_table_has_the_rows_one_sees(cast, cases, visit):
    page = f"/calls/{cases[0].call.code}/ranking.csv"
    text = visit(cast.chair, at=LATER).get(page).content.decode()
    assert all(loi.reference in text for loi in cases)
    assert "80.00" in text and "Agreed total" in text
    services.step_out(cases[0], reason="A joint paper.", by=cast.chair, now=LATER)
    text = visit(cast.again("chair"), at=LATER).get(page).content.decode()
    assert cases[0].reference not in text and cases[1].reference in text
    for who in ("secretary", "approver", "reviewer_one", "pi", "admin"):
        assert visit(getattr(cast, who), at=LATER).get(page).status_code == 404
