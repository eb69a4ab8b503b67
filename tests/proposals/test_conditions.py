"""Selected with conditions: who owes what by when, who judges it, and what a signing waits for."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal import cards, clamd, roles, scans
from portal.models import Message, RoleGrant, Scan
from portal.verdict import Refused
from proposals import course, history, queries
from proposals.models import Call, Condition
from proposals.services import agreements, amendments, conditions, corrections, decisions
from proposals.tasks import keep_deadlines
from proposals.workflow import CONDITION
from reviews.forms.decisions import ReaccommodationForm
from tests import make
from tests.make import NOTE, RELEASED
from tests.permission_grids.agreements import CONDITIONS
from tests.permission_grids.reading import everybody, found, read

DAY = timedelta(days=1)
TEXT = "The report has two barriers and the tests of both."
TWO = [*make.CONDITIONS, {"text": "Name the host.", "due_on": "2027-08-31", "owner": "AOR"}]


@pytest.fixture(scope="module")
def released(stage, django_db_blocker) -> Call:
    """A call whose results are out: Institute A is selected with two conditions, its rival is not."""
    with django_db_blocker.unblock():
        of = make.decided_call(stage, outcomes=["selected_conditional", "not_selected"])
        loi = of.lois.get(organisation=stage.institute)
        make.prepared(stage, loi, outcome="selected_conditional", conditions=TWO)
        decisions.propose_decisions(of, by=stage.chair, now=make.DECIDED)
        of = make.approved(stage, make.again(of))
        make.store_letters(of)
        decisions.release(of, by=stage.secretary, now=RELEASED)
        return make.again(of)


@pytest.fixture
def cast(stage, released, db):
    return stage


@pytest.fixture
def loi(cast, released):
    return released.lois.get(state="selected_conditional")


@pytest.fixture
def report(loi):
    """Due on 30 September."""
    return loi.decisions.get(state="released").to_meet.get(number=1)


def mails(notice: str) -> int:
    return Message.objects.filter(notice=notice).count()


def todos(person, now) -> list[str]:
    return [todo.sentence for todo in cards.for_user(person, now)[0]]


def test_each_is_owed_from_the_release_on_until_the_end_of_its_day(
    truths, cast, loi, report, visit
):
    assert [one.number for one in queries.conditions_of(loi)] == [1, 2]
    assert report.due_at.astimezone(loi.call.zoneinfo).isoformat() == "2027-10-01T00:00:00+08:00"
    told = Message.objects.get(notice="loi_decided", recipient=cast.pi).body
    assert "1. File a containment report.\n   PI, before 30 Sep 2027, 24:00 Beijing" in told
    page = visit(cast.pi, at=RELEASED).get(reverse("loi", args=[loi.key])).content.decode()
    assert "Condition 1" in page and reverse("answer_condition", args=[report.key]) in page
    assert "due before 30 Sep 2027, 24:00 Beijing, 30 Sep 2027, 16:00 UTC" in page
    assert "[Action required] Answer condition 1 of TEST27-0001" in " ".join(
        todos(cast.again("pi"), RELEASED)
    )


def test_the_partner_answers_and_the_secretary_marks_it_as_met(truths, cast, loi, report, visit):
    address = reverse("answer_condition", args=[report.key])
    browser = visit(cast.aor, at=RELEASED + DAY)
    assert browser.post(address, {"text": "Yes."}).status_code == 400
    no_pdf = SimpleUploadedFile("report.pdf", b"no PDF at all")
    wrong = browser.post(address, {"text": TEXT, "file": no_pdf})
    assert (wrong.status_code, TEXT in wrong.content.decode()) == (409, True)
    pdf = SimpleUploadedFile("report.pdf", make.pdf_bytes("The report."))
    sent = browser.post(address, {"text": TEXT, "file": pdf})
    assert sent.url == reverse("loi", args=[loi.key]) + "#condition-1"
    pdf.seek(0)  # a second click
    assert browser.post(address, {"text": TEXT, "file": pdf}).status_code == 302
    assert report.evidence.count() == 1
    assert mails("condition_answered") == 2  # both secretaries
    assert TEXT in Message.objects.filter(notice="condition_answered").first().body

    waits = "1 condition of TEST27 is answered: mark it as met, or send it back."
    assert waits in todos(cast.again("secretary"), RELEASED + DAY)
    assert waits not in todos(cast.again("legal"), RELEASED + DAY)
    Scan.objects.update(result="unscanned", done_at=RELEASED)
    office = visit(cast.secretary, at=RELEASED + 2 * DAY)
    page = office.get(reverse("loi", args=[loi.key])).content.decode()
    assert TEXT in page and reverse("evidence", args=[report.key, 1]) in page
    listed = office.get(reverse("conditions", args=[loi.call.code])).content.decode()
    assert listed.index("condition 1") < listed.index("condition 2")  # what waits stands first
    address = reverse("mark_met_condition", args=[report.key])
    assert office.post(address, {"reason": "Yes."}).status_code == 400
    assert office.post(address, {"reason": NOTE}).status_code == 302
    assert make.again(report).state == "met"
    met = Message.objects.filter(notice="condition_met")
    assert {message.recipient for message in met} == {cast.pi, cast.aor, cast.owner, cast.legal}
    page = visit(cast.pi, at=RELEASED + 2 * DAY).get(reverse("loi", args=[loi.key]))
    assert "Marked as met by the secretariat" in page.content.decode()
    assert cast.secretary.name not in page.content.decode()
    entries = [entry.sentence for entry in history.of(make.again(loi), cast.aor)]
    assert "Authorised representative, Institute A answered condition 1." in entries
    assert "The secretariat marked condition 1 as met." in entries


def test_what_is_sent_back_is_answered_again(truths, cast, report, visit):
    make.condition_answered(cast, report)
    why = "The tests of the second barrier are missing."
    browser = visit(cast.secretary, at=RELEASED)
    browser.post(reverse("send_back_condition", args=[report.key]), {"reason": why})
    assert make.again(report).state == "open"
    told = Message.objects.filter(notice="condition_sent_back")
    assert {message.recipient for message in told} == {cast.pi, cast.aor}  # who may answer
    assert why in told.first().body
    page = visit(cast.pi, at=RELEASED).get(reverse("loi", args=[report.loi.key])).content.decode()
    assert "Sent back by the secretariat" in page and why in page
    make.condition_answered(cast, make.again(report), name="the second report")
    assert report.evidence.count() == 2


def test_a_signing_waits_for_what_is_due_by_the_day_of_its_record(truths, cast, loi, report, visit):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    host = Condition.objects.get(number=2)  # due on 31 August
    assert "Answer its conditions" in course.expected(cast.pi, make.again(loi), 0)
    assert "once the conditions are met" in course.expected(cast.legal, make.again(loi), 0)
    now = host.due_at + 20 * DAY
    browser, address = visit(cast.legal, at=now), reverse("record_signing_loi", args=[loi.key])

    def record(day: str):
        file = SimpleUploadedFile("agreement.pdf", make.pdf_bytes("The agreement."))
        return browser.post(address, {"reference": "A-7", "signed_on": day, "file": file})

    refused = record("2027-08-31")  # the very day
    assert refused.status_code == 409
    # A day before it was due is no way around it: what counts is the day of the record.
    assert record(f"{RELEASED:%Y-%m-%d}").status_code == 409
    ahead = record("9999-12-31")
    assert (ahead.status_code, "that day is to come" in ahead.content.decode()) == (409, True)
    assert (
        "Condition 2, due before 31 Aug 2027, 24:00 Beijing: “Name the host.”"
        in refused.content.decode()
    )
    assert "File a containment report." not in refused.context["form"].errors["signed_on"][0]
    assert any(
        "1 condition due by today is not met." in one for one in todos(cast.again("legal"), now)
    )
    conditions.mark_met(host, reason=NOTE, by=cast.secretary, now=now)
    assert record("2027-08-31").status_code == 302
    assert make.again(loi).state == "agreement_signed"
    # What is due after the signing is owed on.
    make.condition_answered(cast, report, now=now)
    assert make.again(report).state == "answered"


def test_a_signing_before_a_condition_is_due_does_not_wait_for_it(truths, cast, loi):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    make.signed(cast, make.again(loi))
    assert make.again(loi).state == "agreement_signed"


def test_who_marked_a_condition_as_met_records_no_signing_on_it(truths, cast, loi, report, visit):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    RoleGrant.objects.create(user=cast.secretary, role=roles.LEGAL, granted_at=RELEASED)
    both = cast.again("secretary")
    conditions.mark_met(report, reason=NOTE, by=both, now=RELEASED)
    with pytest.raises(Refused) as refused:
        agreements.record_signing(
            make.again(loi), None, reference="A-7", signed_on=RELEASED.date(), by=both, now=RELEASED
        )
    assert (refused.value.verdict.rule, refused.value.verdict.who) == ("two_persons", True)
    assert "You marked condition 1 as met" in str(refused.value.verdict.reason)
    page = visit(both, at=RELEASED).get(reverse("loi", args=[loi.key])).content.decode()
    assert "another legal officer records the signing" in page
    make.signed(cast, make.again(loi))


def test_late_is_shown_and_taken(truths, cast, report, visit):
    agreements.accept(report.loi, by=cast.aor, now=RELEASED)
    now = report.due_at
    page = visit(cast.pi, at=now).get(reverse("loi", args=[report.loi.key])).content.decode()
    assert "overdue" in page
    board = visit(cast.secretary, at=now).get(reverse("board", args=["TEST27"])).content.decode()
    assert "2 conditions of TEST27 are overdue, and not answered." in board
    make.condition_answered(cast, report, now=now)
    assert make.again(report).state == "answered"


def test_whoever_answers_is_reminded_three_times(cast, report, clock_at):
    conditions.mark_met(
        Condition.objects.get(number=2), reason=NOTE, by=cast.secretary, now=RELEASED
    )
    agreements.accept(report.loi, by=cast.aor, now=RELEASED)
    for days, written in ((15, 0), (14, 2), (13, 2), (7, 4), (2, 6), (1, 6), (0, 6)):
        clock_at(report.due_at - days * DAY)
        keep_deadlines()
        assert mails("condition_reminder") == written, days
    subject = Message.objects.filter(notice="condition_reminder").first().subject
    assert subject.startswith(
        "[Action required] TEST27-0001: answer condition 1 before 30 Sep 2027"
    )
    assert not Message.objects.filter(notice="condition_reminder", recipient=cast.owner).exists()


def test_a_suspension_stops_its_clock(cast, report, clock_at):
    agreements.accept(report.loi, by=cast.aor, now=RELEASED)
    until, why = report.due_at, {"reason": make.WHY, "source": "A notice"}
    for kind, at in (("suspension", until - 5 * DAY), ("resumption", until + 25 * DAY)):
        found = amendments.propose(
            make.again(report.loi.call), kind=kind, **why, by=cast.secretary, now=at
        )
        amendments.publish(found, by=cast.approver, now=at)
        clock_at(until - 2 * DAY)
        keep_deadlines()
        assert not mails("condition_reminder")  # neither while it stands still, nor 32 days before
    assert make.again(report).due_at == until + 30 * DAY


def test_while_its_call_is_suspended_nothing_is_overdue(truths, cast, loi, report, visit):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    now = report.due_at + DAY
    found = amendments.propose(
        make.again(loi.call),
        kind="suspension",
        reason=make.WHY,
        source="A notice",
        by=cast.secretary,
        now=RELEASED + DAY,
    )
    amendments.publish(found, by=cast.approver, now=RELEASED + DAY)
    assert not any("Answer condition" in one for one in todos(cast.again("pi"), now))
    # The pause will be added to whatever day stands then.
    extend = reverse("extend_condition", args=[report.key])
    more = {"until": "2027-12-24", "reason": make.WHY}
    assert visit(cast.approver, at=now).post(extend, more).status_code == 409
    make.condition_answered(cast, make.again(report), now=now)
    office = visit(cast.secretary, at=now)
    case = office.get(reverse("loi", args=[loi.key])).content.decode()
    listed = office.get(reverse("conditions", args=["TEST27"])).content.decode()
    board = office.get(reverse("board", args=["TEST27"])).content.decode()
    assert "the call is suspended, and this clock stands still" in case
    for page in (case, listed, board):
        assert "overdue" not in page and "after it was due" not in page
    # Whoever judges what was answered has it to do, whatever the call is.
    assert "1 condition of TEST27 is answered: mark it as met, or send it back." in board
    assert reverse("conditions", args=["TEST27"]) in board


def test_what_ends_owes_nothing(truths, cast, loi, report, visit):
    why = "The funding agency has withdrawn its promise for the flight model."
    agreements.decline(loi, by=cast.aor, now=RELEASED, reason=why)
    with pytest.raises(Refused) as ended:
        make.condition_answered(cast, make.again(report))
    assert ended.value.verdict.rule == "condition_ended"
    page = visit(cast.pi, at=RELEASED).get(reverse("loi", args=[loi.key])).content.decode()
    assert "ended with the case" in page
    assert reverse("answer_condition", args=[report.key]) not in page
    assert not queries.running_conditions().exists()


def test_only_both_sides_of_the_agreement_read_it(cast, loi, report, visit):
    make.condition_answered(cast, report)
    Scan.objects.update(result="unscanned", done_at=RELEASED)
    where = reverse("evidence", args=[report.key, 1])
    readers = {
        name
        for name in cast.NAMES
        if visit(cast.again(name), at=RELEASED).get(where).status_code == 200
    }
    own = {"pi", "aor", "owner", "editor", "reader"}
    office = {"secretary", "second_secretary", "approver", "second_approver", "auditor", "legal"}
    assert readers == own | office
    for name in cast.NAMES:
        seen = queries.visible_conditions(cast.again(name)).exists()
        assert seen == (name in readers), name
    told = [entry.sentence for entry in history.of(make.again(loi), cast.chair)]
    assert told and not any("condition 1" in sentence for sentence in told)


def test_who_may_do_what(cast, report):
    expected = read(CONDITIONS, tuple(everybody(cast, report)))

    def look():
        condition = make.again(report)
        verbs = expected[condition.state]["pi"]
        assert found(cast, CONDITION, condition, RELEASED, verbs) == expected.pop(condition.state)

    look()
    make.condition_answered(cast, report)
    look()
    conditions.mark_met(report, reason=NOTE, by=cast.secretary, now=RELEASED)
    look()
    assert not expected


def test_a_corrected_letter_says_what_is_to_be_met(truths, cast, loi, report):
    letter = loi.letters.get(kind="decision")
    mend = {"conditions.0.text": "File the report on the containment, with its tests."}
    act = {"reason": "The condition names the wrong report.", "changes": mend}
    found = corrections.propose(letter, kind="replace", **act, by=cast.secretary, now=RELEASED)
    corrections.approve(found, by=cast.approver, now=RELEASED)
    assert make.again(report).text == "File a containment report."  # until it is issued
    make.store_letters(loi.call)
    assert make.again(report).text == mend["conditions.0.text"]


def test_a_virus_in_what_was_answered_is_told_to_both_sides(cast, report, infected):
    make.condition_answered(cast, report)
    Scan.objects.exclude(file=report.evidence.get().file).update(result="clean", done_at=RELEASED)
    scans.work_off(RELEASED)
    told = Message.objects.filter(notice="file_infected")
    assert {cast.pi, cast.aor, cast.secretary} <= {message.recipient for message in told}
    assert "“TEST27-0001-condition-1-1.pdf”" in told.first().body
    assert "sent in answer to condition 1" in told.first().body


@pytest.fixture
def infected(monkeypatch, settings):
    settings.CLAMD = "unix:/nowhere"
    monkeypatch.setattr(clamd, "scan", lambda *asked: "Eicar-Signature")


def test_a_virus_in_a_signed_agreement_is_told_to_both_sides(cast, loi, infected):
    agreements.accept(loi, by=cast.aor, now=RELEASED)
    make.signed(cast, make.again(loi))
    file = queries.agreement_of(loi).file
    Scan.objects.exclude(file=file).update(result="clean", done_at=RELEASED)
    scans.work_off(RELEASED)
    told = Message.objects.filter(notice="agreement_infected")
    team = {cast.pi, cast.aor, cast.owner, cast.editor}
    assert {message.recipient for message in told} == {*team, cast.legal}
    assert "“TEST27-0001-agreement.pdf”" in told.first().body
    assert "The scanner found Eicar-Signature" in told.first().body
    assert "stays on record as AGR-2027-01" in told.first().body
    scans.work_off(RELEASED)
    assert told.count() == 5


def test_another_decision_begins_with_what_is_not_met(cast, loi, report):
    def begins():
        form = ReaccommodationForm(demands={}, standing=None, former=queries.in_force(loi))
        return form.initial["outcome"], [row.initial for row in form.conditions]

    conditions.mark_met(report, reason=NOTE, by=cast.secretary, now=RELEASED)
    assert begins() == ("selected_conditional", TWO[1:])
    host = Condition.objects.get(number=2)
    conditions.mark_met(host, reason=NOTE, by=cast.secretary, now=RELEASED)
    assert begins() == ("selected", [{}])


def test_decisions_of_before_have_their_rows_by_the_migration(truths, cast, loi):
    before = [(one.number, one.text, one.owner, one.due_at) for one in queries.conditions_of(loi)]
    Condition.objects.all().delete()
    import_module("proposals.migrations.0029_conditions_to_meet").impose(apps, None)
    after = [(one.number, one.text, one.owner, one.due_at) for one in queries.conditions_of(loi)]
    assert after == before
    assert {one.state for one in queries.conditions_of(loi)} == {"open"}
