import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO


class Disk:
    """Bytes by their digest in a folder that web and workers share."""

    def __init__(self, folder: str):
        self.folder = Path(folder)

    def put(self, sha256: str, content: bytes) -> None:
        """On the disk for good before it returns: the bytes, and the name they are under.

        Written anew where they are already, so that `discard` finds them young.
        """
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{sha256}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        _sync(target.parent)

    def open(self, sha256: str) -> BinaryIO:
        return self.path(sha256).open("rb")

    def sizes(self) -> Iterator[tuple[str, int, datetime]]:
        """(digest, size, written at) of everything that is kept, drafts of the dead included."""
        for path in self.folder.glob("??/??/*"):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue  # discarded, or its draft finished, while we looked
            yield path.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC)

    def discard(self, sha256: str, *, before: datetime) -> bool:
        """Remove what was written before the instant.

        Set aside first: whoever writes the same bytes at this moment writes
        them under the name again, and what was young is put back.
        """
        target = self.path(sha256)
        aside = target.with_name(f"{sha256}.discarded.{os.urandom(4).hex()}")
        try:
            target.rename(aside)
        except FileNotFoundError:
            return False
        if datetime.fromtimestamp(aside.stat().st_mtime, UTC) >= before:
            aside.rename(target)
            return False
        aside.unlink()
        return True

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
