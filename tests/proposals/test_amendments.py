"""A call is changed as law is: proposed by one, published by another, numbered, told to all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.models import Message
from portal.verdict import Refused
from portal.workflow import Act
from proposals import gazette
from proposals.models import Amendment, LetterOfIntent
from proposals.models.amendments import terms_of
from proposals.services import amendments, calls, evaluation, filings
from proposals.services.reminders import BEFORE, remind
from proposals.workflow import AMENDMENT
from tests import make
from tests.make import CLOSED, CLOSES, DURING, GRACE_S, PUBLISHED, SCREENED, SECOND, WHY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = CLOSES + 2 * DAY
GRACE = timedelta(seconds=GRACE_S)


def states(*lois: LetterOfIntent) -> list[str]:
    return [make.again(loi).state for loi in lois]


def refusal(cast, call, *, now=DURING, **given) -> str:
    """The rule that refuses the proposal."""
    with pytest.raises(Refused) as refused, transaction.atomic():
        amendments.propose(
            call, **{"kind": "terms", "reason": WHY, "by": cast.secretary, "now": now, **given}
        )
    assert str(refused.value.verdict.reason)
    return refused.value.verdict.rule


def closing(at) -> dict:
    return {"kind": "closing", "after": {"closes_at": at.isoformat()}}


# What an amendment is


def test_it_is_proposed_by_one_and_published_by_another(cast):
    call = make.call(cast)
    cast.secretary.role_grants.create(role="approver", granted_at=PUBLISHED)
    amendment = amendments.propose(
        call, kind="terms", reason=WHY, after={"title": "New"}, by=cast.secretary, now=DURING
    )
    verdict = AMENDMENT.verdict(amendment, "publish", Act(cast.again("secretary"), DURING))
    assert (verdict.rule, verdict.who) == ("two_persons", True)
    with pytest.raises(Refused):
        amendments.publish(amendment, by=cast.again("secretary"), now=DURING)
    assert make.again(call).title != "New"
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=amendment.pk).update(published_by=cast.secretary)


def test_publication_applies_it_numbers_it_and_raises_the_version(cast, truths):
    call = make.call(cast)
    assert call.version == 1
    first = make.amended(cast, call, after={"need_by": "2028-12-31"})
    second = make.amended(cast, call, after={"title": "Payloads, again"})
    assert (first.number, second.number) == (1, 2)
    call = make.again(call)
    assert (call.version, call.need_by.isoformat(), call.title) == (
        3,
        "2028-12-31",
        "Payloads, again",
    )
    assert first.changes == [{"field": "need_by", "before": "2028-09-30", "after": "2028-12-31"}]


def test_what_is_taken_back_has_no_number_and_leaves_no_gap(cast, truths):
    call = make.call(cast)
    amendment = amendments.propose(
        call, kind="terms", reason=WHY, after={"title": "No"}, by=cast.secretary, now=DURING
    )
    with pytest.raises(Refused):
        amendments.take_back(amendment, by=cast.secretary, now=DURING, reason=" ")
    amendments.take_back(amendment, by=cast.secretary, now=DURING, reason="A slip.")
    assert make.amended(cast, call, after={"title": "Yes"}).number == 1
    assert (make.again(call).version, make.again(amendment).number) == (2, None)


def test_an_amendment_of_what_was_amended_meanwhile_is_refused(cast):
    call = make.call(cast)
    old = amendments.propose(
        call, kind="terms", reason=WHY, after={"title": "Old"}, by=cast.secretary, now=DURING
    )
    make.amended(cast, call, after={"title": "Newer"})
    with pytest.raises(Refused) as refused:
        amendments.publish(old, by=cast.approver, now=DURING)
    assert refused.value.verdict.rule == "changed_meanwhile"
    assert make.again(call).title == "Newer"


def test_everybody_with_a_draft_or_a_filed_letter_is_told_once_and_nobody_else(cast):
    call = make.call(cast)
    make.begun(cast, call)
    make.filed(cast, call)
    make.filed(cast, call, rival=True)
    make.amended(cast, call, after={"need_by": "2028-12-31"})
    told = Message.objects.filter(notice="amendment_published")
    assert {message.recipient.email for message in told} == {
        person.email
        for person in (
            *(cast.pi, cast.aor, cast.owner, cast.editor, cast.rival_pi, cast.rival_aor),
            *(cast.secretary, cast.second_secretary),
        )
    }
    assert told.count() == 8
    body = told.first().body
    for words in ("Flight model needed by", "30 Sep 2028", "31 Dec 2028", WHY, "#amendment-1"):
        assert words in body


# Terms


def test_terms_that_are_not_amended_and_why(cast):
    call = make.call(cast)
    make.draft(cast, call)  # uses the keyword "volatiles"
    weights = {"C1": 30, "C2": 15, "C3": 20, "C4": 15, "C5": 10, "C6": 11}
    for after, rule in (
        ({}, "nothing"),
        ({"title": call.title}, "nothing"),
        ({"grace_s": 600}, "not_a_term"),
        ({"closes_at": LATER.isoformat()}, "not_a_term"),
        ({"weights": weights}, "weights"),
        ({"final": "2027-03-01"}, "dates"),
        ({"final": None}, "dates"),
        ({"need_by": "2027-01-01"}, "dates"),
        ({"keywords": [["dust", "Dust"]]}, "keyword_used"),
    ):
        assert refusal(cast, call, after=after) == rule, after
    assert refusal(cast, call, after={"title": "New"}, reason=" ") == "reason"
    assert refusal(cast, make.call(cast, code="DRAFT27", state="draft")) == "not_amendable"


def test_weights_and_keywords_move_before_the_closing(cast):
    call = make.call(cast)
    make.draft(cast, call, identity={"keywords": ["volatiles"]})
    weights = {"C1": 25, "C2": 15, "C3": 25, "C4": 15, "C5": 10, "C6": 10}
    keywords = [["volatiles", "Volatiles"], ["ice", "Ice"]]
    make.amended(cast, call, after={"weights": weights, "keywords": keywords})
    assert terms_of(make.again(call))["weights"] == weights
    assert make.again(call).keywords == keywords
    (entry,) = gazette.log(make.again(call))
    assert [(change.before, change.after) for change in entry.changes] == [
        ("C1 30 % · C3 20 %", "C1 25 % · C3 25 %"),
        ("Dust · Biology", "Ice"),
    ]


def test_after_the_closing_only_planned_dates_move(cast):
    call = make.call(cast, state="closed")
    for after in ({"title": "New"}, {"need_by": "2029-01-01"}, {"keywords": []}):
        assert refusal(cast, call, after=after, now=SCREENED) == "terms_fixed"
    make.amended(cast, call, after={"final": "2027-08-15"}, now=SCREENED)
    final = call.milestones.get(kind="final")
    assert (final.planned.isoformat(), final.amended.isoformat()) == ("2027-06-29", "2027-08-15")
    assert final.due == final.amended


def test_a_date_that_was_reached_is_no_longer_a_plan(cast):
    call = make.call(cast)
    call.happened("final", DURING)
    assert refusal(cast, call, after={"final": "2027-09-01"}) == "day_reached"


# The closing for all


def test_an_extension_before_the_closing_moves_everything_that_asks(cast, truths):
    call = make.call(cast)
    loi = make.awaiting(cast, call)
    make.extended(cast, call, LATER)
    loi = make.again(loi)
    assert loi.closes_at == LATER
    with pytest.raises(Refused):
        calls.close(call, now=CLOSED)
    assert call.milestones.get(kind="closing").amended.isoformat() == "2027-04-02"
    filing = filings.file(loi, version=loi.version, by=cast.aor, now=LATER - SECOND)
    assert filing.manifest["call"] == {
        "code": "TEST27",
        "version": 2,
        "closes_at": LATER.isoformat(),
        "zone": "Asia/Shanghai",
    }
    make.close(make.again(call))
    make.store_letters(call)


def test_an_extension_after_the_closing_opens_again(cast, truths):
    call = make.call(cast)
    begun, drafted = make.begun(cast, call), make.draft(cast, call)
    signed, filed = make.awaiting(cast, call), make.filed(cast, call)
    screened = make.filed(cast, call, rival=True)
    make.close(call)
    evaluation.screen(make.again(screened), compliant=True, by=cast.secretary, now=CLOSED + HOUR)
    call = make.extended(cast, call, LATER, now=CLOSED + 2 * HOUR)
    assert call.state == "published" and call.open_at(CLOSED + 3 * HOUR)
    assert states(begun, drafted, signed, filed, screened) == [
        *("draft", "draft", "draft", "filed", "screening")
    ]
    assert call.milestones.get(kind="closing").actual is None
    drafted = make.again(drafted)
    filings.sign_off(drafted, version=drafted.version, by=cast.pi, now=LATER - HOUR)
    filings.file(drafted, version=drafted.version, by=cast.aor, now=LATER - SECOND)
    make.close(call)
    assert states(begun, drafted, signed, filed, screened) == [
        *("not_submitted", "screening", "not_submitted", "screening", "screening")
    ]
    assert call.milestones.get(kind="closing").actual.isoformat() == "2027-04-02"
    make.store_letters(call, now=LATER + GRACE)


def test_the_closing_moves_earlier_only_with_seven_days_left(cast):
    call = make.call(cast)
    now = CLOSES - 10 * DAY
    assert refusal(cast, call, now=now, **closing(now + 7 * DAY - SECOND)) == "fair_notice"
    make.extended(cast, call, now + 7 * DAY, now=now)
    assert make.again(call).closes_at == CLOSES - 3 * DAY


def test_where_the_closing_does_not_move(cast):
    call = make.call(cast)
    assert refusal(cast, call, now=LATER, **closing(LATER - SECOND)) == "past"
    assert refusal(cast, call, now=CLOSES, **closing(CLOSES - DAY)) == "closed"
    opening = {"opens_at": (DURING + DAY).isoformat()}
    assert refusal(cast, call, kind="closing", after=opening) == "opening_passed"
    planned = call.milestones.get(kind="final").planned
    assert refusal(cast, call, **closing(CLOSES + 200 * DAY)) == "dates", planned
    proposed = make.proposed_call(cast, code="SEL27")
    assert refusal(cast, proposed, now=make.DECIDED, **closing(make.APPROVED)) == "decided"
    released = make.released_call(cast, code="OLD27")
    assert refusal(cast, released, now=make.RELEASED, **closing(LATER)) == "not_amendable"


def test_the_opening_moves_while_it_lies_ahead(cast):
    call = make.call(cast)
    later = make.OPENS + DAY
    after = {"opens_at": later.isoformat()}
    make.amended(cast, call, kind="closing", after=after, now=PUBLISHED + DAY)
    assert not make.again(call).open_at(make.OPENS) and make.again(call).open_at(later)


@pytest.mark.parametrize("name, before", BEFORE)
def test_each_reminder_speaks_anew_after_an_extension(cast, name, before):
    loi = make.draft(cast)
    assert remind(loi.call, now=CLOSES - before) == 4
    call = make.extended(cast, loi.call, LATER, now=CLOSES - before)
    assert remind(call, now=LATER - before) == 4
    assert remind(call, now=LATER - before + SECOND) == 0
