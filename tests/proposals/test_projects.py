from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from portal.invariants import violations
from proposals import queries
from proposals.models import Decision, LedgerEntry, LetterOfIntent, Project
from proposals.services import decisions, filings, projects
from reviews.models import Conflict
from tests import make
from tests.asking import refused, words
from tests.cast import Cast
from tests.make import DECIDED, RELEASED, REVIEWED


@pytest.fixture(scope="module")
def scene(stage):
    """Three cases in final review, of 10.5, 5.25 and 4.2 kg."""
    of = make.call(stage, offered=40, held_back=20, cap=20)
    filed = [
        make.filed(stage, of, rival=bool(place % 2), mass_cbe_kg=kg)
        for place, kg in enumerate(("10", "5", "4"))
    ]
    for loi in filed:
        make.in_final_review(stage, loi)
    return of


@pytest.fixture
def cast(stage, db) -> Cast:
    return stage


@pytest.fixture
def call(scene, db):
    return make.again(scene)


@pytest.fixture
def cases(call) -> list[LetterOfIntent]:
    return list(call.lois.order_by("reference"))


def mass(call):
    return call.allocations.get(resource="mass").balance


def test_two_cases_become_a_project_with_one_line(cast, call, cases):
    make.prepared(cast, cases[0])
    project = make.merged(cast, call, cases[:2])
    assert project.reference == f"{call.code}-P-01"
    assert [partner.name for partner in project.partners] == [cast.rival.name]
    assert mass(call).proposed == Decimal("15.75")
    lines = LedgerEntry.objects.filter(allocation__call=call).order_by("number")
    assert [(one.kind, one.amount, one.project_id) for one in lines] == [
        ("hold", Decimal("10.5"), None),
        ("return", Decimal("10.5"), None),
        ("hold", Decimal("15.75"), project.pk),
    ]
    standing = Decision.objects.filter(project=project).values_list("outcome", "state")
    assert list(standing) == [("merged", "prepared")] * 2
    assert make.again(cases[0]).state == "final_review"  # until the release


def test_what_cannot_be_merged_is_refused_in_words(cast, call, cases):
    assert refused(make.merged, cast, call, cases[:1]).rule == "too_few_cases"
    assert (
        refused(make.merged, cast, call, cases[:2], by=cast.secretary).rule == "project.merge.who"
    )
    assert refused(make.merged, cast, call, cases[:2], title=" ").rule == "project.title"
    assert refused(make.merged, cast, call, cases[:2], reason="Short.").rule == "decision.reason"
    verdict = refused(make.merged, cast, call, [cases[0], cases[2]], lead=cast.rival)
    assert str(verdict.reason) == f"{cast.rival.name} has none of the cases: it cannot lead."
    filings.withdraw(cases[2], by=cast.aor, now=DECIDED, reason="Our funding is gone.")
    assert refused(make.merged, cast, call, cases[1:]).rule == "not_in_final_review"
    make.merged(cast, call, cases[:2])
    verdict = refused(make.merged, cast, call, cases[1:])
    assert str(verdict.reason) == (
        f"{cases[1].reference} is part of {call.code}-P-01: dissolve that project first."
    )
    assert refused(make.prepared, cast, cases[0]).rule == "in_a_project"


def test_the_project_is_given_no_more_than_there_is_and_less_with_a_reason(cast, call, cases):
    verdict = refused(make.merged, cast, call, cases[:2], granted={"mass": (Decimal(14), "")})
    assert verdict.rule == "grant.reason"
    make.prepared(cast, cases[2])  # 4.2 of the 20 kg that can be given
    shared = {"mass": (Decimal("13.5"), "One structure serves both of the instruments.")}
    project = make.merged(cast, call, cases[:2], granted=shared)
    assert project.grants.get(allocation__resource="mass").amount == Decimal("13.5")
    assert mass(call).proposed == Decimal("17.7")


def test_a_project_over_the_cap_of_one_module_is_refused(cast):
    call = make.call(cast, code="NARROW27", offered=40, held_back=10, cap=12)
    filed = [make.filed(cast, call, rival=rival, mass_cbe_kg="10") for rival in (False, True)]
    two = [make.in_final_review(cast, loi) for loi in filed]
    assert refused(make.merged, cast, call, two).rule == "grant.cap"
    assert not Decision.objects.filter(loi__call=call).exists()


