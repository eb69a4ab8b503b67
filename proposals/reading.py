"""The letter of intent as it is read: every section with its labels, values and totals."""

from dataclasses import dataclass, field
from decimal import Decimal

from portal import countries
from portal.text import Text, plain, say
from proposals import content as document
from proposals.sections import LONG, RESOURCES, SECTIONS, Field, Rows, Section
from proposals.sheet import MATURITIES
from proposals.terms import Terms


@dataclass(frozen=True, slots=True)
class Line:
    label: Text
    value: str
    unit: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    label: Text | str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`label` is shown beside the value where a row becomes a card."""

    value: str
    label: Text | str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    name: str
    label: Text
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    label: Text
    lines: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def parts(content: dict, terms: Terms, *, private: bool = True, names: bool = True) -> list[Part]:
    """The sections of a draft (`content.asked`) or of a filing (`thaw`); what is empty is left out.

    `private` shows what reviewers never see, `names` what tells who applies.
    """
    found = []
    for section in SECTIONS:
        part = Part(section.name, section.label)
        given = content.get(section.name, {})
        for item in (*section.items, *section.past):
            if (item.private and not private) or (item.identifying and not names):
                continue
            if isinstance(item, Rows):
                if (grid := _grid(section, item, content, terms, names=names)).rows:
                    part.grids.append(grid)
            elif shown := value(item, given.get(item.name, ""), terms):
                part.lines.append(Line(item.label, shown, item.unit, item.kind == LONG))
        if names or part.lines or part.grids:  # nothing is left of a section that only names
            found.append(part)
    return found


def _grid(section: Section, rows: Rows, content: dict, terms: Terms, *, names: bool) -> Grid:
    if rows.name == "elements":
        return elements(content)
    given = [row for _, row in document.table(content, section.name, rows.name)]
    # A column in which nothing stands is no column.
    fields = [
        one
        for one in rows.fields
        if (names or not one.identifying)
        and any(str(row.get(one.name, "")).strip() for row in given)
    ]
    return Grid(
        rows.name,
        rows.label,
        tuple(Head(spec.label, spec.unit) for spec in fields),
        tuple(
            tuple(Cell(value(spec, row.get(spec.name, ""), terms), spec.label) for spec in fields)
            for row in given
        ),
    )


def elements(content: dict) -> Grid:
    """The resource sheet, row by row: CBE, contingency, MEV, with their totals."""
    sheet = document.sheet(content)
    heads = (
        Head(say("Element")),
        Head(say("Quantity"), number=True),
        Head(say("CBE each"), "kg", True),
        Head(say("CBE"), "kg", True),
        Head(say("Class")),
        Head(say("Contingency"), "%", True),
        Head(say("MEV"), "kg", True),
    )

    def line(*values: str) -> tuple[Cell, ...]:
        return tuple(
            Cell(shown, f"{head.label}, {head.unit}" if head.unit else head.label, head.number)
            for shown, head in zip(values, heads, strict=True)
        )

    rows = tuple(
        line(
            element.name,
            plain(element.quantity),
            plain(element.mass_cbe_kg),
            plain(element.cbe_kg),
            str(MATURITIES[element.maturity].label),
            plain(element.contingency),
            plain(element.mev_kg),
        )
        for element in sheet.elements
    )
    total = line(str(say("Total")), "", "", plain(sheet.cbe_kg), "", "", plain(sheet.mev_kg))
    label = next(rows.label for rows in RESOURCES.rows if rows.name == "elements")
    return Grid("elements", label, heads, rows, total)


def value(spec: Field, raw: object, terms: Terms) -> str:
    """What was typed, in words: options by their label, countries by their name."""
    if isinstance(raw, list):
        labels = dict(terms.options(spec))
        return ", ".join(str(labels.get(code, code)) for code in raw)
    text = raw.strip() if isinstance(raw, str) else ""
    if not text:
        return ""
    match spec.kind:
        case "choice":
            return str(dict(terms.options(spec)).get(text, text))
        case "country":
            return countries.name(text)
        case "flag":
            return str(say("Declared"))
        case "date" if document.day(text):
            return plain(document.day(text))
    return text


def thaw(frozen: dict) -> dict:
    """What a filing froze, as a draft would hold it."""
    return {
        section: {
            name: [
                {key: _typed(one) for key, one in row.items()} if isinstance(row, dict) else row
                for row in held
            ]
            if isinstance(held, list)
            else _typed(held)
            for name, held in fields.items()
        }
        for section, fields in frozen.items()
    }


def _typed(held: object) -> str:
    match held:
        case None | False:
            return ""
        case True:
            return "on"
        case Decimal():
            return f"{held:f}"
    return str(held)
