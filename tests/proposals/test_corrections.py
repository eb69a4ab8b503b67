"""A letter in force is replaced by a corrected one, or revoked: by two persons."""

from datetime import timedelta

import pytest

from portal import leases
from portal.models import Event, Message
from portal.services import delivery
from portal.verdict import Refused
from proposals import authenticity, invariants, queries
from proposals.letters.passages import passages
from proposals.models import Correction, Letter
from proposals.services import corrections, letters
from reviews.models import Conflict
from tests import make
from tests.asking import rule_against
from tests.make import RELEASED
from tests.make.story import again

WHY = "The letter names the sensor and means the detector."
DAY = timedelta(days=1)
FINDING = "findings.0.strengths.0.text"


@pytest.fixture(scope="module")
def scene(stage):
    return make.released_call(stage)


@pytest.fixture
def cast(stage, scene, db):
    return stage


@pytest.fixture
def letter(scene, db) -> Letter:
    return Letter.objects.filter(kind="decision", loi__call=scene).order_by("number").first()


def proposed(cast, letter, *, kind="replace", changes=None, reason=WHY, by=None) -> Correction:
    changes = (
        {"reason": "The case is strong and its detector fits."} if changes is None else changes
    )
    return corrections.propose(
        letter, kind=kind, reason=reason, changes=changes, by=by or cast.secretary, now=RELEASED
    )


def true() -> bool:
    rules = (
        invariants.references_have_no_gaps,
        invariants.a_released_decision_has_one_letter_and_one_message_each,
        invariants.a_case_has_one_letter_of_its_outcome_in_force,
    )
    return not [found for rule in rules for found in rule(RELEASED)]


def test_a_corrected_letter_takes_the_place_of_the_old_one_once_it_is_stored(cast, letter):
    found = proposed(
        cast,
        letter,
        changes={
            "reason": "Mended.",
            FINDING: letter.context["findings"][0]["strengths"][0]["text"],
        },
    )
    assert found.changes == {"reason": "Mended."}
    assert (
        rule_against(corrections.approve, found, by=cast.secretary, now=RELEASED)
        == "correction.approve.who"
    )
    corrections.approve(found, by=cast.approver, now=RELEASED)
    new = letter.successors.get()
    assert (again(letter).state, new.state) == ("issued", "owed")
    assert (new.context["reason"], new.context["outcome"]) == ("Mended.", letter.context["outcome"])
    assert new.context["replaces"] == {
        "number": letter.number,
        "date": letter.context["date"],
        "why": WHY,
    }
    assert new.context["reference"] == new.number != letter.number
    assert new.context["verification"]["code"] == new.code != letter.code
    assert new.context["signatory"]["name"] == cast.approver.name
    assert new.number == f"TEST27-L{again(letter.loi.call).last_letter:04d}"
    make.store_letters(letter.loi.call)
    assert (again(letter).state, again(new).state) == ("superseded", "issued")
    told = authenticity.find(letter.code)
    assert (told.state, told.successor) == ("superseded", new.number)
    assert authenticity.find(new.code).state == "issued"
    assert set(queries.visible_letters(cast.pi).filter(pk__in=[letter.pk, new.pk])) == {letter, new}
    assert Message.objects.filter(notice="letter_corrected").count() == 4
    assert true()


def test_a_revoked_letter_has_no_force_and_its_recipients_read_why(cast, letter, visit):
    corrections.approve(
        proposed(cast, letter, kind="revoke", by=cast.legal), by=cast.approver, now=RELEASED
    )
    assert again(letter).state == "revoked"
    page = visit(None, at=RELEASED).get(f"/verify/{letter.code}/").content.decode()
    assert "Revoked" in page
    assert WHY not in page
    bodies = Message.objects.filter(notice="letter_revoked").values_list("body", flat=True)
    assert len(bodies) == 4
    assert all(WHY in body for body in bodies)
    assert true()


def test_an_approver_whom_a_conflict_keeps_from_the_case_is_told_nothing(cast, letter):
    Conflict.objects.create(
        loi=letter.loi, user=cast.second_approver, hard=True, declared=True,
        kind="declared", state="declared", reason="Family.", at=make.DURING,
    )  # fmt: skip
    proposed(cast, letter)
    told = Message.objects.filter(notice="correction_proposed")
    assert [message.recipient for message in told] == [cast.approver]


def test_what_cannot_be_corrected_is_refused_with_its_reason(cast, letter):
    receipt = Letter.objects.filter(kind="receipt").first()
    assert rule_against(proposed, cast, receipt) == "receipt"
    assert rule_against(proposed, cast, letter, reason="Wrong.") == "correction_reason"
    assert rule_against(proposed, cast, letter, changes={"outcome": "selected"}) == "nothing_mended"
    assert rule_against(proposed, cast, letter, by=cast.chair) == "correction.propose.who"
    found = proposed(cast, letter)
    assert rule_against(proposed, cast, letter) == "already_proposed"
    corrections.take_back(found, by=cast.secretary, now=RELEASED)
    assert again(letter).state == "issued"
    proposed(cast, letter)


