import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.template.loader import render_to_string

from portal import pdf
from tests.portal.sample_letters import LONG_NAME, RECEIPT, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
CREATED = datetime(2026, 9, 30, 1, 0, tzinfo=UTC)
LETTERS = [
    pytest.param(template, context, id=name)
    for template, contexts in SAMPLES.items()
    for name, context in contexts.items()
]
BOMB = "<table>" + "<tr><td>a<td>b<td>c" * 20_000 + "</table>"


def render(html, **changed):
    return pdf.render(html, **{"title": "A letter", "created_at": CREATED} | changed)


def letter(template, context):
    images = {}
    if context["verification"]:
        images["qr"] = pdf.qr_svg(context["verification"]["url"])
    return render(render_to_string(template, context), images=images)


def text_of(data: bytes) -> str:
    """Text in the order in which it is drawn: a word in Arabic comes reversed.

    Glyph 0 (a box) comes as U+FFFD.
    """
    drawn = []
    with pikepdf.open(BytesIO(data)) as document:
        for page in document.pages:
            fonts = {name: _unicode(font) for name, font in page.resources.Font.items()}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = fonts[str(operands[0])]
                elif str(operator) in ("TJ", "Tj"):
                    pieces = operands[0] if str(operator) == "TJ" else operands
                    for piece in pieces:
                        if isinstance(piece, pikepdf.String):
                            drawn += _decoded(bytes(piece), font)
                elif str(operator) == "ET":
                    drawn.append("\n")
    return "".join(drawn)


def _unicode(font) -> dict[int, str]:
    pairs = re.findall(
        r"<([0-9a-f]+)>\s*<([0-9a-f]+)>\s*$", font.ToUnicode.read_bytes().decode(), re.M | re.I
    )
    return {0: "\ufffd"} | {
        int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in pairs
    }


def _decoded(data: bytes, font: dict[int, str]):
    for at in range(0, len(data), 2):
        yield font.get(int.from_bytes(data[at : at + 2], "big"), "")


@pytest.mark.parametrize(("template", "context"), LETTERS)
def test_every_letter_says_who_what_and_where_to_verify(template, context):
    text = text_of(letter(template, context))
    flat = " ".join(text.split())
    assert context["reference"] in flat
    assert context["about"]["case_reference"] in flat
    assert context["addressee"]["organisation"] in flat
    assert context["verification"]["code"] in flat
    assert "Page 1 of " in flat
    assert ("Demonstration. No official standing." in flat) is context["fictional"]
    assert "\ufffd" not in text


@pytest.mark.parametrize(
    "word",
    ["Instituto Geofísico Łódź", "Лунный институт", "Ινστιτούτο", "學國際月球", "สถาบันระบบ"],
)
@pytest.mark.parametrize("tag", ["p", "b", "i"])
def test_names_of_many_scripts_come_back(word, tag):
    assert word in text_of(render(f"<p><{tag}>{word}</{tag}></p>"))


def test_arabic_is_joined_and_runs_from_the_right():
    data = render('<p dir="auto">معهد القمر</p>')
    assert "رمقلا دهعم" in text_of(data)
    with pikepdf.open(BytesIO(data)) as document:
        (font,) = document.pages[0].resources.Font.values()
        assert "Noto-Naskh-Arabic" in str(font.BaseFont)


def test_a_long_name_stays_on_the_page():
    context = RECEIPT | {"persons": [{"label": "Filed by", "name": LONG_NAME}]}
    flat = " ".join(text_of(letter("letters/1/receipt.html", context)).split())
    assert LONG_NAME in flat.replace("- ", "")


def test_a_letter_without_verification_has_its_foot():
    context = RECEIPT | {"verification": None}
    text = text_of(letter("letters/1/receipt.html", context))
    assert "Verification code" not in text
    assert "Page 1 of " in " ".join(text.split())


def test_markup_in_a_context_stays_text():
    name = "<img src=file:///etc/passwd><b>Institute</b>"
    context = RECEIPT | {"addressee": RECEIPT["addressee"] | {"name": name}}
    assert name in " ".join(text_of(letter("letters/1/receipt.html", context)).split())


@pytest.mark.parametrize(
    ("character", "name"), [("𓀀", "EGYPTIAN HIEROGLYPH A001"), ("\ue000", "without a name")]
)
def test_a_missing_glyph_fails_by_name(character, name):
    with pytest.raises(pdf.MissingGlyph) as failed:
        render(f"<p>Institute {character}</p>")
    assert (failed.value.character, failed.value.name) == (character, name)
    assert name in failed.value.reason


