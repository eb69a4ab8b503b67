"""A mission slips, and another carries what was selected for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal import scans
from portal.invariants import violations
from portal.models import Message
from proposals import queries
from proposals.models import Call, Decision, LetterOfIntent
from proposals.services import agreements, amendments, promotions, reaccommodations, rendering
from reviews.services.conflicts import declare
from tests import make, routes
from tests.asking import refused, words
from tests.cast import Cast
from tests.make import RELEASED
from tests.portal.seating import proves
from tests.portal.test_pdf import text_of

LATER = RELEASED + timedelta(days=10)
WHY = "Its mission is put off by two years, and this one has the room."


@pytest.fixture(scope="module")
def scene(stage) -> tuple[Call, Call]:
    """36.75 of 50 kg are committed, 21 kg wait; another mission, whose panel has the same chair, gives 35 kg."""
    first = make.released_call(
        stage,
        outcomes=("selected", "selected_conditional", "reserve"),
        masses_kg=("20", "15", "20"),
        offered=60,
        held_back=10,
        cap=40,
        slots=4,
    )
    second = make.call(
        stage,
        code="NEXT28",
        mission=make.mission("lander-two"),
        opens_at=RELEASED,
        closes_at=RELEASED + timedelta(days=60),
        offered=40,
        held_back=5,
        cap=25,
    )
    make.panel(stage, second)
    return first, second


@pytest.fixture
def cast(stage, db) -> Cast:
    return stage


@pytest.fixture
def call(scene, db) -> Call:
    return make.again(scene[0])


@pytest.fixture
def other(scene, db) -> Call:
    return make.again(scene[1])


@pytest.fixture
def loi(call) -> LetterOfIntent:
    return call.lois.get(state="selected")


@pytest.fixture
def conditional(call) -> LetterOfIntent:
    return call.lois.get(state="selected_conditional")


def moved(cast, loi: LetterOfIntent, onto: Call, **given: object) -> Decision:
    """Prepared by the chair; `given` goes to the service."""
    platform = onto.mission.platforms.get()
    given = {"outcome": "selected", "reason": WHY, "by": cast.chair, "now": LATER, **given}
    return make.again(
        reaccommodations.reaccommodate(make.again(loi), onto=onto, platform=platform, **given)
    )


@pytest.fixture
def prepared(cast, loi, other) -> Decision:
    return moved(cast, loi, other)


def carried_out(cast, decision: Decision, now=LATER) -> None:
    promotions.approve_one(decision, by=cast.approver, now=now)
    make.store_letters(decision.loi.call, now=now)
    promotions.release_one(make.again(decision), by=cast.secretary, now=now)


def mass(call):
    return call.allocations.get(resource="mass").balance


def test_it_holds_there_and_stays_committed_here_until_it_is_released(cast, call, other, prepared):
    assert (mass(other).proposed, mass(other).committed) == (Decimal(21), 0)
    assert (mass(call).proposed, mass(call).committed) == (0, Decimal("36.75"))
    assert queries.fitting_reserves(call.lois.all()) == []
    assert make.again(prepared.loi).state == "selected"
    assert list(queries.visible_decisions(cast.pi).filter(loi=prepared.loi)) == [
        queries.in_force(prepared.loi)
    ]
    told = Message.objects.filter(notice="decision_prepared").values_list("recipient", flat=True)
    assert set(told) == {cast.approver.pk, cast.second_approver.pk}


def test_three_persons_move_a_case_and_it_is_offered_anew(cast, call, other, loi, prepared, visit):
    agreements.accept(make.again(loi), by=cast.aor, now=LATER)
    make.signed(cast, make.again(loi), now=LATER)
    former = queries.in_force(loi)
    letter = loi.letters.get(kind="decision", state="issued")
    carried_out(cast, prepared)

    assert (mass(call).taken, mass(other).committed) == (Decimal("15.75"), Decimal(21))
    assert queries.fitting_reserves(call.lois.all()) == [call.lois.get(state="reserve")]
    case = make.again(loi)
    assert case.state == "selected"
    assert queries.carrier(case) == other
    assert make.again(former).state == "superseded"
    assert make.again(letter).state == "superseded"
    assert queries.agreement_of(case).accepted_at is None
    agreements.accept(case, by=cast.aor, now=LATER)
    assert make.again(case).state == "agreement_pending"
    told = {one.recipient_id: one for one in Message.objects.filter(notice="loi_reaccommodated")}
    assert {cast.pi.pk, cast.aor.pk, cast.legal.pk} <= set(told)
    asked = {pk for pk, one in told.items() if "[Action required]" in one.subject}
    assert cast.aor.pk in asked and cast.legal.pk not in asked
    make.settle()
    assert list(violations(LATER)) == []


def test_what_was_moved_can_be_moved_back(cast, call, other, loi, prepared):
    carried_out(cast, prepared)
    week = LATER + timedelta(days=7)
    carried_out(cast, moved(cast, loi, call, now=week), now=week)
    assert queries.carrier(make.again(loi)) == call
    assert (mass(other).taken, mass(call).committed) == (0, Decimal("36.75"))
    make.settle(week)
    assert list(violations(week)) == []


def test_a_full_mission_refuses_with_the_sum(cast, conditional, other, prepared):
    again = {"outcome": "selected_conditional", "conditions": make.CONDITIONS}
    assert str(refused(moved, cast, conditional, other, **again).reason) == (
        "15.75 kg more would make 36.75 kg, over the 35 kg that can be given (40 kg offered, "
        "5 kg held back): 21 kg are proposed or committed, 14 kg are free."
    )
    less = {"mass": (Decimal(14), "As much as is free there.")}
    moved(cast, conditional, other, **again, granted=less)
    assert mass(other).free == 0


def test_the_cap_and_the_resources_of_the_other_mission_count(cast, call, loi, other):
    other.allocations.update(module_cap=20)
    verdict = refused(moved, cast, loi, other)
    assert str(verdict.reason) == "21 kg is over the 20 kg one module may have."
    assert mass(other).taken == 0


def test_what_the_letter_does_not_state_is_unknown_there_and_not_0(loi, other):
    lander = other.mission.platforms.get()
    other.allocations.create(platform=lander, resource="power", capacity=100)
    asked = queries.demands_on(loi, lander, other)
    assert {of.resource: str(amount) for of, amount in asked.asked.items()} == {
        "mass": "21.000",
        "power": loi.filing.manifest["totals"]["power"],
    }
    loi.filing.manifest["totals"].pop("power")  # as of a letter of before the form asked for it
    assert [one.code for one in queries.demands_on(loi, lander, other).unstated] == ["power"]


def test_the_pages_lead_from_the_chair_to_the_partner(cast, call, other, loi, visit):
    chair, approver, secretary, pi = (
        visit(person, at=LATER) for person in (cast.chair, cast.approver, cast.secretary, cast.pi)
    )
    path, case = f"/lois/{loi.key}/reaccommodate/", f"/lois/{loi.key}/"
    assert path in words(chair.get(case))
    assert path not in words(approver.get(case)) + words(pi.get(case))
    page = words(chair.get(path))
    assert "Mass: 21 kg" in page and "of 35 kg free, at most 25 kg for one module" in page
    assert "Slots: no budget there" in page
    form = words(chair.get(f"{path}?onto=NEXT28/lander"))
    assert 'value="21"' in form and "Nothing of it is granted" in form
    given = {"onto": "NEXT28/lander", "outcome": "selected", "reason": WHY, "granted_mass": "21,5"}
    given["instead_of"] = ""
    answer = chair.post(path, given)
    assert answer.status_code == 409 and "is not between 0 and the 21 kg asked" in words(answer)
    assert chair.post(path, {**given, "granted_mass": "21"}).status_code == 302
    assert chair.post(path, {**given, "granted_mass": "21"}).status_code == 409  # a second click
    key = loi.decisions.get(state="prepared").key
    decisions = words(approver.get(f"/calls/{call.code}/decisions/"))
    assert "on Lander two" in decisions and f'action="/decisions/{key}/approve-one/"' in decisions
    assert "Lander two" not in words(pi.get(case))
    assert approver.post(f"/decisions/{key}/approve-one/").status_code == 302
    make.store_letters(call, now=LATER)
    assert "an approved decision waits for its release" in words(secretary.get("/day/"))
    assert secretary.post(f"/decisions/{key}/release-one/").status_code == 302
    page = words(pi.get(case))
    assert "Since 10 July 2027 it is carried by Lander two." in page
    assert "Lander two carries it from now on." in page  # its history


def test_what_was_typed_stays_where_the_other_mission_drops_out(cast, other, loi, visit):
    published(cast, other, "suspension", LATER)
    typed = {"onto": "NEXT28/lander", "outcome": "selected", "reason": WHY, "granted_mass": "21"}
    answer = visit(cast.chair, at=LATER).post(f"/lois/{loi.key}/reaccommodate/", typed)
    assert answer.status_code == 409
    assert "its mission carries nothing now" in words(answer) and WHY in words(answer)


def test_a_chair_finds_the_case_whose_call_was_cancelled(cast, call, loi, visit):
    published(cast, call, "cancellation", LATER)
    page = visit(cast.chair, at=LATER).get(f"/lois/{loi.key}/reaccommodate/")
    assert page.status_code == 200 and "Lander two" in words(page)


def test_both_statements_add_up_and_name_the_other_mission(cast, call, other, prepared, visit):
    carried_out(cast, prepared)
    auditor = visit(cast.auditor, at=LATER)
    here, there = (words(auditor.get(f"/calls/{one.code}/ledger/")) for one in (call, other))
    assert "moved to Lander two, NEXT28" in here
    assert "a case of TEST27, Lander one" in there and prepared.loi.reference in there
    make.settle()
    assert list(violations(LATER)) == []


def test_its_letter_says_from_which_mission_to_which_in_both_languages(cast, loi, prepared):
    promotions.approve_one(prepared, by=cast.approver, now=LATER)
    letter = prepared.letters.get()
    text = " ".join(text_of(rendering.render(letter)).split())
    assert "Re-accommodation on another mission" in text
    assert "The mission Lander two carries it instead of the mission Lander one." in text
    assert "takes the place of every decision letter" in text
    assert "改由Landertwo任务搭载" in "".join(text.split())  # Chinese is broken over lines anywhere
    assert "Lander two sets no budget for: slots." in text


def published(cast, call: Call, kind: str, now) -> None:
    facts = {"by": cast.secretary, "now": now, "reason": make.WHY, "source": "The programme"}
    found = amendments.propose(make.again(call), kind=kind, **facts)
    amendments.publish(found, by=cast.approver, now=now)


def test_what_befalls_the_mission_that_carries_it_befalls_the_case(cast, call, other, prepared):
    loi = prepared.loi
    carried_out(cast, prepared)
    published(cast, call, "suspension", LATER)  # its own call, which carries it no more
    agreement = queries.agreement_of(loi)
    assert loi in queries.offered()
    assert not loi.letters.filter(kind="suspended").exists()
    published(cast, other, "suspension", LATER)
    assert loi not in queries.offered()
    told = Message.objects.filter(notice="amendment_published", recipient=cast.pi)
    assert any(other.code in one.subject for one in told)
    assert refused(agreements.accept, loi, by=cast.aor, now=LATER).rule == "call_suspended"
    notice = loi.letters.get(kind="suspended")
    assert notice.number.startswith("TEST27-L")
    assert notice.context["about"]["call_reference"] == "NEXT28"
    week = LATER + timedelta(days=7)
    published(cast, other, "resumption", week)
    assert queries.agreement_of(loi).accept_by == agreement.accept_by + timedelta(days=7)
    published(cast, other, "cancellation", week)
    assert (make.again(loi).state, mass(other).taken) == ("call_cancelled", 0)
    make.store_letters(call, now=week)
    make.settle(week)
    assert list(violations(week)) == []


def test_a_case_whose_call_is_cancelled_goes_on_elsewhere(cast, call, other, conditional):
    published(cast, call, "cancellation", LATER)
    assert make.again(conditional).state == "call_cancelled"
    again = {"outcome": "selected_conditional", "conditions": make.CONDITIONS}
    carried_out(cast, moved(cast, conditional, other, **again))
    assert make.again(conditional).state == "selected_conditional"
    assert (mass(call).taken, mass(other).committed) == (0, Decimal("15.75"))
    assert [one.text for one in queries.conditions_of(conditional)] == [make.CONDITIONS[0]["text"]]
    make.store_letters(call, now=LATER)
    make.settle(LATER)
    told = dict(conditional.letters.exclude(kind="receipt").values_list("kind", "state"))
    assert told == {"decision": "issued", "cancelled": "superseded"}
    assert list(violations(LATER)) == []


def test_who_steps_back_meanwhile_is_moved_nowhere(cast, call, other, prepared):
    agreements.decline(make.again(prepared.loi), by=cast.aor, now=LATER, reason="No money.")
    assert make.again(prepared).state == "void"
    assert (mass(call).committed, mass(other).taken) == (Decimal("15.75"), 0)


def test_only_who_chairs_both_panels_draws_on_the_other_budget(cast, loi, other):
    other.panel.filter(role="chair").delete()
    verdict = refused(moved, cast, loi, other, by=cast.again("chair"))
    assert verdict.who and verdict.rule == "not_your_budget"
    for person in (cast.secretary, cast.approver, cast.legal, cast.aor):
        assert refused(moved, cast, loi, other, by=person).rule == "decision.reaccommodate.who"


def test_the_former_agreement_stays_readable_to_both_sides(cast, loi, prepared, visit):
    agreements.accept(make.again(loi), by=cast.aor, now=LATER)
    make.signed(cast, make.again(loi), now=LATER)
    signed = queries.agreement_of(loi)
    scans.work_off(LATER)
    path = f"/agreements/{signed.key}/agreement.pdf"
    assert visit(cast.pi, at=LATER).get(path).status_code == 404  # it is in force
    carried_out(cast, prepared)
    page = words(visit(cast.pi, at=LATER).get(f"/lois/{loi.key}/"))
    assert "Before, and superseded" in page and "AGR-2027-01" in page and path in page
    for person in (cast.pi, cast.legal, cast.auditor):
        assert visit(person, at=LATER).get(path).status_code == 200
    for person in (cast.rival_pi, cast.reviewer_two, cast.outsider):
        assert visit(person, at=LATER).get(path).status_code == 404


@pytest.mark.parametrize("reader", ["second_secretary", "rival_pi", "legal", "stranger"])
def test_nothing_of_it_shows_on_the_other_mission_before_its_release(
    cast, loi, other, visit, reader
):
    """To an officer in conflict with the case, a rival, legal, and the chair of the other panel alone."""
    if reader == "stranger":
        reader = "outsider"
        make.seat(cast, other, proves(cast.outsider), "chair", now=LATER)
    if reader == "second_secretary":
        declare(loi, "family", words="My sister.", by=cast.second_secretary, now=LATER)

    def shown() -> list[str]:
        browser = visit(cast.again(reader), at=LATER)
        pages = ("ledger/", "board/", "decisions/", "", "ledger.csv")
        plain = routes.Keys().plain
        return [plain(words(browser.get(f"/calls/NEXT28/{page}"))) for page in pages]

    before = shown()
    decision = moved(cast, loi, other)
    promotions.approve_one(decision, by=cast.approver, now=LATER)
    assert shown() == before
    make.store_letters(loi.call, now=LATER)
    promotions.release_one(make.again(decision), by=cast.secretary, now=LATER)
    assert shown() != before
    reads = queries.visible_lois(cast.again(reader)).filter(pk=loi.pk).exists()
    assert (loi.title in "".join(shown())) == reads == (reader == "legal")


def test_whoever_decides_on_both_reads_the_hold_on_the_other_ledger(cast, loi, other, visit):
    browser = visit(cast.approver, at=LATER)
    moved(cast, loi, other)
    page = words(browser.get("/calls/NEXT28/ledger/"))
    assert loi.title in page and "selected; a case of TEST27, Lander one" in page
