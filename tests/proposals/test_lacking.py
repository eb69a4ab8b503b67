"""What is told of a letter that is not filed: what is missing, and whose key is the next."""

from datetime import timedelta

import pytest

from portal.models import Membership, Message
from proposals import tasks
from proposals.services import filings
from tests import make

SOON = make.CLOSES - timedelta(hours=2)


def words(text: str) -> str:
    return " ".join(text.split())


def told(notice: str, person) -> str:
    return words(Message.objects.get(notice=notice, recipient=person).body)


@pytest.fixture
def remind(clock_at):
    def at_the_eleventh_hour() -> None:
        clock_at(SOON)
        tasks.keep_deadlines()

    return at_the_eleventh_hour


def test_a_reminder_of_a_draft_names_what_is_missing_and_who_signs_off(cast, remind):
    make.begun(cast)
    remind()
    mail = told("loi_reminder", cast.editor)
    assert f"The next key is the signing off. It is held by: {cast.pi.name}." in mail
    assert "Attach the signed letter as a PDF." in mail or "things more" in mail
    assert "31 Mar 2027, 24:00 Beijing (31 Mar 2027, 16:00 UTC)" in mail


def test_a_reminder_of_a_signed_letter_names_who_files(cast, remind):
    make.awaiting(cast)
    remind()
    mail = told("loi_reminder", cast.pi)
    assert "is signed off and NOT yet filed" in mail
    assert f"The next key is the filing. It is held by: {cast.aor.name}." in mail
    assert "Nothing is missing in it." in mail


def test_an_empty_seat_is_said(cast, remind):
    Membership.objects.filter(user=cast.aor).update(left_at=make.DURING)
    make.awaiting(cast)
    remind()
    assert "held by: nobody yet: the owner of the organisation" in told("loi_reminder", cast.pi)


@pytest.mark.parametrize(
    ("ready", "key", "missing"),
    [
        (make.begun, "the first key, the signing off, held by {pi}", True),
        (make.draft, "the first key, the signing off, held by {pi}", False),
        (make.awaiting, "the second key, the filing, held by {aor}", False),
    ],
    ids=["begun", "draft", "awaiting"],
)
def test_a_lapsed_letter_tells_what_happened_and_what_can_be_done(
    cast, visit, truths, ready, key, missing
):
    loi = ready(cast)
    make.close(loi.call)
    key = key.format(pi=cast.pi.name, aor=cast.aor.name)
    at = make.CLOSES + timedelta(days=1)
    page = words(visit(cast.pi, at=at).get(f"/lois/{loi.key}/").content.decode())
    for text in (page, told("loi_not_submitted", cast.pi)):
        assert "closed on 31 Mar 2027, 24:00 Beijing" in text
        assert f"What was missing was {key}" in text
        assert ("this stood in the way" in text) == missing
        assert "Nothing is lost" in text
        assert cast.secretary.email in text


def test_a_letter_returned_is_a_draft_again(cast):
    loi = make.awaiting(cast)
    filings.return_to_draft(loi, by=cast.aor, now=make.DURING, reason="One figure is wrong.")
    make.close(loi.call)
    assert "the first key, the signing off" in told("loi_not_submitted", cast.pi)
