"""The one that opens uploaded files: one process a file, gone with its answer.

Started by `portal.documents` by its path and in isolated mode, so it imports
nothing of the project and inherits none of its settings. The file comes on the
standard input; the answer is a line of JSON, and after it the bytes to keep.
"""

import ctypes
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator

import pikepdf
from PIL import Image, ImageCms, ImageOps

# Keys and actions that make a document do something or carry something.
ACTIVE_KEYS = {
    "/JS": "JavaScript",
    "/JavaScript": "JavaScript",
    "/EmbeddedFile": "an embedded file",
    "/EmbeddedFiles": "an embedded file",
    "/EF": "an embedded file",
    "/RichMedia": "media",
    "/RichMediaContent": "media",
    "/XFA": "an XFA form",
    "/AA": "an automatic action",
}
ACTIVE_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "a launch action",
    "/ImportData": "an import action",
    "/SubmitForm": "a submit action",
    "/GoToE": "a link into an embedded file",
    "/Rendition": "media",
}
# Who made it, with what and when: in the document and in each thing on its pages.
ORIGIN = ("/Metadata", "/PieceInfo", "/LastModified")
ORIGIN_OF_NOTES = ("/T", "/NM", "/M", "/CreationDate")
MOST_OBJECTS = 200_000
CHUNK = 1 << 18
PAGE_OF_THE_WEB = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe)", re.IGNORECASE)
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


class TooMuch(Exception):
    """It unpacks to more than it may."""


def look_at_pdf(content: bytes, most_unpacked: int) -> dict:
    """Open the PDF, read its objects, and count what its streams unpack to."""
    facts = {"twofold": twofold(content)}
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                return facts | {"opens": True, "encrypted": True}
            facts |= {"opens": True, "pages": len(pdf.pages), "active": sorted(active(pdf))}
            facts["width"], facts["height"] = largest_picture(pdf)
            facts["unpacked"] = unpacked(pdf, most_unpacked)
    except pikepdf.PasswordError:
        return facts | {"opens": False, "encrypted": True}
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, OverflowError):
        return facts | {"opens": False}
    return facts


