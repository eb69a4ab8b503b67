"""What may be attached to a letter, kind by kind: judged by the content and never by the name."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal import documents
from portal.documents import JPEG, MOST_PIXELS, MOST_UNPACKED, PDF, PNG, Seen
from portal.text import Text, say
from portal.verdict import YES, Verdict, no

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
    identifying: bool = False  # bears the sender's name: kept from whom it is hidden


# fmt: off
KINDS = (
    Kind("letter", say("Signed letter"), say("Signed letter"), (PDF,), 5 * MEGABYTE, 2, 1, required=True, identifying=True),
    Kind("figure", say("Figures"), say("Figure"), (PDF, PNG, JPEG), 10 * MEGABYTE, 10, 8),
    Kind("endorsement", say("Endorsements"), say("Endorsement"), (PDF,), 5 * MEGABYTE, 4, 4, identifying=True),
    Kind("inventory", say("Inventory of materials"), say("Inventory of materials"), (PDF,), 5 * MEGABYTE, 20, 1),
)
# Not of a letter: what legal puts on file, and what answers a condition.
AGREEMENT = Kind("agreement", say("Signed agreement"), say("Signed agreement"), (PDF,), 10 * MEGABYTE, 200, 1)
EVIDENCE = Kind("evidence", say("Evidence"), say("Evidence"), (PDF, PNG, JPEG), 10 * MEGABYTE, 100, 1)
# fmt: on
IDENTIFYING = [kind.code for kind in KINDS if kind.identifying]
BY_CODE = {kind.code: kind for kind in KINDS}
MOST_BYTES_IN_ALL = 25 * MEGABYTE
MOST_BYTES = max(kind.most_bytes for kind in KINDS)


def check(kind: Kind, name: str, size: int, content: bytes) -> tuple[Verdict, Seen, bytes]:
    """The verdict on an upload, what was seen in it, and its bytes as they are to be kept."""
    seen, kept = Seen(documents.recognise(content)), content
    verdict = before_looking(kind, name, size, seen.media_type)
    if verdict:
        seen, kept = documents.look(content)
        verdict = judge(kind, name, seen)
    return verdict, seen, kept


def before_looking(kind: Kind, name: str, size: int, media_type: str) -> Verdict:
    """What is plain without opening the file."""
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
    if media_type not in kind.media_types:
        return _no(
            "type",
            say(
                "“%(name)s” is no %(types)s, whatever its name says.",
                name=name,
                types=types(kind),
            ),
        )
    return YES


def judge(kind: Kind, name: str, seen: Seen) -> Verdict:
    """May a file with this inside be attached? The refusal names the file, the rule, the number."""
    if seen.exhausted:
        return _no(
            "exhausted",
            say(
                "“%(name)s” wants more than %(mb)s MB of memory or %(seconds)s s to be opened: save it anew, with less in it.",
                name=name,
                mb=documents.MOST_MEMORY // MEGABYTE,
                seconds=documents.MOST_SECONDS,
            ),
        )
    if seen.encrypted:
        return _no(
            "encrypted", say("“%(name)s” is encrypted: save it without a password.", name=name)
        )
    if not seen.opens:
        return _no(
            "unreadable",
            say(
                "“%(name)s” begins like a %(type)s and cannot be opened as one.",
                name=name,
                type=SHORT[seen.media_type],
            ),
        )
    if seen.twofold:
        return _no(
            "twofold",
            say(
                "“%(name)s” is two files in one: an archive or a page of the web is in it as well.",
                name=name,
            ),
        )
    if seen.active:
        return _no(
            "active",
            say(
                "“%(name)s” holds %(what)s: print it to a plain PDF and attach that.",
                name=name,
                what=", ".join(seen.active),
            ),
        )
    if seen.width * seen.height > MOST_PIXELS:
        return _no(
            "pixels",
            say(
                "“%(name)s” holds a picture of %(width)s × %(height)s points; at most %(most)s million are taken.",
                name=name,
                width=f"{seen.width:,}",
                height=f"{seen.height:,}",
                most=MOST_PIXELS // 1_000_000,
            ),
        )
    if seen.frames != 1:
        return _no(
            "frames",
            say(
                "“%(name)s” moves: it has %(n)s pictures, and 1 is taken.", name=name, n=seen.frames
            ),
        )
    if seen.unpacked > MOST_UNPACKED:
        return _no(
            "unpacked",
            say(
                "“%(name)s” unpacks to more than %(mb)s MB.",
                name=name,
                mb=MOST_UNPACKED // MEGABYTE,
            ),
        )
    if seen.media_type == PDF and not 1 <= seen.pages <= kind.most_pages:
        return _no(
            "pages",
            say(
                "“%(name)s” has %(pages)s pages; from 1 to %(most)s are taken.",
                name=name,
                pages=seen.pages,
                most=kind.most_pages,
            ),
        )
    return YES


def fits(kind: Kind, name: str, size: int, beside: Iterable[tuple[str, int]]) -> Verdict:
    """May a file of `size` bytes stand beside the others, given as (kind, bytes)?"""
    others = list(beside)
    same = [held for code, held in others if code == kind.code]
    if len(same) >= kind.most_files:
        return _no(
            "files",
            say(
                "%(kind)s: %(count)s files are attached, and %(most)s is the most. Remove one first.",
                kind=kind.label,
                count=len(same),
                most=kind.most_files,
            ),
        )
    for rule, what, before, most in (
        ("size_of_kind", kind.label, sum(same), kind.most_bytes),
        ("size_in_all", say("All files"), sum(held for _, held in others), MOST_BYTES_IN_ALL),
    ):
        if before + size > most:
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


SHORT = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}


def types(kind: Kind) -> Text | str:
    *some, last = (SHORT[media_type] for media_type in kind.media_types)
    return say("%(some)s or %(last)s", some=", ".join(some), last=last) if some else last


def limits(kind: Kind) -> Text:
    """What of a kind is taken, in a few words beside its field."""
    values = {"types": types(kind), "mb": kind.most_bytes // MEGABYTE, "pages": kind.most_pages}
    if kind.most_files == 1:
        return say("%(types)s, at most %(pages)s pages and %(mb)s MB", **values)
    return say(
        "%(types)s; at most %(files)s files, %(mb)s MB together, %(pages)s pages each",
        files=kind.most_files,
        **values,
    )


def _no(rule: str, reason: Text) -> Verdict:
    return no(f"attachment.{rule}", reason, field="file")
