from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.models import Organisation
from proposals import bars, boards
from proposals.ledger import Balance
from proposals.resources import MASS
from proposals.services import filings
from tests import make
from tests.asking import words

BOARD_QUERIES = 42


def bar_of(call, key: str, who) -> str | None:
    drawn = boards.board_bars(call, who)[0]
    return next((segment.amount for segment in drawn.segments if segment.key == key), None)


@given(st.decimals(1, 999, places=3), st.decimals(0, 1, places=2), st.decimals(0, 1, places=2))
def test_the_segments_of_a_bar_fill_it_exactly(offered, share, taken):
    held = round(offered * share, 3)
    committed = round((offered - held) * taken, 3)
    drawn = bars.bar(Balance(MASS, offered, held, committed=committed), "Mass")
    assert abs(sum(segment.width for segment in drawn.segments) - 100) < 0.05
    assert drawn.extent < 100.05
    assert drawn.over == ""


def test_an_overrun_is_drawn_beyond_the_end():
    balance = Balance(MASS, Decimal(200), Decimal(20), proposed=Decimal(10), committed=Decimal(190))
    drawn = bars.bar(balance, "Mass", proposals=True)
    assert (drawn.over, drawn.extent) == ("20", 110)
    assert [(s.key, s.amount, s.start, s.width) for s in drawn.segments] == [
        ("committed", "190", 0, 90),
        ("proposed", "10", 90, 0),
        ("free", "0", 90, 0),
        ("held_back", "20", 90, 10),
        ("over", "20", 100, 10),
    ]


def test_what_is_asked_counts_who_is_in_the_running(cast):
    call = make.call(cast)
    make.filed(cast, call, mass_cbe_kg="10")
    withdrawn = make.filed(cast, call, mass_cbe_kg="20", title="A letter that is withdrawn again")
    before = bar_of(call, "asked", cast.approver)
    filings.withdraw(withdrawn, by=cast.aor, now=make.DURING, reason="The funding fell through.")
    after = bar_of(call, "asked", cast.approver)
    assert Decimal(before) == 3 * Decimal(after)


def test_holds_show_to_those_who_decide_and_to_nobody_else(cast, visit):
    call = make.proposed_call(cast)
    assert Decimal(bar_of(call, "proposed", cast.approver)) > 0
    assert bar_of(call, "proposed", cast.admin) is None
    assert bar_of(call, "free", cast.admin) == "180"
    path = f"/calls/{call.code}/board/"
    for person in (cast.admin, cast.outsider, None):
        public = visit(person, at=make.APPROVED).get(f"/calls/{call.code}/")
        assert "seg-proposed" not in words(public)
    assert "seg-proposed" not in words(visit(cast.admin, at=make.APPROVED).get(path))
    assert "seg-proposed" in words(visit(cast.approver, at=make.APPROVED).get(path))


@pytest.mark.parametrize("who", ["pi", "rival_pi", "legal", "outsider"])
def test_the_board_is_not_for_everybody(cast, visit, who):
    call = make.call(cast)
    browser = visit(getattr(cast, who), at=make.DURING)
    assert browser.get(f"/calls/{call.code}/board/").status_code == 404


def test_the_administrators_board_counts_and_names_no_case(cast, visit):
    call = make.call(cast)
    make.draft(cast, call, title="A draft that nobody reads yet")
    filed = make.filed(cast, call, title="A letter that was filed in time")
    page = words(visit(cast.admin, at=make.DURING).get(f"/calls/{call.code}/board/"))
    assert filed.title not in page
    assert filed.reference not in page
    assert [stage["count"] for stage in boards.funnel(boards.counts(call, cast.admin))] == [
        2,
        1,
        0,
        0,
        0,
        0,
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_asks_the_same_for_one_case_and_for_three(
    cast, visit, rows, django_assert_num_queries
):
    call = make.call(cast)
    for number in range(rows):
        make.filed(cast, call, title=f"Payload number {number} of the call")
    make.close(call)
    browser = visit(cast.auditor, at=make.SCREENED)
    browser.get(f"/calls/{call.code}/board/")
    with django_assert_num_queries(BOARD_QUERIES):
        assert browser.get(f"/calls/{call.code}/board/").status_code == 200


def sentences(call, user, at) -> list[str]:
    return [str(todo.sentence) for todo in boards.blockers(call, user, at)]


def owes(cast, who: str, call, at) -> list[str]:
    return [str(todo.sentence) for todo in boards.owed_by(call, cast.again(who), at)]


def test_blockers_follow_the_call_to_its_release(cast):
    draft = make.call(cast, state="draft", code="D27")
    assert owes(cast, "secretary", draft, make.DRAFTED) == [
        "The call D27 is a draft: finish and propose it."
    ]
    proposed = make.call(cast, state="proposed", code="P27")
    assert owes(cast, "approver", proposed, make.DRAFTED) == ["The call P27 waits for publication."]
    assert owes(cast, "secretary", proposed, make.DRAFTED) == []
    call = make.call(cast)
    Organisation.objects.filter(pk=cast.institute.pk).update(state="registered", verified_at=None)
    make.draft(cast, call)
    assert owes(cast, "secretary", call, make.DURING) == [
        "1 organisation with a letter in TEST27 is not verified and cannot file."
    ]


def test_blockers_of_the_screening(cast):
    call = make.call(cast)
    for title in ("The first payload", "The second payload", "The third payload"):
        loi = make.filed(cast, call, title=title)
    make.screened(cast, loi, compliant=False)
    call = make.again(call)
    assert owes(cast, "secretary", call, make.SCREENED) == [
        "2 cases of TEST27 wait for their screening, the oldest since 31 Mar 2027, 24:00 Beijing: "
        "2 working days."
    ]
    assert owes(cast, "approver", call, make.SCREENED) == [
        "1 case of TEST27 was screened as ineligible: a second person confirms."
    ]


def test_blockers_of_the_release(cast):
    call = make.approved_call(cast)
    page = make.RELEASED
    assert "0 of 2 letters of TEST27 are stored" in owes(cast, "secretary", call, page)[0]
    make.store_letters(call)
    assert owes(cast, "secretary", call, page) == ["The results of TEST27 can be released today."]
    late = owes(cast, "secretary", call, page + timedelta(days=1))
    assert late == [
        "The release of TEST27 was planned for 30 June 2027 and did not happen: move it."
    ]


def test_dates_show_what_they_slipped(cast):
    call = make.call(cast, state="closed")
    late = make.CLOSES + timedelta(days=99)
    shown = {one["label"]: one for one in boards.timeline(call, late)}
    assert shown["Letters of intent due"]["actual"] == "31 Mar 2027"
    assert shown["Letters of intent due"]["slip_text"] == ""
    assert shown["Final selection"]["slip_text"] == "10 days overdue"
    assert shown["Final selection"]["tone"] == "cinnabar"
    assert boards.days_to_selection(call, late) == -10