def twofold(content: bytes) -> bool:
    """Would another program take it for an archive or a page of the web?"""
    return bool(PAGE_OF_THE_WEB.search(content[:1024])) or zipfile.is_zipfile(io.BytesIO(content))


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream of the document, those inside of others too."""
    for top in (*pdf.objects, pdf.trailer):
        waiting = [top]
        while waiting:
            held = waiting.pop()
            if isinstance(held, pikepdf.Array):
                waiting += [one for one in held if not elsewhere(one)]
            elif isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
                yield held
                waiting += [value for _key, value in held.items() if not elsewhere(value)]


def elsewhere(value: object) -> bool:
    """Another numbered object, which comes on its own."""
    return isinstance(value, pikepdf.Object) and value.is_indirect


def active(pdf: pikepdf.Pdf) -> set[str]:
    found: set[str] = set()
    for place, held in enumerate(dictionaries(pdf)):
        if place > MOST_OBJECTS:
            return found | {"more objects than a letter has"}
        for key, value in held.items():
            if key in ACTIVE_KEYS:
                found.add(ACTIVE_KEYS[key])
            elif key == "/S" and isinstance(value, pikepdf.Name) and value in ACTIVE_ACTIONS:
                found.add(ACTIVE_ACTIONS[str(value)])
    return found


def streams(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    return (held for held in pdf.objects if isinstance(held, pikepdf.Stream))


def largest_picture(pdf: pikepdf.Pdf) -> tuple[int, int]:
    sizes = [(0, 0)]
    for held in streams(pdf):
        if held.get("/Subtype") == "/Image":
            sizes.append((int(held.get("/Width", 0)), int(held.get("/Height", 0))))
    return max(sizes, key=lambda size: size[0] * size[1])


def unpacked(pdf: pikepdf.Pdf, most: int) -> int:
    """The bytes of all streams as they are read, counted until they are too many."""
    total = 0
    for held in streams(pdf):
        try:
            total += stream_size(held, most - total)
        except TooMuch:
            return most + 1
        except (pikepdf.PdfError, zlib.error):
            total += len(held.read_raw_bytes())  # of a picture, whose points are counted
    return total


def stream_size(held: pikepdf.Stream, most: int) -> int:
    filters = held.get("/Filter", ())
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters]
    if not names or set(names) != {"/FlateDecode"}:
        size = len(held.read_bytes(pikepdf.StreamDecodeLevel.generalized))
    else:
        size = 0
        # Piece by piece, since all of it at once is what a bomb is made for.
        for piece in inflated(iter([held.read_raw_bytes()]), len(names)):
            size += len(piece)
            if size > most:
                raise TooMuch
    if size > most:
        raise TooMuch
    return size


def inflated(pieces: Iterator[bytes], times: int) -> Iterator[bytes]:
    for _ in range(times):
        pieces = inflate(pieces)
    return pieces


def inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unzip = zlib.decompressobj()
    for piece in pieces:
        while piece:
            yield unzip.decompress(piece, CHUNK)
            piece = unzip.unconsumed_tail
    yield unzip.flush()


def copy_of_pdf(content: bytes) -> bytes:
    """The same pages without a trace of who made them; deterministic."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for held in dictionaries(pdf):
            for key in ORIGIN:
                if key in held:
                    del held[key]
            if "/Rect" in held and held.get("/Subtype") != "/Widget":
                for key in ORIGIN_OF_NOTES:
                    if key in held:
                        del held[key]
        for held in streams(pdf):
            if held.get("/Filter") == "/DCTDecode":
                held.write(bare_jpeg(held.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True, fix_metadata_version=False)
    return target.getvalue()


def bare_jpeg(content: bytes) -> bytes:
    """Without its comments and applications' segments (Exif, XMP); JFIF, ICC and Adobe stay."""
    kept, place = [content[:2]], 2
    while content[place : place + 1] == b"\xff" and content[place + 1] != 0xDA:
        marker = content[place + 1]
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker not in {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}:
            kept.append(content[place:end])
        place = end
    return b"".join([*kept, content[place:]])


def look_at_picture(content: bytes, most_pixels: int) -> tuple[dict, bytes]:
    """Read its head, and only where it is small enough draw it anew from its points."""
    Image.MAX_IMAGE_PIXELS = None  # we say the number ourselves
    try:
        picture = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
        width, height = picture.size
        facts = {"opens": True, "width": width, "height": height}
        facts["frames"] = getattr(picture, "n_frames", 1) if picture.format == "PNG" else 1
        if width * height > most_pixels or facts["frames"] != 1:
            return facts, b""
        return facts, drawn_anew(picture)
    except (OSError, ValueError, SyntaxError, zlib.error, ImageCms.PyCMSError):
        return {"opens": False}, b""


def drawn_anew(picture: Image.Image) -> bytes:
    """The points alone, turned as a camera said, in the colours of the web."""
    target = io.BytesIO()
    profile, kind = picture.info.get("icc_profile"), picture.format
    picture.load()
    same = profile is None and picture.getexif().get(0x0112, 1) == 1 and picture.mode != "CMYK"
    if kind != "PNG" and same and picture.format == "JPEG":
        picture.save(target, "JPEG", quality="keep", exif=b"", comment=b"", icc_profile=None)
        return target.getvalue()
    ImageOps.exif_transpose(picture, in_place=True)
    if profile is not None and picture.mode in {"RGB", "RGBA", "L", "CMYK"}:
        mode = picture.mode if picture.mode in {"RGB", "RGBA"} else "RGB"
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        web = ImageCms.createProfile("sRGB")
        picture = ImageCms.profileToProfile(picture, given, web, outputMode=mode)
    if kind == "PNG":
        clear = picture.info.get("transparency")
        picture.info = {} if clear is None else {"transparency": clear}
        picture.save(target, "PNG")
    else:
        picture = picture if picture.mode in {"RGB", "L"} else picture.convert("RGB")
        picture.info = {}
        picture.save(target, "JPEG", quality=92, exif=b"")
    return target.getvalue()


def shut_in(memory: int, seconds: int) -> None:
    """No network where the kernel lets us leave it, no file written, and an end to both."""
    ctypes.CDLL(None).unshare(NEW_USER | NEW_NETWORK)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def main(what: str, media_type: str, memory: str, seconds: str, unpacked: str, pixels: str) -> None:
    shut_in(int(memory), int(seconds))
    content = sys.stdin.buffer.read()
    facts, kept = {}, b""
    if what == "copy":
        kept = copy_of_pdf(content)
    elif media_type == "application/pdf":
        facts = look_at_pdf(content, int(unpacked))
    else:
        facts, kept = look_at_picture(content, int(pixels))
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
