"""The renderer: one process, one thread, that forks for each document.

Started by `portal.pdf` by its path and in isolated mode, so it imports nothing
of the project and inherits none of its settings. It loads the fonts and the
stylesheet once; a fork then costs milliseconds, starts its CPU count at zero
and may be killed without harm to the next document.

Frames, both ways: eight bytes of length (big-endian), then the body. A job is
JSON; an answer is one letter (see the constants) and its content.
"""

import base64
import gc
import hashlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
import unicodedata
from pathlib import Path

import pydyf
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

READY, PDF, NO_GLYPH, FAILED, TIMEOUT = b"R", b"P", b"G", b"F", b"T"

MIB = 1024 * 1024
LAST_WORDS = 16 * MIB

# Shown as nothing, so no font needs them: controls, formats (bidi marks and
# joiners), line and paragraph separators, spaces.
UNDRAWN_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}
VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


class NoGlyph(Exception):
    """No font of ours can draw this character."""


class Closed(URLFetcher):
    """A fetcher that knows the images it was given by name, and nothing else.

    The refusal is fatal to the document: text is escaped before it comes here,
    so an unknown address is a fault of the template, or an attack.
    """

    def __init__(self, images: dict[str, bytes]):
        super().__init__(allowed_protocols=[])
        self.images = {f"img:{name}": data for name, data in images.items()}
        self.refused = []

    def fetch(self, url, headers=None):
        if url not in self.images:
            self.refused.append(url)
            raise self.refusal()
        return URLFetcherResponse(url, self.images[url])

    def refusal(self):
        return FatalURLFetchingError(
            f"The document asks for {self.refused[0][:200]!r}, which documents may not fetch."
        )


class Press:
    """What all documents share: fonts, stylesheet, fixed images, coverage."""

    def __init__(self, folder: Path):
        self.fixed = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.svg"))}
        self.fonts = FontConfiguration()
        self.drawable = coverage(Path(os.environ["FONTCONFIG_FILE"]).parent)
        text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.css")))
        self.style = CSS(string=text, font_config=self.fonts, url_fetcher=Closed(self.fixed))

    def print(self, job: dict) -> bytes:
        images = {name: base64.b64decode(data) for name, data in job["images"].items()}
        fetcher = Closed(self.fixed | images)
        html = HTML(string=job["html"], url_fetcher=fetcher)
        root = html.etree_element
        root.set("lang", job["language"])
        refuse_undrawable(root, self.drawable)
        resolve_direction(root)
        document = html.render(
            font_config=self.fonts, stylesheets=[self.style], presentational_hints=False
        )
        document.metadata.title = job["title"]
        document.metadata.lang = job["language"]
        document.metadata.created = document.metadata.modified = job["created_at"]
        # The identifier and the dates come from the job, so that the same job
        # gives the same bytes in any process.
        identifier = hashlib.sha256(
            "\0".join((job["created_at"], job["title"], job["html"])).encode()
        ).digest()[:16]
        data = document.write_pdf(
            pdf_identifier=identifier, pdf_variant="pdf/ua-1", finisher=deflate_once
        )
        # Drawing SVG swallows even fatal errors and goes on without the image.
        if fetcher.refused:
            raise fetcher.refusal()
        return data


class Deflated(pydyf.Object):
    """A stream of the PDF as it will be written."""

    data = b""
    compressible = False  # into a stream of objects

    def __init__(self, stream: pydyf.Stream):
        super().__init__()
        self.number = stream.number
        self.data = stream.data


def deflate_once(document, pdf) -> None:
    """Writing asks every object twice, for itself and for the hash: streams compress each time."""
    pdf.objects[:] = [
        Deflated(one) if isinstance(one, pydyf.Stream) else one for one in pdf.objects
    ]


