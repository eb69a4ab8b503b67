"""A merged project after its release: who sees it, who acts for it, and what comes free when it ends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.models import Message
from portal.queries import events
from portal.verdict import Refused
from proposals import letters, queries
from proposals.models import Project
from proposals.services import agreements, amendments
from proposals.tasks import keep_deadlines
from reviews.models import Conflict
from tests import make
from tests.asking import words
from tests.make import RELEASED, REVIEWED

DAY = timedelta(days=1)
WHY = "The funding agency has withdrawn its promise for the flight model."
TEAMS = {"pi", "aor", "owner", "editor", "rival_pi", "rival_aor"}


@pytest.fixture(scope="module")
def scene(stage, django_db_blocker) -> Project:
    with django_db_blocker.unblock():
        return make.released_project(stage)


@pytest.fixture
def cast(stage, scene, db):
    return stage


@pytest.fixture
def project(scene, db) -> Project:
    return make.again(scene)


def committed(project: Project) -> Decimal:
    return project.call.allocations.get(resource="mass").committed


def at(project: Project, action: str = "") -> str:
    return reverse(f"{action}_project" if action else "project", args=[project.key])


def told(notice: str) -> set:
    return {message.recipient for message in Message.objects.filter(notice=notice)}


def test_every_partner_reads_its_page_and_only_its_own_case(cast, project, visit):
    own, theirs = project.cases
    page = words(visit(cast.rival_pi, at=RELEASED).get(at(project)))
    assert "15.75" in page and own.title in page and cast.institute.name in page
    assert reverse("loi", args=[theirs.key]) in page
    assert reverse("loi", args=[own.key]) not in page and own.reference not in page
    assert f"{cast.aor.name} of {cast.institute.name} accepts it for all its partners" in page
    assert "28 Sep 2027, 24:00" in page
    # Who prepared and approved it, and when, is nothing to them.
    assert "The results were released: the project is formed of its cases." in page
    assert "Prepared by" not in page and "merged the cases" not in page
    office = words(visit(cast.auditor, at=RELEASED).get(at(project)))
    assert "Prepared by" in office and f"{cast.chair.name} merged the cases" in office
    case = words(visit(cast.rival_pi, at=RELEASED).get(reverse("loi", args=[theirs.key])))
    assert at(project) in case and f"It goes on in the project {project.reference}." in case


def test_who_sees_it_and_who_is_shut_out(cast, project, visit):
    readers = {
        name
        for name in cast.NAMES
        if queries.visible_projects(cast.again(name)).filter(pk=project.pk).exists()
    }
    own = {"pi", "aor", "owner", "editor", "reader", "rival_pi", "rival_aor"}
    office = {"secretary", "second_secretary", "approver", "second_approver", "auditor", "legal"}
    assert readers == own | office | {"chair"}
    # A conflict of interest with one of its cases is one with the project.
    case = project.cases[1]
    for name in ("secretary", "chair", "auditor"):
        noted = {"kind": "declared", "hard": True, "declared": True, "state": "confirmed"}
        Conflict.objects.create(loi=case, user=getattr(cast, name), at=REVIEWED, **noted)
        shut_out = visit(cast.again(name), at=RELEASED)
        assert shut_out.get(at(project)).status_code == 404
        other = words(shut_out.get(reverse("loi", args=[project.cases[0].key])))
        assert project.reference not in other
    assert project.key not in {event.subject_key for event in events(cast.again("auditor"))}


def test_the_lead_accepts_for_all_and_nobody_else(truths, cast, project, visit):
    assert told("loi_decided") >= {getattr(cast, name) for name in TEAMS}
    asked = Message.objects.filter(subject__startswith=f"[Action required] {project.reference}")
    assert {one.recipient for one in asked} == {cast.pi, cast.aor, cast.owner, cast.editor}
    rivals = Message.objects.filter(notice="loi_decided", recipient=cast.rival_aor).first()
    assert project.title in rivals.body and at(project) in rivals.body
    day = words(visit(cast.aor, at=RELEASED).get("/day/"))
    assert f"Accept or decline the selection of {project.reference}" in day
    assert project.reference not in words(visit(cast.rival_aor, at=RELEASED).get("/day/"))
    with pytest.raises(Refused) as partner:
        agreements.accept(project, by=cast.rival_aor, now=RELEASED)
    assert partner.value.verdict.who
    aor = cast.again("aor")
    aor.set_password("right-and-long")
    aor.save()
    browser = visit(aor, at=RELEASED)
    page = words(browser.get(at(project, "accept")))
    assert "15.75 kg" in page and f"<bdi>{cast.rival.name}</bdi>." in page
    assert browser.post(at(project, "accept"), {"password": "wrong"}).status_code == 400
    answer = browser.post(at(project, "accept"), {"password": "right-and-long"})
    assert (answer.status_code, answer.url) == (302, at(project))
    assert make.again(project).state == "agreement_pending"
    team = {getattr(cast, name) for name in TEAMS}
    assert told("selection_accepted") == team | {
        cast.secretary,
        cast.second_secretary,
        cast.legal,
    }


def test_legal_puts_one_agreement_on_file_for_all_partners(truths, cast, project, visit):
    agreements.accept(project, by=cast.aor, now=RELEASED)
    legal, now = visit(cast.legal, at=RELEASED + DAY), RELEASED + DAY
    assert f"{project.reference} “{project.title}” is accepted" in words(legal.get("/day/"))
    pdf = SimpleUploadedFile("agreement.pdf", make.pdf_bytes("The agreement."))
    signed = {"reference": "AGR-P", "signed_on": "2027-07-01", "file": pdf}
    assert legal.post(at(project, "record_signing"), signed).status_code == 302
    agreement = queries.agreement_of(make.again(project))
    agreement.file.scan.__class__.objects.update(result="unscanned", done_at=now)
    for name in ("rival_aor", "reader", "auditor"):
        file = visit(cast.again(name), at=now).get(at(project, "agreement"))
        assert file.status_code == 200, name
    assert visit(cast.chair, at=now).get(at(project, "agreement")).status_code == 404
    page = words(visit(cast.rival_pi, at=now).get(at(project)))
    assert "The legal office put the signed agreement AGR-P on file." in page


def test_a_reserve_case_fits_what_a_terminated_project_gives_back(truths, cast, project, visit):
    reserve = project.call.lois.get(state="reserve")
    assert queries.fitting_reserves(project.call.lois.all()) == []
    agreements.accept(project, by=cast.aor, now=RELEASED)
    agreements.terminate(project, by=cast.legal, now=RELEASED + DAY, reason=WHY)
    assert (make.again(project).state, committed(project)) == ("terminated", 0)
    assert queries.fitting_reserves(project.call.lois.all()) == [reserve]
    assert told("agreement_terminated") >= {getattr(cast, name) for name in TEAMS}
    day = words(visit(cast.chair, at=RELEASED + DAY).get("/day/"))
    assert f"{project.reference} returned 15.75 kg" in day
    page = words(visit(cast.rival_aor, at=RELEASED + DAY).get(at(project)))
    assert WHY in page and "What was given is free for others." in page


def test_declining_gives_back_as_well(truths, cast, project, visit):
    browser = visit(cast.aor, at=RELEASED)
    assert browser.post(at(project, "decline"), {"reason": "No."}).status_code == 400
    assert browser.post(at(project, "decline"), {"reason": WHY}).status_code == 302
    assert (make.again(project).state, committed(project)) == ("declined", 0)
    message = Message.objects.filter(notice="selection_declined", recipient=cast.rival_aor).get()
    assert WHY in message.body and at(project) in message.body


def test_more_time_and_the_clock(truths, cast, project, visit, clock_at):
    until = queries.agreement_of(project).accept_by
    more = {"until": until + 7 * DAY, "reason": WHY}
    agreements.propose_extension(project, **more, by=cast.secretary, now=RELEASED)
    approver = visit(cast.approver, at=RELEASED)
    assert "More time to accept" in words(approver.get("/day/"))
    name = queries.agreement_of(project).extension.name
    assert f'name="extension" value="{name}"' in words(approver.get(at(project)))
    stale = approver.post(at(project, "grant_extension"), {"extension": "0"})
    assert stale.status_code == 409 and "Another extension" in words(stale)
    assert approver.post(at(project, "grant_extension"), {"extension": name}).status_code == 302
    until += 7 * DAY
    clock_at(until - 14 * DAY)
    keep_deadlines()
    keep_deadlines()
    assert told("acceptance_reminder") == {cast.pi, cast.aor, cast.owner}
    (letter,) = project.leading.letters.filter(kind="agreement_reminder")
    assert letter.context["project"]["reference"] == project.reference
    assert letters.template(letter)
    clock_at(until + timedelta(seconds=project.call.grace_s))
    keep_deadlines()
    assert (make.again(project).state, committed(project)) == ("lapsed", 0)


def test_a_suspension_moves_it_and_a_cancellation_ends_it(truths, cast, project):
    until = queries.agreement_of(project).accept_by

    def befalls(kind: str, now) -> None:
        fate = {"reason": make.WHY, "source": "The programme", "by": cast.secretary, "now": now}
        found = amendments.propose(make.again(project).call, kind=kind, **fate)
        amendments.publish(found, by=cast.approver, now=now)

    befalls("suspension", RELEASED)
    assert project.leading.letters.filter(kind="suspended").exists()
    with pytest.raises(Refused) as suspended:
        agreements.accept(make.again(project), by=cast.aor, now=RELEASED + DAY)
    assert suspended.value.verdict.rule == "call_suspended"
    befalls("resumption", RELEASED + 10 * DAY)
    assert queries.agreement_of(make.again(project)).accept_by == until + 10 * DAY
    befalls("cancellation", RELEASED + 11 * DAY)
    assert (make.again(project).state, committed(project)) == ("call_cancelled", 0)
    assert {loi.state for loi in make.again(project).cases} == {"call_cancelled"}
