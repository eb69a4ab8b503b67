"""What may be attached, who reads it, and what a virus in it stops."""

import io
import re
import resource
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal import environment, files, scans
from portal.models import Message, StoredFile
from portal.verdict import Refused
from proposals import attachments, enclosures
from proposals.attachments import BY_CODE, MEGABYTE
from proposals.models import Attachment, Filing
from proposals.services import filings
from tests import make
from tests.make import files as made
from tests.servers import answering

__all__ = ["answering"]
LOCK = pikepdf.Encryption(owner="a", user="")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES = environment.files("", tmp_path)
    settings.CLAMD = None
    return tmp_path


def at(name, loi):
    return reverse(name, kwargs={"key": loi.key})


def upload(person, loi, content, *, kind="letter", name="letter.pdf", **more):
    fields = {"version": loi.version, "kind": kind, **more}
    return person.post(at("attach", loi), {**fields, "file": SimpleUploadedFile(name, content)})


def url(loi, kind="letter", *, filed=True) -> str:
    rows = loi.filing.files if filed else loi.attachments
    return reverse("attachment", args=[loi.key, rows.filter(kind=kind).first().key])


@pytest.fixture
def infect(settings, answering):
    """`infect()`: the worker comes by, and the scanner finds a virus in the letter's file."""

    def found(now=make.DURING) -> None:
        settings.CLAMD = answering(b"stream: Eicar FOUND\0")
        assert scans.work_off(now) == 1
        settings.CLAMD = None

    return found


# What is taken


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("letter", b"<html>no letter</html>", "is no PDF, whatever its name says"),
        ("letter", b"", "The file is empty: it has 0 bytes."),
        ("letter", made.png(), "is no PDF, whatever its name says"),
        ("figure", b"GIF89a", "is no PDF, PNG or JPEG, whatever its name says"),
        ("letter", b"%PDF-1.7 and nothing else", "begins like a PDF and cannot be opened as one"),
        ("figure", made.png()[:60], "begins like a PNG and cannot be opened as one"),
        ("letter", b"%PDF-" + bytes(5 * MEGABYTE), "has 5,242,885 bytes; at most 5,242,880 (5 MB)"),
        ("letter", made.pdf(3), "has 3 pages; from 1 to 2 are taken"),
        ("inventory", made.pdf(21), "has 21 pages; from 1 to 20 are taken"),
        ("letter", made.pdf(encryption=LOCK), "is encrypted: save it without a password"),
        ("letter", made.pdf(edit=made.script), "holds JavaScript: print it to a plain PDF"),
        ("letter", made.pdf(edit=made.launch), "holds a launch action"),
        ("letter", made.pdf(edit=made.carry), "holds an embedded file"),
        ("letter", made.pdf(edit=made.bomb(), **made.AS_WRITTEN), "unpacks to more than 200 MB"),
        ("letter", made.behind_an_archive(), "is two files in one"),
        ("figure", made.png_flood(), "a picture of 60,000 × 60,000 points; at most 40 million"),
        ("figure", made.moving(), "moves: it has 2 pictures, and 1 is taken"),
    ],
    ids=range(17),
)
def test_only_plain_files_are_attached(cast, visit, kind, content, said):
    loi = make.begun(cast)
    answer = upload(visit(cast.pi, at=make.DURING), loi, content, kind=kind, name="let<ter>.pdf")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert "let<ter>.pdf" not in page
    assert make.again(loi).version == loi.version
    assert not StoredFile.objects.exists()
    assert not list(files.place().sizes())


