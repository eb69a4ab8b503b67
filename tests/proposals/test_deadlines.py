import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from portal.models import Event, Message
from portal.verdict import Refused
from portal.workflow import Act
from proposals import tasks
from proposals.models import LetterOfIntent
from proposals.services import calls, drafts, filings
from proposals.services.reminders import BEFORE, remind
from proposals.workflow import CALL, LOI
from tests import make
from tests.make import CLOSED, CLOSES, DURING, OPENS, SECOND

MICRO = timedelta(microseconds=1)
# Half-open: the opening instant is in, the closing instant is late. The grace is no later
# arrival, only time to work off what arrived.
MATRIX = [
    (OPENS - SECOND, False),
    (OPENS - MICRO, False),
    (OPENS, True),
    (OPENS + SECOND, True),
    (CLOSES - SECOND, True),
    (CLOSES - MICRO, True),
    (CLOSES, False),
    (CLOSES + MICRO, False),
    (CLOSES + SECOND, False),
    (CLOSED - SECOND, False),
    (CLOSED, False),
    (CLOSED + SECOND, False),
]


def messages(notice: str) -> int:
    return Message.objects.filter(notice=notice).count()


def test_beginning_filing_and_signing_off_keep_the_same_hours(cast):
    call = make.call(cast)
    new = LetterOfIntent(call=call, organisation=cast.institute, pi=cast.pi)
    draft = make.draft(cast, call)
    signed = make.awaiting(cast, call)
    for arrived_at, in_time in MATRIX:
        for action, loi, person in (
            ("begin", new, cast.pi),
            ("sign_off", draft, cast.pi),
            ("return_to_draft", signed, cast.aor),
            ("file", signed, cast.aor),
        ):
            verdict = LOI.verdict(loi, action, Act(person, arrived_at))
            assert bool(verdict) == in_time, (action, arrived_at, verdict.reason)
            if not in_time:
                expected = "call_not_open" if arrived_at < OPENS else "call_closed"
                assert verdict.rule == expected


def test_filing_obeys_the_instant_of_arrival(cast):
    loi = make.awaiting(cast)
    for arrived_at, in_time in MATRIX:
        with transaction.atomic():
            if in_time:
                filing = filings.file(loi, version=loi.version, by=cast.aor, now=arrived_at)
                assert filing.arrived_at == arrived_at
                assert make.again(loi).state == "filed"
            else:
                with pytest.raises(Refused):
                    filings.file(loi, version=loi.version, by=cast.aor, now=arrived_at)
                assert make.again(loi).state == "awaiting_signature"
                assert make.again(loi.call).last_reference == 0
            transaction.set_rollback(True)


def test_the_refusal_says_when_it_closed_in_both_zones(cast):
    loi = make.awaiting(cast)
    verdict = LOI.verdict(loi, "file", Act(cast.aor, CLOSES))
    assert str(verdict.reason) == (
        "The call closed on 31 Mar 2027, 24:00 Beijing (31 Mar 2027, 16:00 UTC); this request "
        "arrived on 31 Mar 2027, 24:00 Beijing (31 Mar 2027, 16:00 UTC). What you typed is kept."
    )


def test_a_request_in_time_is_worked_off_after_the_instant_and_before_the_closing_act(cast):
    """The stamp decides, however late the worker gets to it."""
    loi = make.awaiting(cast)
    filings.file(loi, version=loi.version, by=cast.aor, now=CLOSES - MICRO)
    make.close(loi.call, now=CLOSED)
    assert make.again(loi).state == "screening"


def test_a_call_is_open_in_its_window_only_while_published(cast):
    assert make.call(cast).open_at(DURING)
    assert not make.call(cast, code="DRAFT27", state="draft").open_at(DURING)
    assert not make.call(cast, code="SHUT27", state="closed").open_at(DURING)


def test_a_draft_may_be_saved_after_the_instant_and_is_not_lost(cast):
    loi = make.draft(cast)
    saved = drafts.save_draft(
        loi,
        section="science",
        values={"summary": "late"},
        version=loi.version,
        by=cast.pi,
        now=CLOSES + SECOND,
    )
    assert make.again(saved).content["science"] == {"summary": "late"}


# The closing act


def test_the_closing_act_waits_for_the_grace(cast):
    call = make.call(cast)
    for at in (DURING, CLOSES - SECOND, CLOSES, CLOSED - MICRO):
        with pytest.raises(Refused) as refused:
            calls.close(call, now=at)
        assert refused.value.verdict.rule == "too_early"
    assert make.again(call).state == "published"


def test_the_closing_act_lapses_drafts_and_begins_the_screening(cast, truths):
    call = make.call(cast)
    states = {
        make.begun(cast, call): "not_submitted",
        make.draft(cast, call): "not_submitted",
        make.awaiting(cast, call): "not_submitted",
        make.filed(cast, call): "screening",
        make.filed(cast, call, rival=True): "screening",
    }
    make.close(call)
    assert {loi.pk: make.again(loi).state for loi in states} == {
        loi.pk: state for loi, state in states.items()
    }
    assert make.again(call).state == "closed"
    assert call.milestones.get(kind="closing").actual.isoformat() == "2027-03-31"
    make.store_letters(call, now=CLOSED)


