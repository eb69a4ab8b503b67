from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.verdict import Refused
from proposals import queries
from proposals.invariants import nothing_of_a_decision_shows_before_its_release
from proposals.models import (
    Allocation,
    Decision,
    Demand,
    Grant,
    LedgerEntry,
    Letter,
    LetterOfIntent,
)
from proposals.services import calls, decisions, evaluation, filings
from tests import make
from tests.asking import rule_against
from tests.cast import Cast
from tests.make import APPROVED, DECIDED, RELEASE_ON


@pytest.fixture(scope="module")
def scene(stage) -> LetterOfIntent:
    return make.in_final_review(stage, make.filed(stage, make.call(stage, code="STAGE27")))


@pytest.fixture
def cast(stage, db) -> Cast:
    return stage


@pytest.fixture
def case(scene, db) -> LetterOfIntent:
    """A case in final review, the only one of its call."""
    return make.again(scene)


def mass(call):
    return queries.balance(call.allocations.get(resource="mass"))


def kinds(decision: Decision) -> list[str]:
    return [f"{entry.kind} {entry.amount}" for entry in decision.entries.all()]


def states(call) -> list[str]:
    return list(call.lois.order_by("pk").values_list("state", flat=True))


# Preparing


def test_a_prepared_decision_holds_what_it_would_give(cast, case):
    decision = make.prepared(cast, case)
    call = decision.loi.call
    assert kinds(decision) == ["hold 10.500"]
    assert (mass(call).proposed, mass(call).committed) == (Decimal("10.5"), 0)
    assert make.again(decision.loi).state == "final_review"


@pytest.mark.parametrize("outcome", ["reserve", "not_selected"])
def test_a_no_holds_nothing(cast, case, outcome):
    decision = make.prepared(cast, case, outcome=outcome)
    assert not decision.grants.exists()
    assert mass(decision.loi.call).taken == 0


def test_preparing_again_returns_the_hold_before(cast, case):
    first = make.prepared(cast, case)
    second = make.prepared(cast, first.loi, outcome="selected_conditional")
    assert make.again(first).state == "void"
    assert kinds(first) == ["hold 10.500", "return 10.500"]
    assert kinds(second) == ["hold 10.500"]
    assert mass(first.loi.call).proposed == Decimal("10.5")


def test_one_kilogram_too_much_is_refused_with_the_sum_and_changes_nothing(cast):
    call = make.call(cast, offered=40, held_back=10, cap=30)
    first, second = (
        make.filed(cast, call, rival=rival, mass_cbe_kg=kg)
        for rival, kg in ((False, "20"), (True, "10"))
    )
    make.prepared(cast, make.in_final_review(cast, first))
    loi = make.in_final_review(cast, second)
    kept = make.prepared(cast, loi, outcome="reserve")
    with pytest.raises(Refused) as caught:
        make.prepared(cast, loi)
    assert str(caught.value.verdict.reason) == (
        "10.5 kg more would make 31.5 kg, over the 30 kg that can be given (40 kg offered, "
        "10 kg held back): 21 kg are proposed or committed, 9 kg are free."
    )
    assert make.again(kept).state == "prepared"
    assert mass(call).free == 9
    less = make.prepared(cast, loi, granted={"mass": (Decimal(9), "The lander has no more.")})
    assert less.grants.get().amount == 9
    assert mass(call).free == 0


def test_a_grant_is_what_is_asked_or_less_with_a_reason(cast, case):
    for amount, why, rule in (
        ("10.501", "", "grant.range"),
        ("-1", "Less than nothing.", "grant.range"),
        ("0", "There is nothing left of it.", "grant.nothing"),
        ("10", "", "grant.reason"),
        ("10", "too short", "grant.reason"),
    ):
        assert (
            rule_against(make.prepared, cast, case, granted={"mass": (Decimal(amount), why)})
            == rule
        )


