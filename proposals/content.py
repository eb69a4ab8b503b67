"""The letter of intent as a document: what is read from a draft, and what a filing freezes.

A draft keeps every value as it was typed, so that nothing is lost for being
wrong; `proposals.checks` says what is wrong, and `typed` gives the values that a
filing freezes. A draft is {section: {field: text | [text]}, …} in which a table
is {section: {table: [{field: text}, …]}}. What is frozen of it is read again by `reading.thaw`.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from proposals.sections import (
    CHOICES,
    IDENTITY,
    MISSION,
    RESOURCES,
    SECTIONS,
    Field,
    Rows,
    Section,
)
from proposals.sheet import MATURITIES, MODES, Element, Mode, Sheet
from proposals.terms import Terms

# Of a number: how long it may be typed, and how far its first digit may stand from the point.
MOST_CHARACTERS = 40
MOST_PLACES = 12


def text(content: dict, section: str, name: str) -> str:
    value = content.get(section, {}).get(name, "")
    return value.strip() if isinstance(value, str) else ""


def table(content: dict, section: str, name: str) -> list[tuple[int, dict]]:
    """The rows of a table in which anything is filled in, with their places in it."""
    rows = content.get(section, {}).get(name, [])
    return [
        (place, row)
        for place, row in enumerate(rows)
        if any(str(value).strip() for value in row.values())
    ]


def number(raw: str) -> Decimal | None:
    """A number as people type it, a decimal comma included; None where it is none.

    None as well for what no field could hold: to reckon with 1e999999 takes hours.
    """
    typed = raw.strip().replace(",", ".")
    if not typed or len(typed) > MOST_CHARACTERS:
        return None
    try:
        value = Decimal(typed)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= MOST_PLACES else None


def day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        return None


def applies(item: Field | Rows, content: dict, terms: Terms) -> bool:
    """Whether a field or table is asked for, as far as the draft and the call say."""
    return all(_held(named, content, terms) & set(values) for named, values in item.when)


def _held(named: str, content: dict, terms: Terms) -> set[str]:
    """What stands in the named field: one value, or everything ticked."""
    section, _dot, name = named.partition(".")
    if section == "terms":
        return {getattr(terms, name)}
    value = content.get(section, {}).get(name, "")
    return set(value) if isinstance(value, list) else {str(value).strip()}


def level(content: dict) -> str:
    return text(content, IDENTITY.name, "level")


def sheet(content: dict) -> Sheet:
    """The resource sheet of a draft, over the rows that can be read so far."""
    passive = text(content, RESOURCES.name, "powered") == "passive"
    sides = [
        number(text(content, RESOURCES.name, f"stowed_{side}_mm"))
        for side in ("length", "width", "height")
    ]
    whole = all(side is not None and side == int(side) and side > 0 for side in sides)
    return Sheet(
        elements=tuple(_elements(content)),
        modes=() if passive else tuple(_modes(content)),
        data_mbit_day=Decimal(0)
        if passive
        else _within(text(content, RESOURCES.name, "data_mbit_day"), 1_000_000),
        stowed_mm=tuple(int(side) for side in sides) if whole else None,
        draws=level(content) != MISSION,
        passive=passive,
    )


def _elements(content: dict) -> Iterator[Element]:
    for place, row in table(content, RESOURCES.name, "elements"):
        quantity, mass = number(row.get("quantity", "")), _within(row.get("mass_cbe_kg", ""), 500)
        if (
            quantity is None
            or quantity != int(quantity)
            or not 1 <= quantity <= 50
            or mass is None
            or row.get("maturity") not in MATURITIES
        ):
            continue
        yield Element(
            name=row.get("name", "").strip(),
            quantity=int(quantity),
            mass_cbe_kg=mass,
            maturity=row["maturity"],
            contingency_percent=_within(row.get("contingency_percent", ""), 60),
            contingency_reason=row.get("contingency_reason", ""),
            place=place,
        )


def _modes(content: dict) -> Iterator[Mode]:
    given = content.get(RESOURCES.name, {})
    average, peak = (_within(given.get(f"power_{one}_w", ""), 500) for one in ("average", "peak"))
    if "modes" not in given and average is not None and peak is not None:
        # A letter filed before there were modes: its average all the day, its peak for no time.
        yield Mode("operate", average, Decimal(100))
        yield Mode("peak", peak, Decimal(0))
    for place, row in table(content, RESOURCES.name, "modes"):
        power, duty = (
            _within(row.get("power_w", ""), 500),
            _within(row.get("duty_percent", ""), 100),
        )
        if power is not None and duty is not None and row.get("mode") in dict(MODES):
            yield Mode(row["mode"], power, duty, place)


def _within(raw: object, most: int) -> Decimal | None:
    value = number(raw) if isinstance(raw, str) else None
    return value if value is not None and 0 <= value <= most else None


def asked(content: dict, terms: Terms) -> dict:
    """The draft without what does not apply, as typed: what the letter says as it stands."""
    dropped = {
        (section.name, item.name)
        for section in SECTIONS
        for item in section.items
        if not applies(item, content, terms)
    }
    return {
        section: {name: held for name, held in given.items() if (section, name) not in dropped}
        for section, given in content.items()
    }


def typed(content: dict, terms: Terms) -> dict:
    """The document as a filing freezes it: numbers as plain decimals, empty rows left out.

    What does not apply is not frozen: it stays in the draft, and is no part of the letter.
    """
    return {section.name: _section(section, content, terms) for section in SECTIONS}


def _section(section: Section, content: dict, terms: Terms) -> dict:
    given = content.get(section.name, {})
    frozen: dict = {
        field.name: _typed(field, given.get(field.name, ""))
        for field in section.fields
        if applies(field, content, terms)
    }
    for rows in section.rows:
        if applies(rows, content, terms):
            frozen[rows.name] = [
                {field.name: _typed(field, row.get(field.name, "")) for field in rows.fields}
                for _, row in table(content, section.name, rows.name)
            ]
    return frozen


def _typed(field: Field, value: object) -> object:
    if field.kind == CHOICES:
        return sorted(value) if isinstance(value, list) else []
    raw = str(value).strip() if isinstance(value, str) else ""
    match field.kind:
        case "flag":
            return raw == "on"
        case "integer":
            found = number(raw)
            return None if found is None else int(found)
        case "decimal":
            found = number(raw)
            return None if found is None else f"{found:f}"
    return raw
