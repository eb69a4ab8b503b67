"""The discussion of a case: who reads what of it, what is kept, and who is told."""

from datetime import datetime, timedelta

import pytest

from portal.models import Event, Message
from portal.verdict import Refused
from reviews import queries, services
from reviews.models import Comment, Hearing
from reviews.services.discussions import DIGEST_AT
from tests import make

LATER = make.REVIEWED + timedelta(days=1)
HOUR = timedelta(hours=1)
SAID = "The data volume in table 4 does not fit the downlink."


@pytest.fixture(scope="module")
def case(stage):
    """Two have locked, the third still writes; the fourth of the panel has a conflict."""
    loi = make.screened(stage)
    make.panel(stage, loi.call)
    assignments = [make.review(stage, loi, person) for person in stage.reviewers]
    services.begin_review(loi, by=stage.secretary, now=make.SCREENED)
    for assignment in assignments[:2]:
        make.lock_review(assignment)
    return make.again(loi)


@pytest.fixture
def cast(stage, case, db):
    return stage


def say(case, by, text: str = SAID, **given) -> Comment:
    return services.add_comment(case, text=text, by=by, **{"now": LATER, **given})


def page(visit, case, who, at=LATER):
    return visit(who, at=at).get(f"/lois/{case.key}/discussion/")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("chair", 200),
        ("auditor", 200),
        ("secretary", 200),
        ("reviewer_one", 200),
        ("reviewer_three", 404),  # an own review to write
        ("conflicted", 404),
        ("approver", 404),
        ("legal", 404),
        ("admin", 404),
        ("pi", 404),
        ("aor", 404),
        ("rival_pi", 404),
        ("outsider", 404),
    ],
)
def test_who_reads_and_who_says(cast, case, visit, who, status):
    say(case, cast.chair)
    person = getattr(cast, who)
    assert page(visit, case, person).status_code == status
    posted = visit(person, at=LATER).post(f"/lois/{case.key}/discussion/", {"text": "And I say."})
    allowed = who in {"chair", "secretary", "reviewer_one"}
    assert posted.status_code == (302 if allowed else 403 if status == 200 else 404)
    assert Comment.objects.exclude(by=cast.chair).count() == int(allowed and who != "chair")


def test_each_level_reaches_its_readers_and_nobody_else(cast, case, visit):
    for level in Comment.Level.values:
        say(case, cast.chair, f"For {level}.", level=level)
    seen = {}
    for who in ("chair", "auditor", "reviewer_one", "secretary"):
        text = page(visit, case, getattr(cast, who)).content.decode()
        seen[who] = {level for level in Comment.Level.values if f"For {level}." in text}
    everything = {"panel", "assessors", "office"}
    assert seen == {
        "chair": everything,
        "auditor": everything,
        "reviewer_one": {"panel", "assessors"},
        "secretary": {"office"},
    }


def test_an_assessor_reads_what_is_for_assessors_once_the_report_is_in(cast, case, visit):
    make.seat(cast, case.call, cast.outsider, "assessor")
    say(case, cast.chair, "For assessors.", level="assessors")
    say(case, cast.chair, "For the panel.", level="panel")
    report = services.assign(
        case, cast.outsider, seat="assessor", by=cast.secretary, now=make.REVIEWED
    )
    services.accept(report, by=cast.outsider, now=make.REVIEWED)
    assert page(visit, case, cast.outsider).status_code == 404
    type(report).objects.filter(pk=report.pk).update(state="locked", locked_at=LATER)
    text = page(visit, case, cast.outsider).content.decode()
    assert "For assessors." in text and "For the panel." not in text


def test_a_reviewer_whose_sheet_is_reopened_reads_no_more_until_it_is_locked(cast, case, visit):
    say(case, cast.chair)
    own = case.assignments.get(reviewer=cast.reviewer_one)
    services.reopen(own, reason="Look at C3 again.", by=cast.chair, now=LATER)
    assert page(visit, case, cast.reviewer_one).status_code == 404
    with pytest.raises(Refused) as refused:
        say(case, cast.reviewer_one)
    assert refused.value.verdict.who
    make.lock_review(make.again(own))
    assert page(visit, case, cast.reviewer_one).status_code == 200