def test_nothing_over_the_cap_is_granted_whatever_the_screening_found(cast):
    filed = make.filed(cast, mass_cbe_kg="90")
    heavier = {"mass": (Decimal("108"), "Class D restored: the arm is a new design.")}
    loi = make.screened(cast, filed, assessed=heavier)
    loi = make.in_final_review(cast, loi)
    assert queries.mass_kg(loi) == 108
    assert rule_against(make.prepared, cast, loi) == "grant.cap"


def test_the_words_of_a_decision_are_whole(cast, case):
    for given, rule in (
        ({"outcome": "perhaps"}, "decision.outcome"),
        ({"reason": "Good."}, "decision.reason"),
        ({"outcome": "selected_conditional", "conditions": []}, "decision.conditions"),
        ({"outcome": "selected", "conditions": make.CONDITIONS}, "decision.conditions"),
    ):
        assert rule_against(make.prepared, cast, case, **given) == rule


def test_only_the_chair_prepares(cast, case):
    for name in set(cast.NAMES) - {"chair"}:
        by = getattr(cast, name)
        assert rule_against(make.prepared, cast, case, by=by) == "decision.prepare.who"


def test_a_case_is_decided_in_final_review_and_not_before(cast):
    loi = make.under_review(cast)
    assert rule_against(make.prepared, cast, loi) == "not_in_final_review"


def test_the_basis_keeps_what_the_panel_found(cast, case):
    basis = make.prepared(cast, case).basis
    assert (basis["mean"], basis["rank"]) == ("75.5", 1)
    assert basis["findings"][0]["text"] == "It answers a stated aim of the call."


def test_withdrawing_returns_what_was_held(cast, case):
    decision = make.prepared(cast, case)
    filings.withdraw(decision.loi, by=cast.aor, now=DECIDED, reason="Our funding is gone.")
    assert make.again(decision).state == "void"
    assert make.again(decision.loi).state == "withdrawn"
    assert mass(decision.loi.call).taken == 0


def test_a_case_whose_need_is_unknown_is_not_selected(cast, case):
    call = case.call
    data = call.allocations.create(
        platform=call.allocations.first().platform, resource="data", capacity=100
    )
    demand = Demand.objects.create(filing=case.filing, allocation=data, amount=None)
    with pytest.raises(Refused) as caught:
        make.prepared(cast, case)
    assert str(caught.value.verdict.reason) == (
        "STAGE27-0001 states no figure for: Data volume. What it needs is unknown, which is "
        "not 0: it cannot be selected until the screening has given a figure."
    )
    make.prepared(cast, case, outcome="reserve")  # which gives it nothing
    demand.assessments.create(amount=0, reason="A mirror.", by=cast.secretary, at=DECIDED)
    assert make.prepared(cast, case).grants.get(allocation=data).amount == 0


# Two persons


def test_every_case_is_decided_before_the_decisions_are_proposed(cast):
    call = make.call(cast)
    cases = [make.filed(cast, call), make.filed(cast, call, rival=True)]
    first, second = (make.in_final_review(cast, loi) for loi in cases)
    propose = {"by": cast.chair, "now": DECIDED}
    assert rule_against(decisions.propose_decisions, call, **propose) == "undecided"
    make.prepared(cast, first)
    assert rule_against(decisions.propose_decisions, call, **propose) == "undecided"
    make.prepared(cast, second, outcome="reserve")
    decisions.propose_decisions(call, **propose)
    assert make.again(call).state == "decisions_proposed"


def test_once_proposed_nothing_is_prepared_until_reopened(cast):
    call = make.proposed_call(cast)
    loi = call.lois.order_by("pk").first()
    assert rule_against(make.prepared, cast, loi, outcome="reserve") == "decisions_closed"
    decisions.reopen_decisions(call, by=cast.chair, now=DECIDED, reason="One case was missed.")
    assert make.prepared(cast, loi, outcome="reserve").state == "prepared"


