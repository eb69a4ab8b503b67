"""A call that is suspended, goes on, or is cancelled: its clocks, its cases, its ledger, its log."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from portal.models import Message
from portal.verdict import Refused
from proposals import queries
from proposals.models import Amendment, Call, Letter
from proposals.services import agreements, amendments, clarifications, filings, redress
from proposals.tasks import keep_deadlines
from tests import make
from tests.make import CLOSES, DURING, RELEASED

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHY = "The launch of the mission is under review until the inquiry has ended."
SOURCE = "Notice of the programme office, on its site"


def befall(cast, call: Call, kind: str, now: datetime, **given: object) -> Call:
    found = amendments.propose(
        call, kind=kind, reason=WHY, source=SOURCE, by=cast.secretary, now=now, **given
    )
    amendments.publish(found, by=cast.approver, now=now)
    return make.again(call)


def test_nothing_is_filed_nor_closed_while_it_is_suspended(truths, cast, visit, clock_at):
    call = make.call(cast)
    waiting, filed = make.awaiting(cast, call), make.filed(cast, call, rival=True)
    call = befall(cast, call, "suspension", CLOSES - 3 * DAY)
    with pytest.raises(Refused) as stopped:
        filings.file(
            make.again(waiting), version=waiting.version, by=cast.aor, now=CLOSES - 2 * DAY
        )
    assert stopped.value.verdict.rule == "call_suspended"
    assert WHY in str(stopped.value.verdict.reason)
    before = Message.objects.filter(notice="loi_reminder").count()
    clock_at(CLOSES + DAY)
    keep_deadlines()  # neither the closing act nor a reminder
    assert (make.again(call).state, make.again(waiting).state) == (
        "suspended",
        "awaiting_signature",
    )
    assert Message.objects.filter(notice="loi_reminder").count() == before
    letter = Letter.objects.get(kind="suspended")
    assert (letter.loi, letter.context["reason"]) == (filed, WHY)
    page = visit(at=CLOSES).get(reverse("call", args=[call.code])).content.decode()
    assert WHY in page and SOURCE in page
    with pytest.raises(Refused) as past:
        befall(cast, call, "resumption", CLOSES + DAY)
    assert past.value.verdict.field == "closes_at"
    later = CLOSES + 10 * DAY
    call = befall(cast, call, "resumption", CLOSES + DAY, after={"closes_at": later.isoformat()})
    assert (call.state, call.closes_at) == ("published", later)
    filings.file(make.again(waiting), version=waiting.version, by=cast.aor, now=later - DAY)


def test_an_acceptance_has_as_much_time_as_it_had(truths, cast, clock_at):
    call = make.released_call(cast, outcomes=["selected"])
    loi = call.lois.get()
    until = queries.agreement_of(loi).accept_by
    call = befall(cast, call, "suspension", until - 5 * DAY)
    with pytest.raises(Refused):
        agreements.accept(make.again(loi), by=cast.aor, now=until - 4 * DAY)
    more = {"until": until + DAY, "reason": WHY, "by": cast.secretary, "now": until - 4 * DAY}
    with pytest.raises(Refused) as paused:  # the pause would come on top of it
        agreements.propose_extension(make.again(loi), **more)
    assert paused.value.verdict.rule == "call_suspended"
    clock_at(until + DAY)
    keep_deadlines()
    assert make.again(loi).state == "selected"
    befall(cast, call, "resumption", until + 25 * DAY)
    assert make.again(call).state == "released"
    loi = make.again(loi)
    assert queries.agreement_of(loi).accept_by == until + 30 * DAY
    agreements.accept(loi, by=cast.aor, now=until + 29 * DAY)


def test_what_had_passed_at_the_suspension_stays_passed(truths, cast, clock_at):
    call = make.released_call(cast, outcomes=["selected", "not_selected"])
    taken, refused = call.lois.order_by("reference")
    until = queries.agreement_of(taken).accept_by
    call = befall(cast, call, "suspension", until)  # the clock has not ended it yet
    with pytest.raises(Refused) as paused:  # in a pause nobody is told that they are late
        asks = {"ground": "fact", "text": make.ASKS, "by": cast.rival_aor}
        redress.request_review(make.again(refused), **asks, now=until + DAY)
    assert paused.value.verdict.rule == "call_suspended"
    befall(cast, call, "resumption", until + 9 * DAY)
    assert queries.agreement_of(make.again(taken)).accept_by == until
    clock_at(until + 9 * DAY)
    keep_deadlines()
    assert make.again(taken).state == "lapsed"


def test_an_answer_and_a_late_ticket_wait_for_the_call_to_go_on(truths, cast):
    call = make.call(cast)
    asked, late = make.asked(cast, make.filed(cast, call, rival=True)), CLOSES + 9 * DAY
    ticket = make.late_ticket(cast, make.again(call), late, now=make.ASKED)
    call = befall(cast, call, "suspension", make.ASKED + DAY)
    with pytest.raises(Refused) as paused:
        clarifications.answer_clarification(
            make.again(asked), answer="No.", by=cast.rival_pi, now=make.ASKED + 30 * DAY
        )
    assert paused.value.verdict.rule == "call_suspended"
    befall(cast, call, "resumption", make.ASKED + 31 * DAY)
    assert make.again(ticket).until == late + 30 * DAY


def test_a_cancelled_call_ends_every_case_and_gives_back_everything(truths, cast, visit):
    call = make.released_call(cast, outcomes=["selected", "not_selected", "reserve"])
    call = befall(cast, call, "cancellation", RELEASED + DAY)
    states = dict(call.lois.values_list("reference", "state"))
    assert list(states.values()) == ["call_cancelled", "not_selected", "call_cancelled"]
    mass = call.allocations.get()
    assert (mass.held, mass.committed) == (0, 0)
    told = Letter.objects.filter(kind="cancelled")
    assert {letter.loi.reference for letter in told} == {"TEST27-0001", "TEST27-0003"}
    assert WHY in Message.objects.filter(notice="loi_cancelled").first().body
    page = visit(at=RELEASED + DAY).get(reverse("call", args=[call.code])).content.decode()
    assert "cancelled" in page and WHY in page


def test_a_cancelled_call_voids_what_is_only_prepared(truths, cast):
    call = make.approved_call(cast)
    call = befall(cast, call, "cancellation", make.APPROVED + DAY)
    assert call.allocations.get().held == 0
    assert set(call.lois.values_list("state", flat=True)) == {"call_cancelled"}


def test_drafts_end_unread_with_the_call(truths, cast):
    call = make.call(cast)
    draft = make.draft(cast, call)
    befall(cast, call, "cancellation", DURING + DAY)
    assert make.again(draft).state == "not_submitted"
    assert not queries.visible_lois(cast.secretary).filter(pk=draft.pk).exists()


def test_one_proposes_and_another_publishes_with_a_source(cast, visit):
    call = make.call(cast)
    address = reverse("propose_amendment", args=[call.code, "suspension"])
    browser = visit(cast.secretary, at=DURING)
    assert browser.post(address, {"reason": WHY}).status_code == 400
    assert browser.post(address, {"reason": WHY, "source": SOURCE}).status_code == 302
    found = Amendment.objects.get()
    with pytest.raises(Refused):
        amendments.publish(found, by=cast.secretary, now=DURING)
    visit(cast.approver, at=DURING).post(reverse("publish_amendment", args=[found.key]))
    assert make.again(call).state == "suspended"
    page = visit(cast.secretary, at=DURING).get(
        reverse("propose_amendment", args=[call.code, "resumption"])
    )
    assert b"later by as many days" in page.content


def test_decisions_are_reopened_before_a_call_is_suspended(cast):
    call = make.proposed_call(cast)
    with pytest.raises(Refused) as first:
        befall(cast, call, "suspension", make.APPROVED)
    assert first.value.verdict.rule == "decisions_run"
