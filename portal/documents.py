"""What an uploaded file is, by its content: looked at in a process of its own with limits.

A parser of hostile files is where things break: opening a PDF unpacks its
index, and an index can be made to unpack to gigabytes; a picture of 60,000
by 60,000 points fits into a few kilobytes. The looking is done by
`documents_child`, which has no project, no network, no folder to write to, and
dies rather than take more than it may.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

CHILD = Path(__file__).resolve().parent / "documents_child.py"
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
BEGINNINGS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg"}

MOST_MEMORY = 512 * 1024 * 1024
MOST_SECONDS = 10
# Of processor time; on a machine that is busy the child may wait for its turn.
MOST_WAIT_SECONDS = 30
# All that the streams of a PDF unpack to, and the points of one picture.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PIXELS = 40_000_000

# All the child may know of our environment: no keys, no addresses.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in a file.

    `active` names what it would do or carries, sorted; `unpacked` counts bytes
    up to a little over MOST_UNPACKED; `width` and `height` are those of its
    largest picture. `exhausted`: it wanted more memory or time than it may.
    """

    media_type: str = ""
    opens: bool = False
    exhausted: bool = False
    encrypted: bool = False
    twofold: bool = False
    pages: int = 0
    active: tuple[str, ...] = ()
    unpacked: int = 0
    width: int = 0
    height: int = 0
    frames: int = 1


def recognise(content: bytes) -> str:
    """The media type by the first bytes; empty for whatever is none of ours."""
    found = (kind for start, kind in BEGINNINGS.items() if content.startswith(start))
    return next(found, "")


def look(content: bytes) -> tuple[Seen, bytes]:
    """What is in the file, and its bytes as they are to be kept.

    A PDF is kept as it came. A picture is drawn anew from its points, so that
    nothing beside them is kept: no place, no camera, no second file behind it.
    """
    media_type = recognise(content)
    if not media_type:
        return Seen(), content
    answer = _ask("look", media_type, content)
    if answer is None:
        return Seen(media_type, exhausted=True), content
    facts, kept = answer
    facts["active"] = tuple(facts.get("active", ()))
    known = {field.name for field in fields(Seen)}
    seen = Seen(media_type, **{name: value for name, value in facts.items() if name in known})
    return seen, kept or content


def without_origin(content: bytes) -> bytes:
    """A copy of a PDF that names neither its author nor where and with what it was made.

    Raises ValueError for a PDF that cannot be copied.
    """
    answer = _ask("copy", PDF, content)
    if answer is None or not answer[1]:
        raise ValueError("The PDF cannot be copied within the limits of memory and time.")
    return answer[1]


def _ask(what: str, media_type: str, content: bytes) -> tuple[dict, bytes] | None:
    """The child's answer: facts and bytes; none where it died of its limits."""
    limits = [MOST_MEMORY, MOST_SECONDS, MOST_UNPACKED, MOST_PIXELS]
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        try:
            child = subprocess.run(
                [sys.executable, "-I", str(CHILD), what, media_type, *map(str, limits)],
                input=content,
                capture_output=True,
                timeout=MOST_WAIT_SECONDS,
                cwd=folder,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    head, found, kept = child.stdout.partition(b"\n")
    if child.returncode or not found:
        return None
    return json.loads(head), kept
