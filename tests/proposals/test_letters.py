import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal import files, leases, pdf
from portal.models import Message
from proposals.models import Letter
from proposals.services import decisions, rendering
from tests import make
from tests.make import APPROVED, DURING, RELEASE_ON, RELEASED

LEASE = timedelta(seconds=60)
SEPTEMBER = {"en": "30 September 2027", "zh": "2027年9月30日"}


def receipt(cast) -> Letter:
    return make.filed(cast).filing.receipt


def claim(now=DURING) -> list[Letter]:
    rows = Letter.objects.filter(state="owed")
    return list(leases.claim(rows, now=now, seconds=60, most=10))


def store(letter: Letter, content: bytes = b"%PDF-1.7") -> None:
    stored = files.store(content, media_type="application/pdf", now=DURING)
    rendering.store(letter, stored, now=DURING)


def test_filing_owes_a_receipt_with_its_number_and_words(cast):
    letter = receipt(cast)
    assert (letter.state, letter.number, letter.kind) == ("owed", "TEST27-L0001", "receipt")
    words = letter.context
    assert words["about"]["case_reference"] == "TEST27-0001"
    assert words["manifest"]["signature"] == letter.filing.signature
    assert [person["name"] for person in words["persons"]] == [cast.pi.name, cast.aor.name]
    mass = {"en": "Mass, MEV", "zh": "质量（最大预期值）"}
    assert {"label": mass, "value": "10.5", "unit": "kg"} in words["totals"]
    assert words["instants"][0]["at"] == {
        "en": "1 Mar 2027, 17:00 Beijing (1 Mar 2027, 09:00 UTC)",
        "zh": "2027年3月1日 17:00 北京时间（2027年3月1日 09:00 UTC）",
    }


def test_a_stored_receipt_is_issued_at_once_and_told(cast, truths):
    letter = receipt(cast)
    (letter,) = claim()
    store(letter)
    letter = make.again(letter)
    assert (letter.state, files.read(letter.file)) == ("issued", b"%PDF-1.7")
    told = Message.objects.filter(notice="receipt_ready").values_list("recipient", flat=True)
    assert set(told) == {cast.pi.pk, cast.aor.pk}


def test_a_letter_of_a_decision_waits_for_the_release(cast):
    call = make.approved_call(cast)
    make.store_letters(call)
    kept = Letter.objects.filter(kind="decision")
    assert {(letter.state, letter.issued_at) for letter in kept} == {("stored", None)}
    assert not Message.objects.filter(notice="loi_decided").exists()


def test_the_letter_says_what_was_decided(cast):
    call = make.approved_call(cast, outcomes=["selected_conditional", "not_selected"])
    yes, no = Letter.objects.filter(kind="decision").order_by("number")
    assert (yes.context["outcome"], no.context["outcome"]) == (
        "selected_conditional",
        "not_selected",
    )
    assert yes.context["grant"]["rows"] == [
        {
            "resource": {"en": "Mass", "zh": "质量"},
            "asked": "10.5",
            "granted": "10.5",
            "unit": "kg",
        }
    ]
    assert yes.context["bar"]["held_back"] == "20"
    assert yes.context["conditions"] == [
        {"text": "File a containment report.", "owner": "PI", "due": SEPTEMBER}
    ]
    assert (no.context["grant"], no.context["bar"], no.context["conditions"]) == (None, None, [])
    for letter in (yes, no):
        assert letter.context["date"] == {"en": "30 June 2027", "zh": "2027年6月30日"}
        assert letter.context["signatory"]["name"] == cast.approver.name
        assert letter.context["redress"]["until"]["en"].startswith("30 Jul 2027, 24:00 Beijing")
    assert call.last_letter == 4


def test_no_letter_names_a_reviewer_or_the_chair(cast):
    make.approved_call(cast)
    for letter in Letter.objects.all():
        words = str(letter.context)
        for person in (*cast.reviewers, cast.chair, cast.conflicted):
            assert person.name not in words and person.email not in words


# Exactly once


def test_who_lost_the_lease_stores_nothing(cast):
    receipt(cast)
    (mine,) = claim()
    (theirs,) = claim(DURING + 2 * LEASE)
    store(mine, b"%PDF-mine")
    assert make.again(mine).state == "owed"
    store(theirs, b"%PDF-theirs")
    store(theirs, b"%PDF-twice")
    letter = Letter.objects.get()
    assert (letter.state, files.read(letter.file)) == ("issued", b"%PDF-theirs")
    assert Message.objects.filter(notice="receipt_ready").count() == 2


