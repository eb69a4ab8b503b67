import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import files, keyring, sealing, signing
from portal.models import StoredFile
from proposals import authenticity
from proposals.models import Letter
from proposals.services import decisions
from tests import make


def ask(visit, code: str, at=make.RELEASED):
    return visit(None, at=at).get(f"/verify/{code}/")


def receipt(cast) -> Letter:
    loi = make.filed(cast)
    make.store_letters(loi.call)
    return loi.filing.receipt


def test_an_issued_letter_is_valid_in_any_spelling_of_its_code(cast, visit):
    letter = receipt(cast)
    for typed in (letter.code, letter.code.lower(), letter.code.replace("-", "")):
        answer = ask(visit, typed)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Valid" in page
        assert "receipt of filing" in page
        assert letter.number in page
        assert letter.loi.reference in page
        assert letter.file.sha256 in page
    found = visit(None, at=make.RELEASED).get("/verify/", {"code": letter.code.lower()})
    assert found.headers["Location"] == f"/verify/{letter.code}/"


def test_a_letter_not_yet_issued_is_as_unknown_as_one_that_never_was(cast, visit):
    """The embargo: that a stored letter exists must not show before the release."""
    call = make.approved_call(cast)
    make.store_letters(call)
    letter = Letter.objects.filter(kind="decision").first()
    never = "2222-2222-2222-2222"
    asked, unknown = ask(visit, letter.code), ask(visit, never)
    assert (asked.status_code, unknown.status_code) == (404, 404)
    assert asked.content.decode().replace(letter.code, never) == unknown.content.decode()


def test_a_letter_voided_before_its_issue_stays_unknown(cast, visit):
    call = make.approved_call(cast)
    make.store_letters(call)
    codes = list(Letter.objects.filter(kind="decision").values_list("code", flat=True))
    decisions.reopen_decisions(call, by=cast.approver, now=make.APPROVED, reason="A wrong figure.")
    for code in codes:
        assert ask(visit, code).status_code == 404


def test_the_answer_names_nobody_and_no_outcome(cast, visit):
    call = make.released_call(cast)
    for letter in Letter.objects.filter(kind="decision").select_related("loi__organisation"):
        page = ask(visit, letter.code).content.decode()
        assert "decision letter" in page
        assert "Valid" in page
        for secret in (
            letter.loi.title,
            letter.loi.organisation.name,
            letter.loi.pi.name,
            call.title,
            letter.decision.reason,
            "reserve",
            "elected",
        ):
            assert secret not in page


def test_what_is_no_code_is_said_at_the_field(visit, db):
    page = visit(None, at=make.RELEASED).get("/verify/", {"code": "DEMO26-L0001"}).content.decode()
    assert "“DEMO26-L0001” is no code" in page
    assert 'value="DEMO26-L0001"' in page


@pytest.mark.parametrize(
    "typed", ["", "2345", "0OIL-0OIL-0OIL-0OIL", "2345-6789-ABCD-EFGHJ", "Ω" * 16]
)
def test_what_can_be_no_code_is_none(typed):
    assert authenticity.code(typed) is None


def test_the_thirty_first_question_of_a_minute_waits(visit, db):
    browser = visit(None, at=make.RELEASED)
    codes = [f"2222-2222-2222-{n:04d}".replace("0", "A").replace("1", "B") for n in range(30)]
    assert {browser.get(f"/verify/{code}/").status_code for code in codes} == {404}
    refused = browser.get("/verify/2222-2222-2222-2222/")
    assert refused.status_code == 429
    assert "more than 30 times within a minute" in refused.content.decode()


def test_the_public_key_is_there_with_its_id(visit, db):
    page = visit(None, at=make.RELEASED).get("/verify/key/").content.decode()
    assert signing.public_pem() in page
    assert signing.key_id() in page


# By its file


def give(visit, content: bytes, at=make.RELEASED):
    return visit(None, at=at).post(
        "/verify/file/", {"file": SimpleUploadedFile("letter.pdf", content)}
    )


@pytest.fixture(scope="module")
def document() -> bytes:
    return sealing.sealed(make.pdf_bytes("A letter"))


@pytest.fixture
def sealed(document, db) -> bytes:
    """The bytes of a letter, sealed by a known certificate; nothing of it is issued."""
    keyring.certificate_in_use(make.DURING)
    return document


def issued(cast, content: bytes) -> Letter:
    letter = receipt(cast)
    file = files.store(content, media_type="application/pdf", now=make.DURING)
    Letter.objects.filter(pk=letter.pk).update(file=file)
    return make.again(letter)


def test_the_very_file_is_known_with_what_became_of_it(cast, visit, sealed):
    letter = issued(cast, sealed)
    answer = give(visit, sealed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "byte for byte" in page
    for told in ("Valid", letter.number, letter.code, letter.file.sha256):
        assert told in page
    for secret in (letter.loi.title, letter.loi.organisation.name, letter.loi.pi.name):
        assert secret not in page
    Letter.objects.filter(pk=letter.pk).update(state="superseded")
    assert "no longer in force" in give(visit, sealed).content.decode()


def test_a_sealed_copy_that_was_changed_says_so(cast, visit, sealed):
    issued(cast, sealed)
    for other in (sealed[:40] + b"!" + sealed[41:], sealed + b"\n% more"):
        answer = give(visit, other)
        assert answer.status_code == 404
        assert "not as it was sealed" in answer.content.decode()


def test_what_was_sealed_and_not_issued_is_as_unknown_as_any_file(visit, sealed):
    for content in (sealed, make.pdf_bytes("Another file")):
        answer = give(visit, content)
        assert answer.status_code == 404
        assert "issued no letter with these bytes" in answer.content.decode()


def test_a_file_too_large_or_none_is_refused_with_its_size_and_is_not_kept(visit, db):
    before = StoredFile.objects.count()
    large = give(visit, b"%PDF-" + b"0" * 5_200_000)
    assert large.status_code == 400
    assert "The file has 5.2 MB" in large.content.decode()
    none = visit(None, at=make.RELEASED).post("/verify/file/", {})
    assert (none.status_code, "No file was chosen." in none.content.decode()) == (400, True)
    assert StoredFile.objects.count() == before


def test_the_eleventh_file_of_a_minute_waits(visit, db):
    assert {give(visit, b"%PDF-x").status_code for _ in range(10)} == {404}
    assert give(visit, b"%PDF-x").status_code == 429
