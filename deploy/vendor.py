"""Bring the front-end files into portal/static/vendor and write VENDOR.json.

For maintainers, after a version below is changed: `python deploy/vendor.py`.
Needs npm (it fetches the packages) and fontTools with brotli (WeasyPrint brings
both). The result is committed; nothing here runs when the portal is set up.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

VENDOR = Path(__file__).resolve().parent.parent / "portal" / "static" / "vendor"

COPIED = [
    {
        "name": "bootstrap",
        "version": "5.3.9",
        "licence": "MIT",
        "files": {
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
            "dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.min.css",
            "LICENSE": "bootstrap/LICENSE",
        },
    },
    {
        "name": "htmx.org",
        "version": "2.0.11",
        "licence": "0BSD",
        "files": {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
    },
]

# Weights 400 to 700 stay variable; the serif is for titles only, so its optical size is fixed.
FONTS = [
    {
        "name": "source-sans",
        "version": "3.52.0",
        "source": "VF/SourceSans3VF-Upright.ttf",
        "stem": "source-sans-3",
        "limits": {"wght": (400, 700)},
    },
    {
        "name": "source-serif",
        "version": "4.5.1",
        "source": "VAR/SourceSerif4Variable-Roman.ttf",
        "stem": "source-serif-4",
        "limits": {"wght": (400, 700), "opsz": 28},
    },
]

# The same ranges stand as unicode-range in portal.css: a page loads only the scripts it shows.
SCRIPTS = {
    "latin": "0020-007E 00A0-00FF 0131 0152-0153 02BB-02BC 02C6 02DA 02DC 2000-206F 2070-208E "
    "20AC 2116 2122 2126 2190-2193 2212 2215 2248 2260 2264-2265 25CF 2713",
    "latin-ext": "0100-0130 0132-0151 0154-02BA 02BD-02C5 02C7-02CC 02CE-02D7 02DD-02FF "
    "1E00-1EFF 20A0-20AB 20AD-20BF 2113 2C60-2C7F A720-A7FF",
    "greek": "0370-03FF",
    "cyrillic": "0400-052F 1C80-1C8A 2DE0-2DFF A640-A69F",
}
FEATURES = "kern mark mkmk ccmp locl liga tnum pnum lnum sups subs case".split()


def unpack(name: str, version: str, into: Path) -> Path:
    """The folder of the package `name` at `version`, fetched with npm's ordinary client."""
    command = ["npm", "pack", "--json", f"{name}@{version}"]
    listing = subprocess.run(command, cwd=into, check=True, capture_output=True, text=True)
    folder = into / f"{name}-{version}"
    with tarfile.open(into / json.loads(listing.stdout)[0]["filename"]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix != ".css":
        shutil.copyfile(source, target)
        return
    # A named source map that is not there stops the storage that puts digests into names.
    lines = source.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("/*# sourceMappingURL=")]
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")


def characters(ranges: str) -> set[int]:
    """The code points of "0020-007E 20AC"."""
    found: set[int] = set()
    for item in ranges.split():
        first, _, last = item.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def narrow(source: Path, target: Path, limits: dict) -> None:
    font = instantiateVariableFont(TTFont(source, recalcTimestamp=False), limits)
    font.save(target)


def subset(source: Path, target: Path, ranges: str) -> None:
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(Options(layout_features=FEATURES, flavor="woff2", recalc_timestamp=False))
    subsetter.populate(unicodes=characters(ranges))
    subsetter.subset(font)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


def entry(name: str, version: str, licence: str, changes: str, paths: list[str]) -> dict:
    digests = {path: hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() for path in paths}
    return {
        "name": name,
        "version": version,
        "licence": licence,
        "changes": changes,
        "sha256": digests,
    }


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    entries = []
    with tempfile.TemporaryDirectory() as scratch:
        for item in COPIED:
            package = unpack(item["name"], item["version"], Path(scratch))
            for source, target in item["files"].items():
                copy(package / source, VENDOR / target)
            changed = (
                "" if item["name"] == "htmx.org" else "the line naming the source map is removed"
            )
            paths = list(item["files"].values())
            entries.append(entry(item["name"], item["version"], item["licence"], changed, paths))
        for item in FONTS:
            package = unpack(item["name"], item["version"], Path(scratch))
            narrowed = Path(scratch) / f"{item['stem']}.ttf"
            narrow(package / item["source"], narrowed, item["limits"])
            paths = [f"fonts/{item['stem']}-LICENSE.md"]
            copy(package / "LICENSE.md", VENDOR / paths[0])
            for script, ranges in SCRIPTS.items():
                paths.append(f"fonts/{item['stem']}-{script}.woff2")
                subset(narrowed, VENDOR / paths[-1], ranges)
            changed = "subset by script, weights 400 to 700, as deploy/vendor.py says"
            entries.append(entry(item["name"], item["version"], "OFL-1.1", changed, paths))
    (VENDOR / "VENDOR.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
