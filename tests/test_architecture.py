"""The drawing in the README, held by the code: what may import what, and what nobody writes."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "proposals", "reviews")  # each may import itself and those before it
MOST_LINES = 400

# Rules on numbers and words: they know neither Django nor a row.
PURE = {
    "portal": "calendars canonical countries currencies documents environment identifiers keys roles similarity text verdict workdays",
    "proposals": "resources sheet ledger sections shapes terms content compliance shares checks panel headroom bars curves "
    "reading attachments merging named progress differences copying handbook",
    "reviews": "sheets scoring order conflicts calibration matching selection plots",
}
# Known to pure modules besides the standard library and each other.
PURE_MAY = {
    "babel": "names of countries and currencies",
    "django.utils": "translation of labels",
    "numpy": "arrays",
    "ortools": "flows and integer programs",
}
# Inside an app imports go left only. `letters` stand before `services`, which freeze their
# words, and `queries` before `workflow`, whose guards ask. The second line is what the pages
# of cases and calls show of the rows, in words.
ORDER = (
    "models policy queries workflow "
    "agreements conditions authenticity clarifications lacking "
    "course redress namings enclosures screening blockers proof history news gazette boards statements "
    "letters services forms notices cards tasks views api admin urls invariants"
).split()

DOMAIN = set(
    "payload payloads loi lois mission missions lander rover allocation allocations ledger "
    "proposal proposals reviewer reviewers review reviews rubric cbe mev trl contingency "
    "kilogram kilograms".split()
)
KNOWS_THE_DOMAIN = {
    "portal/settings.py": "names the apps and their bells",
    "portal/urls.py": "names the apps",
    "portal/celery.py": "names the apps",
    "portal/roles.py": "says in whole sentences what people do",
    "portal/broker.py": "a transport calls its message a payload",
}
WRITES_STATE = {
    "portal/workflow.py": "the one way to move",
    "reviews/demonstration/history.py": "calls of the past moved before there was a table",
}
LONG = {
    "portal/static/css/portal.css": "one page of style, read from top to bottom",
}


@cache
def files(*patterns: str, under: tuple[str, ...] = APPS) -> list[Path]:
    return sorted(
        path
        for folder in under
        for pattern in patterns
        for path in (ROOT / folder).rglob(pattern)
        if "__pycache__" not in path.parts and "vendor" not in path.parts
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def code() -> list[Path]:
    return [path for path in files("*.py") if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> frozenset[str]:
    return frozenset(module(path) for path in code())


@cache
def imported(path: Path) -> tuple[tuple[int, str], ...]:
    """(line, module) of every import, `from package import submodule` resolved."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield node.lineno, inner if inner in modules() else node.module


def noun(dotted: str) -> str:
    """The file of the app a module is in: proposals.services.drafts → services."""
    return [*dotted.split("."), ""][1]


def none(found: Iterator[str]) -> None:
    """No sentence is found; all of them are shown."""
    sentences = sorted(found)
    assert not sentences, "\n" + "\n".join(sentences)


def test_imports_go_right_only():
    def upward():
        for path in code():
            above = APPS[APPS.index(path.relative_to(ROOT).parts[0]) + 1 :]
            for line, target in imported(path):
                if target.split(".")[0] in above:
                    yield f"{name(path)}:{line} imports {target}"

    none(upward())


def test_imports_are_absolute_and_at_the_top():
    def inline():
        for path in code():
            for node in nodes(path):
                if isinstance(node, ast.ImportFrom) and node.level:
                    yield f"{name(path)}:{node.lineno} is relative"
                if path.name == "apps.py":
                    continue  # models exist only once the apps are ready
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Import | ast.ImportFrom):
                            yield f"{name(path)}:{inner.lineno} is inside {node.name}"

    none(inline())


def test_no_module_imports_itself_around_a_corner():
    graph = {
        module(path): {t for _, t in imported(path) if t in modules() and t != module(path)}
        for path in code()
    }
    done: set[str] = set()

    def cycles(of: str, way: tuple[str, ...]) -> Iterator[str]:
        if of in way:
            yield " → ".join([*way[way.index(of) :], of])
        elif of not in done:
            for target in sorted(graph[of]):
                yield from cycles(target, (*way, of))
            done.add(of)

    none(cycle for start in sorted(graph) for cycle in cycles(start, ()))


def test_inside_an_app_imports_go_left():
    def rightward():
        for path in code():
            mine = module(path)
            app = mine.split(".")[0]
            if app == "portal" or noun(mine) in {"", "apps", "management", "demonstration"}:
                continue
            for line, target in imported(path):
                if target.split(".")[0] != app or noun(target) == noun(mine):
                    continue
                for which in (noun(mine), noun(target)):
                    if which and which not in ORDER and which not in pure(app):
                        yield f"{app}/{which}.py has no place in the order of imports"
                if place(app, target) > place(app, mine):
                    yield f"{name(path)}:{line} imports {target}, which stands to its right"

    none(set(rightward()))


def pure(app: str) -> list[str]:
    return PURE[app].split()


def place(app: str, dotted: str) -> int:
    which = noun(dotted)
    return ORDER.index(which) if which in ORDER else -1


