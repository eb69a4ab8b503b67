"""The working copy of a filed letter: what is in force stays so until it is filed again."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.models import Event, Message
from proposals import queries
from proposals.models import Letter, LetterOfIntent
from proposals.services import copies, drafts, filings, reminders, rendering
from tests import make
from tests.asking import rule_against
from tests.make import CLOSES, DURING, SECOND


def write(loi, cast, *, title: str, mass: str = "20"):
    """Another title and another mass in the working copy."""
    for section, changed in (
        ("identity", {"title": title}),
        ("resources", {"elements": [make.element(mass)]}),
    ):
        values = {**loi.content[section], **changed}
        loi = drafts.save_draft(
            loi, section=section, values=values, version=loi.version, by=cast.editor, now=DURING
        )
    return make.again(loi)


@pytest.fixture
def filed(cast):
    return make.filed(cast)


@pytest.fixture
def copied(cast, filed):
    copies.revise(filed, by=cast.editor, now=DURING)
    return write(make.again(filed), cast, title="A longer-lived spectrometer")


@pytest.fixture
def signed(cast, copied):
    filings.sign_off_copy(copied, version=copied.version, by=cast.pi, now=DURING)
    return make.again(copied)


def test_what_is_filed_stays_in_force_while_the_copy_is_written(cast, filed, copied, visit):
    assert (copied.state, copied.working_copy, copied.filing) == ("filed", "draft", filed.filing)
    assert copied.title == filed.title
    assert queries.mass_kg(copied) == queries.mass_kg(filed)
    for person in (cast.secretary, cast.pi):
        page = visit(person, at=DURING).get(reverse("loi", args=[filed.key])).content.decode()
        assert filed.title in page
        assert "A longer-lived spectrometer" not in page
    page = visit(cast.reader, at=DURING).get(reverse("loi", args=[filed.key]), {"show": "copy"})
    assert "A longer-lived spectrometer" in page.content.decode()


def test_members_are_told_loudly_and_nobody_else_at_all(cast, copied, visit):
    here = reverse("loi", args=[copied.key])
    for person in (cast.pi, cast.editor, cast.reader, cast.aor):
        page = visit(person, at=DURING).get(here).content.decode()
        assert "Version 2 is being drafted" in page
        assert "In force: version 1, filed 1 Mar 2027" in page
    for show in ({}, {"show": "copy"}):
        page = visit(cast.secretary, at=DURING).get(here, show).content.decode()
        assert "being drafted" not in page
        assert "working copy" not in page
        assert "A longer-lived spectrometer" not in page


def test_the_signed_off_copy_says_that_it_is_not_filed(cast, signed, visit):
    page = visit(cast.reader, at=DURING).get(reverse("loi", args=[signed.key])).content.decode()
    assert "Version 2 is signed off, NOT yet filed" in page
    assert "Authorised representative, Institute A" in page
    assert "In force: version 1" in page
    answer = visit(cast.editor, at=DURING).post(
        reverse("edit_loi", args=[signed.key, "identity"]), {"version": signed.version}
    )
    assert answer.status_code == 409


def test_filing_again_takes_the_place_under_the_same_reference(cast, filed, signed, truths):
    first = filed.filing
    make.store_letters(filed.call)
    second = filings.refile(signed, version=signed.version, by=cast.aor, now=DURING)
    loi = make.again(signed)
    assert (loi.reference, loi.filing, loi.working_copy) == (filed.reference, second, "")
    assert (first.number, second.number) == (1, 2)
    assert loi.title == "A longer-lived spectrometer"
    assert queries.mass_kg(loi) == 21
    assert loi.call.last_reference == 1
    assert make.again(first).content["identity"]["title"] == filed.title
    make.store_letters(loi.call)
    states = Letter.objects.order_by("pk").values_list("number", "state")
    assert list(states) == [("TEST27-L0001", "superseded"), ("TEST27-L0002", "issued")]


def test_a_receipt_rendered_late_is_superseded_all_the_same(cast, filed, signed):
    filings.refile(signed, version=signed.version, by=cast.aor, now=DURING)
    rendering.render_owed(DURING)
    states = Letter.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["superseded", "issued"]


def test_the_former_version_and_its_receipt_are_read_on(cast, filed, signed, visit):
    make.store_letters(filed.call)
    filings.refile(signed, version=signed.version, by=cast.aor, now=DURING)
    former = reverse("filing", args=[filed.key, 1])
    manifest = reverse("filed_manifest", args=[filed.key, 1])
    receipt = reverse("letter", args=[Letter.objects.get(number="TEST27-L0001").key])
    for person in (cast.pi, cast.reader, cast.secretary, cast.auditor):
        browser = visit(person, at=DURING)
        page = browser.get(former).content.decode()
        assert filed.title in page and "superseded by version 2" in page
        assert browser.get(manifest).json()["version"] == 1
        assert browser.get(receipt).getvalue().startswith(b"%PDF-")
    for person in (cast.rival_pi, cast.outsider, cast.admin):
        for url in (former, manifest, receipt):
            assert visit(person, at=DURING).get(url).status_code == 404


def test_a_discarded_copy_is_kept_among_the_revisions(cast, filed, copied):
    copies.discard_copy(copied, by=cast.pi, now=DURING)
    loi = make.again(copied)
    assert (loi.working_copy, loi.content, loi.title) == ("", filed.content, filed.title)
    assert loi.version == copied.version + 1
    texts = [r.content["identity"]["title"] for r in loi.revisions.order_by("version")]
    assert "A longer-lived spectrometer" in texts
    assert texts[-1] == filed.title


def test_closing_discards_the_copy_and_nothing_else(cast, filed, signed, truths):
    make.close(signed.call)
    loi = make.again(signed)
    assert (loi.state, loi.working_copy, loi.filing) == ("screening", "", filed.filing)
    assert loi.content == filed.content
    verbs = list(Event.objects.order_by("seq").values_list("verb", flat=True))
    assert verbs.index("loi.copy_lapsed") == verbs.index("loi.screening_begun") - 1
    told = Message.objects.filter(notice="loi_copy_lapsed", recipient=cast.pi).get()
    assert "version 1 stands" in told.subject


def test_withdrawing_takes_the_copy_along(cast, copied, filed):
    filings.withdraw(copied, by=cast.aor, now=DURING, reason="The funding fell away.")
    loi = make.again(copied)
    assert (loi.state, loi.working_copy, loi.content) == ("withdrawn", "", filed.content)


@pytest.mark.parametrize("late", [SECOND * 0, SECOND])
def test_from_the_instant_on_nothing_is_filed_again(cast, signed, late):
    more = {"version": signed.version, "by": cast.aor}
    assert rule_against(filings.refile, signed, now=CLOSES + late, **more) == "call_closed"
    filings.refile(signed, now=CLOSES - SECOND, **more)


def test_each_act_begins_where_it_belongs(cast, filed, copied, signed):
    loi = make.again(signed)
    now = {"now": DURING}
    assert rule_against(copies.revise, loi, by=cast.pi, **now) == "working_copy"
    version = {"version": loi.version, **now}
    assert rule_against(filings.sign_off_copy, loi, by=cast.pi, **version) == "working_copy"
    filings.return_copy(loi, by=cast.aor, reason="The mass is wrong.", **now)
    assert make.again(loi).working_copy == "draft"
    assert rule_against(filings.refile, loi, by=cast.aor, **version) == "working_copy"
    copies.discard_copy(loi, by=cast.aor, **now)
    assert rule_against(copies.discard_copy, loi, by=cast.aor, **now) == "working_copy"


@pytest.mark.parametrize("columns", [{"state": "screening"}, {"state": "withdrawn"}])
def test_the_database_keeps_copies_to_filed_letters(copied, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterOfIntent.objects.filter(pk=copied.pk).update(**columns)


def test_whoever_writes_a_copy_is_reminded_of_it(cast, copied):
    reminders.remind(copied.call, now=CLOSES - 3600 * SECOND)
    told = Message.objects.filter(notice="loi_copy_reminder")
    assert told.count() == 4
    assert "version 1, filed on" in told.first().body


def test_the_pages_lead_from_the_open_copy_to_the_new_receipt(cast, filed, visit):
    here = reverse("loi", args=[filed.key])
    editor, pi = visit(cast.editor, at=DURING), visit(cast.pi, at=DURING)
    assert "Open a working copy" in editor.get(here).content.decode()
    for _click in range(2):
        answer = editor.post(reverse("revise_loi", args=[filed.key]))
        assert answer.url == reverse("edit_loi", args=[filed.key, "identity"])
    loi = make.again(filed)
    sign = reverse("sign_off_copy_loi", args=[filed.key])
    assert "Sign off version 2" in pi.get(sign).content.decode()
    for _click in range(2):
        assert pi.post(sign, {"version": loi.version}).url == here
    aor = visit(cast.aor, at=DURING)
    page = aor.get(reverse("refile_loi", args=[filed.key]))
    assert "In force: version 1" in page.content.decode()
    assert "File version 2" in aor.get(reverse("day")).content.decode()
    assert pi.get(reverse("refile_loi", args=[filed.key])).url == here


@pytest.mark.parametrize("name", ["revise", "file", "refile", "sign_off_copy", "withdraw"])
def test_asking_for_the_head_of_a_page_does_nothing(cast, filed, visit, name):
    """HEAD carries no token against forgery, and must act as little as GET."""
    events = Event.objects.count()
    for person in (cast.pi, cast.aor):
        answer = visit(person, at=DURING).head(reverse(f"{name}_loi", args=[filed.key]))
        assert answer.status_code == 302
    assert Event.objects.count() == events
    assert make.again(filed).working_copy == ""


def test_a_letter_never_filed_has_no_copy(cast, visit):
    draft = make.draft(cast)
    for act in (copies.revise, copies.discard_copy):
        assert rule_against(act, draft, by=cast.pi, now=DURING) == f"loi.{act.__name__}.from"
    path = reverse("discard_copy_loi", args=[draft.key])
    assert visit(cast.pi, at=DURING).post(path).status_code == 409
