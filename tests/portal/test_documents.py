import io

import pikepdf
import pytest
from PIL import Image

from portal import documents
from portal.documents import Seen
from tests.make import files as made


def seen(content: bytes) -> Seen:
    return documents.look(content)[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made.pdf(2), Seen(documents.PDF, opens=True, pages=2)),
        (made.png(), Seen(documents.PNG, opens=True, width=40, height=30)),
        (made.jpeg(), Seen(documents.JPEG, opens=True, width=40, height=30)),
        (b"<html>", Seen()),
        (b" " + made.pdf(), Seen()),
        (b"%PDF-1.7 and nothing else", Seen(documents.PDF)),
        (made.png()[:60], Seen(documents.PNG)),
        (made.jpeg()[:60], Seen(documents.JPEG)),
        (made.pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
         Seen(documents.PDF, encrypted=True)),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(content, expected):
    assert seen(content) == expected


@pytest.mark.parametrize(
    ("edit", "active"),
    [
        (made.script, "JavaScript"),
        (made.launch, "a launch action"),
        (made.carry, "an embedded file"),
        (made.automatic, "an automatic action"),
        (made.form, "an XFA form"),
        (made.media, "media"),
    ],
)
def test_what_a_pdf_would_do_is_named(edit, active):
    assert seen(made.pdf(edit=edit)).active == (active,)


@pytest.mark.parametrize("content", [made.behind_an_archive(), made.with_a_page_of_the_web()])
def test_two_files_in_one_are_seen(content):
    assert seen(content).twofold


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_not_unpacked_to_its_end(times):
    bomb = made.pdf(edit=made.bomb(times), **made.AS_WRITTEN)
    assert len(bomb) < 400_000
    assert seen(bomb).unpacked == documents.MOST_UNPACKED + 1


def test_a_bomb_in_the_index_does_not_open():
    assert seen(made.index_bomb()) == Seen(documents.PDF)


@pytest.mark.parametrize(("limit", "most"), [("MOST_MEMORY", 1 << 20), ("MOST_WAIT_SECONDS", 0.01)])
def test_what_wants_more_than_it_may_dies_alone(monkeypatch, limit, most):
    monkeypatch.setattr(documents, limit, most)
    large = made.pdf() + b"\n" * (4 << 20)
    assert seen(large) == Seen(documents.PDF, exhausted=True)
    with pytest.raises(ValueError, match="limits of memory and time"):
        documents.without_origin(large)


def test_floods_of_points_are_counted_and_not_drawn():
    for content in (made.png_flood(), made.pdf(edit=made.flood)):
        found, kept = documents.look(content)
        assert (found.width, found.height) == (60_000, 60_000)
        assert kept == content
    assert seen(made.moving()).frames == 2


def test_a_photograph_is_kept_without_its_place():
    content = made.jpeg()
    assert made.PLACE.encode() in content
    _, kept = documents.look(content)
    picture = Image.open(io.BytesIO(kept))
    assert (picture.format, picture.size) == ("JPEG", (40, 30))
    assert not picture.getexif()
    assert made.PLACE.encode() not in kept
    assert b"Exif" not in kept


def test_a_photograph_stands_as_its_camera_said():
    _, kept = documents.look(made.jpeg(40, 30, turned=6))
    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def test_nothing_behind_a_picture_is_kept():
    _, kept = documents.look(made.png() + b"<script>alert(1)</script>")
    assert kept.endswith(b"IEND\xaeB`\x82")
    assert documents.look(kept)[1] == kept


def test_a_copy_names_no_author_and_shows_the_same():
    original = made.pdf(2, edit=made.signed_by_its_author, compress_streams=False)
    assert original.count(made.PLACE.encode()) >= 3
    copy = documents.without_origin(original)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 2
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root
        (note,) = pdf.pages[0].Annots
        assert str(note.Contents) == "A remark"
        picture = pdf.pages[0].Resources.XObject.P.read_raw_bytes()
        pdf.save(
            plain := io.BytesIO(),
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    assert Image.open(io.BytesIO(picture)).size == (40, 30)
    assert made.PLACE.encode() not in plain.getvalue() + picture
    assert documents.without_origin(original) == copy
