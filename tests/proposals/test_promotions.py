from datetime import timedelta
from decimal import Decimal

import pytest

from portal import files, leases
from portal.invariants import violations
from portal.models import Message
from proposals import authenticity, queries
from proposals.models import Decision, Letter, LetterOfIntent
from proposals.services import amendments, corrections, ledger, promotions, rendering
from tests import make
from tests.asking import refused, words
from tests.cast import Cast
from tests.make import RELEASED

LATER = RELEASED + timedelta(days=10)


@pytest.fixture(scope="module")
def scene(stage):
    """21 of 30 kg are committed; 10.5 kg wait on the reserve list, 9 are free."""
    return make.released_call(
        stage,
        outcomes=("selected", "reserve", "not_selected"),
        masses_kg=("20", "10", "5"),
        offered=40,
        held_back=10,
        cap=30,
    )


@pytest.fixture
def cast(stage, db) -> Cast:
    return stage


@pytest.fixture
def call(scene, db):
    return make.again(scene)


@pytest.fixture
def reserve(call) -> LetterOfIntent:
    return call.lois.get(state="reserve")


@pytest.fixture
def returned(cast, call) -> None:
    """What the selected case was given is free again."""
    given = Decision.objects.get(loi__call=call, outcome="selected")
    ledger.give_back(given, by=cast.legal, now=RELEASED + timedelta(days=5))


@pytest.fixture
def promoted(cast, reserve, returned) -> Decision:
    return make.prepared(cast, reserve, now=LATER)


@pytest.fixture
def approved(cast, promoted) -> Decision:
    promotions.approve_one(promoted, by=cast.approver, now=LATER)
    make.store_letters(promoted.loi.call, now=LATER)
    return make.again(promoted)


def mass(call):
    return call.allocations.get(resource="mass").balance


def test_a_reserve_case_that_does_not_fit_is_refused_with_the_sum(cast, call, reserve):
    assert queries.fitting_reserves(call.lois) == []
    verdict = refused(make.prepared, cast, reserve, now=LATER)
    assert str(verdict.reason) == (
        "10.5 kg more would make 31.5 kg, over the 30 kg that can be given (40 kg offered, "
        "10 kg held back): 21 kg are proposed or committed, 9 kg are free."
    )
    assert make.again(reserve).state == "reserve"


def test_the_ledger_tells_of_each_reserve_case_whether_it_fits(cast, call, reserve, visit, request):
    auditor = visit(cast.auditor, at=LATER)
    page = words(auditor.get(f"/calls/{call.code}/ledger/"))
    assert "does not fit" in page and "9 kg are free." in page
    request.getfixturevalue("returned")
    page = words(auditor.get(f"/calls/{call.code}/ledger/"))
    assert "does not fit" not in page and reserve.title in page
    legal = words(visit(cast.legal, at=LATER).get(f"/calls/{call.code}/ledger/"))
    assert reserve.title not in legal


def test_what_is_returned_is_offered_to_the_chair(cast, call, reserve, returned, visit):
    assert queries.fitting_reserves(call.lois) == [reserve]
    day = words(visit(cast.chair, at=LATER).get("/day/"))
    given = call.lois.get(state="selected").reference
    assert f"{given} returned 21 kg: 30 kg are free." in day
    assert f"{reserve.reference} with 10.5 kg fits." in day
    assert reserve.reference not in words(visit(cast.secretary, at=LATER).get("/day/"))


def test_a_promotion_holds_in_private_with_what_the_panel_found(cast, call, reserve, promoted):
    assert (mass(call).proposed, mass(call).committed) == (Decimal("10.5"), 0)
    assert queries.fitting_reserves(call.lois) == []
    assert make.again(reserve).state == "reserve"
    told = reserve.decisions.get(state="released")
    assert promoted.basis == told.basis
    assert list(queries.visible_decisions(cast.rival_pi).filter(loi=reserve)) == [told]
    assert Message.objects.filter(notice="decision_prepared").count() == 2  # both approvers


def test_it_is_selected_or_stays_on_the_list(cast, reserve, returned):
    verdict = refused(make.prepared, cast, reserve, outcome="not_selected", now=LATER)
    assert verdict.rule == "promotion_selects"


