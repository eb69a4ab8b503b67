"""Many files as one ZIP, sent while it is made: one piece of one file is held at a time."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

CHUNK = 1 << 18
WRITTEN = (1980, 1, 1, 0, 0, 0)  # no clock in it: the same files give the same bytes


class _Pieces:
    """What a ZIP is written to: it has no way back, and is emptied as it is read."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def stream(files: Iterable[tuple[str, Callable[[], BinaryIO]]]) -> Iterator[bytes]:
    """The bytes of a ZIP of these names and files, each opened when its turn comes.

    Files are stored as they are: what goes in is compressed already.
    """
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as bundle:
        for name, opened in files:
            with opened() as file, bundle.open(zipfile.ZipInfo(name, WRITTEN), "w") as member:
                while piece := file.read(CHUNK):
                    member.write(piece)
                    yield pieces.taken()
    yield pieces.taken()
