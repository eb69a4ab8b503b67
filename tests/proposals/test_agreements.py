"""After the release: accepted until when, by whom, and what becomes free when it ends."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.models import Event, Message
from portal.verdict import Refused
from proposals import authenticity, course, history, queries
from proposals.models import Call
from proposals.services import agreements, corrections, evaluation, promotions, redress
from proposals.tasks import keep_deadlines
from proposals.views import agreements as views
from tests import make
from tests.make import RELEASED, SECOND

DAY = timedelta(days=1)
WHY = "The funding agency has withdrawn its promise for the flight model."
ANSWER = (
    "The note of the screening names 2.0e9 Bq; the form says 1.0e9 Bq. The committee looks again."
)


@pytest.fixture(scope="module")
def released(stage, django_db_blocker) -> Call:
    """A call whose results are out: Institute A is selected, its rival is not."""
    with django_db_blocker.unblock():
        return make.released_call(stage)


@pytest.fixture
def cast(stage, released, db):
    return stage


@pytest.fixture
def taken(cast, released):
    return released.lois.get(state="selected")


@pytest.fixture
def refused(cast, released):
    return released.lois.get(state="not_selected")


def committed(call: Call) -> Decimal:
    return call.allocations.get(resource="mass").committed


def mails(notice: str) -> list[str]:
    return [message.subject for message in Message.objects.filter(notice=notice)]


def test_a_selection_is_to_be_accepted_within_ninety_days(cast, taken, refused):
    until = queries.agreement_of(taken).accept_by
    assert until.astimezone(taken.call.zoneinfo).isoformat() == "2027-09-29T00:00:00+08:00"
    assert queries.agreement_of(refused) is None
    subjects = {m.subject for m in Message.objects.filter(notice="loi_decided")}
    assert subjects == {
        "[Action required] TEST27-0001: accept or decline before 28 Sep 2027, 24:00 Beijing (28 Sep 2027, 16:00 UTC)",
        "The decision letter for TEST27-0002 is available",
    }
    said = course.expected(cast.aor, taken, 0)
    assert said == "It is selected: accept or decline before 28 Sep 2027, 24:00 Beijing."


def test_it_is_accepted_before_the_instant_and_not_at_it(truths, cast, taken):
    until = queries.agreement_of(taken).accept_by
    with pytest.raises(Refused) as late:
        agreements.accept(taken, by=cast.aor, now=until)
    assert late.value.verdict.rule == "acceptance_late"
    agreements.accept(taken, by=cast.aor, now=until - SECOND)
    assert make.again(taken).state == "agreement_pending"
    assert committed(taken.call) == Decimal("10.5")
    assert len(mails("selection_accepted")) == 6 + 1  # the team with its office, and legal


def test_accepting_asks_for_the_password(cast, taken, visit):
    browser = visit(cast.aor, at=RELEASED)
    address = reverse("accept_loi", args=[taken.key])
    assert b"What the decision gives" in browser.get(address).content
    aor = cast.again("aor")
    aor.set_password("right-and-long")
    aor.save()
    browser = visit(aor, at=RELEASED)
    wrong = browser.post(address, {"password": "wrong"})
    assert (wrong.status_code, make.again(taken).state) == (400, "selected")
    assert browser.post(address, {"password": "right-and-long"}).status_code == 302
    assert make.again(taken).state == "agreement_pending"
    assert (
        browser.post(address, {"password": "right-and-long"}).status_code == 302
    )  # a second click


def test_declining_gives_back_what_was_committed(truths, cast, taken, visit):
    page = visit(cast.aor, at=RELEASED).get(reverse("decline_loi", args=[taken.key]))
    assert "10.5 kg" in page.content.decode()
    short = visit(cast.aor, at=RELEASED).post(
        reverse("decline_loi", args=[taken.key]), {"reason": "No."}
    )
    assert short.status_code == 400
    sent = visit(cast.aor, at=RELEASED).post(
        reverse("decline_loi", args=[taken.key]), {"reason": WHY}
    )
    assert sent.status_code == 302
    assert (make.again(taken).state, committed(taken.call)) == ("declined", 0)
    message = Message.objects.filter(notice="selection_declined").first()
    assert WHY in message.body and "Free again: Mass 10.5 kg." in message.body


def test_nobody_is_reminded_twice_and_the_clock_ends_it(truths, cast, taken, clock_at):
    until = queries.agreement_of(taken).accept_by
    letters = taken.letters.filter(kind="agreement_reminder")
    for days, written in ((15, 0), (14, 3), (13, 3), (7, 6), (2, 9), (1, 9)):
        clock_at(until - days * DAY)
        keep_deadlines()
        assert len(mails("acceptance_reminder")) == written, days
        assert letters.count() == (days < 15), days
    assert letters.get().context["due"]["en"].startswith("28 Sep 2027, 24:00")
    make.store_letters(taken.call)
    assert letters.get().state == "issued"
    assert all(subject.startswith("[Action required]") for subject in mails("acceptance_reminder"))
    clock_at(until)
    keep_deadlines()  # what arrived in time is still being worked off
    assert make.again(taken).state == "selected"
    clock_at(until + timedelta(seconds=taken.call.grace_s))
    keep_deadlines()
    assert (make.again(taken).state, committed(taken.call)) == ("lapsed", 0)
    assert "10.5 kg" in Message.objects.filter(notice="selection_lapsed").first().body


def test_more_time_takes_two_persons_and_counts_everywhere(truths, cast, taken):
    until = queries.agreement_of(taken).accept_by
    later = until + 14 * DAY
    more = {"by": cast.secretary, "now": RELEASED, "reason": WHY}
    with pytest.raises(Refused) as earlier:
        agreements.propose_extension(taken, until=until - DAY, **more)
    assert earlier.value.verdict.field == "until"
    agreements.propose_extension(taken, until=later, **more)
    assert queries.agreement_of(taken).accept_by == until  # not before it is granted
    agreements.grant_extension(taken, by=cast.approver, now=RELEASED)
    assert queries.agreement_of(taken).accept_by == later
    assert Event.objects.get(verb="loi.extension_granted").data["until"] == later.isoformat()
    agreements.accept(taken, by=cast.aor, now=until + DAY)
    with pytest.raises(Refused):
        agreements.grant_extension(taken, by=cast.approver, now=RELEASED)


def test_the_approver_grants_what_the_page_has_shown(cast, taken, visit):
    until = queries.agreement_of(taken).accept_by
    more = {"by": cast.secretary, "now": RELEASED, "reason": WHY}
    agreements.propose_extension(taken, until=until + 7 * DAY, **more)
    browser = visit(cast.approver, at=RELEASED)
    page = browser.get(reverse("loi", args=[taken.key])).content.decode()
    (shown,) = re.findall(r'name="extension" value="(\d+)"', page)
    agreements.propose_extension(taken, until=until + 200 * DAY, **more)
    address = reverse("grant_extension_loi", args=[taken.key])
    stale = browser.post(address, {"extension": shown})
    assert stale.status_code == 409
    assert "Another extension is proposed meanwhile" in stale.content.decode()
    assert browser.post(address).status_code == 409
    assert queries.agreement_of(taken).accept_by == until
    (shown,) = re.findall(r'name="extension" value="(\d+)"', stale.content.decode())
    assert browser.post(address, {"extension": shown}).status_code == 302
    assert queries.agreement_of(taken).accept_by == until + 200 * DAY


def test_whoever_proposes_more_time_does_not_grant_it(cast, taken):
    until = queries.agreement_of(taken).accept_by + DAY
    cast.secretary.role_grants.create(role="approver", granted_at=RELEASED)
    both = cast.again("secretary")
    agreements.propose_extension(taken, until=until, by=both, now=RELEASED, reason=WHY)
    with pytest.raises(Refused) as alone:
        agreements.grant_extension(taken, by=both, now=RELEASED)
    assert alone.value.verdict.rule == "two_persons"


def test_legal_puts_the_signed_agreement_on_file_for_both_sides_alone(
    truths, cast, taken, visit, monkeypatch
):
    agreements.accept(taken, by=cast.aor, now=RELEASED)
    address, now = reverse("record_signing_loi", args=[taken.key]), RELEASED + 5 * DAY
    signed = {"reference": "AGR-7", "signed_on": "2027-07-04"}
    legal = visit(cast.legal, at=now)
    assert legal.post(address, signed).status_code == 400  # no file
    text = SimpleUploadedFile("agreement.pdf", b"no PDF at all")
    no_pdf = legal.post(address, {**signed, "file": text})
    assert "no PDF" in no_pdf.content.decode()
    pdf = SimpleUploadedFile("agreement.pdf", make.pdf_bytes("The agreement."))
    ahead = legal.post(address, {**signed, "signed_on": "2028-01-01", "file": pdf})
    assert "that day is to come" in ahead.content.decode()
    pdf.seek(0)
    assert legal.post(address, {**signed, "file": pdf}).status_code == 302
    assert make.again(taken).state == "agreement_signed"
    pdf.seek(0)
    monkeypatch.setattr(views, "kept", lambda *upload: pytest.fail("kept before it was asked"))
    other = visit(cast.secretary, at=now).post(address, {**signed, "file": pdf})
    assert other.status_code == 403
    agreement = queries.agreement_of(taken)
    agreement.file.scan.__class__.objects.update(result="unscanned", done_at=now)
    where = reverse("agreement_loi", args=[taken.key])
    readers = {
        name for name in cast.NAMES if visit(cast.again(name), at=now).get(where).status_code == 200
    }
    own = {"pi", "aor", "owner", "editor", "reader"}
    office = {"secretary", "second_secretary", "approver", "second_approver", "auditor", "legal"}
    assert readers == own | office


def test_a_terminated_agreement_gives_back_and_says_why(truths, cast, taken, visit):
    agreements.accept(taken, by=cast.aor, now=RELEASED)
    make.signed(cast, taken)
    agreements.terminate(taken, by=cast.legal, now=RELEASED + DAY, reason=WHY)
    assert (make.again(taken).state, committed(taken.call)) == ("terminated", 0)
    told = [entry for entry in history.of(make.again(taken), cast.aor) if entry.reason == WHY]
    assert [entry.sentence for entry in told] == ["The legal office terminated the agreement."]
    page = visit(cast.pi, at=RELEASED + DAY).get(reverse("loi", args=[taken.key]))
    assert "agreement terminated" in page.content.decode()


def test_a_review_is_asked_for_within_thirty_days_of_the_letter(cast, refused, visit):
    until = queries.redress_until(refused)
    letter = refused.letters.get(kind="decision")
    assert letter.context["redress"]["until"]["en"].startswith("30 Jul 2027, 24:00")
    assert until.astimezone(refused.call.zoneinfo).isoformat() == "2027-07-31T00:00:00+08:00"
    asks = {"ground": "fact", "text": make.ASKS, "by": cast.rival_aor}
    with pytest.raises(Refused) as late:
        redress.request_review(refused, **asks, now=until)
    assert late.value.verdict.rule == "redress_late"
    browser = visit(cast.rival_aor, at=until - SECOND)
    address = reverse("request_review_loi", args=[refused.key])
    short = browser.post(address, {"ground": "fact", "text": "It is wrong."})
    assert (short.status_code, make.again(refused).state) == (400, "not_selected")
    assert "It is wrong." in short.content.decode()
    assert browser.post(address, {"ground": "fact", "text": make.ASKS}).status_code == 302
    assert make.again(refused).state == "review_requested"
    assert make.ASKS in Message.objects.filter(recipient=cast.legal).latest("pk").body


def test_who_had_a_part_in_the_case_does_not_answer(truths, cast, refused, visit):
    names = ("secretary", "approver", "chair", "rival_pi", "outsider")
    for name in names:
        getattr(cast, name).role_grants.create(role="legal", granted_at=RELEASED)
    letter = refused.letters.get(kind="decision")  # whose correction the last one proposes
    mend = {"reason": WHY, "changes": {"reason": "The case is weak."}, "now": RELEASED}
    corrections.propose(letter, kind="replace", by=cast.again("outsider"), **mend)
    make.review_requested(cast, refused, by=cast.rival_aor)
    for name in names:
        with pytest.raises(Refused) as part:
            redress.uphold(refused, by=cast.again(name), now=RELEASED, reason=ANSWER)
        assert part.value.verdict.who, name
    page = visit(cast.legal, at=RELEASED).get(reverse("uphold_loi", args=[refused.key]))
    assert make.ASKS in page.content.decode()
    assert b"Back to final review" in page.content
    assert b"Back to the screening" not in page.content
    visit(cast.legal, at=RELEASED).post(
        reverse("uphold_loi", args=[refused.key]), {"reason": ANSWER}
    )
    assert make.again(refused).state == "upheld"
    with pytest.raises(Refused):  # once
        make.review_requested(cast, refused, by=cast.rival_aor)


def test_a_granted_review_sends_the_case_back_to_the_committee(truths, cast, refused, visit):
    make.review_requested(cast, refused, by=cast.rival_aor)
    redress.reopen(refused, by=cast.legal, now=RELEASED, reason=ANSWER)
    loi = make.again(refused)
    assert (loi.state, queries.in_force(loi)) == ("final_review", None)
    assert loi.decisions.get().state == "superseded"
    letter = loi.letters.get(kind="decision")
    page = visit(at=RELEASED).get(reverse("verification", args=[letter.code])).content.decode()
    assert "Superseded" in page and "No other letter has taken its place yet." in page
    # Decided again, its team is told again, and that is no fault.
    decided = make.prepared(cast, loi, outcome="not_selected", now=RELEASED)
    promotions.approve_one(decided, by=cast.approver, now=RELEASED)
    make.store_letters(loi.call, now=RELEASED)
    promotions.release_one(make.again(decided), by=cast.secretary, now=RELEASED + SECOND)
    told = Message.objects.filter(notice="loi_decided", subject_key=loi.key)
    assert told.count() == 2 * told.values("recipient").distinct().count()
    assert authenticity.find(letter.code).successor == decided.letters.get().number


def test_a_granted_review_of_an_ineligibility_is_screened_again(cast, released):
    loi = make.ineligible(cast, make.filed(cast, make.call(cast, code="OTHER27")))
    now = make.SCREENED
    make.store_letters(loi.call)
    letter = loi.letters.get(kind="ineligible")
    assert letter.state == "issued"
    redress.request_review(loi, ground="procedure", text=make.ASKS, by=cast.aor, now=now)
    redress.screen_again(loi, by=cast.legal, now=now + DAY, reason=ANSWER)
    loi = make.again(loi)
    assert (loi.state, loi.screening) == ("screening", None)
    assert make.again(letter).state == "superseded"
    found = {"compliant": False, "rule": "Most for one module", "note": "It is over the cap."}
    evaluation.screen(loi, **found, by=cast.secretary, now=now + 2 * DAY)
    evaluation.declare_ineligible(loi, by=cast.approver, now=now + 2 * DAY)
    make.store_letters(loi.call)
    found = loi.letters.get(kind="ineligible", state="issued")
    assert authenticity.find(letter.code).successor == found.number


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "", "soon"])
def test_more_time_is_a_day_that_a_calendar_has(cast, taken, visit, day):
    address = reverse("propose_extension_loi", args=[taken.key])
    answer = visit(cast.secretary, at=RELEASED).post(address, {"until": day, "reason": WHY})
    assert answer.status_code == 400 and WHY in answer.content.decode()