def test_a_withdrawal_takes_the_project_apart(cast, call, cases):
    project = make.merged(cast, call, cases[:2])
    filings.withdraw(cases[1], by=cast.rival_aor, now=DECIDED, reason="Our funding is gone.")
    assert make.again(project).state == "void"
    assert mass(call).taken == 0
    assert make.prepared(cast, cases[0]).state == "prepared"  # decided by itself again
    again = make.merged(cast, call, [cases[0], cases[2]])
    assert again.reference == f"{call.code}-P-02"


def test_the_chair_dissolves_it_with_a_reason(cast, call, cases):
    project = make.merged(cast, call, cases[:2])
    assert refused(projects.dissolve, project, by=cast.approver, now=DECIDED, reason="No.").who
    projects.dissolve(project, by=cast.chair, now=DECIDED, reason="The two do not fit together.")
    assert mass(call).taken == 0
    assert queries.project_of(cases[0]) is None


def release(cast, call) -> None:
    decisions.propose_decisions(call, by=cast.chair, now=DECIDED)
    make.approved(cast, call)
    make.store_letters(call)
    decisions.release(call, by=cast.secretary, now=RELEASED)


def test_the_release_merges_the_cases_and_commits_one_line(cast, call, cases, visit):
    project = make.merged(cast, call, cases[:2])
    make.prepared(cast, cases[2], outcome="not_selected")
    for person in (cast.legal, cast.pi, cast.rival_aor):
        assert visit(person, at=DECIDED).get(f"/projects/{project.key}/").status_code == 404
    release(cast, call)
    assert [make.again(loi).state for loi in cases] == ["merged", "merged", "not_selected"]
    assert (mass(call).proposed, mass(call).committed) == (0, Decimal("15.75"))
    for loi in cases[:2]:
        letter = loi.letters.get(kind="decision")
        assert letter.context["project"] == {
            "reference": f"{call.code}-P-01",
            "title": "Particles and dust",
            "lead": cast.institute.name,
            "partners": [cast.rival.name],
        }
        assert letter.context["grant"] is None
    make.settle()
    assert list(violations(RELEASED)) == []


def test_the_chair_merges_on_a_page(cast, call, cases, visit):
    browser, path = visit(cast.chair, at=DECIDED), f"/calls/{call.code}/merge/"
    assert cases[2].reference in words(browser.get(path))
    assert path in words(browser.get(f"/calls/{call.code}/ranking/"))
    typed = {"title": "Particles", "reason": make.REASON, "lead": cast.institute.key}
    answer = browser.post(path, {**typed, "cases": [cases[0].key]})
    assert answer.status_code == 409
    assert "A project is made of at least two cases; chosen: 1." in words(answer)
    assert "Particles" in words(answer)
    assert browser.post(path, {**typed, "title": ""}).status_code == 400
    keys = [cases[0].key, cases[1].key]
    answer = browser.post(path, {**typed, "cases": keys, "granted_mass": "x"})
    assert (answer.status_code, "“x” is not a number." in words(answer)) == (400, True)
    assert visit(cast.auditor, at=DECIDED).post(path, {**typed, "cases": keys}).status_code == 403
    answer = browser.post(path, {**typed, "cases": keys})
    project = Project.objects.get(call=call)
    assert answer.url == f"/projects/{project.key}/"
    shown = words(browser.get(answer.url))
    assert "15.75" in shown and f'action="{answer.url}dissolve/"' in shown
    for page in ("ranking", "decisions", "ledger"):
        assert project.reference in words(browser.get(f"/calls/{call.code}/{page}/"))
    assert browser.post(f"{answer.url}dissolve/", {"reason": "No."}).status_code == 302
    assert make.again(project).state == "void"


def test_the_database_as_well_wants_a_project_to_merge_into(cast, call, cases):
    decision = make.prepared(cast, cases[0], outcome="reserve")
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(outcome="merged")


def test_whoever_may_not_see_one_of_its_cases_reads_of_no_project(cast, call, cases, visit):
    project = make.merged(cast, call, cases[:2])
    noted = {"kind": "declared", "hard": True, "declared": True, "state": "confirmed"}
    pages = {name: f"/calls/{call.code}/{name}/" for name in ("ranking", "selection", "decisions")}
    for name, page in pages.items():
        shown = words(visit(cast.chair, at=DECIDED).get(page))
        assert project.reference in shown, name
    Conflict.objects.create(loi=cases[1], user=cast.chair, at=REVIEWED, **noted)
    for name, page in pages.items():
        shown = words(visit(cast.again("chair"), at=DECIDED).get(page))
        assert project.reference not in shown, name
