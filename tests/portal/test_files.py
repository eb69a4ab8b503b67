"""Where files are kept: the same tests for a folder and for a bucket."""

import hashlib
import os
import resource
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from portal import environment, files
from portal.files import Blob
from portal.invariants import violations
from portal.models import StoredFile
from tests.servers import store as s3

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
__all__ = ["s3"]


class Folder:
    """The disk as somebody with a shell sees it."""

    def __init__(self, folder):
        self.settings = environment.files("", folder)

    def write(self, name: str, content: bytes) -> None:
        files.place().path(name).write_bytes(content)

    def remove(self, name: str) -> None:
        files.place().path(name).unlink()


class Bucket:
    """The bucket as somebody with its keys sees it; a folder of its own for each test."""

    def __init__(self, server, name: str):
        self.server, self.prefix = server, f"{name}/"
        self.settings = environment.files(server.url.replace("/test?", f"/{name}?"), None)

    def write(self, name: str, content: bytes) -> None:
        self.server.client.put_object(Bucket="letters", Key=self.prefix + name, Body=content)

    def remove(self, name: str) -> None:
        self.server.client.delete_object(Bucket="letters", Key=self.prefix + name)


@pytest.fixture(params=["disk", "s3"])
def shell(request, settings, tmp_path, db):
    made = {
        "disk": lambda: Folder(tmp_path),
        "s3": lambda: Bucket(request.getfixturevalue("s3"), tmp_path.name),
    }[request.param]()
    settings.FILES = made.settings
    return made


@pytest.fixture
def folder(settings, tmp_path, db):
    settings.FILES = Folder(tmp_path).settings
    return tmp_path


def kept(content: bytes) -> StoredFile:
    return files.store(content, media_type="application/pdf", now=NOW)


def names() -> set[str]:
    return {name for name, _size, _at in files.place().sizes()}


def test_bytes_are_kept_under_their_digest(shell):
    content = b"%PDF-1.7" + bytes(3_000_000)
    stored = kept(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == 3_000_008
    assert files.read(stored) == content
    assert [(name, size) for name, size, _at in files.place().sizes()] == [
        (stored.sha256, 3_000_008)
    ]


def test_the_same_bytes_are_kept_once(shell):
    assert kept(b"one") == kept(b"one")
    kept(b"two")
    assert len(names()) == StoredFile.objects.count() == 2


def test_a_changed_file_is_never_handed_out(shell):
    stored = kept(b"one")
    shell.write(stored.sha256, b"two")
    with pytest.raises(OSError, match="does not match its digest"):
        files.read(stored)
    kept(b"one")
    assert files.read(stored) == b"one"


def test_a_file_that_is_gone_is_a_fault_of_the_store(shell):
    stored = kept(b"one")
    shell.remove(stored.sha256)
    with pytest.raises(OSError, match=r"No such file|NoSuchKey"):
        files.read(stored)


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_the_invariants_find_a_file_that_is_changed_or_gone(shell, harm, capsys):
    stored = kept(b"one")
    if harm == "gone":
        shell.remove(stored.sha256)
    else:
        shell.write(stored.sha256, {"changed": b"two", "cut": b"o"}[harm])
    with pytest.raises(CommandError, match="1 violations"):
        call_command("invariants")
    assert "every_stored_file_has_its_bytes: stored file" in capsys.readouterr().out


def test_bytes_without_a_row_are_swept_after_a_day(shell):
    stored, orphan = kept(b"one"), files.keep(b"two", media_type="application/pdf")
    assert isinstance(orphan, Blob)
    now = datetime.now(UTC)
    assert files.sweep(now) == 0
    assert list(violations(now + DAY)) == []
    later = now + DAY + timedelta(hours=2)
    ((name, sentence),) = violations(later)
    assert (name, sentence) == (
        "no_bytes_stay_without_a_row",
        f"{orphan.sha256[:12]} is kept and has no row",
    )
    assert files.sweep(later) == 1
    assert names() == {stored.sha256}
    assert list(violations(later)) == []


def test_what_is_written_again_meanwhile_is_not_swept(shell):
    orphan = files.keep(b"two", media_type="application/pdf")
    now = datetime.now(UTC)
    assert not files.place().discard(orphan.sha256, before=now - DAY)
    assert files.read(files.enter(orphan, now=now)) == b"two"


def test_a_file_half_written_by_the_dead_is_swept(folder):
    stored = kept(b"one")
    draft = files.place().path(stored.sha256).with_name(f"{stored.sha256}.7.dead")
    draft.write_bytes(b"o")
    old = datetime.now(UTC) - 2 * DAY
    os.utime(draft, (old.timestamp(), old.timestamp()))
    assert files.sweep(datetime.now(UTC)) == 1
    assert names() == {stored.sha256}


def test_no_room_leaves_nothing_and_ends_with_the_want(folder):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            files.keep(bytes(100_000), media_type="application/pdf")
        assert not [path for path in folder.rglob("*") if path.is_file()]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files.read(kept(bytes(100_000))) == bytes(100_000)


def test_a_store_that_is_away_is_a_fault_of_the_store(settings, db):
    settings.FILES = environment.files("s3://letters?endpoint=http://127.0.0.1:9&region=x", None)
    with pytest.raises(OSError, match="the store of files"):
        files.keep(b"one", media_type="application/pdf")
    assert not StoredFile.objects.exists()


def test_an_empty_portal_keeps_its_truths(folder, capsys):
    call_command("invariants")
    assert "invariants hold" in capsys.readouterr().out
