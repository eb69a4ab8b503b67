"""Who of a case is named before whom, where a call hides its applicants or its reviewers."""

from decimal import Decimal
from html import unescape

import pytest

from portal.verdict import Refused
from proposals.models import Call
from proposals.services import evaluation, filings
from proposals.services.drafts import Stale
from reviews import queries, services
from reviews.services import FindingDraft
from tests import make
from tests.portal.seating import proves


def hiding(loi, **rules: bool):
    Call.objects.filter(pk=loi.call_id).update(**rules)
    return make.again(loi)


def test_reviewers_are_numbers_to_each_other_where_the_call_hides_them(cast):
    loi = make.reviewed(cast)
    for person in (*cast.reviewers, cast.chair, cast.secretary):
        assert queries.names(person, loi).of(cast.reviewer_two) == cast.reviewer_two.name
    loi = hiding(loi, hides_reviewers=True)
    for person in (cast.chair, cast.secretary, cast.auditor):
        assert queries.names(person, loi).of(cast.reviewer_two) == cast.reviewer_two.name
    read = queries.names(cast.reviewer_one, loi)
    assert read.of(cast.reviewer_one) == cast.reviewer_one.name
    others = {read.of(cast.reviewer_two), read.of(cast.reviewer_three)}
    assert others < {"Reviewer 1", "Reviewer 2", "Reviewer 3"} and len(others) == 2
    assert read.of(cast.chair) == "The chair"
    assert read.of(cast.conflicted) == "A member of the panel"
    # The same to everybody on the case.
    assert queries.names(cast.reviewer_three, loi).of(cast.reviewer_two) == read.of(
        cast.reviewer_two
    )


def test_an_applicant_is_told_no_name_of_the_panel_whatever_the_call_hides(cast):
    read = queries.names(cast.pi, make.reviewed(cast))
    assert not any(read.of(person) == person.name for person in cast.reviewers)


def test_applicants_are_hidden_from_who_scores_and_from_nobody_else(cast):
    loi = make.reviewed(cast)
    everyone = cast.everyone().items()
    assert all(queries.identities_open(person, loi) for _name, person in everyone)
    loi = hiding(loi, hides_applicants=True)
    shut = {name for name, person in everyone if not queries.identities_open(person, loi)}
    # The conflicted one works with the applicant and has no case yet, but a seat on the panel.
    assert shut == {"reviewer_one", "reviewer_two", "reviewer_three", "conflicted"}
    loi.assignments.filter(reviewer=cast.reviewer_one).update(names_opened_at=make.REVIEWED)
    assert queries.identities_open(cast.reviewer_one, loi)
    assert not queries.identities_open(cast.reviewer_two, loi)


@pytest.fixture
def blind(cast):
    """A case under review in a call that hides its applicants, and the sheet of its reviewer."""
    call = make.call(cast, hides_applicants=True)
    call.criteria.filter(code__in=["C5", "C6"]).update(needs_names=True)
    make.panel(cast, call)
    files = {"figure": make.pdf_bytes(), "endorsement": make.pdf_bytes()}
    loi = make.draft(cast, call)
    for kind, inside in files.items():
        loi = make.attach(loi, inside, kind=kind, name=f"{kind}.pdf")
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    filings.file(loi, version=loi.version, by=cast.aor, now=make.DURING)
    loi = make.screened(cast, make.again(loi))
    assignment = services.assign(loi, cast.reviewer_one, by=cast.secretary, now=make.SCREENED)
    evaluation.begin_review(loi, facts=make.ENOUGH, by=cast.secretary, now=make.SCREENED)
    return make.again(assignment)


def scores(*codes: str, mark: str = "4") -> dict:
    findings = [FindingDraft(code, True, f"What was found on {code}.") for code in codes]
    return {"scores": {code: Decimal(mark) for code in codes}, "findings": findings}


BLIND, NAMED = ("C1", "C2", "C3", "C4"), ("C5", "C6")
TELLING = (
    "Institute A",
    "Chile",
    "Institute C",
    "Principal investigator",
    "Co-investigator",
    "NSPI",
    "Signed letter",
    "Endorsement",
    "signed.pdf",
)


def telling(page) -> list[str]:
    return [word for word in TELLING if word in unescape(page.content.decode())]


