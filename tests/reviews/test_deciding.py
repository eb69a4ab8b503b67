from datetime import timedelta
from decimal import Decimal

import pytest

from portal.models import Event
from proposals import queries as proposals
from proposals.models import Decision
from reviews import services
from tests import make

LATER = make.REVIEWED + timedelta(days=3)
REASON = "A strong case whose demand can be given on this lander."


def final(cast, loi):
    """Three reviews that agree, concluded, in final review."""
    make.reviewed(cast, loi)
    services.conclude_reviews(loi, by=cast.chair, now=LATER)
    services.conclude(loi, by=cast.chair, now=LATER)
    return make.again(loi)


@pytest.fixture(scope="module")
def scene(stage):
    """Two cases in final review that ask 94.5 and 99.75 kg: together more than 180."""
    of = make.call(stage)
    filings = [
        make.filed(
            stage, of, rival=bool(n), title=f"Payload number {n} of the call", mass_cbe_kg=mass
        )
        for n, mass in enumerate(("90", "95"))
    ]
    return [final(stage, loi) for loi in filings]


@pytest.fixture
def cast(stage, scene, db):
    return stage


@pytest.fixture
def pair(scene, db):
    return [make.again(loi) for loi in scene]


def typed(**more) -> dict:
    return {"outcome": "selected", "reason": REASON, "instead_of": "", **more}


def test_the_demand_is_what_is_offered_to_grant(cast, visit, pair):
    page = visit(cast.chair, at=LATER).get(f"/lois/{pair[0].key}/prepare/")
    (row,) = page.context["form"].grants()
    assert (row["asked"], row["amount"].value()) == ("94.5", "94.5")


def test_a_prepared_decision_holds_and_stays_private(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    answer = client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    assert answer.status_code == 302
    decision = Decision.objects.get()
    assert (decision.outcome, decision.state) == ("selected", "prepared")
    assert decision.basis["mean"] == "80.00"
    assert decision.basis["findings"][0]["text"] == "What was found on C1."
    assert "Reviewer" not in str(decision.basis)
    page = client.get(f"/calls/{pair[0].call.code}/ranking/")
    row = next(row for row in page.context["rows"] if row["loi"] == pair[0])
    assert row["holds"][0]["amount"] == "94.5 kg"
    proposed = page.context["bars"][0].segments[1]
    assert (proposed.key, proposed.amount) == ("proposed", "94.5")
    assert make.again(pair[0]).state == "final_review"
    assert not proposals.visible_decisions(cast.again("pi")).exists()


WAIVER = "The one rating is of the former motor, which was exchanged."


def test_a_high_risk_is_accepted_in_writing_or_not_selected(cast, visit, pair):
    loi = pair[0]
    rated = loi.assignments.filter(state="locked").first()
    loi.assignments.filter(pk=rated.pk).update(risk="high")
    client, at = visit(cast.chair, at=LATER), f"/lois/{loi.key}/prepare/"
    assert "1 of 3 rate the risk high." in client.get(at).content.decode()
    for waiver in ("", "Too short."):
        answer = client.post(at, typed(granted_mass="94.5", waiver=waiver))
        assert answer.status_code == 409
        assert f"this one has {len(waiver)}" in answer.content.decode()
    assert not Decision.objects.exists()
    assert client.post(at, typed(outcome="reserve", granted_mass="94.5")).status_code == 302
    standing = Decision.objects.get().key
    again = typed(granted_mass="94.5", waiver=WAIVER, instead_of=standing)
    assert client.post(at, again).status_code == 302
    decision = Decision.objects.get(state="prepared")
    assert (decision.waiver, decision.basis["risks"]) == (WAIVER, ["low", "low", "high"])
    page = visit(cast.approver, at=LATER).get(f"/calls/{loi.call.code}/decisions/")
    assert WAIVER in page.content.decode()


def test_the_ledger_refuses_with_its_numbers_and_what_was_typed_stays(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    answer = client.post(f"/lois/{pair[1].key}/prepare/", typed(granted_mass="99.75"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert (
        "99.75 kg more would make 194.25 kg, over the 180 kg that can be given "
        "(200 kg offered, 20 kg held back): 94.5 kg are proposed or committed, 85.5 kg are free."
    ) in page
    assert REASON in page
    assert answer.context["form"]["granted_mass"].value() == "99.75"
    assert Decision.objects.count() == 1
    less = typed(granted_mass="85,5", reason_mass="That is what remains.")
    assert client.post(f"/lois/{pair[1].key}/prepare/", less).status_code == 302
    assert Decision.objects.get(loi=pair[1]).grants.get().amount == Decimal("85.5")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"granted_mass": "lots"}, 400, "“lots” is not a number."),
        ({"granted_mass": "1.23456"}, 400, "At most three decimals"),
        ({"granted_mass": "-1"}, 409, "-1 kg granted is not between 0 and the 94.5 kg asked."),
        ({"granted_mass": "94.6"}, 409, "94.6 kg granted is not between 0 and the 94.5 kg asked."),
        ({"granted_mass": "50"}, 409, "50 kg is less than the 94.5 kg asked"),
        ({"reason": "Too short."}, 409, "The reason has 10 characters"),
        ({"reason": ""}, 400, "This field is required."),
        ({"outcome": "perhaps"}, 400, "Select a valid choice."),
        ({"outcome": "selected_conditional"}, 409, "which needs at least one"),
        (
            {"outcome": "selected_conditional", "condition-0-text": "File a report."},
            400,
            "Needed: Owner.",
        ),
        (
            {
                "condition-0-text": "File a report.",
                "condition-0-owner": "PI",
                "condition-0-due_on": "2027-09-30",
            },
            409,
            "Conditions belong to",
        ),
    ],
)
def test_a_slip_is_told_and_nothing_is_prepared(cast, visit, pair, given, status, said):
    client = visit(cast.chair, at=LATER)
    answer = client.post(
        f"/lois/{pair[0].key}/prepare/", typed(**{"granted_mass": "94.5", **given})
    )
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert not Decision.objects.exists()


