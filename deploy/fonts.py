"""Cut the fonts of the letters from their full releases, once.

    python deploy/fonts.py FOLDER

FOLDER holds the unpacked Google Fonts releases of Noto Serif, Noto Sans SC,
Noto Naskh Arabic and Noto Sans Thai, at any depth (the TTF files named below
and, beside each, its licence as LICENSE_FONT). The result goes to
portal/fonts/ with FONTS.json and is committed; neither set-up nor tests run
this script. The same input gives the same bytes.
"""

import hashlib
import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "portal" / "fonts"

ALL = "all"
GB2312 = "gb2312"
WESTERN = "western"

# Latin, Greek and Cyrillic with their extensions, punctuation, currency,
# super- and subscripts, arrows, mathematical signs and ligatures.
WESTERN_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x052F),
    (0x1C80, 0x1C8F),
    (0x1D00, 0x1DBF),
    (0x1E00, 0x1FFF),
    (0x2000, 0x206F),
    (0x2070, 0x20CF),
    (0x2100, 0x22FF),
    (0x25A0, 0x25FF),
    (0x2C60, 0x2C7F),
    (0x2DE0, 0x2DFF),
    (0x2E00, 0x2E52),
    (0xA640, 0xA69F),
    (0xA720, 0xA7FF),
    (0xFB00, 0xFB06),
    (0xFFFD, 0xFFFD),
)

# file name of the release -> (name of ours, what is kept)
CUTS = {
    "NotoSerif_400Regular.ttf": ("NotoSerif-Regular.ttf", WESTERN),
    "NotoSerif_400Regular_Italic.ttf": ("NotoSerif-Italic.ttf", WESTERN),
    "NotoSerif_700Bold.ttf": ("NotoSerif-Bold.ttf", WESTERN),
    "NotoSansSC_400Regular.ttf": ("NotoSansSC-Regular.ttf", ALL),
    "NotoSansSC_700Bold.ttf": ("NotoSansSC-Bold.ttf", GB2312),
    "NotoNaskhArabic_400Regular.ttf": ("NotoNaskhArabic-Regular.ttf", ALL),
    "NotoSansThai_400Regular.ttf": ("NotoSansThai-Regular.ttf", ALL),
}

CUT_IN_WORDS = {
    ALL: "every character kept; glyph names, hints and vertical layout dropped",
    GB2312: "cut to GB 2312 and ASCII; glyph names, hints and vertical layout dropped",
    WESTERN: "cut to Latin, Greek and Cyrillic with punctuation and signs; "
    "glyph names and hints dropped",
}

DROPPED_TABLES = ["vhea", "vmtx", "VORG", "STAT", "BASE"]
DROPPED_FEATURES = {"vert", "vrt2", "vkrn", "vpal", "valt", "vhal", "aalt", "ruby"}


def gb2312() -> set[int]:
    """Return the code points of GB 2312, rows 1-9 and 16-87."""
    points = set(range(0x20, 0x7F))
    for row in (*range(0xA1, 0xAA), *range(0xB0, 0xF8)):
        for cell in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def kept(what: str, font: TTFont) -> set[int]:
    has = set(font.getBestCmap())
    if what == GB2312:
        return has & gb2312()
    if what == WESTERN:
        return {p for p in has if any(a <= p <= b for a, b in WESTERN_RANGES)}
    return has


def cut(source: Path, target: Path, what: str) -> dict:
    """Write the cut font and return its line for FONTS.json."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += DROPPED_TABLES
    features = {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        if table in font
        for record in font[table].table.FeatureList.FeatureRecord
    }
    options.layout_features = sorted(features - DROPPED_FEATURES)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    points = kept(what, font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    font.save(target)
    name = font["name"]
    return {
        "file": target.name,
        "name": f"{name.getDebugName(1)} {name.getDebugName(2)}",
        "version": name.getDebugName(5).removeprefix("Version ").split(";")[0],
        "licence": "OFL-1.1",
        "copyright": name.getDebugName(0),
        "cut": CUT_IN_WORDS[what],
        "characters": len(points),
        "from": {"file": source.name, "sha256": sha256(source)},
        "sha256": sha256(target),
    }


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def licence_text(sources: dict[str, Path]) -> str:
    """Return every release's copyright line, then the licence itself once."""
    lines: list[str] = []
    body = ""
    for path in sources.values():
        text = (path.parent.parent / "LICENSE_FONT").read_text(encoding="utf-8")
        first, _, rest = text.partition("\n")
        if first.strip() not in lines:
            lines.append(first.strip())
        body = rest
    return "\n".join(lines) + "\n" + body


def main(folder: Path) -> None:
    sources = {}
    for name in CUTS:
        found = sorted(folder.rglob(name))
        if not found:
            raise SystemExit(f"{name} is not in {folder}.")
        sources[name] = found[0]
    TARGET.mkdir(parents=True, exist_ok=True)
    records = [cut(sources[name], TARGET / ours, what) for name, (ours, what) in CUTS.items()]
    (TARGET / "OFL.txt").write_text(licence_text(sources), encoding="utf-8")
    (TARGET / "FONTS.json").write_text(
        json.dumps(records, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for record in records:
        size = (TARGET / record["file"]).stat().st_size / 1e6
        print(f"{record['file']:30} {size:6.2f} MB  {record['characters']:6} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
