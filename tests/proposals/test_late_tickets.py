"""A late ticket admits one organisation after the closing, and is counted."""

from datetime import timedelta

import pytest
from django.db import transaction

from portal.models import Event, Message
from portal.verdict import Refused
from portal.workflow import Act
from proposals import gazette, tasks
from proposals.models import LetterOfIntent
from proposals.services import amendments, calls, decisions, drafts, filings
from proposals.services.reminders import BEFORE, remind
from proposals.workflow import CALL, LOI
from tests import make
from tests.make import CLOSED, CLOSES, DURING, GRACE_S, SECOND, WHY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = CLOSES + 2 * DAY
GRACE = timedelta(seconds=GRACE_S)


def states(*lois: LetterOfIntent) -> list[str]:
    return [make.again(loi).state for loi in lois]


def refusal(cast, call, *, now=DURING, **given) -> str:
    """The rule that refuses the proposal."""
    with pytest.raises(Refused) as refused, transaction.atomic():
        amendments.propose(
            call, **{"kind": "ticket", "reason": WHY, "by": cast.secretary, "now": now, **given}
        )
    assert str(refused.value.verdict.reason)
    return refused.value.verdict.rule


def test_a_late_ticket_admits_one_organisation_until_an_instant(cast, truths):
    call = make.call(cast)
    mine, theirs = make.draft(cast, call), make.draft(cast, call, rival=True)
    make.close(call)
    ticket = make.late_ticket(cast, call, LATER)
    assert states(mine, theirs) == ["draft", "not_submitted"]
    assert make.again(call).state == "closed"
    mine = make.again(mine)
    assert mine.closes_at == LATER
    assert mine.open_at(LATER - SECOND) and not mine.open_at(LATER)
    filings.sign_off(mine, version=mine.version, by=cast.pi, now=CLOSED + DAY)
    filing = filings.file(mine, version=mine.version, by=cast.aor, now=LATER - SECOND)
    assert filing.manifest["call"]["late_ticket"] == ticket.number
    assert filing.manifest["call"]["closes_at"] == LATER.isoformat()
    assert states(mine) == ["filed"]
    assert ticket.used == 1
    calls.end_tickets(call, now=LATER + GRACE)
    assert states(mine) == ["screening"]
    make.store_letters(call, now=LATER + GRACE)


def test_the_ticket_counts_and_what_it_does_not_admit_lapses(cast, truths, clock_at):
    call = make.call(cast)
    first, second = make.draft(cast, call), make.draft(cast, call, title="Another instrument")
    make.close(call)
    ticket = make.late_ticket(cast, call, LATER)
    for loi in (first, second):
        loi = make.again(loi)
        filings.sign_off(loi, version=loi.version, by=cast.pi, now=CLOSED + DAY)
    stale = make.again(second)
    assert make.again(second).open_at(CLOSED + DAY)
    first = make.again(first)
    filings.file(first, version=first.version, by=cast.aor, now=CLOSED + DAY)
    with pytest.raises(Refused) as refused:
        filings.file(stale, version=stale.version, by=cast.aor, now=CLOSED + DAY)
    assert refused.value.verdict.rule == "call_closed"
    assert not make.again(second).open_at(CLOSED + DAY)
    clock_at(CLOSED + DAY)
    tasks.keep_deadlines()
    assert states(first, second) == ["filed", "not_submitted"]
    assert ticket.used == 1
    clock_at(LATER + GRACE)
    tasks.keep_deadlines()
    assert states(first) == ["screening"]
    make.store_letters(call, now=LATER + GRACE)


def test_what_is_unfiled_lapses_when_the_ticket_has_run_out(cast, truths, clock_at):
    call = make.call(cast)
    loi = make.draft(cast, call)
    make.close(call)
    make.late_ticket(cast, call, LATER)
    clock_at(LATER + GRACE - timedelta(microseconds=1))
    tasks.keep_deadlines()
    assert states(loi) == ["draft"]
    clock_at(LATER + GRACE)
    tasks.keep_deadlines()
    tasks.keep_deadlines()
    assert states(loi) == ["not_submitted"]
    assert Event.objects.filter(verb="loi.lapsed").count() == 2


def test_by_a_ticket_a_letter_can_be_begun_by_that_organisation_alone(cast):
    call = make.call(cast, state="closed")
    make.late_ticket(cast, call, LATER)
    loi = drafts.begin(call, cast.institute, pi=cast.pi, by=cast.pi, now=CLOSED + DAY)
    assert loi.closes_at == LATER
    with pytest.raises(Refused) as refused:
        drafts.begin(call, cast.rival, pi=cast.rival_pi, by=cast.rival_pi, now=CLOSED + DAY)
    assert refused.value.verdict.rule == "call_closed"


