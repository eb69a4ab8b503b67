from datetime import timedelta
from decimal import Decimal

import pytest

from portal import scans
from portal.models import Event, Message
from portal.verdict import Refused
from proposals import queries as proposals
from reviews import queries, services
from tests import make

LATER = make.SCREENED + timedelta(days=2)
CODES = [code for code, *_ in make.RUBRIC]


@pytest.fixture
def case(cast):
    """Under review, three reviewers invited, none has declared anything."""
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    services.assign_all(loi, cast.reviewers, due_at=None, by=cast.secretary, now=make.SCREENED)
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    return make.again(loi)


def of(person, loi):
    return loi.assignments.get(reviewer=person)


def accepted(person, loi):
    assignment = of(person, loi)
    services.accept(assignment, by=person, now=LATER)
    return make.again(assignment)


def letter_of(loi) -> str:
    return f"/lois/{loi.key}/attachments/{loi.filing.files.get(kind='letter').key}/"


def sheet(version: int = 1, *, scores: str = "4 3.5 4 4 3 3", **more) -> dict:
    typed = {"version": version, "risk": "low", "confidence": "2"}
    for code, score in zip(CODES, scores.split(), strict=True):
        typed |= {
            f"score_{code}": score,
            f"{code}-0-kind": "strength",
            f"{code}-0-text": f"What was found on {code}.",
        }
    return typed | more


# Before the declaration