NAMES = [
    "../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\CON", "con.pdf", "nul", ".htaccess",
    "letter.pdf\x00.exe", "evil\r\nSet-Cookie: a=b", "tab\there.pdf", 'quote".pdf', "semi;colon.pdf",
    "percent%2e%2e%2f.pdf", "plus+space .pdf", "naïve.pdf", "信.pdf", "رسالة.pdf", "письмо.pdf",
    "\u202efdp.exe", "a\u0301.pdf", "\ufeff.pdf", "\u200b.pdf", "🚀.pdf", "x" * 400, "x" * 199 + ".pdf",
    "<script>alert(1)</script>.pdf", "'><img src=x>.pdf", "{{ 7*7 }}.pdf", "{% url %}", "${jndi:x}",
    "=cmd|' /C calc'!A0", "@SUM(1)", "-1+1", "+1", "`id`", "$(id)", "; rm -rf /", "| cat", "&& ls",
    "letter.pdf.exe", "letter.php", "letter.svg", "letter.html", "letter", ".", "..", "...", "~",
    "~root", "*", "?", "file:///etc/passwd", "http://example.org/a.pdf", "a/b/c.pdf", "a\\b.pdf",
    "%00.pdf", "%s%n", "AUX.pdf", "LPT1", "letter .pdf ",
]  # fmt: skip


def test_a_name_is_shown_and_never_used(cast, visit):
    assert len(NAMES) == 60
    pi, loi = visit(cast.pi, at=make.DURING), make.begun(cast)
    for start in range(0, len(NAMES), 8):
        loi.attachments.all().delete()
        for n, name in enumerate(NAMES[start : start + 8], 1):
            loi = make.attach(make.again(loi), made.png(n, 1), kind="figure", name=name)
        page = pi.get(at("attach", loi)).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "49.pdf" not in page
        for n, file in enumerate(enclosures.attached(loi, cast.pi), 1):
            said = f'attachment; filename="{loi.key}-figure-{n}.png"'
            assert pi.get(file.url)["Content-Disposition"] == said
    kept = [name for name, *_facts in files.place().sizes()]
    assert len(kept) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in kept)


def test_what_is_downloaded_is_never_shown_inside_the_portal(cast, visit):
    loi = make.draft(cast)
    answer = visit(cast.pi, at=make.DURING).get(url(loi, filed=False))
    assert answer.getvalue() == make.pdf_bytes()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_photograph_is_kept_and_given_back_without_its_place(cast, visit):
    loi, pi = make.begun(cast), visit(cast.pi, at=make.DURING)
    assert upload(pi, loi, made.jpeg(), kind="figure", name="site.jpg").status_code == 302
    answer = pi.get(url(loi, "figure", filed=False))
    assert made.PLACE.encode() not in answer.getvalue()
    assert answer["Content-Disposition"] == f'attachment; filename="{loi.key}-figure-1.jpg"'


# How many, how large


@pytest.mark.parametrize(
    ("kind", "size", "beside", "rule"),
    [
        ("figure", MEGABYTE, [("figure", MEGABYTE)] * 7, ""),
        ("figure", 1, [("figure", 1)] * 8, "attachment.files"),
        ("figure", 3 * MEGABYTE, [("figure", 7 * MEGABYTE)], ""),
        ("figure", 3 * MEGABYTE + 1, [("figure", 7 * MEGABYTE)], "attachment.size_of_kind"),
        ("endorsement", 5 * MEGABYTE, [("figure", 10 * MEGABYTE), ("letter", 5 * MEGABYTE), ("inventory", 5 * MEGABYTE)], ""),
        ("endorsement", 5 * MEGABYTE, [("figure", 10 * MEGABYTE), ("letter", 5 * MEGABYTE), ("inventory", 5 * MEGABYTE + 1)], "attachment.size_in_all"),
    ],
)  # fmt: skip
def test_limits_hold_for_a_kind_and_for_all(kind, size, beside, rule):
    assert attachments.fits(BY_CODE[kind], "f", size, beside).rule == rule


def test_the_sentence_of_a_limit_has_its_numbers():
    said = str(
        attachments.fits(BY_CODE["figure"], "map.png", 100, [("figure", 10 * MEGABYTE)]).reason
    )
    assert said == (
        "Figures: with “map.png” there are 10,485,860 bytes; at most 10,485,760 (10 MB) are taken together."
    )


