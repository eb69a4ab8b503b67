import hashlib
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from portal.models import StoredFile


def store(content: bytes, *, media_type: str, now: datetime) -> StoredFile:
    """Keep the bytes once, by their digest, and return their row.

    The bytes are on the disk before the row is written: a crash between the
    two leaves a blob without a row, never a row without its blob.
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
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={"size": len(content), "media_type": media_type, "stored_at": now},
    )
    return stored


def read(stored: StoredFile) -> bytes:
    """The bytes, checked against their digest: a changed file is never handed out."""
    content = path(stored.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise OSError(f"stored file {stored.sha256} does not match its digest")
    return content


def path(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256