def test_before_accepting_there_are_names_and_no_content(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = of(cast.reviewer_one, case)
    page = client.get(f"/reviews/{assignment.key}/declare/").content.decode()
    for shown in (case.reference, "Institute A", "Institute C", "Co-investigator"):
        assert shown in page
    for hidden in (make.WORDS, "10.5", "volatiles", "The detector comes late."):
        assert hidden not in page
    assert client.get(f"/reviews/{assignment.key}/").status_code == 404
    assert client.get(f"/lois/{case.key}/").status_code == 404
    assert client.get(letter_of(case)).status_code == 404
    assert not proposals.visible_lois(cast.again("reviewer_one")).exists()


def test_no_conflict_opens_the_case(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = of(cast.reviewer_one, case)
    answer = client.post(f"/reviews/{assignment.key}/declare/", {"none": "on"})
    assert (answer.status_code, answer.url) == (302, f"/reviews/{assignment.key}/")
    page = client.get(answer.url).content.decode()
    assert make.WORDS.strip() in page
    assert "10.5" in page  # the MEV of the sheet
    scans.work_off(LATER)
    assert client.get(letter_of(case)).status_code == 200
    assert not case.conflicts.filter(user=cast.reviewer_one).exists()


def test_soft_conflicts_are_kept_in_words_for_the_chair(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = of(cast.reviewer_one, case)
    address = f"/reviews/{assignment.key}/declare/"
    for typed, said in (
        ({}, "Tick what holds for you, or that none of it does."),
        ({"together": "on"}, "Say in a few words what it is."),
        ({"together_words": "A paper."}, "Tick it as well, or clear the words."),
        ({"none": "on", "other": "on", "other_words": "A quarrel."}, "one of the two"),
    ):
        answer = client.post(address, typed)
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert all(answer.context["form"][name].value() for name in typed)
    assert not case.conflicts.filter(user=cast.reviewer_one).exists()
    paper, quarrel = "A joint paper three years ago.", "We quarrelled in print."
    client.post(
        address,
        {"together": "on", "together_words": paper, "other": "on", "other_words": quarrel},
    )
    found = case.conflicts.filter(user=cast.reviewer_one).order_by("pk")
    assert [(c.kind, c.hard, c.declared, c.state, c.reason) for c in found] == [
        ("together", False, True, "declared", paper),
        ("other", False, True, "declared", quarrel),
    ]
    assert make.again(assignment).state == "accepted"


def test_one_hard_conflict_among_others_shuts_the_case(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = of(cast.reviewer_one, case)
    typed = {"adviser": "on", "adviser_words": "My former student leads it."}
    typed |= {"country": "on", "country_words": "I live there."}
    answer = client.post(f"/reviews/{assignment.key}/declare/", typed)
    assert (answer.status_code, answer.url) == (302, "/reviews/")
    assert make.again(assignment).state == "recused"
    found = case.conflicts.filter(user=cast.reviewer_one).order_by("pk")
    assert [(c.kind, c.hard) for c in found] == [("adviser", True), ("country", False)]
    _sees_nothing(client, case, assignment)
    letter = Message.objects.filter(notice="assignment_recused").first()
    assert "My former student" not in letter.body
    assert case.reference not in client.get("/reviews/").content.decode()


def test_a_conflict_found_while_reading_shuts_the_case(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    address = f"/reviews/{assignment.key}/recuse/"
    assert client.post(address, {"reason": ""}).status_code == 409
    assert client.post(address, {"reason": "I know the author of it."}).status_code == 302
    _sees_nothing(client, case, assignment)


def test_a_reviewer_reads_neither_whom_the_team_does_not_want_nor_its_files_names(cast, visit):
    exclusions = [{"name": "Dr Known Rival", "reason": "We applied for the same grant."}]
    loi = make.reviewed(cast, make.filed(cast, team={"exclusions": exclusions}))
    client = visit(cast.reviewer_one, at=LATER)
    for address in (f"/lois/{loi.key}/", f"/lois/{loi.key}/filings/1/"):
        page = client.get(address).content.decode()
        assert loi.reference in page
        assert "Dr Known Rival" not in page
    for address in (f"/lois/{loi.key}/manifest.json", f"/lois/{loi.key}/filings/1/manifest.json"):
        assert client.get(address).status_code == 404  # it names the files as their sender did


def _sees_nothing(client, case, assignment) -> None:
    for address in (
        f"/reviews/{assignment.key}/",
        f"/reviews/{assignment.key}/declare/",
        f"/lois/{case.key}/",
        letter_of(case),
        f"/lois/{case.key}/manifest.json",
        f"/lois/{case.key}/reviews/",
        f"/lois/{case.key}/assign/",
    ):
        assert client.get(address).status_code == 404, address
    for act in ("lock", "recuse", "remove", "reopen"):
        address = f"/reviews/{assignment.key}/{act}/"
        assert client.post(address, {"reason": "again"}).status_code == 404, address
    assert client.post(f"/reviews/{assignment.key}/", sheet()).status_code == 404


def test_a_choice_must_be_made(cast, visit, case):
    assignment = of(cast.reviewer_one, case)
    client = visit(cast.reviewer_one, at=LATER)
    answer = client.post(f"/reviews/{assignment.key}/declare/", {"conflict": "perhaps"})
    assert answer.status_code == 400
    assert make.again(assignment).state == "invited"


# The sheet


def test_a_sheet_is_kept_as_far_as_it_is_written(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    address = f"/reviews/{assignment.key}/"
    events = Event.objects.count()
    typed = {
        "version": 1,
        "score_C1": "4.5",
        "score_C2": "2,5",
        "C1-0-text": "It answers an aim of the call.",
        "C1-0-kind": "strength",
        "C1-1-text": "The detector was never flown.",
        "C1-1-kind": "weakness",
        "C1-1-major": "on",
        "C1-1-confidential": "on",
        "C2-0-text": "   ",
    }
    assert client.post(address, typed).status_code == 302
    assert Event.objects.count() == events
    assert {s.criterion.code: s.value for s in assignment.scores.all()} == {
        "C1": Decimal("4.5"),
        "C2": Decimal("2.5"),
    }
    assert [(f.strength, f.major, f.confidential) for f in assignment.findings.all()] == [
        (True, False, False),
        (False, True, True),
    ]
    page = client.get(address)
    assert (page.context["progress"].scored, page.context["progress"].findings) == (2, 1)
    assert "2 of 6 criteria, 1 finding owed" in " ".join(page.content.decode().split())
    assert "The detector was never flown." in page.content.decode()


@pytest.mark.parametrize("score", ["5.5", "-1", "4.2", "6", "NaN", "Infinity", "good", "1e3"])
def test_a_score_off_the_scale_is_refused_and_the_rest_stays(cast, visit, case, score):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    answer = client.post(f"/reviews/{assignment.key}/", sheet(score_C3=score))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"C3: {score} is not on the scale from 0 to 5 in halves." in page
    assert "What was found on C6." in page
    assert make.again(assignment).version == 1
    assert not assignment.scores.exists()


def test_the_service_refuses_what_the_form_would_have(cast, case):
    assignment = accepted(cast.reviewer_one, case)
    given = {"findings": [], "confidence": None, "risk": "", "version": 1}
    for scores, rule in (
        ({"C1": Decimal("5.5")}, "score.scale"),
        ({"C1": Decimal("3.3")}, "score.scale"),
        ({"C9": Decimal(3)}, "score.criterion"),
    ):
        with pytest.raises(Refused) as raised:
            services.save_review(
                assignment, scores=scores, by=cast.reviewer_one, now=LATER, **given
            )
        assert raised.value.verdict.rule == rule


def test_another_row_comes_without_saving(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    answer = client.post(f"/reviews/{assignment.key}/", sheet(add="C2"))
    assert answer.status_code == 200
    assert [len(line["rows"]) for line in answer.context["lines"]] == [1, 2, 1, 1, 1, 1]
    assert "What was found on C5." in answer.content.decode()
    assert make.again(assignment).version == 1


def test_a_second_click_saves_once(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    for _ in range(2):
        assert client.post(f"/reviews/{assignment.key}/", sheet()).status_code == 302
    assert make.again(assignment).version == 2


def test_locking_says_what_is_owed_and_keeps_what_is_written(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    typed = sheet(scores="2 3 3 3 3 5", act="lock", risk="", **{"C4-0-text": "", "score_C5": ""})
    answer = client.post(f"/reviews/{assignment.key}/", typed, follow=True)
    assert "Lock version" not in answer.content.decode()
    answer = client.post(f"/reviews/{assignment.key}/lock/", {"version": 2})
    assert answer.status_code == 409
    assert [str(sentence) for sentence in answer.context["progress"].owed] == [
        "C1: a score of 2 needs a major finding",
        "C4: a finding is owed",
        "C5 Team, schedule, funding: no score yet",
        "C6: a score of 5 needs a major finding",
        "the risk is not rated",
    ]
    assert "Still owed: 5." in answer.content.decode()
    assert make.again(assignment).state == "accepted"
    assert assignment.scores.count() == 5


def test_a_whole_sheet_is_read_back_and_locked(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    answer = client.post(f"/reviews/{assignment.key}/", sheet(act="lock"))
    assert (answer.status_code, answer.url) == (302, f"/reviews/{assignment.key}/lock/")
    page = client.get(answer.url).content.decode()
    for shown in ("What was found on C6.", "74.5", "C3, threshold 3", "Lock version 2"):
        assert shown in page
    assert client.post(answer.url, {"version": 2}).status_code == 302
    locked = make.again(assignment)
    assert (locked.state, locked.locked_at) == ("locked", LATER)
    page = client.get(f"/reviews/{assignment.key}/").content.decode()
    assert "What was found on C1." in page
    answer = client.post(f"/reviews/{assignment.key}/", sheet(2, **{"C1-0-text": "Too late."}))
    assert answer.status_code == 409
    assert "Too late." in answer.content.decode()  # what was typed is still there
    assert client.post(f"/reviews/{assignment.key}/lock/", {"version": 2}).status_code == 409


def test_a_stale_page_locks_nothing(cast, visit, case):
    client = visit(cast.reviewer_one, at=LATER)
    assignment = accepted(cast.reviewer_one, case)
    client.post(f"/reviews/{assignment.key}/", sheet())
    address = f"/reviews/{assignment.key}/lock/"
    for version in ("1", "", "-3", "9" * 40):
        assert client.post(address, {"version": version}).status_code == 409
    assert client.post(address, {"version": "2"}).status_code == 302


# The others' reviews


def test_no_other_review_is_seen_before_ones_own_is_locked(cast, visit, case):
    first, second = cast.reviewers[:2]
    make.lock_review(accepted(first, case), scores="1.5 2 2 2 2 2")
    mine = accepted(second, case)
    client = visit(second, at=LATER)
    page = client.get(f"/reviews/{mine.key}/")
    assert page.context["others"] == []
    assert "Reviewer one" not in page.content.decode()
    assert "1.5" not in "".join(
        line for line in page.content.decode().splitlines() if "radio" not in line
    )
    assert queries.readable_reviews(cast.again("reviewer_two"), case) == []
    assert client.get(f"/reviews/{of(first, case).key}/").status_code == 404
    make.lock_review(mine)
    page = client.get(f"/reviews/{mine.key}/")
    assert [str(review["reviewer"]) for review in page.context["others"]] == ["Reviewer one"]
    assert "Reviewer one" in page.content.decode()


def test_a_reopened_review_closes_the_others_again(cast, visit, case):
    assignments = [make.lock_review(accepted(person, case)) for person in cast.reviewers]
    chair = visit(cast.chair, at=LATER)
    address = f"/reviews/{assignments[0].key}/reopen/"
    assert chair.post(address, {"reason": ""}).status_code == 409
    reason = "C4 was scored on an old sheet."
    assert chair.post(address, {"reason": reason}).status_code == 302
    reopened = make.again(assignments[0])
    assert (reopened.state, reopened.locked_at) == ("accepted", None)
    assert reason in Message.objects.get(notice="assignment_reopened").body
    page = visit(cast.reviewer_one, at=LATER).get(f"/reviews/{reopened.key}/")
    assert page.context["others"] == []
    assert page.context["form"]["score_C1"].value() == "4"


def test_an_applicant_learns_nothing_of_the_reviews(cast, visit, case):
    for person in cast.reviewers:
        make.lock_review(accepted(person, case))
    assignment = of(cast.reviewer_one, case)
    for who in ("pi", "aor", "owner", "reader", "rival_pi"):
        person = cast.again(who)
        client = visit(person, at=LATER)
        assert not queries.visible_assignments(person).exists()
        assert queries.readable_reviews(person, case) == []
        for address in (
            f"/reviews/{assignment.key}/",
            f"/lois/{case.key}/reviews/",
            f"/lois/{case.key}/assign/",
            f"/calls/{case.call.code}/ranking/",
            f"/calls/{case.call.code}/panel/",
        ):
            assert client.get(address).status_code == 404, (who, address)
    page = visit(cast.pi, at=LATER).get(f"/lois/{case.key}/").content.decode()
    for hidden in ("Reviewer one", "locked", "What was found", "3 of 3"):
        assert hidden not in page