def test_conditions_are_rows(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    rows = {
        "outcome": "selected_conditional",
        "granted_mass": "94.5",
        "condition-0-text": "File a containment report.",
        "condition-0-owner": "PI",
        "condition-0-due_on": "2027-09-30",
    }
    address = f"/lois/{pair[0].key}/prepare/"
    more = client.post(address, typed(**rows, add_condition="1"))
    assert (more.status_code, len(more.context["form"].conditions)) == (200, 2)
    assert "File a containment report." in more.content.decode()
    assert client.post(address, typed(**rows)).status_code == 302
    assert Decision.objects.get().conditions == [
        {"text": "File a containment report.", "owner": "PI", "due_on": "2027-09-30"}
    ]


def test_a_second_click_prepares_once(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    for _ in range(2):
        given = typed(granted_mass="94.5")
        assert client.post(f"/lois/{pair[0].key}/prepare/", given).status_code == 302
    assert Decision.objects.count() == 1
    assert Event.objects.filter(verb="decision.prepared").count() == 1


def test_what_another_window_prepared_is_not_overwritten_unseen(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    address = f"/lois/{pair[0].key}/prepare/"
    client.post(address, typed(granted_mass="94.5"))
    other = typed(outcome="reserve", granted_mass="94.5")
    answer = client.post(address, other)
    assert answer.status_code == 409
    assert "prepared since this page was loaded" in answer.content.decode()
    seen = answer.context["form"]["instead_of"].value()
    assert client.post(address, {**other, "instead_of": seen}).status_code == 302
    assert list(Decision.objects.order_by("pk").values_list("outcome", "state")) == [
        ("selected", "void"),
        ("reserve", "prepared"),
    ]


def test_the_bars_follow_what_is_typed(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    asked = {"part": "bars", "outcome": "selected", "granted_mass": "99.75"}
    page = client.get(f"/lois/{pair[1].key}/prepare/", asked)
    (bar,) = page.context["bars"]
    assert (bar.segments[1].amount, bar.over) == ("194.25", "14.25")
    asked["outcome"] = "reserve"
    (bar,) = client.get(f"/lois/{pair[1].key}/prepare/", asked).context["bars"]
    assert (bar.segments[1].amount, bar.over) == ("94.5", "")


def test_decisions_are_proposed_once_every_case_has_one(cast, visit, pair):
    client = visit(cast.chair, at=LATER)
    code = pair[0].call.code
    client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    answer = client.post(f"/calls/{code}/propose-decisions/")
    assert answer.status_code == 409
    assert "Cases without a decision: 1." in answer.content.decode()
    given = typed(outcome="not_selected", granted_mass="0")
    assert client.post(f"/lois/{pair[1].key}/prepare/", given).status_code == 302
    assert client.post(f"/calls/{code}/propose-decisions/").status_code == 302
    assert make.again(pair[0].call).state == "decisions_proposed"
    given["outcome"] = "reserve"
    assert client.post(f"/lois/{pair[1].key}/prepare/", given).status_code == 409
    page = client.get(f"/lois/{pair[1].key}/prepare/").content.decode()
    assert "reopen them first" in page


def test_the_auditor_prepares_nothing(cast, visit, pair):
    client = visit(cast.auditor, at=LATER)
    answer = client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    assert answer.status_code == 403
    assert client.post(f"/calls/{pair[0].call.code}/propose-decisions/").status_code == 403
    assert not Decision.objects.exists()


def test_the_whole_of_it_leaves_nothing_untrue(cast, visit, pair, truths):
    client = visit(cast.chair, at=LATER)
    client.post(f"/lois/{pair[0].key}/prepare/", typed(granted_mass="94.5"))
    given = typed(outcome="reserve", granted_mass="99.75")
    client.post(f"/lois/{pair[1].key}/prepare/", given)


def test_a_chair_who_is_shut_out_of_a_case_meets_it_in_no_number(cast, visit, pair):
    """Not in what is asked on the ranking, nor in the rank that a decision on another case keeps."""
    hidden, shown = pair
    ranking = f"/calls/{shown.call.code}/ranking/"

    def asked() -> str:
        bar = visit(cast.again("chair"), at=LATER).get(ranking).context["bars"][0]
        return next(segment.amount for segment in bar.segments if segment.key == "asked")

    assert asked() == "194.25"
    services.step_out(hidden, reason="A joint paper.", by=cast.chair, now=LATER)
    assert asked() == "99.75"
    visit(cast.again("chair"), at=LATER).post(
        f"/lois/{shown.key}/prepare/", typed(granted_mass="99.75")
    )
    assert Decision.objects.get().basis["rank"] == 1
