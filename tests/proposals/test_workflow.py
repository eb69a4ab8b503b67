import threading

import pytest
from django.db import OperationalError, connection

from portal.models import Event
from portal.verdict import Refused
from portal.workflow import Act
from proposals.models import Call, Screening
from proposals.panel import PanelFacts
from proposals.services import calls, evaluation, filings
from proposals.workflow import CALL, LOI
from tests import make
from tests.asking import rule_against
from tests.make import CLOSED, CLOSES, DECIDED, DURING, PUBLISHED, REVIEWED, SCREENED


def facts(assigned: int, locked: int, *due: str, consensus: str = "") -> PanelFacts:
    return PanelFacts(assigned, locked, due, consensus)


# Calls


@pytest.mark.parametrize(
    "harm, rule",
    [
        (lambda call: call.allocations.all().delete(), "offer"),
        (lambda call: call.criteria.filter(code="C6").delete(), "weights"),
        (lambda call: call.milestones.filter(kind="final").delete(), "dates"),
        (lambda call: call.milestones.filter(kind="final").update(planned="2027-01-01"), "dates"),
    ],
)
def test_a_call_is_proposed_when_it_is_whole(cast, harm, rule):
    call = make.call(cast, state="draft")
    harm(call)
    assert rule_against(calls.propose, call, by=cast.secretary, now=PUBLISHED) == rule


def test_a_call_does_not_close_in_the_past(cast):
    call = make.call(cast, state="draft")
    assert rule_against(calls.propose, call, by=cast.secretary, now=CLOSES) == "dates"


def test_the_terms_of_a_published_call_are_fixed(cast):
    call = make.call(cast)
    more = {"allocations": [], "criteria": [], "milestones": {}, "now": DURING}
    assert rule_against(calls.revise, call, by=cast.secretary, **more) == "call.revise.from"
    draft = make.call(cast, state="draft", code="NEW27")
    assert rule_against(calls.revise, draft, by=cast.approver, **more) == "call.revise.who"


def test_revising_changes_the_terms_and_nothing_else(cast):
    call = make.call(cast, state="draft")
    stale = make.again(call)
    stale.title, stale.state, stale.last_reference = "Another title", "published", 9
    calls.revise(
        stale, allocations=[], criteria=[], milestones={}, by=cast.second_secretary, now=PUBLISHED
    )
    call = make.again(call)
    assert (call.title, call.state, call.last_reference) == ("Another title", "draft", 0)
    assert call.drafted_by == cast.second_secretary


# Screening


def test_a_case_is_screened_before_it_is_reviewed(cast):
    loi = make.filed(cast)
    make.close(loi.call)
    review = {"facts": make.ENOUGH, "by": cast.secretary, "now": SCREENED}
    assert rule_against(evaluation.begin_review, loi, **review) == "not_screened"
    make.screened(cast, make.again(loi), compliant=False)
    assert rule_against(evaluation.begin_review, loi, **review) == "not_screened"
    make.screened(cast, make.again(loi))
    evaluation.begin_review(loi, **review)
    assert make.again(loi).state == "under_review"


def test_a_compliant_case_is_not_declared_ineligible(cast):
    loi = make.screened(cast)
    assert (
        rule_against(evaluation.declare_ineligible, loi, by=cast.approver, now=SCREENED)
        == "not_screened"
    )


def test_only_the_secretary_screens_and_only_in_screening(cast):
    loi = make.filed(cast)
    more = {"compliant": True, "now": SCREENED}
    assert rule_against(evaluation.screen, loi, by=cast.secretary, **more) == "loi.screen.from"
    make.close(loi.call)
    assert rule_against(evaluation.screen, loi, by=cast.approver, **more) == "loi.screen.who"
    assert not Screening.objects.exists()


def test_an_ineligible_case_gets_its_letter_at_once(cast, truths):
    loi = make.ineligible(cast)
    make.store_letters(loi.call)
    letter = loi.letters.get(kind="ineligible")
    assert letter.state == "issued"
    assert letter.context["rule"]["text"] == "Most for one module"
    assert letter.context["reason"] == "It is over the cap."


