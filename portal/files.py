"""Files by their digest, outside the web root: on a disk, or in a bucket (FILES_URL).

The bytes are there before their row is, outside its transaction: a crash or a
refusal between the two leaves bytes without a row, which are swept a day later,
and never a row without its bytes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.models import StoredFile

ORPHANS_STAY = timedelta(hours=24)
CHUNK = 1 << 18


class Place(Protocol):
    """Where bytes are kept. What goes wrong is an OSError."""

    def put(self, sha256: str, content: bytes) -> None: ...
    def open(self, sha256: str) -> BinaryIO: ...
    def sizes(self) -> Iterator[tuple[str, int, datetime]]: ...
    def discard(self, sha256: str, *, before: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are kept and have no row yet."""

    sha256: str
    size: int
    media_type: str


def place() -> Place:
    return _place(settings.FILES["BACKEND"], tuple(sorted(settings.FILES["OPTIONS"].items())))


@cache
def _place(backend: str, options: tuple[tuple[str, str], ...]) -> Place:
    return import_string(backend)(**dict(options))


def keep(content: bytes, *, media_type: str) -> Blob:
    """Put the bytes where they stay, by their digest; no row yet."""
    sha256 = hashlib.sha256(content).hexdigest()
    place().put(sha256, content)
    return Blob(sha256, len(content), media_type)


def enter(blob: Blob, *, now: datetime) -> StoredFile:
    """The row of bytes that are kept; the same bytes have one."""
    stored, _ = StoredFile.objects.get_or_create(
        sha256=blob.sha256,
        defaults={"size": blob.size, "media_type": blob.media_type, "stored_at": now},
    )
    return stored


def store(content: bytes, *, media_type: str, now: datetime) -> StoredFile:
    """Keep the bytes once, by their digest, and return their row."""
    return enter(keep(content, media_type=media_type), now=now)


def open_checked(stored: StoredFile) -> BinaryIO:
    """The file from its beginning, read once against its digest: a changed one is never handed out."""
    file, digest = place().open(stored.sha256), hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    if digest.hexdigest() != stored.sha256:
        file.close()
        raise OSError(f"stored file {stored.sha256} does not match its digest")
    file.seek(0)
    return file


def read(stored: StoredFile) -> bytes:
    with open_checked(stored) as file:
        return file.read()


def orphans(now: datetime) -> Iterator[str]:
    """The digests of what is kept for longer than a day without a row."""
    old = [name for name, _size, at in place().sizes() if at < now - ORPHANS_STAY]
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        known = set(StoredFile.objects.filter(sha256__in=some).values_list("sha256", flat=True))
        yield from (name for name in some if name not in known)


def sweep(now: datetime) -> int:
    """Remove the orphans; how many there were."""
    before = now - ORPHANS_STAY
    return sum(place().discard(name, before=before) for name in orphans(now))
