"""A sheet while it is written: saved by itself, merged, kept in versions, locked and reopened."""

from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from portal import kept, scans
from portal.invariants import violations
from portal.models import Event
from portal.verdict import Refused
from proposals.models import Criterion
from reviews import queries, services, sheets
from reviews.models import Assignment, Revision
from tests import make

LATER = make.SCREENED + timedelta(days=2)
CODES = [code for code, *_ in make.RUBRIC]
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def scene(stage):
    """Under review, three reviewers and an assessor at work; C6 need not apply to every case."""
    loi = make.filed(stage)
    Criterion.objects.filter(call=loi.call, code="C6").update(optional=True)
    Criterion.objects.filter(call=loi.call, code__in=["C3", "C4"]).update(technical=True)
    Criterion.objects.filter(call=loi.call, code="C3").update(
        about=["maturity"], anchors={"5": "Flown in this form."}
    )
    loi = make.screened(stage, loi)
    make.panel(stage, loi.call)
    EmailAddress.objects.get_or_create(
        user=stage.outsider, email=stage.outsider.email, verified=True, primary=True
    )
    make.seat(stage, loi.call, stage.outsider, "assessor")
    seats = dict.fromkeys(stage.reviewers, Assignment.Seat.REVIEWER)
    seats[stage.outsider] = Assignment.Seat.ASSESSOR
    for person, seat in seats.items():
        made = services.assign(loi, person, seat=seat, by=stage.secretary, now=make.SCREENED)
        services.accept(made, by=person, now=make.SCREENED)
    services.begin_review(loi, by=stage.secretary, now=make.SCREENED)
    scans.work_off(LATER)
    return stage, make.again(loi)


@pytest.fixture
def cast(scene, db):
    return scene[0]


@pytest.fixture
def mine(scene, db):
    return scene[1].assignments.get(reviewer=scene[0].reviewer_one)


@pytest.fixture
def client(cast, visit):
    return visit(cast.reviewer_one, at=LATER)


def typed(version: int = 1, *, scores: str = "4 3.5 4 4 3 3", **more) -> dict:
    given = {"version": version, "risk": "low", "confidence": "2"}
    for code, score in zip(CODES, scores.split(), strict=True):
        given |= {
            f"score_{code}": score,
            f"{code}-0-kind": "strength",
            f"{code}-0-text": f"What was found on {code}.",
        }
    return given | more


def post(client: Client, assignment: Assignment, data: dict, **more):
    return client.post(f"/reviews/{assignment.key}/", data, **more)


# Saved while it is typed


