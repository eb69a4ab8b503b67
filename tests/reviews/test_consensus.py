"""What a panel agrees where its scores lie apart: who writes it, what it changes and what never."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.models import Event
from portal.verdict import Refused
from proposals.services.drafts import Stale
from reviews import queries, services
from reviews.models import Consensus, Score
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
HOUR = timedelta(hours=1)
APART = ("4 4 4 4 4 4", "2 3 3 3 3 3", "4.5 4 4 4 4 4")
WORDS = "The panel agrees on C1: the objective is worth flying, its data volume is not yet shown."
THREE = {"C1": Decimal(3)}


@pytest.fixture(scope="module")
def case(stage):
    """The reviews lie apart and are concluded: a consensus is due on C1."""
    loi = make.reviewed(stage, scores=APART)
    services.conclude_reviews(loi, by=stage.chair, now=LATER)
    return make.again(loi)


@pytest.fixture
def cast(stage, case, db):
    return stage


def write(cast, case, *, over: int = 0, by=None, act=services.write_consensus, **given):
    given = {"text": WORDS, "scores": THREE, "by": by or cast.chair, "now": LATER, **given}
    return act(case, over=over, **given)


def test_the_agreed_score_ranks_and_the_reviewers_own_stay(cast, case):
    before = queries.bench(case)
    raw = sorted(Score.objects.values_list("pk", "value"))
    assert (before.agreed.total, before.agreed.scores) == (
        before.spread.mean.quantize(Decimal("1e-12")),
        {},
    )
    write(cast, case)
    after = queries.bench(case)
    assert after.spread == before.spread
    assert sorted(Score.objects.values_list("pk", "value")) == raw
    assert before.agreed.total - after.agreed.total == 30 * (Decimal("3.5") - 3) / 5
    result = queries.result(case, seen_by=cast.chair)
    assert (f"{result.mean}", f"{result.total}") == ("72.33", "69.33")
    first, second, *_ = result.criteria
    assert (first.mean, first.word, first.agreed) == (3, "good", True)
    assert not second.agreed
    assert result.consensus == WORDS


def test_each_criterion_that_lies_apart_needs_its_score(cast, case, visit):
    client = visit(cast.chair, at=LATER)
    page = f"/lois/{case.key}/consensus/"
    answer = client.post(page, {"text": WORDS, "over": 0, "C3": "3.5"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "An agreed score must be given first: C1 ranges over 2.5 points" in text
    assert "1 of 3 reviewers are below the threshold of 3" in text
    assert WORDS in text and '<option value="3.5" selected>' in text
    assert not Consensus.objects.exists()
    assert client.post(page, {"text": WORDS, "over": 0, "C1": "3"}).status_code == 302
    assert queries.facts(case).unagreed == ()


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"text": "Too short."}, "consensus.text"),
        ({"scores": {}}, "consensus.score_due"),
        ({"scores": {"C1": Decimal("3.2")}}, "score.scale"),
        ({"scores": {"C1": Decimal("5.5")}}, "score.scale"),
        ({"scores": {**THREE, "C9": Decimal(3)}}, "score.criterion"),
    ],
)
def test_a_consensus_that_cannot_be_kept(cast, case, given, rule):
    with pytest.raises(Refused) as refused:
        write(cast, case, **given)
    assert refused.value.verdict.rule == rule
    assert not Consensus.objects.exists()


def test_a_draft_of_a_reviewer_counts_for_nothing_until_the_chair_writes_it(cast, case, visit):
    write(cast, case, by=cast.reviewer_one, act=services.draft_consensus)
    assert queries.facts(case).consensus == ""
    page = visit(cast.chair, at=LATER).get(f"/lois/{case.key}/consensus/")
    assert WORDS in page.content.decode() and page.context["form"]["C1"].value() == "3"
    write(cast, case, over=1)
    assert queries.facts(case).consensus == WORDS
    verbs = Event.objects.filter(verb__startswith="consensus.").order_by("seq")
    assert list(verbs.values_list("verb", flat=True)) == ["consensus.drafted", "consensus.written"]


def test_every_version_stays_and_shows_what_it_changed(cast, case, visit):
    write(cast, case)
    write(
        cast, case, over=1, text=WORDS.replace("not yet", "hardly"), scores={"C1": Decimal("3.5")}
    )
    page = visit(cast.chair, at=LATER).get(f"/lois/{case.key}/consensus/")
    last, first = page.context["versions"]
    assert (last["number"], first["number"]) == (2, 1)
    assert last["scores"] == [{"code": "C1", "new": "3.5", "old": "3", "changed": True}]
    text = page.content.decode()
    assert "<del>3</del> <ins>3.5</ins>" in text
    assert "<ins> hardly</ins>" in text
    assert queries.facts(case).consensus.endswith("is hardly shown.")


def test_what_came_meanwhile_is_not_covered_unseen(cast, case, visit):
    write(cast, case, by=cast.reviewer_one, act=services.draft_consensus)
    client = visit(cast.chair, at=LATER)
    typed = {"text": f"{WORDS} More.", "over": 0, "C1": "4"}
    answer = client.post(f"/lois/{case.key}/consensus/", typed)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Version 1 was written since this page was loaded" in text and "More." in text
    assert client.post(f"/lois/{case.key}/consensus/", typed | {"over": 1}).status_code == 302


def test_a_second_click_writes_one_version(cast, case):
    assert write(cast, case) == write(cast, case)
    assert Consensus.objects.count() == 1


def test_a_reviewer_agrees_or_objects_and_the_chair_sees_who(cast, case, visit):
    write(cast, case)
    page = f"/lois/{case.key}/consensus/answer/"
    one, two = visit(cast.reviewer_one, at=LATER), visit(cast.reviewer_two, at=LATER)
    assert one.post(page, {"version": 1, "answer": "agree"}).status_code == 302
    refused = two.post(page, {"version": 1, "answer": "object", "reason": ""})
    assert refused.status_code == 409
    assert "Say what you object to" in refused.content.decode()
    reason = "The data volume cannot be met."
    assert two.post(page, {"version": 1, "answer": "object", "reason": reason}).status_code == 302
    (version,) = visit(cast.chair, at=LATER).get(f"/lois/{case.key}/consensus/").context["versions"]
    assert [(a["by"], a["agrees"], a["reason"]) for a in version["answers"]] == [
        ("Reviewer one", True, ""),
        ("Reviewer two", False, reason),
    ]
    assert services.conclude(case, by=cast.chair, now=LATER)  # it binds nobody


def test_where_the_call_hides_reviewers_they_are_numbers_to_each_other(cast, case, visit):
    type(case.call).objects.filter(pk=case.call_id).update(hides_reviewers=True)
    write(cast, case)
    text = visit(cast.reviewer_one, at=LATER).get(f"/lois/{case.key}/consensus/").content.decode()
    assert "Reviewer two" not in text and "Reviewer three" not in text
    assert "Chair" not in text and "The chair" in text
    shown = visit(cast.chair, at=LATER).get(f"/lois/{case.key}/consensus/").content.decode()
    assert "Reviewer two" in shown


def test_an_answer_is_to_the_version_that_was_read(cast, case):
    write(cast, case)
    write(cast, case, over=1, text=f"{WORDS} And more.")
    with pytest.raises(Stale):
        services.answer_consensus(case, version=1, agrees=True, by=cast.reviewer_one, now=LATER)


def test_it_is_closed_with_the_final_review(cast, case):
    write(cast, case)
    services.conclude(case, by=cast.chair, now=LATER)
    for act, by in (
        (services.write_consensus, cast.chair),
        (services.draft_consensus, cast.reviewer_one),
    ):
        with pytest.raises(Refused) as refused:
            write(cast, case, over=1, act=act, by=by, text=f"{WORDS} And more.")
        assert refused.value.verdict.rule == "consensus.from"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("chair", 200),
        ("auditor", 200),
        ("reviewer_one", 200),
        ("conflicted", 404),
        ("secretary", 404),
        ("approver", 404),
        ("pi", 404),
        ("rival_pi", 404),
        ("admin", 404),
    ],
)
def test_who_reads_it_and_who_writes_it(cast, case, visit, who, status):
    client = visit(getattr(cast, who), at=LATER)
    assert client.get(f"/lois/{case.key}/consensus/").status_code == status
    posted = client.post(f"/lois/{case.key}/consensus/", {"text": WORDS, "over": 0, "C1": "3"})
    assert posted.status_code == {"chair": 302, "reviewer_one": 302, "auditor": 403}.get(who, 404)
    assert [c.draft for c in Consensus.objects.all()] == {
        "chair": [False],
        "reviewer_one": [True],
    }.get(who, [])


def test_whoever_still_writes_a_review_sees_none_of_it(cast, visit):
    loi = make.screened(cast, make.filed(cast, make.call(cast, code="TEST28")))
    make.panel(cast, loi.call)
    assignments = [make.review(cast, loi, person) for person in cast.reviewers]
    services.begin_review(loi, by=cast.secretary, now=make.SCREENED)
    make.lock_review(assignments[0])
    assert visit(cast.reviewer_one, at=LATER).get(f"/lois/{loi.key}/consensus/").status_code == 200
    assert visit(cast.reviewer_two, at=LATER).get(f"/lois/{loi.key}/consensus/").status_code == 404


def test_what_was_typed_survives_the_end_of_the_session(cast, case, visit):
    client = visit(cast.chair, at=LATER)
    path = f"/lois/{case.key}/consensus/"
    stamp = client.get(path).context["stamp"]
    client.logout()
    client.post(path, {"text": f"{WORDS} Typed late.", "over": 0, "C1": "3", "stamp": stamp})
    assert not Consensus.objects.exists()
    client.force_login(cast.chair)
    page = client.get(path)
    assert "Typed late." in page.content.decode()
    assert page.context["form"]["C1"].value() == "3"
    client.post(path, {"text": WORDS, "over": 0, "C1": "3", "kept": page.context["unsaved"].pk})
    assert client.get(path).context["unsaved"] is None
