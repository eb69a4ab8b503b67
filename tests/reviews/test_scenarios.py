"""The workbench: sets by hand, scenarios worked out, and decisions prepared from them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal import canonical
from portal.models import Event
from portal.verdict import Refused
from proposals.models import Decision, Project
from proposals.services import filings, projects
from reviews import queries, services, tasks
from reviews.invariants import scenarios_are_as_they_were_made
from reviews.models import Conflict, Scenario
from reviews.selection import work
from reviews.services import scenarios
from reviews.tasks import work_out_scenarios
from tests import make

LATER = make.REVIEWED + timedelta(days=3)
REASON = "The committee took the set of the greatest worth within the kilograms."


@pytest.fixture(scope="module")
def scene(stage):
    """Three cases in final review that ask 94.5, 73.5 and 52.5 kg of 180: any two fit, not all."""
    of = make.call(stage)
    filings = [
        make.filed(
            stage, of, rival=bool(n % 2), title=f"Payload number {n} of the call", mass_cbe_kg=mass
        )
        for n, mass in enumerate(("90", "70", "50"))
    ]
    for loi, marks in zip(filings, ("4", "3.5", "3"), strict=True):
        make.reviewed(stage, loi, scores=[" ".join([marks] * 6)] * 3)
        services.conclude_reviews(loi, by=stage.chair, now=LATER)
        services.conclude(loi, by=stage.chair, now=LATER)
    return make.again(of)


@pytest.fixture
def cast(stage, scene, db, clock_at, monkeypatch):
    clock_at(LATER)
    monkeypatch.setattr(work, "DRAWS", work.EACH)
    return stage


@pytest.fixture
def call(scene, db):
    return make.again(scene)


@pytest.fixture
def cases(call):
    return list(call.lois.order_by("reference"))


def typed(cases, *selected, act="keep", **more) -> dict:
    places = {
        f"case-{loi.key}": "select" if n in selected else "not" for n, loi in enumerate(cases)
    }
    return {**places, "act": act, **more}


def asked(cast, call, **given) -> Scenario:
    """A scenario of the proposer, worked out."""
    rules = given.pop("rules", {})
    made = scenarios.ask(call, rules=rules, what_if=given.pop("what_if", {}), by=cast.chair, now=LATER, **given)  # fmt: skip
    work_out_scenarios.run()
    return make.again(made)


def merged(cast, call, cases) -> Project:
    return projects.merge(
        call,
        cases,
        title="One station",
        lead=cast.institute,
        reason=REASON,
        results=queries.results(call, seen_by=cast.chair),
        granted={"mass": (Decimal(99), "They share one structure.")},
        by=cast.chair,
        now=LATER,
    )


def test_the_bars_follow_and_over_full_is_said_and_refused(cast, call, cases, visit):
    client = visit(cast.chair, at=LATER)
    counted = client.post(f"/calls/{call.code}/selection/", typed(cases, 0, 1, act="count"))
    (bar,) = counted.context["bars"]
    assert (bar["selected"], bar["free"], bar["over"]) == ("168", "12", "")
    assert counted.status_code == 200 and not Scenario.objects.exists()
    answer = client.post(f"/calls/{call.code}/selection/", typed(cases, 0, 1, 2, note="All"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Mass: 220.5 of the 180 kg that can be given, 40.5 kg too much." in page
    assert answer.context["bars"][0]["over"] == "40.5"
    assert answer.context["counts"]["select"] == 3 and 'value="All"' in page
    assert not Scenario.objects.exists()


def test_a_set_by_hand_is_kept_as_it_was(cast, call, cases, visit):
    client = visit(cast.chair, at=LATER)
    answer = client.post(f"/calls/{call.code}/selection/", typed(cases, 0, 2, note="Without the second"))  # fmt: skip
    kept = Scenario.objects.get()
    assert answer.headers["Location"] == f"/scenarios/{kept.key}/"
    assert kept.chosen == ["TEST27-0001", "TEST27-0003"]
    assert kept.found["used"] == {"Mass": "147"}
    assert kept.digest == canonical.digest(kept.inputs)
    event = Event.objects.get(verb="scenario.kept")
    assert (event.data["digest"], event.data["found"]) == (kept.digest, canonical.digest(kept.found))  # fmt: skip
    again = client.get(f"/calls/{call.code}/selection/?from={kept.key}")
    assert [row["place"] for row in again.context["rows"]] == ["select", "not", "select"]
    assert "Without the second" in again.content.decode()


def test_the_best_set_is_worked_out_with_what_each_limit_costs(cast, call, visit):
    client = visit(cast.chair, at=LATER)
    form = client.get(f"/calls/{call.code}/selection/propose/").context["form"]
    (code,) = (one["code"] for one, _form in form.budgets)
    budget = {f"budget-{code}-offered": "200", f"budget-{code}-held_back": "20", f"budget-{code}-cap": "100"}  # fmt: skip
    less = {**budget, f"budget-{code}-offered": "-1"}
    refused = client.post(f"/calls/{call.code}/selection/propose/", less)
    assert refused.status_code == 400 and "Nothing under 0" in refused.content.decode()
    answer = client.post(f"/calls/{call.code}/selection/propose/", {**budget, "note": "As it is"})
    made = Scenario.objects.get()
    assert answer.headers["Location"] == f"/scenarios/{made.key}/"
    assert "takes it up" in client.get(f"/scenarios/{made.key}/").content.decode()
    work_out_scenarios.run()
    made = make.again(made)
    assert (made.state, made.chosen) == ("done", ["TEST27-0001", "TEST27-0002"])
    page = client.get(f"/scenarios/{made.key}/").content.decode()
    assert "no set that keeps the rules is worth more" in page
    assert "Mass: 40.5 kg more would admit TEST27-0003" in page
    assert "Mass: 12 kg left, too little for TEST27-0003." in page
    assert made.found["others"][0] == {"chosen": ["TEST27-0001", "TEST27-0003"], "value": "140", "adds": ["TEST27-0003"], "lacks": ["TEST27-0002"]}  # fmt: skip
    assert made.found["draws"] == made.found["drawn"]["TEST27-0001"] == work.DRAWS


def test_what_if_there_were_more_and_one_had_to_be_in(cast, call):
    (code,) = (one["code"] for one in queries.inputs(queries.pool(cast.chair, call), {}, {})["budgets"])  # fmt: skip
    wider = asked(cast, call, what_if={code: {"offered": Decimal(241)}})
    assert len(wider.chosen) == 3
    forced = asked(cast, call, rules={"inside": ["TEST27-0003"], "apart": [["TEST27-0001", "TEST27-0003"]]})  # fmt: skip
    assert forced.chosen == ["TEST27-0002", "TEST27-0003"]


def test_rules_that_clash_are_named_and_nothing_is_prepared_from_them(cast, call, visit):
    made = asked(cast, call, rules={"inside": ["TEST27-0001", "TEST27-0002", "TEST27-0003"]})
    client = visit(cast.chair, at=LATER)
    page = client.get(f"/scenarios/{made.key}/").content.decode()
    for rule in ("TEST27-0001 is in", "TEST27-0003 is in", "Mass: at most 180 kg"):
        assert rule in page
    answer = client.get(f"/scenarios/{made.key}/apply/")
    assert answer.status_code == 409 and "No set keeps all rules" in answer.content.decode()


def test_a_run_can_be_cancelled_and_stays_so(cast, call, visit):
    made = scenarios.ask(call, rules={}, what_if={}, by=cast.chair, now=LATER)
    client = visit(cast.chair, at=LATER)
    assert client.post(f"/scenarios/{made.key}/cancel/").status_code == 302
    work_out_scenarios.run()
    assert make.again(made).state == "cancelled" and not make.again(made).found
    assert client.post(f"/scenarios/{made.key}/cancel/").status_code == 409


def test_decisions_are_prepared_from_it_together(cast, call, cases, visit):
    made = asked(cast, call)
    client = visit(cast.chair, at=LATER)
    form = client.get(f"/scenarios/{made.key}/apply/").context["form"]
    given = {line["outcome"].html_name: line["outcome"].value() for line in form.lines()}
    assert list(given.values()) == ["selected", "selected", "not_selected"]
    refused = client.post(f"/scenarios/{made.key}/apply/", given)
    assert (
        refused.status_code == 400
        and "Without a reason of their own: TEST27-0001" in refused.content.decode()
    )
    own = {f"reason-{cases[2].key}": "It is the weakest of the three in its reviews."}
    answer = client.post(f"/scenarios/{made.key}/apply/", {**given, **own, "common": REASON})
    assert answer.status_code == 302
    decided = {one.loi.reference: (one.outcome, one.reason) for one in Decision.objects.all()}
    assert decided["TEST27-0001"] == ("selected", REASON)
    assert decided["TEST27-0003"] == ("not_selected", own[f"reason-{cases[2].key}"])
    assert Event.objects.filter(verb="decision.prepared").count() == 3
    against = client.get(f"/scenarios/{made.key}/").context["against"]
    assert (against["only_here"], against["only_there"]) == ([], [])


def test_one_that_does_not_fit_stops_the_whole(cast, call, cases):
    made = asked(cast, call)
    intents = {loi.key: scenarios.Intent("selected", REASON, "") for loi in cases}
    with pytest.raises(Refused) as refused:
        scenarios.apply(made, intents=intents, by=cast.chair, now=LATER)
    said = str(refused.value)
    assert said.startswith("TEST27-0003: 52.5 kg more would make 220.5 kg, over the 180 kg")
    assert not Decision.objects.exists()
    assert not Event.objects.filter(verb="scenario.applied").exists()


def test_a_case_that_gives_way_frees_its_kilograms_first(cast, call, cases):
    make.prepared(cast, cases[0], now=LATER)
    make.prepared(cast, cases[1], now=LATER)
    made = asked(cast, call, rules={"inside": ["TEST27-0003"]})
    assert made.chosen == ["TEST27-0001", "TEST27-0003"]
    stands = {one.loi_id: one.key for one in Decision.objects.all()}
    intents = {
        loi.key: scenarios.Intent(outcome, REASON, stands.get(loi.pk, ""))
        for loi, outcome in zip(cases[1:], ("reserve", "selected"), strict=True)
    }
    scenarios.apply(made, intents=intents, by=cast.chair, now=LATER)
    held = {one.loi.reference: one.outcome for one in Decision.objects.exclude(state="void")}
    assert held == {"TEST27-0001": "selected", "TEST27-0002": "reserve", "TEST27-0003": "selected"}


def test_merged_cases_are_one_row_that_is_decided_elsewhere(cast, call, cases, visit):
    project = merged(cast, call, cases[1:])
    page = visit(cast.chair, at=LATER).get(f"/calls/{call.code}/selection/")
    assert [row["reference"] for row in page.context["rows"]] == ["TEST27-0001"]
    (row,) = page.context["projects"]
    assert (row["project"], row["cases"]) == (project, "TEST27-0002, TEST27-0003")
    assert row["amounts"][0]["amount"] == page.context["bars"][0]["others"] == "99"
    assert project.reference in page.content.decode()
    made = asked(cast, call)
    assert made.chosen == [] and "too little for TEST27-0001" in made.found["binds"][0]


def test_who_may_what(cast, call, cases, visit):
    made = asked(cast, call)
    for name in ("secretary", "approver", "auditor"):
        client = visit(getattr(cast, name), at=LATER)
        assert client.get(f"/calls/{call.code}/selection/").status_code == 200
        assert client.get(f"/scenarios/{made.key}/").status_code == 200
    assert client.post(f"/calls/{call.code}/selection/", typed(cases, 0)).status_code == 403
    assert client.post(f"/scenarios/{made.key}/cancel/").status_code == 403
    assert client.get(f"/scenarios/{made.key}/apply/").status_code == 403
    assert client.get(f"/calls/{call.code}/selection/propose/").status_code == 404
    for name in ("pi", "reviewer_one", "admin", "legal"):
        client = visit(getattr(cast, name), at=LATER)
        for path in (f"/calls/{call.code}/selection/", f"/scenarios/{made.key}/"):
            assert client.get(path).status_code == 404


def test_a_case_hidden_by_a_conflict_is_told_as_a_number_and_its_scenarios_not_at_all(
    cast, call, cases, visit
):
    made = asked(cast, call)
    make.prepared(cast, cases[0], now=LATER)
    services.step_out(cases[0], reason="We built the engineering model together.", by=cast.chair, now=LATER)  # fmt: skip
    client = visit(cast.chair, at=LATER)
    page = client.get(f"/calls/{call.code}/selection/")
    text = page.content.decode()
    assert "1 case of this call is not yours to decide" in text
    assert "TEST27-0001" not in text and "94.5" not in [row["loi"] for row in page.context["rows"]]
    assert page.context["bars"][0]["others"] == "94.5"  # a chair decides with the true figures
    assert client.get(f"/scenarios/{made.key}/").status_code == 404
    mine = asked(cast, call)
    assert mine.chosen == ["TEST27-0002"]


def test_who_may_not_know_what_others_hold_reads_no_scenario_that_counts_it_in(
    cast, call, cases, visit
):
    """“99 kg taken by others” would be what the hidden case was given with the one it was merged with."""
    merged(cast, call, cases[1:])
    made = asked(cast, call)
    assert [made.inputs["budgets"][0]["others"], made.cases.get()] == ["99", cases[0]]
    Conflict.objects.create(
        loi=cases[1], user=cast.second_approver, hard=True, declared=True,
        kind="declared", state="declared", reason="Family.", at=LATER,
    )  # fmt: skip
    for person, status in ((cast.approver, 200), (cast.second_approver, 404), (cast.chair, 200)):
        assert visit(person, at=LATER).get(f"/scenarios/{made.key}/").status_code == status
    page = visit(cast.second_approver, at=LATER).get(f"/calls/{call.code}/selection/")
    assert "1 scenario speaks of cases that are not yours to decide" in page.content.decode()
    assert "99" not in [bar["others"] for bar in page.context["bars"]]


def test_what_the_solver_fails_on_is_given_up_and_said(cast, call, visit, clock_at, monkeypatch):
    def fails(inputs):
        raise RuntimeError("The solver has no licence")

    made = scenarios.ask(call, rules={}, what_if={}, by=cast.chair, now=LATER)
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "work", fails)
        for minutes in (0, 5, 10, 15):
            clock_at(LATER + timedelta(minutes=minutes))
            work_out_scenarios.run()
    made = make.again(made)
    assert (made.attempts, made.failed_at) == (tasks.MOST_RUNS, LATER + timedelta(minutes=10))
    page = visit(cast.chair, at=LATER).get(f"/scenarios/{made.key}/").content.decode()
    assert "It could not be worked out" in page and "hx-trigger" not in page
    assert "could not be worked out" in visit(cast.chair, at=LATER).get(f"/calls/{call.code}/selection/").content.decode()  # fmt: skip
    assert asked(cast, call).state == "done"


def test_the_page_asks_no_more_for_more_cases(cast, call, cases, visit, django_assert_num_queries):
    client = visit(cast.chair, at=LATER)
    with django_assert_num_queries(27):
        assert len(client.get(f"/calls/{call.code}/selection/").context["rows"]) == 3
    for loi, aor in ((cases[0], cast.aor), (cases[1], cast.rival_aor)):
        filings.withdraw(loi, reason="Taken to another mission.", by=aor, now=LATER)
    with django_assert_num_queries(27):
        assert len(client.get(f"/calls/{call.code}/selection/").context["rows"]) == 1


def test_one_that_was_changed_is_found_out(cast, call):
    made = asked(cast, call)
    assert list(scenarios_are_as_they_were_made(LATER)) == []
    more = {**made.found, "chosen": ["TEST27-0001", "TEST27-0002", "TEST27-0003"]}
    Scenario.objects.filter(pk=made.pk).update(found=more)
    assert list(scenarios_are_as_they_were_made(LATER)) == [
        f"scenario {made.key} says something else than was found",
        f"scenario {made.key}: Mass: 220.5 of the 180 kg that can be given, 40.5 kg too much.",
    ]
    Scenario.objects.filter(pk=made.pk).update(
        found=made.found, inputs={**made.inputs, "rules": {}}
    )
    (told,) = scenarios_are_as_they_were_made(LATER)
    assert told == f"scenario {made.key} is not made from what it was made from"