def test_bidi_marks_and_joiners_need_no_glyph():
    assert "Institute" in text_of(render("<p>\u2068Inst\u00adi\u200dtute\u2069\ufe0f</p>")).replace(
        "\u00ad", ""
    ).replace("\u200d", "")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<style>@import "{url}"; p {{ background: url({url}) }}</style><p>x</p>',
        "<style>@font-face {{ font-family: f; src: url({url}) }}</style><p>x</p>",
        '<object data="{url}"></object>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        '<image href="{url}" width="9" height="9"/></svg>',
    ],
)
@pytest.mark.parametrize("kind", ["http", "file", "data"])
def test_nothing_is_fetched(html, kind, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not embed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = {
            "http": f"http://127.0.0.1:{server.getsockname()[1]}/x.png",
            "file": secret.as_uri(),
            "data": "data:text/css,p{}",
        }[kind]
        with pytest.raises(pdf.RenderFailed, match="may not fetch"):
            render(html.format(url=url))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_an_image_that_was_not_given_fails():
    with pytest.raises(pdf.RenderFailed, match="img:qr"):
        render('<img src="img:qr" alt="QR">')


def test_the_document_is_tagged_titled_and_dated():
    data = render("<h1>Decision</h1>", title="DEMO25-L-0009/D1", language="es")
    with pikepdf.open(BytesIO(data)) as document:
        assert document.docinfo.Title == "DEMO25-L-0009/D1"
        assert document.docinfo.CreationDate == "D:20260930010000Z"
        assert document.Root.Lang == "es"
        assert document.Root.MarkInfo.Marked
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


IN_ANOTHER_PROCESS = """
import hashlib, json, os, sys, time
from datetime import datetime
from portal import pdf
job = json.load(sys.stdin)
data = pdf.render(job["html"], title="A letter", created_at=datetime.fromisoformat(job["at"]))
child = os.fork()
if child == 0:
    os._exit(len(pdf.pool.idle) + len(pdf.pool.all))
inherited = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps({
    "sha256": hashlib.sha256(data).hexdigest(),
    "renderer": pdf.pool.idle[0].process.pid,
    "inherited": inherited,
}), flush=True)
time.sleep(60)
"""


def test_same_bytes_in_another_process_and_no_orphan_when_it_is_killed():
    html = render_to_string(
        "letters/1/decision.html", SAMPLES["letters/1/decision.html"]["reserve"]
    )
    html = html.replace("img:qr", "img:emblem")
    other = subprocess.Popen(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        other.stdin.write(json.dumps({"html": html, "at": CREATED.isoformat()}))
        other.stdin.close()
        said = json.loads(other.stdout.readline())
        assert running(said["renderer"])
        other.kill()
    assert said["sha256"] == hashlib.sha256(render(html)).hexdigest()
    assert said["inherited"] == 0
    give_up = time.monotonic() + 5
    while running(said["renderer"]) and time.monotonic() < give_up:
        time.sleep(0.02)
    assert not running(said["renderer"])


def running(pid: int) -> bool:
    """Whether the process runs; one that nobody has reaped yet does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_other_content_or_date_gives_other_bytes():
    assert (
        len({render("<p>a"), render("<p>b"), render("<p>a", created_at=CREATED.replace(year=2027))})
        == 3
    )


def test_threads_render_side_by_side():
    pages = [f"<p>Letter {number}</p>" for number in range(8)]
    with ThreadPoolExecutor(3) as threads:
        texts = [text_of(data).strip() for data in threads.map(render, pages)]
    assert texts == [f"Letter {number}" for number in range(8)]


def test_a_bomb_is_stopped_by_the_clock_and_the_next_letter_renders():
    began = time.monotonic()
    with pytest.raises(pdf.RenderTimeout, match="longer than 1 s"):
        render(BOMB, seconds=1)
    assert time.monotonic() - began < 4
    assert "next" in text_of(render("<p>next</p>"))


def test_a_bomb_is_stopped_by_its_memory_and_the_next_letter_renders():
    with pytest.raises(pdf.RenderFailed, match="300 MB"):
        render("<p>" + "x" * 40_000_000, memory_mb=300)
    assert "next" in text_of(render("<p>next</p>"))


def test_a_document_nested_too_deep_says_so():
    with pytest.raises(pdf.RenderFailed, match="nested too deep"):
        render("<div>" * 600 + "x")


def test_a_dead_renderer_is_replaced():
    render("<p>first</p>")
    pid = pdf.pool.idle[-1].process.pid
    os.kill(pid, signal.SIGKILL)
    assert "second" in text_of(render("<p>second</p>"))
    assert pid not in {renderer.process.pid for renderer in pdf.pool.all}


def test_a_renderer_that_dies_over_a_document_gets_one_more_try():
    render("<p>first</p>")
    pdf.pool.close()
    render("<p>first</p>")
    (renderer,) = pdf.pool.idle
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(render, "<p>" + "word " * 8_000, seconds=20)
        while renderer in pdf.pool.idle:
            time.sleep(0.01)
        os.kill(renderer.process.pid, signal.SIGKILL)
        assert slow.result().startswith(b"%PDF")
    assert renderer not in pdf.pool.all


def test_a_hung_renderer_is_given_up(monkeypatch):
    monkeypatch.setattr(pdf, "PATIENCE_SECONDS", 0.5)
    render("<p>first</p>")
    os.kill(pdf.pool.idle[-1].process.pid, signal.SIGSTOP)
    with pytest.raises(pdf.RenderTimeout):
        render("<p>second</p>", seconds=0.5)
    assert "third" in text_of(render("<p>third</p>"))


def test_the_renderer_knows_none_of_our_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    pdf.pool.close()
    render("<p>first</p>")
    environment = Path(f"/proc/{pdf.pool.idle[-1].process.pid}/environ").read_bytes()
    assert b"FONTCONFIG_FILE" in environment
    assert b"do not tell" not in environment


def test_a_naive_date_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        render("<p>x", created_at=CREATED.replace(tzinfo=None))


def test_fonts_are_those_of_the_list():
    folder = ROOT / "portal" / "fonts"
    listed = {
        record["file"]: record["sha256"]
        for record in json.loads((folder / "FONTS.json").read_text())
    }
    assert listed == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.ttf")
    }
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()
