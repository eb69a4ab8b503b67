"""Whom a letter names in its team, with the address at which they can be asked."""

import re
from dataclasses import dataclass

from proposals import content as document

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    role: str
    organisation: str
    address: str = ""  # in lower case; empty where none is given that could be written to


def people(content: dict) -> list[Named]:
    """The co-investigators in their order; of two with one address the first."""
    found: dict[str, Named] = {}
    for place, row in document.table(content, "team", "people"):
        typed = {name: " ".join(str(value).split()) for name, value in row.items()}
        address = typed.get("email", "").lower()
        if len(address) > 254 or not ADDRESS.fullmatch(address):
            address = ""
        named = Named(
            typed.get("name", "")[:150],
            typed.get("role", "")[:150],
            typed.get("organisation", "")[:200],
            address,
        )
        found.setdefault(address or f"row {place}", named)
    return list(found.values())


def asked(content: dict) -> dict[str, Named]:
    """Address → who is named with it."""
    return {named.address: named for named in people(content) if named.address}