def test_a_letter_dated_anew_while_it_is_rendered_is_rendered_again(cast):
    call = make.approved_call(cast, outcomes=["reserve"])
    (mine,) = (letter for letter in claim(APPROVED) if letter.kind == "decision")
    moved = RELEASE_ON + timedelta(days=1)
    decisions.move_release(call, release_on=moved, by=cast.secretary, now=APPROVED)
    store(mine)
    letter = make.again(mine)
    assert (letter.state, letter.dated, letter.attempts) == ("owed", moved, 0)
    (again,) = (letter for letter in claim(APPROVED) if letter.kind == "decision")
    store(again)
    assert make.again(letter).state == "stored"


def test_a_letter_voided_while_it_is_rendered_stays_void(cast):
    call = make.approved_call(cast, outcomes=["reserve"])
    (mine,) = (letter for letter in claim(APPROVED) if letter.kind == "decision")
    decisions.reopen_decisions(call, by=cast.chair, now=APPROVED, reason="One was missed.")
    store(mine)
    letter = make.again(mine)
    assert (letter.state, letter.file) == ("void", None)
    assert not [owed for owed in claim(APPROVED + 2 * LEASE) if owed.kind == "decision"]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_that_finish_together_one_stores(cast):
    letter = receipt(cast)
    (letter,) = claim()
    stored = files.store(b"%PDF-1.7", media_type="application/pdf", now=DURING)
    start, faults = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            rendering.store(make.again(letter), stored, now=DURING)
        except Exception as fault:  # noqa: BLE001 - counted below
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert make.again(letter).state == "issued"
    assert Message.objects.filter(notice="receipt_ready").count() == 2


def test_the_database_keeps_one_letter_in_force_and_its_bytes(cast):
    make.approved_call(cast, outcomes=["reserve"])
    letter = Letter.objects.get(kind="decision")
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state="stored")
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            number="X",
            kind="decision",
            loi=letter.loi,
            decision=letter.decision,
            state="owed",
            context={},
            dated=RELEASE_ON,
            due_at=APPROVED,
        )


# Rendered for real


def test_a_worker_renders_what_is_owed_the_same_each_time(cast, truths, clock_at):
    clock_at(DURING)
    letter = receipt(cast)
    assert rendering.render_owed(DURING) == 1
    assert rendering.render_owed(DURING) == 0
    letter = make.again(letter)
    assert letter.state == "issued"
    content = files.read(letter.file)
    assert content.startswith(b"%PDF-")
    assert content.startswith(rendering.render(letter))


def test_a_character_that_no_font_has_fails_the_letter_by_its_name(cast, clock_at):
    clock_at(DURING)
    make.filed(cast, title="A payload named \N{EGYPTIAN HIEROGLYPH A001} for ice")
    rendering.render_owed(DURING)
    letter = Letter.objects.get()
    assert (letter.state, letter.failed_at) == ("owed", DURING)
    assert "EGYPTIAN HIEROGLYPH A001" in letter.last_error
    assert rendering.render_owed(DURING + timedelta(days=1)) == 0


def test_a_renderer_that_breaks_is_asked_again(cast, clock_at, monkeypatch):
    def broken(*args, **more):
        raise pdf.RenderTimeout("It took longer than 30 seconds.")

    clock_at(DURING)
    letter = receipt(cast)
    monkeypatch.setattr(pdf, "render", broken)
    assert rendering.render_owed(DURING) == 1
    letter = make.again(letter)
    assert (letter.failed_at, letter.last_error) == (None, "It took longer than 30 seconds.")
    assert letter.due_at > DURING
    monkeypatch.undo()
    clock_at(letter.due_at)
    assert rendering.render_owed(letter.due_at) == 1
    assert make.again(letter).state == "issued"


def test_one_failed_letter_holds_back_the_release_with_a_sentence(cast):
    call = make.approved_call(cast)
    first = Letter.objects.filter(kind="decision").first()
    Letter.objects.filter(pk=first.pk).update(failed_at=APPROVED)
    make.store_letters(call)
    with pytest.raises(decisions.Refused) as refused:
        decisions.release(call, by=cast.secretary, now=RELEASED)
    assert str(refused.value).startswith("Letters not yet stored: 1 of 2.")
