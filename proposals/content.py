"""The letter of intent as a document: what is read from a draft, and what a filing freezes.

A draft keeps every value as it was typed, so that nothing is lost for being
wrong; `proposals.checks` says what is wrong, and `typed` gives the values that a
filing freezes. A draft is {section: {field: text | [text]}, …} in which a table
is {section: {table: [{field: text}, …]}}.
"""

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
from proposals.sheet import MATURITIES, Element, Sheet
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
    elements = []
    for place, row in table(content, RESOURCES.name, "elements"):
        quantity, mass = number(row.get("quantity", "")), number(row.get("mass_cbe_kg", ""))
        if (
            quantity is None
            or quantity != int(quantity)
            or not 1 <= quantity <= 50
            or mass is None
            or not 0 <= mass <= 500
            or row.get("maturity") not in MATURITIES
        ):
            continue
        own = number(row.get("contingency_percent", ""))
        elements.append(
            Element(
                name=row.get("name", "").strip(),
                quantity=int(quantity),
                mass_cbe_kg=mass,
                maturity=row["maturity"],
                contingency_percent=own if own is not None and 0 <= own <= 60 else None,
                contingency_reason=row.get("contingency_reason", ""),
                place=place,
            )
        )
    sides = [
        number(text(content, RESOURCES.name, f"stowed_{side}_mm"))
        for side in ("length", "width", "height")
    ]
    whole = all(side is not None and side == int(side) and side > 0 for side in sides)
    return Sheet(
        elements=tuple(elements),
        power_average_w=number(text(content, RESOURCES.name, "power_average_w")),
        power_peak_w=number(text(content, RESOURCES.name, "power_peak_w")),
        stowed_mm=tuple(int(side) for side in sides) if whole else None,
        draws=level(content) != MISSION,
    )


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