def test_a_promotion_is_prepared_while_its_call_runs(cast, call, reserve, returned):
    kinds = {"by": cast.secretary, "now": LATER, "reason": make.WHY, "source": "The programme"}
    found = amendments.propose(call, kind="suspension", **kinds)
    amendments.publish(found, by=cast.approver, now=LATER)
    assert refused(make.prepared, cast, reserve, now=LATER).rule == "call_suspended"
    assert mass(call).proposed == 0


def test_three_persons_take_a_case_from_the_list(cast, call, reserve, promoted, visit):
    release = {"now": LATER}
    assert refused(promotions.approve_one, promoted, by=cast.chair, now=LATER).who
    promotions.approve_one(promoted, by=cast.approver, now=LATER)
    verdict = refused(promotions.release_one, promoted, by=cast.secretary, **release)
    assert verdict.rule == "letters_missing"
    former = Letter.objects.get(loi=reserve, kind="decision", state="issued")
    make.store_letters(call, now=LATER)
    assert make.again(former).state == "issued"  # until the new one is
    promotions.release_one(promoted, by=cast.secretary, **release)

    assert make.again(reserve).state == "selected"
    assert (mass(call).proposed, mass(call).committed) == (0, Decimal("10.5"))
    states = reserve.decisions.order_by("pk").values_list("outcome", "state")
    assert list(states) == [("reserve", "superseded"), ("selected", "released")]
    assert make.again(former).state == "superseded"
    letter = Letter.objects.get(loi=reserve, kind="decision", state="issued")
    assert (letter.context["outcome"], letter.replaces) == ("selected", former)
    told = Message.objects.filter(notice="loi_promoted").values_list("recipient", flat=True)
    assert set(told) == {cast.rival_pi.pk, cast.rival_aor.pk}
    case = words(visit(cast.rival_pi, at=LATER).get(f"/lois/{reserve.key}/"))
    assert "it is selected from the reserve list" in case


def corrected(cast, letter: Letter) -> Letter:
    """What is to take its place, approved and still owed."""
    found = corrections.propose(
        letter,
        kind="replace",
        reason="The letter names the sensor and means the detector.",
        changes={"reason": "It would fit, with its detector, if more were free."},
        by=cast.secretary,
        now=LATER,
    )
    corrections.approve(found, by=cast.approver, now=LATER)
    return letter.successors.get()


def test_a_letter_corrected_meanwhile_is_superseded_all_the_same(cast, call, reserve, approved):
    told = reserve.letters.get(kind="decision", state="issued")
    again = corrected(cast, told)
    make.store_letters(call, now=LATER)
    assert (make.again(told).state, make.again(again).state) == ("superseded", "issued")
    promotions.release_one(approved, by=cast.secretary, now=LATER)
    selected = approved.letters.get()
    assert list(reserve.letters.filter(kind="decision", state="issued")) == [selected]
    answer = authenticity.find(again.code)
    assert (answer.state, answer.successor) == ("superseded", selected.number)
    assert selected.replaces == again


def test_no_corrected_letter_of_the_list_comes_after_the_selection(cast, call, reserve, approved):
    told = reserve.letters.get(kind="decision", state="issued")
    again = corrected(cast, told)
    owed = Letter.objects.filter(pk=again.pk).select_related("decision", "loi__call")
    (held,) = leases.claim(owed, now=LATER, seconds=60, most=1)  # a worker renders it meanwhile
    promotions.release_one(approved, by=cast.secretary, now=LATER)
    bytes_ = files.store(make.pdf_bytes("again"), media_type="application/pdf", now=LATER)
    rendering.store(held, bytes_, now=LATER)
    states = dict(reserve.letters.filter(kind="decision").values_list("number", "state"))
    number = approved.letters.get().number
    assert states == {told.number: "superseded", again.number: "void", number: "issued"}


