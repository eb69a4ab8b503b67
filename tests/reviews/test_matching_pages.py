import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.models import Event, Message
from portal.spreadsheets import cell
from reviews import services
from reviews.models import Assignment, Matching, Pair
from reviews.services import matchings
from reviews.tasks import match_reviewers
from tests import make

NOW = make.SCREENED + timedelta(hours=1)
DUE = "2027-03-01T12:00"


@pytest.fixture(scope="module")
def call(stage):
    """Two cases in screening before a panel of three, and a fourth who is in conflict."""
    of = make.call(stage)
    for n in range(2):
        make.filed(stage, of, rival=bool(n), title=f"Payload number {n} of the call")
    of = make.close(of)
    make.panel(stage, of)
    return of


@pytest.fixture
def cast(stage, call, db, clock_at):
    clock_at(NOW)
    return stage


def ask(visit, cast, call, **given):
    client = visit(cast.secretary, at=NOW)
    answer = client.post(f"/calls/{call.code}/matching/", {"per_case": "2", **given})
    assert answer.status_code == 302
    match_reviewers.run()
    return client


def due(call) -> str:
    return (NOW + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")


def test_the_matcher_proposes_and_the_secretary_applies_what_is_ticked(cast, call, visit):
    client = ask(visit, cast, call)
    page = client.get(f"/calls/{call.code}/matching/")
    rows = page.context["rows"]
    added = [one["value"] for row in rows for one in row["added"]]
    assert [len(row["added"]) for row in rows] == [2, 2]
    of_own_institute = {str(one["candidate"].member.user) for one in rows[0]["added"]}
    assert "Conflicted" not in of_own_institute
    assert "Proven" in page.content.decode()
    assert not Assignment.objects.exists()
    found = Matching.objects.get()
    before = Message.objects.count()
    answer = client.post(f"/matchings/{found.key}/apply/", {"add": added[:3], "due": due(call)})
    assert answer.status_code == 302
    assert make.again(found).state == "applied"
    assert Assignment.objects.filter(state="invited").count() == 3
    assert Message.objects.count() - before == 3
    assert Event.objects.filter(verb="matching.applied").count() == 1


def test_an_answer_is_awaited_and_only_one_is_open(cast, call, visit):
    client = visit(cast.secretary, at=NOW)
    client.post(f"/calls/{call.code}/matching/", {"per_case": "2"})
    page = client.get(f"/calls/{call.code}/matching/")
    assert "being worked out" in page.content.decode()
    again = client.post(f"/calls/{call.code}/matching/", {"per_case": "2"})
    assert again.status_code == 409
    assert "put it aside first" in again.content.decode()
    found = Matching.objects.get()
    assert client.post(f"/matchings/{found.key}/discard/").status_code == 302
    match_reviewers.run()
    assert make.again(found).state == "discarded"
    assert client.post(f"/calls/{call.code}/matching/", {"per_case": "2"}).status_code == 302


def test_why_it_cannot_is_said_in_words(cast, call, visit):
    client = ask(visit, cast, call, per_case="4")
    page = client.get(f"/calls/{call.code}/matching/").content.decode()
    assert "TEST27-0001 has 3 reviewers left after conflicts, 4 are needed" in page
    assert "invite one more" in page
    found = Matching.objects.get()
    assert client.post(f"/matchings/{found.key}/apply/", {"due": due(call)}).status_code == 409


def test_who_has_accepted_stays_and_who_was_only_invited_may_go(cast, call, visit):
    first = call.lois.get(reference="TEST27-0001")
    kept = services.assign(first, cast.reviewer_one, by=cast.secretary, now=NOW)
    services.accept(kept, by=cast.reviewer_one, now=NOW)
    client = ask(visit, cast, call, per_case="1")
    page = client.get(f"/calls/{call.code}/matching/")
    row = page.context["rows"][0]
    assert [a.key for a in row["kept"]] == [kept.key]
    assert row["added"] == [] and row["dropped"] == []


def test_a_pair_that_is_no_longer_possible_stops_the_whole(cast, call, visit):
    client = ask(visit, cast, call)
    rows = client.get(f"/calls/{call.code}/matching/").context["rows"]
    added = [one["value"] for row in rows for one in row["added"]]
    key, reviewer = added[0].split(":")
    loi = call.lois.get(key=key)
    person = next(p for p in cast.reviewers if p.key == reviewer)
    mine = services.assign(loi, person, by=cast.secretary, now=NOW)
    services.recuse(mine, reason="We share a grant.", by=person, now=NOW)
    found = Matching.objects.get()
    answer = client.post(f"/matchings/{found.key}/apply/", {"add": added, "due": due(call)})
    assert answer.status_code == 409
    assert "is on this case already" in answer.content.decode()
    assert not Assignment.objects.filter(state="invited").exists()
    assert make.again(found).state == "proposed"


def test_a_due_time_in_the_past_is_refused_and_nothing_done(cast, call, visit):
    client = ask(visit, cast, call)
    found = Matching.objects.get()
    answer = client.post(f"/matchings/{found.key}/apply/", {"due": "2026-01-01T00:00"})
    assert answer.status_code == 400
    assert "due in the past" in answer.content.decode()


def test_a_table_goes_out_and_comes_back_as_a_proposal(cast, call, visit):
    (first, second) = call.lois.order_by("reference")
    services.assign(first, cast.reviewer_one, by=cast.secretary, now=NOW)
    client = visit(cast.secretary, at=NOW)
    table = client.get(f"/calls/{call.code}/assignments.csv")
    assert table["Content-Disposition"].startswith("attachment")
    (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (row["case"], row["reviewer"]) == ("TEST27-0001", "reviewer.one@example.org")
    changed = f"case,reviewer\n{second.reference},reviewer.two@example.org\n"
    upload = SimpleUploadedFile("t.csv", changed.encode(), "text/csv")
    answer = client.post(f"/calls/{call.code}/matching/table/", {"file": upload})
    assert answer.status_code == 302
    rows = client.get(f"/calls/{call.code}/matching/").context["rows"]
    assert [(len(r["added"]), len(r["dropped"])) for r in rows] == [(0, 1), (1, 0)]


def test_a_table_with_strangers_is_refused_line_by_line(cast, call, visit):
    text = "case,reviewer\nTEST27-0009,reviewer.one@example.org\nTEST27-0001,pi@example.org\n"
    upload = SimpleUploadedFile("t.csv", text.encode(), "text/csv")
    client = visit(cast.secretary, at=NOW)
    answer = client.post(f"/calls/{call.code}/matching/table/", {"file": upload})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Line 2: “TEST27-0009” is no open case of the call." in page
    assert "Line 3: “pi@example.org” is no reviewer of the panel." in page
    assert not Matching.objects.exists()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_table_is_read_whatever_ends_its_lines(cast, call, visit, ends):
    text = ends.join(["case,reviewer", "TEST27-0001,reviewer.one@example.org", ""])
    upload = SimpleUploadedFile("t.csv", text.encode(), "text/csv")
    client = visit(cast.secretary, at=NOW)
    answer = client.post(f"/calls/{call.code}/matching/table/", {"file": upload})
    assert answer.status_code == 302
    assert len(Matching.objects.get().found["pairs"]) == 1


def test_a_table_that_cannot_be_read_is_refused_in_words(cast, call, visit):
    text = "case,reviewer\n" + "x" * 140_000 + ",y\n"
    upload = SimpleUploadedFile("t.csv", text.encode(), "text/csv")
    client = visit(cast.secretary, at=NOW)
    answer = client.post(f"/calls/{call.code}/matching/table/", {"file": upload})
    assert answer.status_code == 400
    assert "The table cannot be read" in answer.content.decode()


@pytest.mark.parametrize("who", ["chair", "approver", "reviewer_one", "pi", "admin"])
def test_only_the_secretary_and_the_auditor_see_it(cast, call, visit, who):
    client = visit(getattr(cast, who), at=NOW)
    assert client.get(f"/calls/{call.code}/matching/").status_code == 404
    assert client.get(f"/calls/{call.code}/assignments.csv").status_code == 404
    asked = matchings.ask(call, per_case=2, one_a_country=False, by=cast.secretary, now=NOW)
    assert client.post(f"/matchings/{asked.key}/discard/").status_code == 404
    auditor = visit(cast.auditor, at=NOW)
    assert auditor.get(f"/calls/{call.code}/matching/").status_code == 200
    assert auditor.post(f"/matchings/{asked.key}/discard/").status_code == 403


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", " =", "＝"])
def test_no_cell_runs_as_a_formula(begins):
    assert cell(f"{begins}1+1").startswith("'")
    assert cell(-5) == -5


def pair(client, call, loi, person, how):
    typed = {"case": loi.key, "reviewer": person.key, "together": how}
    return client.post(f"/calls/{call.code}/matching/pairs/", typed)


def test_pairs_set_by_hand_are_kept_and_lifted(cast, call, visit):
    first = call.lois.order_by("reference").first()
    client = visit(cast.secretary, at=NOW)
    assert pair(client, call, first, cast.reviewer_one, "off").status_code == 302
    assert pair(client, call, first, cast.reviewer_two, "on").status_code == 302
    found = ask(visit, cast, call, per_case="1").get(f"/calls/{call.code}/matching/")
    assert [one["candidate"].member.user for one in found.context["rows"][0]["added"]] == [
        cast.reviewer_two
    ]
    client.post(f"/matchings/{Matching.objects.get().key}/discard/")
    page = ask(visit, cast, call, per_case="3").get(f"/calls/{call.code}/matching/")
    said = page.content.decode()
    assert "TEST27-0001 has 2 reviewers left after conflicts, 3 are needed" in said
    for held in Pair.objects.all():
        assert client.post(f"/pairs/{held.key}/lift/").status_code == 302
    assert not Pair.objects.exists()
    assert Event.objects.filter(verb__in=["pair.set", "pair.lifted"]).count() == 4


def test_a_conflict_wins_over_a_pair_and_the_page_says_so(cast, call, visit):
    first = call.lois.order_by("reference").first()
    pair(visit(cast.secretary, at=NOW), call, first, cast.conflicted, "on")
    page = ask(visit, cast, call).get(f"/calls/{call.code}/matching/").content.decode()
    assert "Conflicted is locked on TEST27-0001 and has a conflict of interest there." in page


def test_only_the_secretary_sets_pairs(cast, call, visit):
    first = call.lois.order_by("reference").first()
    for who, status in (("auditor", 403), ("chair", 404), ("reviewer_one", 404)):
        client = visit(cast.again(who), at=NOW)
        assert pair(client, call, first, cast.reviewer_one, "off").status_code == status, who


@pytest.mark.parametrize(("which", "said"), [("first", False), ("all", True)])
def test_a_reviewer_is_found_for_the_first_keyword_or_for_each(cast, call, visit, which, said):
    page = ask(visit, cast, call, every_keyword=which).get(f"/calls/{call.code}/matching/")
    assert ("nobody assigned knows dust" in page.content.decode()) is said


def test_whoever_fits_best_is_named_to_present_where_nobody_does(cast, call, visit):
    client = ask(visit, cast, call)
    rows = client.get(f"/calls/{call.code}/matching/").context["rows"]
    typed = {"add": [one["value"] for row in rows for one in row["added"]], "due": due(call)}
    found = Matching.objects.get()
    client.post(f"/matchings/{found.key}/apply/", {**typed, "presenters": "on"})
    for loi in call.lois.all():
        seats = sorted(loi.assignments.values_list("seat", flat=True))
        assert seats == ["primary", "secondary"]
    loi = call.lois.order_by("reference").first()
    one, other = loi.assignments.order_by("seat")
    swapped = {"primary": other.key, "secondary": one.key}
    assert client.post(f"/lois/{loi.key}/present/", swapped).status_code == 302
    assert (make.again(one).seat, make.again(other).seat) == ("secondary", "primary")