def test_files_are_added_replaced_and_removed(cast, visit):
    loi, pi = make.draft(cast), visit(cast.pi, at=make.DURING)
    for n in (1, 2, 3):
        upload(pi, make.again(loi), made.png(n, n), kind="figure", name=f"{n}.png")
    upload(pi, make.again(loi), made.pdf(2), name="newer.pdf")
    loi = make.again(loi)
    assert loi.file_kinds.count("letter") == 1
    first, second, _third = loi.attachments.filter(kind="figure").order_by("position")
    upload(pi, loi, made.png(9, 9), kind="figure", name="9.png", replaces=second.key)
    pi.post(at("detach", loi), {"version": make.again(loi).version, "file": first.key})
    shown = [(file.label, file.name) for file in enclosures.attached(make.again(loi), cast.pi)]
    assert shown == [("Signed letter", "newer.pdf"), ("Figure 2", "9.png"), ("Figure 3", "3.png")]
    assert make.again(loi).version == loi.version + 2


def test_a_stale_page_a_second_click_and_a_reader_change_nothing(cast, visit):
    loi, pi = make.draft(cast), visit(cast.pi, at=make.DURING)
    for _click in range(2):
        assert upload(pi, loi, made.png(), kind="figure", name="a.png").status_code == 302
    assert make.again(loi).file_kinds.count("figure") == 1
    assert upload(pi, loi, made.png(5, 5), kind="figure").status_code == 409
    attached = loi.attachments.first()
    for person, status in ((cast.reader, 403), (cast.rival_pi, 404)):
        fields = {"version": make.again(loi).version, "file": attached.key}
        assert visit(person, at=make.DURING).post(at("detach", loi), fields).status_code == status
    assert Attachment.objects.filter(pk=attached.pk).exists()
    fields = {"version": make.again(loi).version, "file": "another00000"}
    assert pi.post(at("detach", loi), fields).status_code == 409
    answer = upload(pi, make.again(loi), made.png(), kind="figure", name="b.png")
    assert answer.status_code == 409
    assert "“b.png” is attached already, byte for byte." in answer.content.decode()


def test_what_was_filed_keeps_its_files(cast):
    loi = make.attach(make.draft(cast), made.png(), kind="figure", name="map.png")
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    filings.file(make.again(loi), version=loi.version, by=cast.aor, now=make.DURING)
    loi = make.again(loi)
    listed = [(file["kind"], file["name"]) for file in loi.filing.manifest["files"]]
    assert listed == [("letter", "signed.pdf"), ("figure", "map.png")]
    Attachment.objects.all().delete()
    assert [file.kind for file in loi.filing.files.all()] == ["letter", "figure"]


# No room