def test_staff_of_the_applicant_read_of_no_letter_before_its_issue(cast, reserve, approved, visit):
    cast.rival_pi.role_grants.create(role="secretary", granted_at=RELEASED)
    told = reserve.letters.get(kind="decision", state="issued")
    selected = approved.letters.get()
    staff = visit(cast.again("rival_pi"), at=LATER)
    page = words(staff.get(f"/letters/{told.key}/record/"))
    assert told.number in page and selected.number not in page
    promotions.release_one(approved, by=cast.secretary, now=LATER)
    assert f">{selected.number}</a>" in words(staff.get(f"/letters/{told.key}/record/"))


def test_a_letter_of_yesterday_is_dated_anew_before_its_release(cast, call, approved):
    tomorrow = LATER + timedelta(days=1)
    verdict = refused(promotions.release_one, approved, by=cast.secretary, now=tomorrow)
    assert str(verdict.reason).startswith("The letter is dated 10 July 2027 and today is 11 July")
    promotions.date_anew(approved, by=cast.secretary, now=tomorrow)
    letter = approved.letters.get()
    assert (letter.state, letter.dated.day) == ("owed", 11)
    assert letter.context["signatory"]["name"] == cast.approver.name
    make.store_letters(call, now=tomorrow)
    promotions.release_one(approved, by=cast.secretary, now=tomorrow)


def test_what_is_taken_back_returns_its_hold_and_voids_its_letter(cast, call, reserve, approved):
    promotions.take_back(approved, by=cast.chair, now=LATER, reason="The mission has changed.")
    assert make.again(approved).state == "void"
    assert approved.letters.get().state == "void"
    assert mass(call).taken == 0
    assert queries.fitting_reserves(call.lois) == [reserve]


def test_before_the_release_decisions_are_approved_together(cast):
    prepared = make.decided_call(cast, code="EARLY27").lois.first().decisions.get()
    for act, by in ((promotions.approve_one, cast.approver), (promotions.take_back, cast.chair)):
        more = {"reason": "Alone."} if act is promotions.take_back else {}
        assert refused(act, prepared, by=by, now=LATER, **more).rule == "with_the_others"


def test_the_pages_lead_from_the_chair_to_the_release(cast, call, reserve, returned, visit):
    chair, approver, secretary = (
        visit(person, at=LATER) for person in (cast.chair, cast.approver, cast.secretary)
    )
    path, page = f"/lois/{reserve.key}/prepare/", f"/calls/{call.code}/decisions/"
    form = words(chair.get(path))
    assert "selected with conditions" in form and "not selected" not in form
    given = {"outcome": "selected", "reason": make.REASON, "granted_mass": "10.5", "instead_of": ""}
    assert chair.post(path, given).status_code == 302
    key = reserve.decisions.get(state="prepared").key
    at = f"/decisions/{key}"
    assert "a decision since the release waits for approval" in words(approver.get("/day/"))
    assert f'action="{at}/approve-one/"' in words(approver.get(page))
    assert secretary.post(f"{at}/approve-one/").status_code == 403
    assert visit(cast.rival_pi, at=LATER).post(f"{at}/approve-one/").status_code == 404
    assert approver.post(f"{at}/approve-one/").status_code == 302
    assert secretary.post(f"{at}/release-one/").status_code == 409
    make.store_letters(call, now=LATER)
    assert "an approved decision waits for its release" in words(secretary.get("/day/"))
    assert secretary.post(f"{at}/release-one/").status_code == 302
    assert make.again(reserve).state == "selected"
    for person in (cast.chair, cast.rival_pi):
        assert visit(person, at=LATER).get(f"/lois/{reserve.key}/").status_code == 200


def test_every_truth_holds_after_a_promotion(cast, returned, approved):
    promotions.release_one(approved, by=cast.secretary, now=LATER)
    make.settle()
    assert [name for name, _ in violations(LATER)] == ["grants_stand_in_the_ledger"]  # `returned`


def test_a_promotion_in_preparation_counts_as_no_outcome(cast, call, promoted, visit):
    page = visit(cast.chair, at=LATER).get(f"/calls/{call.code}/decisions/")
    counts = {str(one["label"]): one["count"] for one in page.context["summary"]}
    assert counts["reserve"] == 1
    assert sum(counts.values()) == call.lois.filter(decisions__state="released").count()
