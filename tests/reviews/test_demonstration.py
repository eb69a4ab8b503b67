"""What `make run` shows the first time, with its numbers as they are tabled."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from portal.invariants import violations
from portal.models import Organisation, User
from proposals import content as document
from proposals import gazette, reading
from proposals import queries as proposals
from proposals.checks import check
from proposals.models import Call, FlownPayload, LetterOfIntent
from proposals.services import agreements
from reviews import queries
from reviews.demonstration import calls, former, history, orbiter, story
from reviews.demonstration.cast import Cast
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Seeded once for this file, and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        history.seed()
        cast = Cast(NOW)
        former.approved(cast, NOW)
        make.store_letters(Call.objects.get(code=former.CODE), now=NOW)
        former.released(Call.objects.get(code=former.CODE), cast)
        story.open_call(cast, NOW)
        story.closed_call(cast, NOW)
        orbiter.call(cast, NOW)
        yield cast
        transaction.set_rollback(True)


@pytest.fixture
def first_round(demonstration, db) -> Call:
    return Call.objects.get(code="DEMO26-L")


def cases(call: Call) -> dict[str, LetterOfIntent]:
    """The filed cases by the number of their letter: they were filed in that order."""
    return {f"FIC-{loi.reference[-2:]}": loi for loi in call.lois.exclude(reference=None)}


def mass(call: Call):
    return call.allocations.get(resource="mass")


def test_all_letters_together_ask_for_299_335_kg(first_round):
    filed = first_round.lois.exclude(filing=None)
    assert proposals.asked(mass(first_round), filed) == Decimal("299.335")


def test_without_the_robot_188_935_kg_are_asked_and_180_can_be_given(first_round):
    filed = first_round.lois.exclude(filing=None).exclude(pk=cases(first_round)["FIC-06"].pk)
    assert proposals.asked(mass(first_round), filed) == Decimal("188.935")
    assert proposals.balance(mass(first_round)).available == 180


def test_the_letters_show_what_the_form_can_tell(first_round):
    found = {ref: loi.filing.content for ref, loi in cases(first_round).items()}
    reflector, bioreactor, cubesat = found["FIC-08"], found["FIC-09"], found["FIC-12"]
    assert reflector["resources"]["powered"] == "passive"
    assert document.sheet(reading.thaw(reflector)).demand()["power"] == 0
    assert Decimal(bioreactor["compliance"]["organics_g"]) > 1000
    assert "inventory" in cases(first_round)["FIC-09"].filing.file_kinds
    assert document.sheet(reading.thaw(cubesat)).demand() == {}
    assert cubesat["science"]["interaction"]
    assert {row["country"] for row in found["FIC-07"]["team"]["partners"]} == {"PE"}


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("FIC-01", set()),
        ("FIC-09", {"living_material"}),
        ("FIC-10", {"us_affiliation"}),
        ("FIC-13", {"radioactive_source"}),
        ("FIC-14", {"controlled_parts"}),
    ],
)
def test_what_the_screening_must_look_at_is_signed_with_the_letter(first_round, case, rules):
    referred = cases(first_round)[case].filing.manifest["rules"]["referred"]
    assert {one["rule"] for one in referred} == rules
    if case == "FIC-13":
        assert "Cm-244, 1,000,000,000 Bq" in referred[0]["sentence"]


def test_the_robot_is_over_the_cap_on_mev_and_under_it_on_cbe(first_round):
    robot = cases(first_round)["FIC-06"]
    assert robot.state == "ineligible"
    assert robot.filing.manifest["totals"]["mass_cbe_kg"] == "92"
    assert robot.filing.manifest["totals"]["mass_mev_kg"] == "99.360"
    assert proposals.mass_kg(robot) == Decimal("110.400")


def test_the_same_robot_cannot_be_signed_off_in_the_open_call(demonstration):
    robot = LetterOfIntent.objects.get(call__code="DEMO27-L", title__contains="manipulator")
    sentences = [
        str(p.sentence)
        for p in check(robot.content, robot.call.terms(), files=robot.file_kinds)
        if p.hard
    ]
    assert sentences == ["110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"]


@pytest.mark.parametrize(
    ("case", "totals", "mean", "sd"),
    [
        ("FIC-01", ["75.5", "84.5", "66.5"], "75.50", "9.0"),
        ("FIC-02", ["77.0", "85.5", "67.0"], "76.50", "9.3"),
        ("FIC-05", ["71.0", "81.0", "52.5"], "68.17", "14.5"),
        ("FIC-07", ["77.0", "84.0", "68.5"], "76.50", "7.8"),
        ("FIC-08", ["75.5", "82.0", "65.5"], "74.33", "8.3"),
    ],
)
def test_the_worked_rubric_comes_out_to_the_digit(first_round, case, totals, mean, sd):
    spread = queries.bench(cases(first_round)[case]).spread
    assert list(spread.totals) == [Decimal(total) for total in totals]
    assert f"{spread.mean:.2f}" == mean
    assert f"{spread.sd:.1f}" == sd


def test_the_tie_goes_to_the_higher_first_criterion(first_round):
    order = [
        standing.loi.reference[-2:] for standing in queries.ranking(proposals.running(first_round))
    ]
    assert order.index("02") + 1 == order.index("07")


def test_a_consensus_was_forced_where_the_rules_say_so(first_round):
    forced = {
        name for name, loi in cases(first_round).items() if queries.bench(loi).spread.consensus_due
    }
    assert {"FIC-02", "FIC-05", "FIC-08"} <= forced
    assert all(queries.facts(cases(first_round)[name]).consensus for name in forced)


def test_twelve_cases_are_in_final_review_and_nothing_is_decided(first_round):
    states = {name: loi.state for name, loi in cases(first_round).items()}
    assert states.pop("FIC-03") == "withdrawn"
    assert states.pop("FIC-06") == "ineligible"
    assert len(states) == 12
    assert set(states.values()) == {"final_review"}
    assert first_round.lois.get(reference=None).state == "not_submitted"
    balance = proposals.balance(mass(first_round))
    assert (balance.proposed, balance.committed, balance.free) == (0, 0, 180)


def test_the_reviewer_of_the_optics_institute_is_kept_from_its_case(demonstration, first_round):
    found = queries.conflicts_of(
        demonstration.reviewers["R4"], cases(first_round)["FIC-08"], on=NOW.date()
    )
    assert ("organisation", True) in [(conflict.kind, conflict.hard) for conflict in found]


def test_the_open_call_has_letters_in_every_early_state(demonstration):
    call = Call.objects.get(code="DEMO27-L")
    assert call.open_at(NOW)
    states = sorted(call.lois.values_list("state", flat=True))
    assert states == ["awaiting_signature", *["draft"] * 3, *["filed"] * 4]


def test_the_open_call_was_amended_once_and_answers_questions(demonstration, first_round):
    call = Call.objects.get(code="DEMO27-L")
    assert call.version == 2
    entries = [entry.anchor for entry in gazette.log(call)]
    assert entries == ["question-2", "amendment-1", "question-1"]
    assert call.questions.filter(state="asked").count() == 1
    assert [entry.anchor for entry in gazette.log(first_round)] == ["question-1"]


def test_the_former_round_is_decided_and_its_letters_are_out(demonstration, db):
    call = Call.objects.get(code="DEMO25-L")
    states: dict[str, set[str]] = {}
    for loi in call.lois.exclude(reference=None):
        states.setdefault(loi.state, set()).add(loi.reference[-2:])
    assert states == {
        "agreement_signed": {"01", "02", "04", "07", "08", "12", "14"},
        "merged": {"10", "11"},
        "agreement_pending": {"09"},
        "reserve": {"05"},
        "review_requested": {"13"},
        "withdrawn": {"03"},
        "ineligible": {"06"},
    }
    balance = proposals.balance(mass(call))
    assert (balance.committed, balance.free) == (Decimal("146.755"), Decimal("33.245"))
    assert call.release_on == date(2025, 9, 30)
    (containment,) = proposals.running_conditions()
    assert (containment.loi.reference[-2:], containment.state) == ("09", "answered")
    (station,) = call.projects.all()
    assert (station.reference, station.state) == ("DEMO25-L-P-01", "agreement_pending")
    assert [loi.reference[-2:] for loi in station.cases] == ["10", "11"]
    assert station.grants.get(allocation=mass(call)).amount == Decimal("8.14")


def test_the_boom_terminated_makes_the_rover_fit(demonstration, db):
    """33.6 kg do not fit into 33.245 kg; with the 3.15 kg of the boom they do."""
    call = Call.objects.get(code="DEMO25-L")
    assert proposals.fitting_reserves(call.lois) == []
    boom, rover = cases(call)["FIC-14"], cases(call)["FIC-05"]
    why = "The export of its controlled parts is refused: it cannot be delivered."
    agreements.terminate(boom, reason=why, by=demonstration.office["legal"], now=NOW)
    assert proposals.fitting_reserves(call.lois) == [rover]
    assert proposals.balance(mass(call)).free == Decimal("36.395")


def test_the_orbiter_is_in_the_midst_of_its_reviews(demonstration):
    call = Call.objects.get(code="DEMO26-O")
    states = dict(call.lois.order_by("reference").values_list("reference", "state"))
    assert list(states.values()) == [
        "under_review", "consensus", "under_review", "under_review", "under_review", "screening",
    ]  # fmt: skip
    forced = queries.facts(call.lois.get(state="consensus"))
    assert forced.consensus_due and not forced.consensus
    (late,) = queries.inbox(demonstration.reviewers["R6"])
    assert late.due_at < NOW and late.state == "accepted"
    assert proposals.balance(mass(call)).available == Decimal("13.5")


def test_the_final_selection_is_planned_for_a_september(first_round):
    planned = first_round.milestones.get(kind="final").planned
    assert (planned.month, planned.day) == (9, 30)
    assert planned - first_round.closes_at.date() >= date(2026, 4, 1) - date(2026, 1, 1)
    assert first_round.milestones.get(kind="preliminary").actual is not None


def test_nothing_invented_hangs_on_a_real_call(demonstration):
    real = Call.objects.filter(history=True)
    assert set(real.values_list("code", flat=True)) == {"CE6", "CE7", "CE8"}
    assert not LetterOfIntent.objects.filter(call__in=real).exists()
    assert not Organisation.objects.exclude(name__endswith="[FICTIONAL]").exists()
    assert not User.objects.exclude(email__endswith="@example.org").exists()


def test_history_carries_its_source_and_leaves_unknown_masses_unknown(demonstration):
    payloads = FlownPayload.objects.all()
    assert payloads.count() == 20
    assert all(payload.source and payload.as_of for payload in payloads)
    assert payloads.filter(mass_kg=None).count() == 15
    eighth = payloads.filter(call__code="CE8")
    assert len({country for payload in eighth for country in payload.countries}) == 11
    assert sum(payload.mass_kg or 0 for payload in eighth) == 45


def test_every_invariant_holds_in_it(demonstration, db):
    make.settle(NOW)
    assert list(violations(NOW)) == []


def test_it_is_seeded_once(demonstration, db):
    before = Call.objects.count(), User.objects.count()
    history.seed()
    Cast(NOW)
    assert (Call.objects.count(), User.objects.count()) == before
    assert calls.september(datetime(2026, 8, 1, tzinfo=UTC)) == date(2027, 9, 30)
    assert calls.september(datetime(2026, 7, 1, tzinfo=UTC)) == date(2026, 9, 30)
