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
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pikepdf

from portal.text import Text, say
from portal.verdict import YES, Verdict, no

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be attached as one kind: media types, the most files, and the most they hold.

    `most_bytes` is for all files of the kind together, `most_pages` for each.
    """

    code: str
    label: Text
    one: Text
    media_types: tuple[str, ...]
    most_bytes: int
    most_pages: int
    most_files: int
    required: bool = False


KINDS = (
    Kind(
        "letter",
        say("Signed letter"),
        say("Signed letter"),
        (PDF,),
        5 * MEGABYTE,
        2,
        1,
        required=True,
    ),
    Kind("figure", say("Figures"), say("Figure"), (PDF, PNG, JPEG), 10 * MEGABYTE, 10, 8),
    Kind("endorsement", say("Endorsements"), say("Endorsement"), (PDF,), 5 * MEGABYTE, 4, 4),
    Kind(
        "inventory",
        say("Inventory of materials"),
        say("Inventory of materials"),
        (PDF,),
        5 * MEGABYTE,
        20,
        1,
    ),
)
BY_CODE = {kind.code: kind for kind in KINDS}
MOST_BYTES_IN_ALL = 25 * MEGABYTE
MOST_BYTES = max(kind.most_bytes for kind in KINDS)
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg"}
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


def limits(kind: Kind) -> Text:
    """What of a kind is taken, in a few words beside its field."""
    types = "PDF" if kind.media_types == (PDF,) else "PDF, PNG, JPEG"
    values = {"types": types, "mb": kind.most_bytes // MEGABYTE, "pages": kind.most_pages}
    if kind.most_files == 1:
        return say("%(types)s, at most %(pages)s pages and %(mb)s MB", **values)
    return say(
        "%(types)s; at most %(files)s files, %(mb)s MB together, %(pages)s pages each",
        files=kind.most_files,
        **values,
    )


def fits(kind: Kind, name: str, size: int, beside: Iterable[tuple[str, int]]) -> Verdict:
    """May a file of `size` bytes stand beside the others, given as (kind, bytes)?"""
    others = list(beside)
    same = [held for code, held in others if code == kind.code]
    label = kind.label
    if len(same) >= kind.most_files:
        return _no(
            "files",
            say(
                "%(kind)s: %(count)s files are attached, and %(most)s is the most. Remove one first.",
                kind=label,
                count=len(same),
                most=kind.most_files,
            ),
        )
    for rule, before, most in (
        ("size_of_kind", sum(same), kind.most_bytes),
        ("size_in_all", sum(held for _code, held in others), MOST_BYTES_IN_ALL),
    ):
        if before + size > most:
            what = label if rule == "size_of_kind" else say("All files")
            return _no(
                rule,
                say(
                    "%(what)s: with “%(name)s” there are %(size)s bytes; at most %(most)s (%(mb)s MB) are taken together.",
                    what=what,
                    name=name,
                    size=f"{before + size:,}",
                    most=f"{most:,}",
                    mb=most // MEGABYTE,
                ),
            )
    return YES


def judge(kind: Kind, name: str, content: bytes, facts: Facts) -> Verdict:
    """May this file be attached? The refusal names the file, the rule and the number."""
    if (refusal := _size(kind, name, len(content))) is not None:
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
    if not 1 <= facts.pages <= kind.most_pages:
        return _no(
            "pages",
            say(
                "“%(name)s” has %(pages)s pages; from 1 to %(most)s are taken.",
                name=name,
                pages=facts.pages,
                most=kind.most_pages,
            ),
        )
    return YES


def _size(kind: Kind, name: str, size: int) -> Verdict | None:
    if size > kind.most_bytes:
        return _no(
            "size",
            say(
                "“%(name)s” has %(size)s bytes; at most %(most)s (%(mb)s MB) are taken.",
                name=name,
                size=f"{size:,}",
                most=f"{kind.most_bytes:,}",
                mb=kind.most_bytes // MEGABYTE,
            ),
        )
    return None


def _no(rule: str, reason: Text) -> Verdict:
    return no(f"attachment.{rule}", reason, field="file")


def check(kind: Kind, name: str, size: int, content: bytes) -> Verdict:
    """The verdict on an upload. Its inside is looked at in a process of its own."""
    if (refusal := _size(kind, name, size)) is not None:
        return refusal
    if not content.startswith(b"%PDF-"):
        return judge(kind, name, content, Facts(opens=False))
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
        return judge(kind, name, content, Facts(opens=False))
    return judge(kind, name, content, Facts(**{**seen, "active": tuple(seen["active"])}))


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
