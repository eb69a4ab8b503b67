import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from portal.models import StoredFile


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that are kept and have no row yet."""

    sha256: str
    size: int
    media_type: str


def keep(content: bytes, *, media_type: str) -> Blob:
    """Put the bytes on the disk by their digest, durably; no row yet.

    Before the row and outside its transaction: a crash or a refusal between
    the two leaves bytes without a row, never a row without its bytes.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    target = path(sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{sha256}.{os.getpid()}.{os.urandom(4).hex()}")
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
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


def read(stored: StoredFile) -> bytes:
    """The bytes, checked against their digest: a changed file is never handed out."""
    content = path(stored.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise OSError(f"stored file {stored.sha256} does not match its digest")
    return content


def path(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256