def test_the_closing_act_happens_once(cast):
    call = make.call(cast)
    make.draft(cast, call)
    make.close(call)
    before = Event.objects.count(), Message.objects.count()
    with pytest.raises(Refused) as refused:
        calls.close(call, now=CLOSED + SECOND)
    assert refused.value.verdict.rule == "call.close.from"
    assert (Event.objects.count(), Message.objects.count()) == before


def test_everybody_is_told_once_of_the_closing(cast):
    call = make.call(cast)
    make.draft(cast, call)
    make.close(call)
    assert messages("call_closed") == 2  # both secretaries
    assert messages("loi_not_submitted") == 4  # PI, AOR, owner, editor


def test_the_bell_closes_what_is_due_and_nothing_else(cast, clock_at):
    due = make.call(cast)
    later = make.call(cast, code="LATE27", closes_at=CLOSES + timedelta(days=1))
    clock_at(CLOSED - MICRO)
    tasks.keep_deadlines()
    assert make.again(due).state == "published"
    clock_at(CLOSED)
    tasks.keep_deadlines()
    tasks.keep_deadlines()
    assert (make.again(due).state, make.again(later).state) == ("closed", "published")
    assert Event.objects.filter(verb="call.closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_close_once_and_neither_stumbles(cast, clock_at):
    """Two beats by mistake: the slower one finds the calls closed and goes on."""
    for code in ("ONE27", "TWO27", "SIX27"):
        make.draft(cast, make.call(cast, code=code))
    clock_at(CLOSED)
    start, faults = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        try:
            tasks.keep_deadlines()
        except Refused as fault:
            faults.append(str(fault))
        finally:
            connection.close()

    clocks = [threading.Thread(target=work) for _ in range(3)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert faults == []
    assert Event.objects.filter(verb="call.closed").count() == 3
    assert Event.objects.filter(verb="loi.lapsed").count() == 3


def test_a_clock_that_stood_still_closes_late_and_lets_nothing_in(cast, clock_at):
    loi = make.awaiting(cast)
    clock_at(CLOSED + timedelta(days=3))
    with pytest.raises(Refused):
        filings.file(loi, version=loi.version, by=cast.aor, now=CLOSED + timedelta(days=2))
    tasks.keep_deadlines()
    assert make.again(loi).state == "not_submitted"


def test_only_the_clock_closes(cast):
    call = make.call(cast)
    for person in cast.everyone().values():
        assert CALL.verdict(call, "close", Act(person, CLOSED)).who


# Reminders


@pytest.mark.parametrize("name, before", BEFORE)
def test_each_reminder_is_written_once(cast, name, before):
    loi = make.draft(cast)
    remind(loi.call, now=CLOSES - before - SECOND)  # the one before, where there is one
    already = messages("loi_reminder")
    assert remind(loi.call, now=CLOSES - before) == 4  # PI, AOR, owner, editor
    assert remind(loi.call, now=CLOSES - before + SECOND) == 0
    assert messages("loi_reminder") == already + 4


def test_all_three_reminders_are_written_on_their_way(cast):
    loi = make.draft(cast)
    written = [remind(loi.call, now=CLOSES - before) for _, before in BEFORE]
    assert written == [4, 4, 4]


def test_a_clock_that_missed_some_reminds_with_the_latest_only(cast):
    loi = make.draft(cast)
    assert remind(loi.call, now=CLOSES - timedelta(hours=1)) == 4
    (occasion,) = {key.split(":")[1] for key in keys()}
    assert occasion == "T-3h"
    assert remind(loi.call, now=CLOSES - SECOND) == 0


def keys() -> list[str]:
    return list(Message.objects.filter(notice="loi_reminder").values_list("key", flat=True))


def test_nobody_is_reminded_before_or_after_the_last_week(cast):
    loi = make.draft(cast)
    assert remind(loi.call, now=CLOSES - timedelta(days=7) - SECOND) == 0
    assert remind(loi.call, now=CLOSES) == 0


def test_who_has_filed_is_not_reminded(cast):
    loi = make.filed(cast)
    assert remind(loi.call, now=CLOSES - timedelta(days=2)) == 0


def test_a_call_that_closes_later_than_it_said_reminds_anew(cast):
    loi = make.draft(cast)
    call = loi.call
    assert remind(call, now=CLOSES - timedelta(hours=2)) == 4
    call.closes_at = CLOSES + timedelta(hours=6)
    assert remind(call, now=call.closes_at - timedelta(hours=2)) == 4


def test_a_reminder_is_dropped_when_the_letter_was_filed_meanwhile(cast, mailoutbox):
    loi = make.awaiting(cast)
    make.settle(DURING)
    mailoutbox.clear()
    remind(loi.call, now=CLOSES - timedelta(days=7))
    filings.file(loi, version=loi.version, by=cast.aor, now=CLOSES - timedelta(days=6))
    make.settle(CLOSES - timedelta(days=6))
    assert not [mail for mail in mailoutbox if "reminder" in mail.extra_headers["Message-ID"]]
    reminders = Message.objects.filter(notice="loi_reminder")
    assert reminders.count() == 4
    assert not reminders.exclude(done_at=None) and not reminders.filter(dropped_at=None)


def test_the_bell_reminds(cast, clock_at):
    make.draft(cast)
    clock_at(CLOSES - timedelta(hours=47))
    call_command("work")
    assert messages("loi_reminder") == 4
