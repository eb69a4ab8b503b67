"""Files as people upload them, and as nobody should."""

import io
import os
import zipfile
import zlib

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

PLACE = "Observatory of Institute A, 47.3769 N 8.5417 E"


AS_WRITTEN = {"stream_decode_level": pikepdf.StreamDecodeLevel.none}


def pdf(pages: int = 1, edit=None, **options) -> bytes:
    written = pikepdf.new()
    for _ in range(pages):
        written.add_blank_page()
    if edit:
        edit(written)
    target = io.BytesIO()
    written.save(target, **options)
    return target.getvalue()


def script(written):
    written.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def launch(written):
    action = Dictionary(S=Name.Launch, F="program")
    note = Dictionary(Type=Name.Annot, A=action)
    written.pages[0].obj.Annots = written.make_indirect([note])


def carry(written):
    written.attachments["inside.txt"] = b"inside"


def automatic(written):
    written.Root.AA = Dictionary(WC=Dictionary(S=Name.URI, URI="https://example.org"))


def form(written):
    written.Root.AcroForm = Dictionary(XFA=pikepdf.String("<xdp/>"))


def media(written):
    note = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, RichMediaContent=Dictionary())
    written.pages[0].obj.Annots = written.make_indirect([note])


def heavy(size: int):
    """With so many bytes in it that cannot be packed."""

    def edit(written):
        written.Root.Weight = written.make_stream(os.urandom(size))

    return edit


def packed_nothing(megabytes: int) -> bytes:
    """So many megabytes of zeros as zlib packs them: one of them packed, and repeated."""
    packer = zlib.compressobj(9, wbits=-15)
    one = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    adler = ((megabytes << 20) % 65521) << 16 | 1
    return b"\x78\xda" + one * megabytes + b"\x03\x00" + adler.to_bytes(4, "big")


def bomb(times: int = 1):
    """A stream of 300 MB of nothing, packed once or twice."""

    def edit(written):
        packed = packed_nothing(300)
        for _ in range(times - 1):
            packed = zlib.compress(packed, 1)
        stream = pikepdf.Stream(written, b"")
        stream.write(packed, filter=[Name.FlateDecode] * times)
        written.pages[0].obj.Contents = stream

    return edit


def index_bomb() -> bytes:
    """A PDF whose index of objects, needed to open it at all, unpacks to 1 GB."""
    packed = packed_nothing(1024)
    start = b"%PDF-1.5\n"
    head = (
        b"1 0 obj\n<< /Type /XRef /Size 60000000 /W [8 8 1] /Root 2 0 R /Filter /FlateDecode "
        b"/Length %d >>\nstream\n" % len(packed)
    )
    tail = b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(start)
    return start + head + packed + tail


def flood(written):
    """A picture of 60,000 by 60,000 points in a handful of bytes."""
    stream = pikepdf.Stream(written, b"\0" * 64)
    facts = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000,
        ColorSpace=Name.DeviceGray, BitsPerComponent=1, Filter=Name.JBIG2Decode,
    )  # fmt: skip
    stream.update(facts)
    written.pages[0].obj.Resources = Dictionary(XObject=Dictionary(P=written.make_indirect(stream)))


def behind_an_archive() -> bytes:
    """A whole PDF with a whole archive after its end."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("program.exe", b"MZ")
    return pdf() + archive.getvalue()


def with_a_page_of_the_web() -> bytes:
    return pdf().replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1)


def signed_by_its_author(written):
    """The identity of its author in every place where writers of PDFs put it."""
    written.docinfo["/Author"] = PLACE
    with written.open_metadata() as metadata:
        metadata["dc:creator"] = [PLACE]
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=PLACE, Contents="A remark"
    )
    page = written.pages[0].obj
    page.Annots = written.make_indirect([note])
    page.PieceInfo = Dictionary(Tool=Dictionary(Private=PLACE))
    picture = pikepdf.Stream(written, b"")
    picture.write(jpeg(), filter=Name.DCTDecode)
    facts = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=40, Height=30,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
    )  # fmt: skip
    picture.update(facts)
    page.Resources = Dictionary(XObject=Dictionary(P=written.make_indirect(picture)))


def png(width: int = 40, height: int = 30, **options) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#1F4E79").save(target, "PNG", **options)
    return target.getvalue()


def png_flood() -> bytes:
    """The head of a PNG that says 60,000 by 60,000 points."""
    whole = png()
    size = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + whole[24:29]
    return whole[:12] + size + zlib.crc32(size).to_bytes(4, "big") + whole[33:]


def moving() -> bytes:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "PNG", save_all=True, append_images=frames[1:])
    return target.getvalue()


def jpeg(width: int = 40, height: int = 30, *, turned: int = 1) -> bytes:
    """A photograph that says where, by whom and with what it was taken."""
    picture = Image.new("RGB", (width, height), "#1F4E79")
    facts = picture.getexif()
    facts[0x0112] = turned
    facts[0x013B] = PLACE
    facts.get_ifd(0x8825)[1] = "N"
    facts.get_ifd(0x8825)[2] = (47.0, 22.0, 36.8)
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=facts, comment=PLACE.encode())
    return target.getvalue()