def test_a_conflict_found_late_shuts_the_chair_out(cast, case, visit):
    say(case, cast.chair)
    services.step_out(case, reason="A joint paper.", by=cast.chair, now=LATER)
    assert page(visit, case, cast.again("chair")).status_code == 404


def test_answers_criteria_and_marks_of_what_is_new(cast, case, visit):
    first = say(case, cast.reviewer_one, criterion="C4")
    client = visit(cast.chair, at=LATER + HOUR)
    address = f"/lois/{case.key}/discussion/"
    (thread,) = client.get(address).context["threads"]
    assert (thread["first"]["comment"].criterion.code, thread["first"]["new"]) == ("C4", True)
    answer = client.post(address, {"text": "Seen.", "thread": first.key})
    assert answer.status_code == 302
    (thread,) = client.get(address).context["threads"]
    assert [line["text"] for line in thread["answers"]] == ["Seen."]
    assert not thread["first"]["new"]  # whoever answers has read
    assert thread["answers"][0]["comment"].level == "panel"


def test_an_answer_stays_where_its_thread_is_read(cast, case, visit):
    first = say(case, cast.chair, level="office")
    client = visit(cast.reviewer_one, at=LATER)
    posted = client.post(
        f"/lois/{case.key}/discussion/", {"text": "I guessed the key.", "thread": first.key}
    )
    assert posted.status_code == 404


def test_a_change_is_a_new_version_and_the_old_one_stays(cast, case, visit):
    comment = say(case, cast.reviewer_one)
    client = visit(cast.reviewer_one, at=LATER + HOUR)
    changed = {"text": SAID.replace("not fit", "fit"), "over": 1}
    assert client.post(f"/comments/{comment.key}/edit/", changed).status_code == 302
    stale = client.post(f"/comments/{comment.key}/edit/", {"text": "Other.", "over": 1})
    assert stale.status_code == 409 and "Other." in stale.content.decode()
    text = page(visit, case, cast.chair).content.decode()
    assert "Changed once" in text and "<del> not</del>" in text
    assert [v.text for v in comment.versions.all()] == [SAID, changed["text"]]


def test_what_is_withdrawn_leaves_a_trace_and_no_text(cast, case, visit):
    comment = say(case, cast.reviewer_one)
    other = visit(cast.reviewer_two, at=LATER)
    assert other.post(f"/comments/{comment.key}/withdraw/").status_code == 404
    client = visit(cast.reviewer_one, at=LATER)
    assert client.post(f"/comments/{comment.key}/withdraw/").status_code == 302
    text = page(visit, case, cast.chair).content.decode()
    assert "Withdrawn by its author" in text and SAID not in text
    assert client.post(f"/comments/{comment.key}/withdraw/").status_code == 409
    assert Event.objects.filter(verb="comment.withdrawn").count() == 1


def test_who_has_read_how_far(cast, case, visit):
    say(case, cast.reviewer_one)
    client = visit(cast.reviewer_two, at=LATER + HOUR)
    address = f"/lois/{case.key}/discussion/"
    assert client.get(address).context["unread"]
    last = client.get(address).context["last"]
    assert client.post(f"{address}read/", {"up_to": last}).status_code == 302
    shown = client.get(address).context
    assert not shown["unread"]
    left = {line["name"]: line["left"] for line in shown["read"]}
    assert left == {"Chair": 1, "Reviewer one": 0, "Reviewer two": 0}


def test_where_the_call_hides_reviewers_the_discussion_has_numbers(cast, case, visit):
    type(case.call).objects.filter(pk=case.call_id).update(hides_reviewers=True)
    say(make.again(case), cast.reviewer_one)
    text = page(visit, case, cast.reviewer_two).content.decode()
    assert "Reviewer one" not in text
    assert "Reviewer one" in page(visit, case, cast.chair).content.decode()


