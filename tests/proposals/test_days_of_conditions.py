"""By when a condition is due: within its letter's bounds, later only in writing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.models import Message
from portal.verdict import Refused
from proposals import history
from proposals.services import agreements, decisions
from proposals.tasks import keep_deadlines
from tests import make
from tests.make import RELEASED

DAY = timedelta(days=1)


@pytest.fixture
def loi(cast):
    return make.released_call(cast, outcomes=["selected_conditional"]).lois.get()


@pytest.fixture
def report(loi):
    """Due on 30 September."""
    return loi.decisions.get(state="released").to_meet.get()


def test_the_approver_extends_a_date_in_writing(truths, cast, loi, report, visit, clock_at):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    letter = loi.letters.get(kind="decision")
    address = reverse("extend_condition", args=[report.key])
    now = report.due_at + DAY  # late: 1 October, in Beijing the 2nd
    browser = visit(cast.approver, at=now)
    page = browser.get(address).content.decode()
    assert "That day at 24:00 in Beijing." in page

    def extend(day: str, reason: str = make.WHY):
        return browser.post(address, {"until": day, "reason": reason})

    for day, words in (
        ("2027-09-30", "It is due on 30 September 2027: a later day ends after it."),
        ("2027-10-01", "1 October 2027 has passed; today is 2 October 2027."),
        ("2038-01-01", "1 January 2038 is later than 31 December 2037"),
    ):
        refused = extend(day)
        assert refused.status_code == 409, day
        assert words in refused.context["form"].errors["until"][0], day
        assert make.WHY in refused.content.decode()
    assert extend("9999-12-31").status_code == 400
    assert extend("2027-10-20", "Too short.").status_code == 400
    assert not Message.objects.filter(notice="condition_extended").exists()
    assert extend("2027-10-20").status_code == 302
    assert (make.again(report).state, make.again(report).due_on) == ("open", date(2027, 10, 20))
    told = Message.objects.filter(notice="condition_extended")
    office = {cast.secretary, cast.second_secretary}
    assert {message.recipient for message in told} == {cast.pi, cast.aor} | office
    assert "20 Oct 2027, 24:00 Beijing (20 Oct 2027, 16:00 UTC)" in told.first().body
    assert make.WHY in told.first().body
    (entry,) = (one for one in history.of(make.again(loi), cast.aor) if "extended" in one.sentence)
    assert entry.sentence == (
        "The secretariat extended condition 1: it is due before 20 Oct 2027, 24:00 Beijing."
    )
    assert entry.reason == make.WHY
    page = visit(cast.pi, at=now).get(reverse("loi", args=[loi.key])).content.decode()
    assert "due before 20 Oct 2027, 24:00 Beijing" in page
    assert make.again(letter).context == letter.context  # what was told stays told

    clock_at(make.again(report).due_at - 7 * DAY)
    keep_deadlines()  # it reminds anew
    assert Message.objects.filter(notice="condition_reminder").count() == 2
    # What is answered is extended as well, and stays answered.
    make.condition_answered(cast, make.again(report), now=now)
    assert extend("2027-10-21").status_code == 302
    assert make.again(report).state == "answered"


def test_no_condition_is_due_before_its_letter(cast):
    of = make.decided_call(cast, code="OTHER27", outcomes=["not_selected"])
    early = [{"text": "Name the host.", "due_on": "2027-06-14", "owner": "AOR"}]
    late = [{**early[0], "due_on": "2027-06-29"}]
    given = {"outcome": "selected_conditional"}
    with pytest.raises(Refused) as past:
        make.prepared(cast, of.lois.get(), **given, conditions=early)
    assert past.value.verdict.field == "conditions"
    make.prepared(cast, of.lois.get(), **given, conditions=late)
    decisions.propose_decisions(of, by=cast.chair, now=make.DECIDED)
    with pytest.raises(Refused) as before:
        make.approved(cast, make.again(of))
    assert "condition 1 is due on 29 June 2027" in str(before.value.verdict.reason)
    earlier = {"release_on": date(2027, 6, 29), "by": cast.approver, "now": make.APPROVED}
    decisions.approve_decisions(make.again(of), **earlier)


def test_no_condition_is_due_beyond_ten_years(cast, visit):
    of = make.decided_call(cast, code="FAR27", outcomes=["not_selected"])
    loi, far = of.lois.get(), [{"text": "Name the host.", "due_on": "9999-12-31", "owner": "AOR"}]
    with pytest.raises(Refused) as refused:
        make.prepared(cast, loi, outcome="selected_conditional", conditions=far)
    assert refused.value.verdict.field == "conditions"
    assert "condition 1 is due on 31 December 9999" in str(refused.value.verdict.reason)
    assert "31 December 2037" in str(refused.value.verdict.reason)
    last = [{**far[0], "due_on": "2037-12-31"}]
    make.prepared(cast, loi, outcome="selected_conditional", conditions=last)
    typed = {
        "outcome": "selected_conditional",
        "reason": make.WHY,
        "granted_mass": "10.5",
        "condition-0-text": "Name the host.",
        "condition-0-owner": "AOR",
        "condition-0-due_on": "9999-12-31",
    }
    answer = visit(cast.chair, at=make.DECIDED).post(
        reverse("prepare_decision", args=[loi.key]), typed
    )
    assert answer.status_code == 400
    assert "Write a year from 2000 to 2100, not 9999." in answer.content.decode()