def test_a_blind_reviewer_reads_the_case_and_nobody_s_name_until_they_open_the_names(
    cast, blind, visit
):
    browser, loi = visit(cast.reviewer_one, at=make.REVIEWED), make.again(blind.loi)
    page = f"/reviews/{blind.key}/"
    declaring = browser.get(f"{page}declare/")
    assert "The portal has looked for conflicts" in declaring.content.decode()
    assert telling(declaring) == []
    services.accept(blind, by=cast.reviewer_one, now=make.REVIEWED)
    for address in (page, f"{page}lock/", f"{page}open-names/", f"{page}versions/", "/reviews/"):
        assert telling(browser.get(address)) == [], address
    sheet = browser.get(page).content.decode()
    assert "Figure" in sheet and make.content()["science"]["background"].strip() in sheet
    assert "Organisations and people" not in sheet
    assert browser.get(f"/lois/{loi.key}/").status_code == 404
    files = {
        file.kind: f"/lois/{loi.key}/attachments/{file.key}/" for file in loi.filing.files.all()
    }
    assert {kind: browser.get(url).status_code for kind, url in files.items()} == {
        "letter": 404,
        "figure": 409,  # theirs to read, once it is scanned
        "endorsement": 404,
    }
    save(blind, cast, *BLIND)
    browser.post(f"{page}open-names/", {"version": make.again(blind).version})
    read = browser.get(page)
    assert {"Institute A", "Principal investigator", "Signed letter"} <= set(telling(read))
    assert browser.get(files["letter"]).status_code == 409


def save(assignment, cast, *codes: str, **how):
    return services.save_review(
        make.again(assignment),
        version=make.again(assignment).version,
        by=cast.reviewer_one,
        now=make.REVIEWED,
        confidence=2,
        risk="low",
        **scores(*codes, **how),
    )


def test_names_are_opened_once_all_else_is_scored_and_that_stays_then(cast, blind, visit):
    services.accept(blind, by=cast.reviewer_one, now=make.REVIEWED)
    with pytest.raises(Refused, match="C5 is judged by name: open the names first"):
        save(blind, cast, *BLIND, "C5")
    save(blind, cast, *BLIND[:3])
    opening = {"by": cast.reviewer_one, "now": make.REVIEWED}
    with pytest.raises(Refused, match=r"Owed before the names are opened: 1\. The first: C4"):
        services.open_names(blind, version=make.again(blind).version, **opening)
    saved = save(blind, cast, *BLIND)
    with pytest.raises(Stale):
        services.open_names(saved, version=saved.version - 1, **opening)
    services.open_names(saved, version=saved.version, **opening)
    with pytest.raises(Refused, match="C1 was scored before you opened the names"):
        save(blind, cast, *BLIND, mark="5")
    save(blind, cast, *BLIND, *NAMED)
    with pytest.raises(Refused, match="You have opened the names of this case already"):
        services.open_names(blind, version=make.again(blind).version, **opening)
    services.lock(make.again(blind), version=make.again(blind).version, **opening)


def test_the_sheet_posts_what_is_open_and_keeps_the_rest(cast, blind, visit):
    services.accept(blind, by=cast.reviewer_one, now=make.REVIEWED)
    browser, page = visit(cast.reviewer_one, at=make.REVIEWED), f"/reviews/{blind.key}/"

    def post(mark: str, *codes: str, act: str = "save"):
        typed = {f"score_{code}": mark for code in codes}
        typed |= {f"{code}-0-text": "Found." for code in codes}
        typed |= {f"{code}-0-kind": "strength" for code in codes}
        version = make.again(blind).version
        return browser.post(page, {**typed, "version": version, "risk": "low", "act": act})

    assert post("4", *BLIND, *NAMED, act="names").url == f"{page}open-names/"
    assert make.again(blind).content.keys() == {*BLIND, "risk"}
    browser.post(f"{page}open-names/", {"version": make.again(blind).version})
    post("3", *BLIND, *NAMED)
    kept = make.again(blind).content
    assert {code: kept[code]["score"] for code in (*BLIND, *NAMED)} == {
        **dict.fromkeys(BLIND, "4.0"),
        **dict.fromkeys(NAMED, "3.0"),
    }


def test_whoever_runs_a_call_that_hides_its_applicants_reviews_none_of_its_cases(cast, blind):
    act = {"by": cast.secretary, "now": make.SCREENED}
    make.seat(cast, blind.loi.call, proves(cast.auditor), "reviewer")
    loi = make.again(blind.loi)
    with pytest.raises(Refused, match="reads who applies to this call as one of its staff"):
        services.assign(loi, cast.again("auditor"), **act)
    services.assign(hiding(loi, hides_applicants=False), cast.again("auditor"), **act)