# The panel's counts


@pytest.mark.parametrize("assigned, enough", [(0, False), (2, False), (3, True), (4, True)])
def test_a_review_begins_with_enough_reviewers(cast, assigned, enough):
    act = Act(cast.secretary, SCREENED, facts=facts(assigned, 0))
    verdict = LOI.verdict(make.screened(cast), "begin_review", act)
    assert bool(verdict) == enough
    if not enough:
        assert str(verdict.reason) == (
            f"Reviewers without a conflict: {assigned} assigned, 3 needed."
        )


def test_without_the_panels_facts_nothing_moves(cast):
    loi = make.screened(cast)
    assert not LOI.verdict(loi, "begin_review", Act(cast.secretary, SCREENED))
    loi = make.under_review(cast, loi)
    assert not LOI.verdict(loi, "conclude_reviews", Act(cast.chair, REVIEWED))


def test_reviews_are_concluded_when_all_are_locked(cast):
    loi = make.under_review(cast)
    for assigned, locked, whole in ((3, 2, False), (4, 3, False), (2, 2, False), (3, 3, True)):
        act = Act(cast.chair, REVIEWED, facts=facts(assigned, locked))
        assert bool(LOI.verdict(loi, "conclude_reviews", act)) == whole


def test_a_consensus_that_is_due_is_written_first(cast):
    loi = make.under_review(cast)
    evaluation.conclude_reviews(loi, facts=make.ENOUGH, by=cast.chair, now=REVIEWED)
    due = facts(3, 3, "C3 goes from 2 to 4")
    act = {"by": cast.chair, "now": REVIEWED}
    assert rule_against(evaluation.conclude, loi, facts=due, **act) == "consensus_due"
    short = facts(3, 3, "C3 goes from 2 to 4", consensus="We agree.")
    assert rule_against(evaluation.conclude, loi, facts=short, **act) == "consensus_due"
    agreed = facts(3, 3, "C3 goes from 2 to 4", consensus="The panel agrees on 3 for C3.")
    evaluation.conclude(loi, facts=agreed, **act)
    assert make.again(loi).state == "final_review"


# Outcomes


def test_no_outcome_is_reached_without_a_released_decision(cast):
    decision = make.prepared(cast)
    for action in ("select", "select_conditionally", "place_on_reserve", "not_select"):
        with pytest.raises(Refused) as caught:
            LOI.move(make.again(decision.loi), action, by=cast.secretary, now=DECIDED)
        assert caught.value.verdict.rule == "not_decided"


def test_withdrawing_needs_a_reason_and_the_running(cast):
    loi = make.filed(cast)
    act = {"by": cast.aor, "now": DURING}
    assert rule_against(filings.withdraw, loi, reason=" ", **act) == "loi.withdraw.reason"
    filings.withdraw(loi, reason="Our funding is gone.", **act)
    assert rule_against(filings.withdraw, loi, reason="Again.", **act) == "loi.withdraw.from"


# Many at once


@pytest.mark.django_db(transaction=True)
def test_of_many_who_publish_at_once_one_wins(cast):
    call = make.call(cast, state="proposed")
    start, answers = threading.Barrier(8), []

    def work(person) -> None:
        start.wait()
        try:
            calls.publish(call, by=person, now=PUBLISHED)
            answers.append("published")
        except Refused as no:
            answers.append(no.verdict.rule)
        except OperationalError as fault:
            answers.append(str(fault))
        finally:
            connection.close()

    people = [cast.approver, cast.second_approver] * 4
    workers = [threading.Thread(target=work, args=[person]) for person in people]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == ["call.publish.from"] * 7 + ["published"]
    assert Event.objects.filter(verb="call.published").count() == 1
    assert Call.objects.get().state == "published"


def test_the_closing_act_says_nothing_of_who_filed(cast):
    """The clock closes; its event names no case and no person."""
    call = make.call(cast)
    make.filed(cast, call)
    event = calls.close(call, now=CLOSED)
    assert (event.actor, event.data) == ("clock", {"from": "published", "to": "closed"})
    assert CALL.state("closed").label
