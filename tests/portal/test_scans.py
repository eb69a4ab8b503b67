"""The scanner, real where clamd is installed; and one that answers as none should."""

import io
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from portal import clamd, documents, environment, files, scans
from portal.clamd import ScannerAway
from portal.models import Event, Scan, StoredFile
from tests.make import files as made
from tests.servers import VIRUS, answering, scanner

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
__all__ = ["answering", "scanner"]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, db):
    settings.FILES = environment.files("", tmp_path / "files")


def uploaded(content: bytes, media_type: str = documents.PDF) -> StoredFile:
    stored = files.store(content, media_type=media_type, now=NOW)
    scans.owe(stored, now=NOW)
    return stored


def scan_of(stored: StoredFile) -> Scan:
    return Scan.objects.get(file=stored)


def test_the_scanner_finds_and_clears(scanner, settings):
    settings.CLAMD = environment.scanner(scanner.address)
    clean, bad = uploaded(made.pdf()), uploaded(made.pdf() + VIRUS)
    assert scans.work_off(NOW) == 2
    assert scan_of(clean).result == Scan.Result.CLEAN
    found = scan_of(bad)
    assert (found.result, found.found) == (Scan.Result.INFECTED, "Tests.Virus.UNOFFICIAL")
    assert found.copy is None
    event = Event.objects.get(verb="file.found_infected")
    assert event.data == {"found": found.found, "sha256": bad.sha256}
    assert scans.work_off(NOW + timedelta(days=1)) == 0


def test_a_large_file_goes_to_the_scanner_in_pieces(scanner):
    address = environment.scanner(scanner.address)
    assert clamd.scan(address, io.BytesIO(bytes(10_000_000))) == ""
    assert clamd.scan(address, io.BytesIO(bytes(300_000) + VIRUS)) == "Tests.Virus.UNOFFICIAL"


def test_a_scanner_over_the_network_is_asked_likewise(answering):
    assert clamd.scan(answering(b"stream: OK\0"), io.BytesIO(b"one")) == ""
    assert clamd.scan(answering(b"stream: Evil FOUND\0"), io.BytesIO(b"one")) == "Evil"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "size limit exceeded"),
        (b"", "says ''"),
        (None, "timed out"),
    ],
)
def test_no_answer_is_no_yes(answering, answer, said):
    with pytest.raises(ScannerAway, match=said):
        clamd.scan(answering(answer), io.BytesIO(b"one"), seconds=0.3)


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", ("127.0.0.1", 9)])
def test_while_the_scanner_is_away_the_scan_stays_owed(settings, address, scanner):
    settings.CLAMD = address
    stored = uploaded(made.pdf())
    for attempt in range(1, 9):
        scans.work_off(NOW + attempt * timedelta(hours=1))
    waiting = scan_of(stored)
    assert (waiting.result, waiting.done_at, waiting.failed_at) == (Scan.Result.PENDING, None, None)
    assert waiting.attempts == 8
    assert "clamd at" in waiting.last_error
    settings.CLAMD = environment.scanner(scanner.address)
    scans.work_off(NOW + timedelta(days=1))
    assert scan_of(stored).result == Scan.Result.CLEAN


def test_without_a_scanner_it_says_so_and_scans_once_there_is_one(settings, scanner):
    settings.CLAMD = None
    stored = uploaded(made.pdf())
    scans.work_off(NOW)
    unscanned = scan_of(stored)
    assert unscanned.result == Scan.Result.UNSCANNED
    settings.CLAMD = environment.scanner(scanner.address)
    scans.work_off(NOW + timedelta(days=1))
    assert scan_of(stored).result == Scan.Result.CLEAN
    assert scan_of(stored).copy == unscanned.copy


def test_the_same_bytes_are_scanned_once(settings):
    settings.CLAMD = None
    assert uploaded(made.pdf()) == uploaded(made.pdf())
    assert scans.work_off(NOW) == 1


def test_the_copy_has_no_origin_and_a_picture_is_its_own(settings):
    settings.CLAMD = None
    document = uploaded(made.pdf(edit=made.signed_by_its_author))
    picture = uploaded(documents.look(made.jpeg())[1], documents.JPEG)
    broken = uploaded(b"%PDF-1.7 of former days, and broken since")
    scans.work_off(NOW)
    copy = scan_of(document).copy
    assert copy != document
    assert made.PLACE.encode() not in files.read(copy)
    assert scan_of(picture).copy == picture
    assert (scan_of(broken).copy, scan_of(broken).result) == (None, Scan.Result.UNSCANNED)


def test_a_file_that_cannot_be_read_now_is_scanned_later(settings):
    settings.CLAMD = None
    stored = uploaded(made.pdf())
    path = files.place().path(stored.sha256)
    aside = path.rename(path.with_name("aside"))
    scans.work_off(NOW)
    assert scan_of(stored).done_at is None
    aside.rename(path)
    scans.work_off(NOW + timedelta(hours=1))
    assert scan_of(stored).result == Scan.Result.UNSCANNED


def test_an_address_is_a_socket_or_a_port():
    assert environment.scanner("unix:/run/clamav/clamd.ctl") == "/run/clamav/clamd.ctl"
    assert environment.scanner("tcp://scanner:3310") == ("scanner", 3310)
    assert environment.scanner("") is None


@pytest.mark.parametrize("address", ["/run/clamd.ctl", "tcp://scanner", "tcp://s:port", "unix:x"])
def test_an_address_that_is_none_is_refused_with_what_to_write(address):
    with pytest.raises(environment.Misconfigured, match="or leave it unset to have files marked"):
        environment.scanner(address)


def test_a_port_where_nobody_listens_is_away():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = server.getsockname()
    with pytest.raises(ScannerAway, match="refused"):
        clamd.scan(address, io.BytesIO(b"one"))