def coverage(folder: Path) -> frozenset[int]:
    """Return the code points that at least one font in the folder can draw."""
    points: set[int] = set()
    for path in sorted(folder.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def refuse_undrawable(root, drawable: frozenset[int]) -> None:
    """Raise NoGlyph with the first character of the text that no font draws."""
    body = root.find("body")
    for character in sorted(set("".join(body.itertext()))):
        point = ord(character)
        if point in drawable or point in VARIATION_SELECTORS:
            continue
        if unicodedata.category(character) not in UNDRAWN_CATEGORIES:
            raise NoGlyph(character)


def resolve_direction(root) -> None:
    """Give dir="auto" the direction of its first strong character.

    WeasyPrint knows only ltr and rtl.
    """
    for element in root.iter():
        if element.get("dir") != "auto":
            continue
        strong = (
            kind
            for character in "".join(element.itertext())
            if (kind := unicodedata.bidirectional(character)) in {"L", "R", "AL"}
        )
        element.set("dir", "ltr" if next(strong, "L") == "L" else "rtl")


def work(job: dict, press: Press, writer: int) -> None:
    """Render in the forked child, report and end; never returns."""

    def report(kind: bytes, content: bytes) -> None:
        write_all(writer, kind + content)
        os._exit(0)

    def fault(kind, error, trace) -> None:
        traceback.print_exception(kind, error, trace)
        report(FAILED, f"The renderer failed: {kind.__name__}: {error}".encode())

    sys.excepthook = fault
    memory = job["memory_mb"] * MIB
    too_large = f"The document needs more than {job['memory_mb']} MB to lay out.".encode()
    cpu = int(job["seconds"]) + 1
    # The hard limit leaves room to say that the soft one was reached.
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory + LAST_WORDS))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        report(PDF, press.print(job))
    except NoGlyph as missing:
        report(NO_GLYPH, str(missing).encode())
    except FatalURLFetchingError as refused:
        report(FAILED, str(refused).encode())
    except MemoryError:
        resource.setrlimit(resource.RLIMIT_AS, (memory + LAST_WORDS,) * 2)
        report(FAILED, too_large)
    except RecursionError:
        report(FAILED, b"The document is nested too deep to lay out.")


def attend(job: dict, press: Press, jobs: int) -> bytes:
    """Fork for one document and watch it: wall clock, and our own parent."""
    deadline = time.monotonic() + job["seconds"]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.close(jobs)
        work(job, press, writer)
    os.close(writer)
    watched = select.poll()
    watched.register(reader, select.POLLIN)
    watched.register(jobs, 0)  # reports only that the parent hung up
    answer = bytearray()
    try:
        while (left := deadline - time.monotonic()) > 0:
            for descriptor, _ in watched.poll(left * 1000):
                if descriptor == jobs:
                    os.kill(child, signal.SIGKILL)
                    raise SystemExit(0)
                chunk = os.read(reader, MIB)
                if not chunk:
                    return judged(bytes(answer), os.waitpid(child, 0)[1], job)
                answer += chunk
    finally:
        os.close(reader)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMEOUT


def judged(answer: bytes, status: int, job: dict) -> bytes:
    """Return the child's answer, or a failure when it did not live to finish it."""
    if status == 0 and answer:
        return answer
    if not os.WIFSIGNALED(status):
        return (
            FAILED + f"The renderer ended with status {os.waitstatus_to_exitcode(status)}.".encode()
        )
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return TIMEOUT
    return (
        FAILED
        + (
            f"The renderer was ended by {signal.Signals(number).name}, "
            f"most likely at its limit of {job['memory_mb']} MB."
        ).encode()
    )


def read_frame(descriptor: int) -> bytes | None:
    """Return the next frame, or None when the other side closed."""
    head = read_exactly(descriptor, 8)
    return None if head is None else read_exactly(descriptor, int.from_bytes(head, "big"))


def read_exactly(descriptor: int, length: int) -> bytes | None:
    data = bytearray()
    while len(data) < length:
        chunk = os.read(descriptor, min(length - len(data), MIB))
        if not chunk:
            return None
        data += chunk
    return bytes(data)


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def serve(folder: Path) -> None:
    # Whatever a library prints must not fall between our frames.
    jobs, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

    press = Press(folder)
    # Loads what the first document would load: fonts, hyphenation, caches.
    press.print(
        {
            "html": (folder / "warm.html").read_text(encoding="utf-8"),
            "title": "Warm",
            "language": "en",
            "images": {},
            "created_at": "2000-01-01T00:00:00Z",
        }
    )
    gc.collect()
    gc.freeze()  # the forks share these pages instead of copying them
    gc.disable()  # and end before what they leave behind would matter
    write_all(answers, len(READY).to_bytes(8, "big") + READY)
    while (frame := read_frame(jobs)) is not None:
        answer = attend(json.loads(frame), press, jobs)
        write_all(answers, len(answer).to_bytes(8, "big") + answer)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
