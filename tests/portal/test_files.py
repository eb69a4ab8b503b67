import hashlib
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from portal import files
from portal.models import StoredFile

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, db):
    settings.FILES_DIR = tmp_path
    return tmp_path


def store(content: bytes) -> StoredFile:
    return files.store(content, media_type="application/pdf", now=NOW)


def test_bytes_are_kept_under_their_digest():
    stored = store(b"%PDF-1.7")
    assert stored.sha256 == hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert stored.size == 8
    assert files.read(stored) == b"%PDF-1.7"


def test_the_same_bytes_are_kept_once(folder):
    assert store(b"one") == store(b"one")
    store(b"two")
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2


def test_a_changed_file_is_never_handed_out():
    stored = store(b"one")
    files.path(stored.sha256).write_bytes(b"two")
    with pytest.raises(OSError, match="does not match its digest"):
        files.read(stored)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_the_invariants_find_a_file_that_is_changed_or_gone(harm, capsys):
    path = files.path(store(b"one").sha256)
    path.write_bytes(b"two") if harm == "changed" else path.unlink()
    with pytest.raises(CommandError, match="1 violations"):
        call_command("invariants")
    assert "every_stored_file_has_its_bytes: stored file" in capsys.readouterr().out


def test_an_empty_portal_keeps_its_truths(capsys):
    call_command("invariants")
    assert "invariants hold" in capsys.readouterr().out