@pytest.fixture
def coming(cast, letter) -> Letter:
    """The letter that is to take its place, approved and not yet rendered."""
    corrections.approve(proposed(cast, letter), by=cast.approver, now=RELEASED)
    return letter.successors.get()


def test_nothing_is_proposed_of_a_letter_whose_successor_is_on_its_way(cast, letter, coming, visit):
    for kind in ("replace", "revoke"):
        with pytest.raises(Refused) as caught:
            proposed(cast, letter, kind=kind)
        assert caught.value.verdict.rule == "being_replaced"
        assert coming.number in str(caught.value.verdict.reason)
    page = visit(cast.secretary, at=RELEASED).get(f"/letters/{letter.key}/record/").content.decode()
    assert "To be replaced by" in page and "/correct/" not in page
    make.store_letters(letter.loi.call)
    proposed(cast, again(coming), kind="revoke")


@pytest.mark.parametrize("kind", ["replace", "revoke"])
def test_a_successor_that_was_given_up_is_void_with_the_next_correction(cast, letter, coming, kind):
    (held,) = leases.claim(Letter.objects.filter(pk=coming.pk), now=RELEASED, seconds=60, most=1)
    leases.fail(held, now=RELEASED, reason="No glyph for U+10FFFF.", final=True)
    corrections.approve(proposed(cast, letter, kind=kind), by=cast.approver, now=RELEASED)
    assert again(coming).state == "void"
    make.store_letters(letter.loi.call)
    after = (
        letter.loi.letters.filter(kind="decision").order_by("pk").values_list("state", flat=True)
    )
    expected = {"replace": ["superseded", "void", "issued"], "revoke": ["revoked", "void"]}
    assert list(after) == expected[kind]
    assert true()


def test_the_passages_are_what_people_wrote_and_no_figure(letter):
    found = {one.path: one.text for one in passages(letter.context)}
    assert found["addressee.name"] == letter.loi.pi.name
    assert found[FINDING] == "It answers a stated aim of the call."
    assert not {
        path for path in found if path.startswith(("outcome", "bar", "date", "verification"))
    }


def test_the_pages_propose_show_both_versions_and_approve(cast, letter, visit):
    secretary, approver = visit(cast.secretary, at=RELEASED), visit(cast.approver, at=RELEASED)
    path = f"/letters/{letter.key}/correct/"
    form = secretary.get(path)
    assert "Name of the addressee" in form.content.decode()
    places = {place: name for name, place in form.context["form"].paths.items()}
    typed = {
        "kind": "replace",
        "reason": WHY,
        **{name: form.context["form"][name].initial for name in places.values()},
    }
    refused = secretary.post(path, typed)
    assert refused.status_code == 409
    assert "No passage was changed" in refused.content.decode()
    refused = secretary.post(path, typed | {"reason": "Too short."})
    assert "it needs at least 20" in str(refused.context["form"].errors["reason"])
    answer = secretary.post(path, typed | {places["reason"]: "The case is strong, as mended."})
    assert answer.status_code == 302
    page = approver.get(answer.headers["Location"]).content.decode()
    assert "<ins>The case is strong, as mended.</ins>" in page
    assert f"<del>{make.REASON}</del>" in page
    found = Correction.objects.get()
    assert approver.post(f"/corrections/{found.key}/approve/").status_code == 302
    assert again(found).state == "approved"
    assert visit(cast.pi, at=RELEASED).get(answer.headers["Location"]).status_code == 404
    assert visit(cast.pi, at=RELEASED).get(f"/letters/{letter.key}/record/").status_code == 404


def test_the_record_says_who_was_told_and_a_message_is_sent_again_as_it_was(
    cast, letter, visit, mailoutbox
):
    make.settle()
    first = {message.extra_headers["Message-ID"] for message in mailoutbox}
    secretary = visit(cast.secretary, at=RELEASED)
    page = secretary.get(f"/letters/{letter.key}/record/").content.decode()
    told = list(queries.deliveries(letter))
    team = {cast.pi, cast.aor, cast.owner, cast.editor}
    assert {message.recipient for message in told} == team
    assert page.count("taken by the mail server") == len(told) > 0
    one = told[0]
    ask = {"message": one.message_id}
    assert (
        visit(cast.approver, at=RELEASED).post(f"/letters/{letter.key}/resend/", ask).status_code
        == 403
    )
    assert secretary.post(f"/letters/{letter.key}/resend/", ask).status_code == 302
    assert (
        rule_against(letters.resend, letter, again(one), by=cast.secretary, now=RELEASED)
        == "letter.resend.from"
    )
    mailoutbox.clear()
    delivery.deliver(make.latest())
    (sent,) = mailoutbox
    assert sent.extra_headers["Message-ID"] == one.message_id in first
    assert Event.objects.filter(verb="letter.resent", subject_key=letter.key).count() == 1


def test_a_correction_gives_more_time_for_a_review_only_once_it_is_issued(cast, letter):
    later = RELEASED + 10 * DAY
    until = queries.redress_until(letter.loi)
    found = proposed(cast, letter)
    corrections.approve(found, by=cast.approver, now=later)
    assert queries.redress_until(letter.loi) == until
    make.store_letters(letter.loi.call, now=later)
    assert queries.redress_until(letter.loi) == until + 10 * DAY
