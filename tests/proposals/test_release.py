"""From the approval to the release. Each test begins with a decision of each outcome approved, letters owed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.models import Event, Message
from proposals import queries
from proposals.models import Call, Decision, LedgerEntry, Letter
from proposals.services import decisions, filings
from tests import make
from tests.asking import rule_against
from tests.cast import Cast
from tests.make import APPROVED, DECIDED, RELEASE_ON, RELEASED


@pytest.fixture(scope="module")
def scene(stage) -> Call:
    outcomes = [one for one in Decision.Outcome.values if one != Decision.Outcome.MERGED]
    return make.approved_call(stage, outcomes=outcomes)


@pytest.fixture
def cast(stage, db) -> Cast:
    return stage


@pytest.fixture
def call(scene, db) -> Call:
    return make.again(scene)


def mass(call):
    return queries.balance(call.allocations.get(resource="mass"))


def states(call) -> list[str]:
    return list(call.lois.order_by("pk").values_list("state", flat=True))


def test_nobody_releases_what_they_approved(cast, call):
    make.store_letters(call)
    cast.approver.role_grants.create(role="secretary", granted_at=DECIDED)
    by = cast.again("approver")
    assert rule_against(decisions.release, call, by=by, now=RELEASED) == "two_persons"
    decisions.release(call, by=cast.secretary, now=RELEASED)


def test_approval_gives_every_decision_its_letter_with_a_number(cast, call):
    letters = Letter.objects.filter(kind="decision").order_by("number")
    assert [letter.state for letter in letters] == ["owed"] * 4
    assert [letter.number for letter in letters] == [f"TEST27-L000{n}" for n in range(5, 9)]
    assert {letter.dated for letter in letters} == {RELEASE_ON}
    assert set(states(call)) == {"final_review"}


def test_the_release_waits_for_every_letter(cast, call):
    assert (
        rule_against(decisions.release, call, by=cast.secretary, now=RELEASED) == "letters_missing"
    )
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=RELEASED)


def test_the_release_happens_on_the_day_the_letters_say(cast, call):
    make.store_letters(call)
    for days in (-1, 1):
        at = RELEASED + timedelta(days=days)
        assert rule_against(decisions.release, call, by=cast.secretary, now=at) == "release_date"


def test_release_flips_everything_together(cast, call, truths):
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=RELEASED)
    assert states(call) == ["selected", "selected_conditional", "reserve", "not_selected"]
    assert set(Decision.objects.values_list("state", flat=True)) == {"released"}
    assert set(Letter.objects.values_list("state", flat=True)) == {"issued"}
    assert (mass(call).proposed, mass(call).committed) == (0, 21)
    assert Message.objects.filter(notice="loi_decided").count() == 2 * 4 + 2 * 2
    assert call.milestones.get(kind="final").actual == RELEASE_ON


def test_release_is_all_or_nothing(cast, call):
    """The last letter says something else than was decided: nobody hears anything."""
    make.store_letters(call)
    last = Letter.objects.filter(kind="decision").order_by("pk").last()
    Letter.objects.filter(pk=last.pk).update(context={**last.context, "outcome": "selected"})
    before = Event.objects.count(), Message.objects.count(), LedgerEntry.objects.count()
    assert (
        rule_against(decisions.release, call, by=cast.secretary, now=RELEASED) == "letter_differs"
    )
    assert set(states(call)) == {"final_review"}
    assert make.again(call).state == "decisions_approved"
    assert (Event.objects.count(), Message.objects.count(), LedgerEntry.objects.count()) == before


def test_results_are_released_once(cast, call):
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=RELEASED)
    before = Message.objects.count()
    assert (
        rule_against(decisions.release, call, by=cast.secretary, now=RELEASED)
        == "call.release.from"
    )
    assert Message.objects.count() == before


def test_reopening_voids_the_letters_and_keeps_their_numbers(cast, call, truths):
    make.store_letters(call)
    decisions.reopen_decisions(call, by=cast.approver, now=APPROVED, reason="A case was missed.")
    letters = Letter.objects.filter(kind="decision")
    assert {letter.state for letter in letters} == {"void"}
    assert set(Decision.objects.values_list("state", "approved_by")) == {("prepared", None)}
    decisions.propose_decisions(call, by=cast.chair, now=APPROVED)
    decisions.approve_decisions(call, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    numbers = letters.filter(state="owed").order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"TEST27-L00{n:02}" for n in range(9, 13)]
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=RELEASED)


def test_moving_the_release_dates_every_letter_anew(cast, call, truths):
    make.store_letters(call)
    moved = RELEASE_ON + timedelta(days=7)
    decisions.move_release(call, release_on=moved, by=cast.secretary, now=APPROVED)
    letters = Letter.objects.filter(kind="decision")
    assert {(letter.state, letter.dated) for letter in letters} == {("owed", moved)}
    assert all(letter.context["date"]["en"] == "7 July 2027" for letter in letters)
    assert all(letter.context["signatory"]["name"] == cast.approver.name for letter in letters)
    later = RELEASED + timedelta(days=7)
    assert rule_against(decisions.release, call, by=cast.secretary, now=later) == "letters_missing"
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=later)


def test_withdrawing_after_the_approval_voids_the_letter_and_the_rest_is_released(
    cast, call, truths
):
    make.store_letters(call)
    loi = call.lois.order_by("pk").first()
    filings.withdraw(loi, by=cast.aor, now=APPROVED, reason="Our funding is gone.")
    assert mass(call).taken == Decimal("10.5")  # of the second one
    decisions.release(call, by=cast.secretary, now=RELEASED)
    assert states(call) == ["withdrawn", "selected_conditional", "reserve", "not_selected"]