def test_without_room_it_says_so_and_goes_on_when_there_is_some(cast, visit):
    loi, pi = make.draft(cast), visit(cast.pi, at=make.DURING)
    large = made.pdf(edit=made.heavy(9 * MEGABYTE))
    before = {found for found, *_ in files.place().sizes()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Above the tests' database, which is a file as well.
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MEGABYTE, limits[1]))
    try:
        answer = upload(pi, loi, large, kind="figure", name="map.pdf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert answer.status_code == 507
    assert "“map.pdf” could not be kept: there is no room left." in answer.content.decode()
    assert {found for found, *_ in files.place().sizes()} == before
    assert make.again(loi).version == loi.version
    assert upload(pi, loi, large, kind="figure").status_code == 302


def test_a_store_that_is_away_is_said(cast, visit, settings):
    loi = make.begun(cast)
    settings.FILES = environment.files("s3://letters?endpoint=http://127.0.0.1:9&region=x", None)
    answer = upload(visit(cast.pi, at=make.DURING), loi, made.pdf())
    assert answer.status_code == 503
    assert "the store of files does not answer" in answer.content.decode()


# Who reads it, and when


@pytest.fixture
def signed(cast):
    """Under review, and the letter names its author in every corner."""
    loi = make.draft(cast, attached=False)
    loi = make.attach(loi, made.pdf(edit=made.signed_by_its_author), name="Dr Author.pdf")
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    filings.file(make.again(loi), version=loi.version, by=cast.aor, now=make.DURING)
    return make.again(loi)


def test_a_letter_is_filed_before_its_scan_and_read_by_others_after(cast, visit, signed):
    secretary = visit(cast.secretary, at=make.DURING)
    assert visit(cast.reader, at=make.DURING).get(url(signed)).status_code == 200
    answer = secretary.get(url(signed))
    assert answer.status_code == 409
    assert "It is being scanned" in answer.content.decode()
    page = secretary.get(reverse("screen", args=[signed.key])).content.decode()
    assert "being scanned" in page
    assert url(signed) not in page
    scans.work_off(make.DURING)
    assert secretary.get(url(signed)).getvalue() == files.read(signed.filing.files.get().stored)
    page = secretary.get(reverse("screen", args=[signed.key])).content.decode()
    assert "not scanned" in page
    assert "Dr Author.pdf" in page


def test_reviewers_read_a_copy_without_its_author(cast, visit, signed):
    loi = make.reviewed(cast, signed)
    scans.work_off(make.REVIEWED)
    for person in (cast.reviewer_one, cast.chair):
        reader = visit(person, at=make.REVIEWED)
        answer = reader.get(url(loi))
        with pikepdf.open(io.BytesIO(answer.getvalue())) as pdf:
            assert "/Info" not in pdf.trailer
            assert "/Metadata" not in pdf.Root
        assert answer["Content-Disposition"] == f'attachment; filename="{loi.reference}-letter.pdf"'
        assert "Dr Author.pdf" not in reader.get(reverse("loi", args=[loi.key])).content.decode()


def test_a_virus_withholds_the_file_and_stops_both_keys(cast, visit, infect):
    loi = make.draft(cast)
    infect()
    pi = visit(cast.pi, at=make.DURING)
    assert pi.get(url(loi, filed=False)).status_code == 409
    page = pi.get(at("attach", loi)).content.decode()
    assert "The scanner found Eicar in it" in page
    with pytest.raises(Refused) as refused:
        filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    assert (
        str(refused.value.verdict.reason) == "“signed.pdf” holds Eicar: replace or remove it first."
    )
    told = Message.objects.filter(notice="file_infected").values_list("recipient__email", flat=True)
    assert {"pi@example.org", "aor@example.org"} <= set(told)
    assert "secretary@example.org" not in told
    upload(pi, loi, made.pdf(2))
    loi = make.again(loi)
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    assert make.again(loi).state == "awaiting_signature"


def test_a_virus_found_between_the_keys_stops_the_second(cast, infect):
    loi = make.awaiting(cast)
    infect()
    with pytest.raises(Refused) as refused:
        filings.file(loi, version=loi.version, by=cast.aor, now=make.DURING)
    assert refused.value.verdict.rule == "infected"
    assert not Filing.objects.exists()


def test_a_virus_found_after_the_filing_is_shown_at_the_screening(cast, visit, infect):
    loi = make.filed(cast)
    infect()
    secretary = visit(cast.secretary, at=make.DURING)
    assert secretary.get(url(loi)).status_code == 409
    page = secretary.get(reverse("screen", args=[loi.key])).content.decode()
    assert "The scanner found Eicar in it: nobody can read it here." in page
    (told,) = Message.objects.filter(notice="file_infected", recipient=cast.secretary)
    assert "“signed.pdf”" in told.body
    proof = secretary.get(reverse("proof", args=[loi.key])).content
    assert not [name for name in zipfile.ZipFile(io.BytesIO(proof)).namelist() if "/files/" in name]
    assert make.again(loi).state == "filed"
