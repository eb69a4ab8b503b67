from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from portal.models import Event
from reviews import services
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
APART = ("4 4 4 4 4 4", "2 3 3 3 3 3", "4.5 4 4 4 4 4")
WORDS = "The panel agrees on C1: the objective is worth flying, its data volume is not yet shown."


def test_the_reviews_stand_side_by_side_with_their_names(cast, visit):
    loi = make.reviewed(cast, scores=APART)
    page = visit(cast.chair, at=LATER).get(f"/lois/{loi.key}/reviews/")
    assert [str(review["reviewer"]) for review in page.context["reviews"]] == [
        "Reviewer one",
        "Reviewer two",
        "Reviewer three",
    ]
    assert page.context["totals"] == ["80", "54", "83"]
    assert (page.context["mean"], page.context["sd"]) == ("72.33", "15.9")
    first = page.context["criteria"][0]
    assert (first["scores"], first["mean"], first["range"]) == (["4", "2", "4.5"], "3.50", "2.5")
    assert page.context["due"] == (
        "C1 ranges over 2.5 points",
        "C1: 1 of 3 reviewers are below the threshold of 3",
        "the totals have a standard deviation of 15.9",
    )


def test_reviews_are_concluded_once_all_are_locked(cast, visit):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    assignments = [make.review(cast, loi, person) for person in cast.reviewers]
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    for assignment in assignments[:2]:
        make.lock_review(assignment)
    client = visit(cast.chair, at=LATER)
    page = client.get(f"/lois/{loi.key}/reviews/").content.decode()
    refusal = "2 of 3 reviews are locked; all, and at least 3, must be."
    assert refusal in page
    answer = client.post(f"/lois/{loi.key}/conclude-reviews/")
    assert answer.status_code == 409
    assert refusal in answer.content.decode()
    make.lock_review(assignments[2])
    assert client.post(f"/lois/{loi.key}/conclude-reviews/").status_code == 302
    assert make.again(loi).state == "consensus"


def test_a_consensus_that_is_due_is_asked_for_before_the_final_review(cast, visit):
    loi = make.reviewed(cast, scores=APART)
    client = visit(cast.chair, at=LATER)
    client.post(f"/lois/{loi.key}/conclude-reviews/")
    answer = client.post(f"/lois/{loi.key}/conclude/")
    assert answer.status_code == 409
    assert "must be written down first: C1 ranges over 2.5 points" in answer.content.decode()
    written = {"text": WORDS, "over": 0, "C1": "3.5"}
    assert client.post(f"/lois/{loi.key}/consensus/", written).status_code == 302
    assert client.post(f"/lois/{loi.key}/conclude/").status_code == 302
    assert make.again(loi).state == "final_review"
    assert Event.objects.filter(verb="loi.concluded").count() == 1


def test_reviews_that_agree_need_no_consensus(cast, visit):
    loi = make.reviewed(cast)
    client = visit(cast.chair, at=LATER)
    client.post(f"/lois/{loi.key}/conclude-reviews/")
    assert client.post(f"/lois/{loi.key}/conclude/").status_code == 302
    assert make.again(loi).state == "final_review"


def test_an_auditor_who_judges_a_case_reads_no_score_before_the_own_lock(cast, visit):
    EmailAddress.objects.create(
        user=cast.auditor, email=cast.auditor.email, verified=True, primary=True
    )
    loi = make.under_review(cast)
    make.review(cast, loi, cast.reviewer_one, scores="2 4 4 4 4 4")
    make.seat(cast, loi.call, cast.auditor, "reviewer")
    services.assign(loi, cast.again("auditor"), due_at=None, by=cast.secretary, now=make.SCREENED)
    client = visit(cast.again("auditor"), at=LATER)
    for page in ("reviews", "consensus"):
        assert client.get(f"/lois/{loi.key}/{page}/").status_code == 404
    for page in ("ranking/", "scores/", "ranking.csv", "compare/"):
        answer = client.get(f"/calls/{loi.call.code}/{page}")
        assert answer.status_code == 200 and loi.reference not in answer.content.decode()
    assert visit(cast.chair, at=LATER).get(f"/lois/{loi.key}/consensus/").status_code == 200


def test_the_auditor_reads_the_reviews_and_concludes_nothing(cast, visit):
    loi = make.reviewed(cast)
    client = visit(cast.auditor, at=LATER)
    page = client.get(f"/lois/{loi.key}/reviews/")
    assert len(page.context["reviews"]) == 3
    assert "Conclude the reviews" not in page.content.decode()
    assert client.post(f"/lois/{loi.key}/conclude-reviews/").status_code == 403
    assert make.again(loi).state == "under_review"


def test_the_ranking_in_its_order_with_its_words(cast, visit):
    of = make.call(cast)
    filings = [
        make.filed(cast, of, rival=bool(n % 2), title=f"Payload number {n} of the call")
        for n in range(3)
    ]
    # The worked example: FIC-07, FIC-02 and FIC-05.
    scores = (
        ("4.5 4 3.5 3 3.5 4", "4.5 4.5 4 3.5 4 4.5", "4 3.5 3 3 3 3.5"),
        ("4.5 4.5 3 3.5 3.5 3.5", "5 4.5 3.5 4 4 4", "4 4 2.5 3 3 3"),
        ("3.5 4 3 3 4 4.5", "4 4.5 3.5 3.5 4.5 5", "2.5 3 2 2.5 3 3.5"),
    )
    for loi, lines in zip(filings, scores, strict=True):
        make.reviewed(cast, loi, scores=lines)
    page = visit(cast.chair, at=LATER).get(f"/calls/{of.code}/ranking/")
    rows = page.context["rows"]
    assert [(row["loi"].reference, row["rank"], row["mean"], row["sd"]) for row in rows] == [
        ("TEST27-0002", 1, "76.50", "9.3"),
        ("TEST27-0001", 2, "76.50", "7.8"),
        ("TEST27-0003", 3, "68.17", "14.5"),
    ]
    assert rows[0]["tie"] == rows[1]["tie"] == "equal to the half point; C1 decided"
    assert (rows[0]["range"], rows[0]["locked"], rows[0]["assigned"]) == ("67–85.5", 3, 3)
    assert (rows[0]["mass_kg"], rows[0]["category"], rows[2]["category"]) == ("10.5", "II", "III")
    assert [row["consensus_missing"] for row in rows] == [True, False, True]
    assert [segment.amount for segment in page.context["bars"][0].segments] == [
        "0",
        "0",
        "180",
        "20",
        "31.5",
    ]


def test_an_empty_ranking_says_when_it_fills(cast, visit):
    loi = make.screened(cast)
    make.panel(cast, loi.call)
    page = visit(cast.chair, at=LATER).get(f"/calls/{loi.call.code}/ranking/")
    assert page.context["rows"] == []
    assert "once the secretary has sent them to review" in page.content.decode()


@pytest.mark.parametrize("who", ["reviewer_one", "secretary", "approver", "pi"])
def test_only_the_chair_concludes(cast, visit, who):
    loi = make.reviewed(cast)
    client = visit(getattr(cast, who), at=LATER)
    assert client.post(f"/lois/{loi.key}/conclude-reviews/").status_code == 404
    assert client.post(f"/lois/{loi.key}/conclude/").status_code == 404
