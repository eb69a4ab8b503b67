"""What may be attached to a letter: a plain PDF, judged by its content and never by its name.

Run as a program (`python -m proposals.attachments`), this module looks at the
PDF on its standard input under limits of memory and time: opening a PDF unpacks
its index, and an index can be made to unpack to gigabytes.
"""

import io
import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pikepdf

from portal.text import Text, say
from portal.verdict import YES, Verdict, no

MOST_BYTES = 5 * 1024 * 1024
MOST_PAGES = 10
MOST_MEMORY = 768 * 1024 * 1024
MOST_SECONDS = 10
MOST_OBJECTS = 200_000
# Keys and actions that make a document do something or carry something.
ACTIVE_KEYS = {
    "/JS": "JavaScript",
    "/JavaScript": "JavaScript",
    "/EmbeddedFiles": "an embedded file",
    "/EF": "an embedded file",
    "/RichMediaContent": "media",
    "/XFA": "an XFA form",
}
ACTIVE_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "a launch action",
    "/ImportData": "an import action",
    "/SubmitForm": "a submit action",
    "/GoToE": "a link into an embedded file",
    "/Rendition": "media",
}
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen in a file: `active` are names of what it would do, sorted."""

    opens: bool
    encrypted: bool = False
    pages: int = 0
    active: tuple[str, ...] = ()


def judge(name: str, content: bytes, facts: Facts) -> Verdict:
    """May this file be attached? The refusal names the file, the rule and the number."""
    if (refusal := _size(name, len(content))) is not None:
        return refusal
    if not content.startswith(b"%PDF-"):
        return _no("not_a_pdf", say("“%(name)s” is no PDF, whatever its name says.", name=name))
    if facts.encrypted:
        return _no(
            "encrypted", say("“%(name)s” is encrypted: save it without a password.", name=name)
        )
    if not facts.opens:
        return _no(
            "unreadable",
            say("“%(name)s” begins like a PDF and cannot be opened as one.", name=name),
        )
    if facts.active:
        return _no(
            "active",
            say(
                "“%(name)s” holds %(what)s: print it to a plain PDF and attach that.",
                name=name,
                what=", ".join(facts.active),
            ),
        )
    if not 1 <= facts.pages <= MOST_PAGES:
        return _no(
            "pages",
            say(
                "“%(name)s” has %(pages)s pages; from 1 to %(most)s are taken.",
                name=name,
                pages=facts.pages,
                most=MOST_PAGES,
            ),
        )
    return YES


def _size(name: str, size: int) -> Verdict | None:
    if size > MOST_BYTES:
        return _no(
            "size",
            say(
                "“%(name)s” has %(size)s bytes; at most %(most)s (5 MB) are taken.",
                name=name,
                size=f"{size:,}",
                most=f"{MOST_BYTES:,}",
            ),
        )
    return None


def _no(rule: str, reason: Text) -> Verdict:
    return no(f"attachment.{rule}", reason, field="file")


def check(name: str, size: int, content: bytes) -> Verdict:
    """The verdict on an upload. Its inside is looked at in a process of its own."""
    if (refusal := _size(name, size)) is not None:
        return refusal
    if not content.startswith(b"%PDF-"):
        return judge(name, content, Facts(opens=False))
    try:
        child = subprocess.run(
            [sys.executable, "-m", "proposals.attachments"],
            input=content,
            capture_output=True,
            timeout=MOST_SECONDS,
            cwd=ROOT,
            check=True,
        )
        seen = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError):
        return judge(name, content, Facts(opens=False))
    return judge(name, content, Facts(**{**seen, "active": tuple(seen["active"])}))


def look(content: bytes) -> Facts:
    """Open the PDF and read its objects; the streams of its pages stay packed."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                return Facts(opens=True, encrypted=True)
            return Facts(True, False, len(pdf.pages), tuple(sorted(_active(pdf))))
    except pikepdf.PasswordError:
        return Facts(opens=False, encrypted=True)
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, OverflowError):
        return Facts(opens=False)


def _active(pdf: pikepdf.Pdf) -> set[str]:
    found: set[str] = set()
    seen = 0
    for top in (*pdf.objects, pdf.trailer):
        waiting = [top]
        while waiting:
            seen += 1
            if seen > MOST_OBJECTS:
                return found | {"more objects than a letter has"}
            held = waiting.pop()
            if isinstance(held, pikepdf.Array):
                waiting += [one for one in held if not _elsewhere(one)]
                continue
            if not isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
                continue
            for key, value in held.items():
                if key in ACTIVE_KEYS:
                    found.add(ACTIVE_KEYS[key])
                elif key == "/S" and isinstance(value, pikepdf.Name) and value in ACTIVE_ACTIONS:
                    found.add(ACTIVE_ACTIONS[str(value)])
                if not _elsewhere(value):
                    waiting.append(value)
    return found


def _elsewhere(value: object) -> bool:
    """Another numbered object, which is looked at on its own."""
    return isinstance(value, pikepdf.Object) and value.is_indirect


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    json.dump(asdict(look(sys.stdin.buffer.read(MOST_BYTES + 1))), sys.stdout)