def test_where_no_late_ticket_is_given(cast):
    call = make.call(cast)
    given = {"organisation": cast.institute, "until": LATER, "letters": 1}
    assert refusal(cast, call, **given) == "not_closed"
    call = make.close(call)
    now = CLOSED + HOUR
    assert refusal(cast, call, now=now, **{**given, "until": now}) == "past"
    assert refusal(cast, call, now=now, **{**given, "letters": 0}) == "letters"
    cast.rival.verified_at, cast.rival.state = None, "registered"
    cast.rival.save()
    assert (
        refusal(cast, call, now=now, **{**given, "organisation": cast.rival})
        == "organisation_unverified"
    )
    make.late_ticket(cast, call, LATER)
    assert refusal(cast, call, now=now, **given) == "ticket_runs"


def test_the_decisions_wait_for_the_ticket(cast):
    call = make.decided_call(cast, outcomes=["selected"])
    make.late_ticket(cast, call, make.DECIDED + DAY)
    verdict = CALL.verdict(make.again(call), "propose_decisions", Act(cast.chair, make.DECIDED))
    assert verdict.rule == "ticket_runs"
    decisions.propose_decisions(call, by=cast.chair, now=make.DECIDED + DAY)


def test_the_public_reads_of_a_ticket_all_but_the_name(cast):
    call = make.call(cast)
    make.draft(cast, call)
    make.filed(cast, call, rival=True)
    make.close(call)
    ticket = make.late_ticket(cast, call, LATER)
    (entry,) = gazette.log(make.again(call))
    assert (entry.title, entry.reason) == ("Amendment 1: late ticket", WHY)
    assert entry.sentence == (
        "One organisation is admitted until 2 Apr 2027, 24:00 Beijing "
        "(2 Apr 2027, 16:00 UTC), for 1 letter."
    )
    assert cast.institute.name not in repr(entry)
    others = Message.objects.filter(notice="amendment_published")
    assert {cast.rival_pi, cast.rival_aor} <= {message.recipient for message in others}
    for message in others:
        assert cast.institute.name not in message.subject + message.body
        assert message.recipient not in {cast.pi, cast.aor}
    own = Message.objects.filter(notice="ticket_granted")
    assert {message.recipient for message in own} == {cast.pi, cast.aor, cast.owner, cast.editor}
    assert cast.institute.name in own.first().subject and ticket.reason in own.first().body


def test_an_extension_for_all_takes_the_place_of_a_ticket_and_none_counts_it(cast, truths):
    call = make.call(cast)
    loi = make.draft(cast, call)
    make.close(call)
    ticket = make.late_ticket(cast, call, LATER)
    call = make.extended(cast, call, LATER + DAY, now=CLOSED + 2 * HOUR)
    loi = make.again(loi)
    assert loi.closes_at == LATER + DAY
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=LATER)
    filings.file(loi, version=loi.version, by=cast.aor, now=LATER + HOUR)
    assert (ticket.used, make.again(loi).ticket) == (0, None)
    make.close(call)
    make.store_letters(call, now=LATER + DAY + GRACE)


def test_a_ticket_outlives_an_extension_that_ends_before_it(cast, truths):
    call = make.call(cast)
    loi, other = make.draft(cast, call), make.draft(cast, call, rival=True)
    make.close(call)
    make.late_ticket(cast, call, LATER)
    call = make.extended(cast, call, LATER - DAY, now=CLOSED + 2 * HOUR)
    make.close(call)
    assert states(loi, other) == ["draft", "not_submitted"]
    assert LOI.verdict(make.again(loi), "sign_off", Act(cast.pi, LATER - SECOND))
    calls.end_tickets(call, now=LATER + GRACE)
    assert states(loi) == ["not_submitted"]


@pytest.mark.parametrize("name, before", BEFORE)
def test_who_is_admitted_late_is_reminded_of_the_tickets_end(cast, name, before):
    until = CLOSES + 8 * DAY
    call = make.call(cast)
    make.draft(cast, call)
    make.draft(cast, call, rival=True)
    make.close(call)
    make.late_ticket(cast, call, until)
    assert remind(make.again(call), now=until - before) == 4
    assert remind(make.again(call), now=until - before + SECOND) == 0