def test_it_is_closed_with_the_final_review_and_stays_readable(cast, case, visit):
    comment = say(case, cast.reviewer_one)
    type(case).objects.filter(pk=case.pk).update(state="final_review")
    client = visit(cast.reviewer_one, at=LATER)
    assert SAID in client.get(f"/lois/{case.key}/discussion/").content.decode()
    for address, data in (
        (f"/lois/{case.key}/discussion/", {"text": "One more."}),
        (f"/comments/{comment.key}/edit/", {"text": "One more.", "over": 1}),
        (f"/comments/{comment.key}/withdraw/", {}),
    ):
        answer = client.post(address, data)
        assert answer.status_code == 409
        assert "its discussion is closed and can be read" in answer.content.decode()


def test_an_empty_and_an_endless_comment_are_refused_with_what_was_typed(cast, case, visit):
    client = visit(cast.reviewer_one, at=LATER)
    address = f"/lois/{case.key}/discussion/"
    assert client.post(address, {"text": "   "}).status_code == 400
    long = client.post(address, {"text": "x" * 4001})
    assert long.status_code == 400 and "x" * 4001 in long.content.decode()
    assert not Comment.objects.exists()


def test_a_second_click_says_nothing_twice(cast, case):
    assert say(case, cast.chair) == say(case, cast.chair)
    assert Comment.objects.count() == 1


def test_what_was_typed_survives_the_end_of_the_session(cast, case, visit):
    client = visit(cast.reviewer_one, at=LATER)
    address = f"/lois/{case.key}/discussion/"
    stamp = client.get(address).context["stamp"]
    client.logout()
    client.post(address, {"text": SAID, "stamp": stamp})
    client.force_login(cast.reviewer_one)
    again = client.get(address)
    assert SAID in again.content.decode()
    client.post(address, {"text": SAID, "kept": again.context["unsaved"].pk})
    assert client.get(address).context["unsaved"] is None
    assert Comment.objects.count() == 1


# Who is told


def told(notice: str) -> list[str]:
    return sorted(Message.objects.filter(notice=notice).values_list("address", flat=True))


def test_a_comment_is_told_to_who_reads_it_by_reference_alone(cast, case):
    say(case, cast.reviewer_one)
    assert told("comment_added") == ["chair@example.org", "reviewer.two@example.org"]
    for message in Message.objects.filter(notice="comment_added"):
        assert case.reference in message.subject
        for secret in (SAID, "Reviewer one", case.title):
            assert secret not in message.body + message.subject


def test_who_hears_once_a_day_is_told_once_a_day_and_only_of_the_unread(cast, case):
    services.choose_hearing(how=Hearing.How.DAILY, by=cast.reviewer_two)
    services.choose_hearing(how=Hearing.How.NEVER, by=cast.chair)
    say(case, cast.reviewer_one)
    say(case, cast.reviewer_one, "A second one.", now=LATER + HOUR)
    assert told("comment_added") == []
    next_day = datetime.combine(LATER.date() + timedelta(days=1), DIGEST_AT, LATER.tzinfo)
    assert services.tell_of_the_day(now=next_day) == 1
    assert services.tell_of_the_day(now=next_day + HOUR) == 0
    (message,) = Message.objects.filter(notice="comments_of_the_day")
    assert message.address == "reviewer.two@example.org"
    assert f"{case.reference}: 2 comments" in message.body and SAID not in message.body
    assert services.tell_of_the_day(now=next_day + timedelta(days=1)) == 0


def test_what_was_read_meanwhile_is_in_no_message(cast, case):
    services.choose_hearing(how=Hearing.How.DAILY, by=cast.reviewer_two)
    comment = say(case, cast.reviewer_one)
    services.mark_read(case, up_to=comment.versions.last().pk, by=cast.reviewer_two, now=LATER)
    assert services.tell_of_the_day(now=LATER + timedelta(days=1)) == 0


def test_a_person_chooses_how_to_hear(cast, case, visit):
    client = visit(cast.reviewer_one, at=LATER)
    address = f"/lois/{case.key}/discussion/hear/"
    assert client.post(address, {"how": "loud"}).status_code == 400
    assert client.post(address, {"how": "daily"}).status_code == 302
    assert queries.hearing([cast.reviewer_one]) == {cast.reviewer_one.pk: "daily"}