def test_a_save_by_itself_answers_with_the_version_and_what_is_owed(client, mine):
    answer = post(client, mine, typed(scores="2 3 3 3 3 3", score_C2=""), headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Version 2, saved 7 Apr 2027, 16:00 Beijing" in page
    assert 'name="version" id="version" value="2"' in page
    assert "C1: a score of 2 needs a major finding" in page
    assert Event.objects.filter(verb="assignment.saved").count() == 0
    assert post(client, mine, typed(1, score_C2="", scores="2 3 3 3 3 3")).status_code == 302
    assert make.again(mine).version == 2  # the same again is no version


def test_a_script_is_told_why_nothing_was_saved(client, mine, visit):
    answer = post(client, mine, typed(score_C1="7"), headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (400, "#trouble")
    assert "C1: 7 is not on the scale from 0 to 5 in halves." in answer.content.decode()
    assert post(visit(None, at=LATER), mine, typed(), headers=HTMX).status_code == 401


def test_what_is_posted_without_a_session_is_there_again(client, mine, visit, cast):
    stamp = kept.stamp(cast.reviewer_one, f"/reviews/{mine.key}/")
    given = typed(1, stamp=stamp, **{"C1-0-text": "Typed as the session ended."})
    post(visit(None, at=LATER), mine, given)
    page = client.get(f"/reviews/{mine.key}/").content.decode()
    assert "Typed as the session ended." in page
    assert "not yet saved" in page
    number = page.split('name="kept" value="')[1].split('"')[0]
    assert post(client, mine, {**given, "kept": number}).status_code == 302
    assert "not yet saved" not in client.get(f"/reviews/{mine.key}/").content.decode()


def test_a_long_finding_is_kept_and_named_before_the_lock(client, mine):
    long = "word " * 300
    post(client, mine, typed(**{"C1-0-text": long}))
    assert sheets.read(make.again(mine).content).findings[0].text == long.strip()
    (owed,) = queries.owed(make.again(mine))
    assert (owed.at, str(owed)) == (
        "C1",
        "C1: a finding has 1499 characters, of at most 1000",
    )


# Two windows


def test_what_two_windows_changed_apart_is_put_together(client, mine):
    post(client, mine, typed())
    post(client, mine, typed(2, **{"C2-0-text": "From the first window."}))
    answer = post(client, mine, typed(2, score_C5="4.5"), headers=HTMX)
    page = answer.content.decode()
    assert "You changed “C2 Innovation and complementarity” meanwhile in another window." in page
    assert "From the first window." in page  # the criterion comes with the answer
    sheet = sheets.read(make.again(mine).content)
    assert sheet.scores["C5"] == Decimal("4.5")
    assert sheet.of("C2")[0].text == "From the first window."


@pytest.mark.parametrize(
    ("pick", "score", "found"),
    [
        ("mine", "1.5", ["Of the second window."]),
        ("saved", "4.0", ["Of the first window."]),
        ("both", "1.5", ["Of the second window.", "Of the first window."]),
    ],
)
def test_where_both_changed_one_the_writer_chooses(client, mine, pick, score, found):
    post(client, mine, typed())
    post(client, mine, typed(2, **{"C1-0-text": "Of the first window.", "score_C4": "2.5"}))
    second = typed(2, score_C1="1.5", **{"C1-0-text": "Of the second window."})
    assert post(client, mine, second, headers=HTMX).status_code == 409
    answer = post(client, mine, second)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Of the first window." in page
    assert "Of the second window." in page
    assert make.again(mine).version == 3  # nothing is written over yet
    choice = dict(answer.context["typed"]) | {"version": 3, "act": "merge", "pick-C1": pick}
    assert post(client, mine, choice).status_code == 302
    content = make.again(mine).content
    assert content["C1"]["score"] == score
    assert [one["text"] for one in content["C1"]["findings"]] == found
    assert content["C4"]["score"] == "2.5"


# What does not apply


def test_what_does_not_apply_needs_its_reason_and_is_in_no_total(client, mine):
    post(client, mine, typed(score_C6="na", **{"C6-0-text": ""}))
    assert [str(one) for one in queries.owed(make.again(mine))] == [
        "C6: a finding is owed: why it does not apply"
    ]
    post(client, mine, typed(2, score_C6="na"))
    page = client.get(f"/reviews/{mine.key}/lock/").content.decode()
    assert "76.11" in page  # 68.5 of the 90 points that are left
    assert client.post(f"/reviews/{mine.key}/lock/", {"version": 3}).status_code == 302
    row = mine.scores.get(criterion__code="C6")
    assert (row.value, row.not_applicable) == (None, True)


def test_a_criterion_applies_unless_the_call_leaves_it_open(cast, client, mine):
    assert post(client, mine, typed(score_C1="na")).status_code == 400
    with pytest.raises(Refused) as refused:
        services.save_review(
            mine, not_applicable=("C1",), version=1, by=cast.reviewer_one, now=LATER
        )
    assert refused.value.verdict.rule == "score.applies"


# Versions


def test_every_version_is_read_again_and_brought_back(client, mine):
    post(client, mine, typed(**{"C1-0-text": "The first words."}))
    post(client, mine, typed(2, **{"C1-0-text": "Other words."}))
    versions = client.get(f"/reviews/{mine.key}/versions/").content.decode()
    assert "2–3" in versions  # one sitting
    page = client.get(f"/reviews/{mine.key}/versions/2/3/").content.decode()
    assert "<del> The first</del><ins> Other</ins>" in page
    back = f"/reviews/{mine.key}/versions/2/bring-back/"
    assert client.post(back, {"version": 2}).status_code == 409  # it was saved since
    assert client.post(back, {"version": 3}).status_code == 302
    again = make.again(mine)
    assert (again.version, again.content["C1"]["findings"][0]["text"]) == (4, "The first words.")
    assert mine.findings.filter(text="The first words.").exists()


def test_each_lock_freezes_a_version_which_the_chair_reads_after_reopening(
    cast, client, mine, visit
):
    post(client, mine, typed(**{"C1-0-text": "As it was locked first."}))
    client.post(f"/reviews/{mine.key}/lock/", {"version": 2})
    frozen = Revision.objects.get(assignment=mine, lock=1)
    assert frozen.digest == sheets.digest(mine.key, 1, frozen.content)
    assert Event.objects.get(verb="assignment.locked", subject_key=mine.key).data["digest"] == (
        frozen.digest
    )
    chair = visit(cast.chair, at=LATER)
    reason = "C2 was scored on an old sheet."
    chair.post(f"/reviews/{mine.key}/reopen/", {"reason": reason})
    page = client.get(f"/reviews/{mine.key}/").content.decode()
    assert reason in page
    assert "Nothing is changed since locked version 1." in page
    post(client, mine, typed(3, score_C2="2.5", **{"C1-0-text": "As it was locked first."}))
    assert "Changed since locked version 1" in client.get(f"/reviews/{mine.key}/").content.decode()
    # The draft between two locks is the writer's own.
    shown = chair.get(f"/reviews/{mine.key}/versions/").content.decode()
    assert "locked version 1" in shown
    assert chair.get(f"/reviews/{mine.key}/versions/3/4/").status_code == 404
    assert (
        "As it was locked first."
        in chair.get(f"/reviews/{mine.key}/versions/0/3/").content.decode()
    )
    client.post(f"/reviews/{mine.key}/lock/", {"version": 4})
    difference = chair.get(f"/reviews/{mine.key}/versions/3/5/").content.decode()
    assert "<del>3.5</del> → <ins>2.5</ins>" in difference
    assert not [said for said in violations(LATER) if "review" in said or "assignment" in said]


def test_nobody_else_reads_a_version(cast, client, mine, visit):
    post(client, mine, typed())
    client.post(f"/reviews/{mine.key}/lock/", {"version": 2})
    for who in ("reviewer_two", "secretary", "pi", "admin", "conflicted"):
        person = visit(cast.again(who), at=LATER)
        for address in ("versions/", "versions/0/3/"):
            assert person.get(f"/reviews/{mine.key}/{address}").status_code == 404, who
    with pytest.raises(TypeError):
        Revision.objects.get(assignment=mine, lock=1).save()


# The instant and the rubric


def test_from_the_hard_instant_on_the_sheet_is_read_only_and_shows_what_came_too_late(
    cast, mine, visit
):
    Assignment.objects.filter(pk=mine.pk).update(closes_at=LATER)
    early = visit(cast.reviewer_one, at=LATER - timedelta(seconds=1))
    assert post(early, mine, typed()).status_code == 302
    late = visit(cast.reviewer_one, at=LATER)
    answer = post(late, mine, typed(2, **{"C1-0-text": "A second too late."}))
    assert answer.status_code == 409
    assert "A second too late." in answer.content.decode()
    assert "The sheet closed on" in answer.content.decode()
    assert 'name="score_C1"' not in late.get(f"/reviews/{mine.key}/").content.decode()
    assert late.post(f"/reviews/{mine.key}/lock/", {"version": 2}).status_code == 409


def test_the_rubric_stands_still_from_the_closing_on(cast, mine, visit):
    address = f"/calls/{mine.loi.call.code}/"
    secretary = visit(cast.secretary, at=LATER)
    page = secretary.get(f"{address}amend/terms/")
    assert not [name for name in page.context["form"].fields if name.startswith("weight_")]
    assert secretary.get(f"{address}edit/").status_code in (302, 403, 404, 409)


def test_a_criterion_shows_its_marks_and_leads_to_its_part_of_the_letter(client, mine):
    page = client.get(f"/reviews/{mine.key}/").content.decode()
    assert "Flown in this form." in page
    assert page.count('href="#part-maturity"') == 2  # among the parts, and at C3


# Beside it


def test_a_pdf_is_shown_in_a_page_of_ours_and_nowhere_else(client, mine):
    page = client.get(f"/reviews/{mine.key}/")
    file = mine.loi.filing.files.get(kind="letter")
    address = f"/lois/{mine.loi.key}/attachments/{file.key}/shown/"
    assert f'src="{address}' in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    shown = client.get(address)
    assert (shown["Content-Type"], shown["X-Frame-Options"]) == ("application/pdf", "SAMEORIGIN")
    assert shown["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"


# The assessor's report


def report(version: int = 1, **more) -> dict:
    given = {"version": version, "risk": "medium", "accommodation": "changes", "text": "It fits."}
    for code in ("C3", "C4"):
        given |= {f"{code}-0-kind": "weakness", f"{code}-0-text": f"What was found on {code}."}
    return given | more


def test_an_assessor_scores_nothing_and_sets_figures_beside_the_letters(cast, mine, visit):
    theirs = mine.loi.assignments.get(reviewer=cast.outsider)
    assessor = visit(cast.outsider, at=LATER)
    page = assessor.get(f"/reviews/{theirs.key}/").content.decode()
    assert "score_C3" not in page
    assert "C1-0-text" not in page  # not technical
    assert "10.5 kg" in page
    post(assessor, theirs, report(amount_mass="12.6", reason_mass=""))
    assert [str(one) for one in queries.owed(make.again(theirs))] == [
        "a figure of your own needs its reason"
    ]
    post(assessor, theirs, report(2, amount_mass="12.6", reason_mass="Class C owes 20 %."))
    assert assessor.post(f"/reviews/{theirs.key}/lock/", {"version": 3}).status_code == 302
    chair = visit(cast.chair, at=LATER).get(f"/lois/{mine.loi.key}/reviews/").content.decode()
    for shown in ("fits with changes", "10.5 kg → 12.6 kg", "Class C owes 20 %."):
        assert shown in chair
    assert queries.bench(make.again(mine.loi)).locked == ()
    assert mine.loi.filing.demands.get(allocation__resource="mass").amount == Decimal("10.5")


def test_reviewers_read_the_report_after_their_own_lock(cast, client, mine, visit):
    theirs = mine.loi.assignments.get(reviewer=cast.outsider)
    assessor = visit(cast.outsider, at=LATER)
    post(assessor, theirs, report(text="The bracket has to be turned."))
    assessor.post(f"/reviews/{theirs.key}/lock/", {"version": 2})
    assert (
        "The bracket has to be turned." not in client.get(f"/reviews/{mine.key}/").content.decode()
    )
    post(client, mine, typed())
    client.post(f"/reviews/{mine.key}/lock/", {"version": 2})
    assert "The bracket has to be turned." in client.get(f"/reviews/{mine.key}/").content.decode()


def test_a_sheet_is_read_as_it_was_written():
    sheet = sheets.Sheet(
        scores={"C1": Decimal("4.5"), "C2": None},
        not_applicable=("C6",),
        findings=(sheets.FindingDraft("C1", True, "Strong.", major=True, confidential=True),),
        confidence=3,
        risk="high",
        figures={"mass": sheets.Figure(Decimal("12.600"), "Heavier.")},
    )
    content = sheets.content(sheet)
    assert sheets.content(sheets.read(content)) == content
    assert content["mass"]["amount"] == "12.6"
    assert "C2" not in content