def test_nobody_publishes_a_call_they_drafted_or_proposed(cast):
    call = make.call(cast, state="draft")
    calls.propose(call, by=cast.second_secretary, now=make.PUBLISHED)
    for name in ("secretary", "second_secretary"):
        by = approver_too(cast, name)
        assert rule_against(calls.publish, call, by=by, now=make.PUBLISHED) == "two_persons"
    calls.publish(call, by=cast.approver, now=make.PUBLISHED)


def approver_too(cast, name: str):
    getattr(cast, name).role_grants.create(role="approver", granted_at=DECIDED)
    return cast.again(name)


def test_nobody_approves_decisions_they_prepared(cast):
    call = make.proposed_call(cast)
    approve = {"release_on": RELEASE_ON, "now": APPROVED}
    by = approver_too(cast, "chair")
    assert rule_against(decisions.approve_decisions, call, by=by, **approve) == "two_persons"
    assert set(Decision.objects.values_list("state", flat=True)) == {"prepared"}
    assert not Letter.objects.filter(kind="decision").exists()


def test_nobody_confirms_as_ineligible_what_they_screened(cast):
    loi = make.screened(cast, compliant=False)
    by = approver_too(cast, "secretary")
    assert rule_against(evaluation.declare_ineligible, loi, by=by, now=DECIDED) == "two_persons"
    evaluation.declare_ineligible(loi, by=cast.approver, now=DECIDED)


def test_the_database_as_well_wants_two_persons(cast, case):
    decision = make.prepared(cast, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(approved_by=decision.prepared_by)


# Approval and release


def test_a_release_is_not_planned_for_yesterday(cast):
    call = make.proposed_call(cast)
    yesterday = APPROVED.date() - timedelta(days=1)
    more = {"release_on": yesterday, "by": cast.approver, "now": APPROVED}
    assert rule_against(decisions.approve_decisions, call, **more) == "release_on.past"


# What the database refuses by itself


def test_a_case_has_one_decision_in_force(cast, case):
    decision = make.prepared(cast, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            loi=decision.loi,
            state="prepared",
            outcome="reserve",
            reason="x",
            prepared_by=cast.chair,
            prepared_at=DECIDED,
        )


def test_nothing_is_over_the_envelope_in_the_database_too(cast, case):
    """Whoever writes it, and however: the last gram fits, the next does not."""
    entry = make.prepared(cast, case).entries.get()
    row = Allocation.objects.filter(pk=entry.allocation_id)
    row.update(held=Decimal("33.245"), committed=Decimal("146.755"))
    for columns in (
        {"held": Decimal("33.246")},
        {"committed": Decimal("146.756")},
        {"capacity": 199},
        {"held_back": Decimal("20.001")},
        {"held": -1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**columns)


def test_no_two_lines_follow_the_same_one(cast, case):
    entry = make.prepared(cast, case).entries.get()
    more = {"allocation": entry.allocation, "decision": entry.decision, "kind": "hold"}
    sums = {"amount": 1, "held_after": 1, "committed_after": 0, "at": DECIDED}
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(number=1, **more, **sums)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(number=2, **more, **sums | {"committed_after": -1})


def test_less_than_asked_has_a_reason_in_the_database_too(cast, case):
    grant = make.prepared(cast, case).grants.get()
    for columns in ({"amount": 1}, {"amount": -1, "reason": "Negative."}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(**columns)


def test_a_decision_is_released_with_its_instant(cast, case):
    decision = make.prepared(cast, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(state="released")


def test_no_case_says_its_outcome_before_the_release(cast, case):
    decision = make.prepared(cast, case)
    assert list(nothing_of_a_decision_shows_before_its_release(DECIDED)) == []
    LetterOfIntent.objects.filter(pk=decision.loi_id).update(state="selected")
    assert list(nothing_of_a_decision_shows_before_its_release(DECIDED)) == [
        "STAGE27-0001 is selected without a released decision"
    ]