@pytest.mark.parametrize(
    "app, which", [(app, which) for app in APPS for which in PURE[app].split()]
)
def test_pure_modules_know_no_django(app, which):
    paths = sorted((ROOT / app / which).glob("*.py")) or [ROOT / app / f"{which}.py"]

    def impure():
        for file, (line, target) in [(one, found) for one in paths for found in imported(one)]:
            top = target.split(".")[0]
            known = top in APPS and noun(target) in pure(top)
            allowed = any(target == may or target.startswith(f"{may}.") for may in PURE_MAY)
            if not (top in sys.stdlib_module_names or known or allowed):
                yield f"{name(file)}:{line} imports {target}"

    none(impure())


def test_the_ground_has_no_word_of_the_domain():
    def spoken():
        for path in files("*.py", "*.html", "*.js", under=("portal", "templates/portal")):
            if name(path) in KNOWS_THE_DOMAIN:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                split = re.sub(r"([a-z])([A-Z])", r"\1 \2", line)
                words = set(re.findall(r"[a-z]+", split.lower()))
                if found := words & DOMAIN:
                    yield f"{name(path)}:{number} says {', '.join(sorted(found))}"
                if re.search(r"letters? of intent|call for|\bCalls?\b", line):
                    yield f"{name(path)}:{number}: {line.strip()}"

    none(spoken())


def test_files_stay_short():
    def long():
        for path in files(
            "*.py", "*.html", "*.txt", "*.css", "*.js", under=(*APPS, "templates", "tests")
        ):
            if "migrations" in path.parts or name(path) in LONG:
                continue
            if (lines := len(path.read_text().splitlines())) > MOST_LINES:
                yield f"{name(path)} has {lines} lines"

    none(long())


def test_no_drawer_for_everything():
    bad = {"utils", "common", "helpers", "misc", "util", "helper"}
    none(name(path) for path in files("*.py", under=(*APPS, "tests")) if path.stem in bad)


def test_only_the_clock_reads_a_clock():
    asks = {
        ("timezone", "now"),
        ("timezone", "localdate"),
        ("timezone", "localtime"),
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
    }

    def asked():
        for path in code():
            if name(path) == "portal/clock.py":
                continue
            for node in nodes(path):
                if isinstance(node, ast.Attribute):
                    owner = node.value
                    of = owner.attr if isinstance(owner, ast.Attribute) else ""
                    of = owner.id if isinstance(owner, ast.Name) else of
                    if (of, node.attr) in asks:
                        yield f"{name(path)}:{node.lineno} asks {of}.{node.attr}"

    none(asked())


def test_only_tasks_ring_bells():
    """A request that talks to the broker hangs with the broker."""

    def ringing():
        for path in code():
            if path.name == "tasks.py":
                continue
            for node in nodes(path):
                if isinstance(node, ast.Attribute) and node.attr in {
                    "delay",
                    "apply_async",
                    "send_task",
                }:
                    yield f"{name(path)}:{node.lineno} calls {node.attr}"

    none(ringing())


def test_only_the_table_writes_a_state():
    """Every write of a state: an assignment, an update, a row made with one."""

    def written():
        for path in code():
            if name(path) in WRITES_STATE:
                continue
            for node in nodes(path):
                if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    if any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets):
                        yield f"{name(path)}:{node.lineno} assigns a state"
                if isinstance(node, ast.Call):
                    of = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                    words = {keyword.arg for keyword in node.keywords}
                    if of in {"update", "create", "update_or_create"} and "state" in words:
                        yield f"{name(path)}:{node.lineno} {of}s with a state"
                    for keyword in node.keywords:
                        if keyword.arg in {"update_fields", "defaults"} and any(
                            isinstance(part, ast.Constant) and part.value == "state"
                            for part in ast.walk(keyword.value)
                        ):
                            yield f"{name(path)}:{node.lineno} writes the field state"

    none(written())


def test_nothing_is_caught_that_is_not_named():
    def broad():
        for path in code():
            for node in nodes(path):
                if isinstance(node, ast.ExceptHandler):
                    caught = ast.unparse(node.type) if node.type else "everything"
                    if caught in {"Exception", "BaseException", "everything"}:
                        yield f"{name(path)}:{node.lineno} catches {caught}"

    none(broad())


def test_nothing_is_declared_safe():
    def declared():
        for path in code():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\b(mark_safe|SafeString|SafeText|html_safe)\b", line):
                    yield f"{name(path)}:{number}: {line.strip()}"
        for path in files("*.html", "*.txt", under=("templates", *APPS)):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\|\s*safe\b|\|\s*safeseq\b", line):
                    yield f"{name(path)}:{number}: {line.strip()}"
                # Mails are plain text: there is nothing to escape in them.
                if "autoescape off" in line and not plain_text(path):
                    yield f"{name(path)}:{number}: {line.strip()}"

    none(declared())


def plain_text(path: Path) -> bool:
    return path.suffix == ".txt"


def test_pages_carry_no_inline_code_or_style():
    """The content security policy refuses all three."""
    inline = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style\b|javascript:", re.IGNORECASE)
    script = re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE)
    foreign = re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//", re.IGNORECASE)

    def carried():
        for path in files("*.html", under=("templates",)):
            if "letters" in path.parts:
                continue  # read by the renderer of PDFs, never by a browser
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for pattern in (inline, script):
                    if pattern.search(line):
                        yield f"{name(path)}:{number}: {line.strip()}"
                if re.search(r"<(?:script|link|img|form)\b", line) and foreign.search(line):
                    yield f"{name(path)}:{number} loads from elsewhere: {line.strip()}"

    none(carried())


def test_the_exceptions_are_still_needed():
    listed = {**KNOWS_THE_DOMAIN, **WRITES_STATE, **LONG}
    none(f"{path} is not there any more" for path in listed if not (ROOT / path).exists())
