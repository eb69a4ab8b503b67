"""The patterns that some texts of the form must have."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from portal.identifiers import orcid
from portal.text import Text, say


@dataclass(frozen=True, slots=True)
class Shape:
    fits: Callable[[str], object]
    wanted: Text


SHAPES = {
    "acronym": Shape(
        re.compile(r"[A-Z0-9-]+").fullmatch,
        say("capital letters, digits and hyphens, such as NSPI-2"),
    ),
    "email": Shape(
        re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+").fullmatch,
        say("an e-mail address, such as name@example.org"),
    ),
    "orcid": Shape(orcid, say("an ORCID iD whose check digit fits, such as 0000-0002-1825-0097")),
    "isotope": Shape(
        re.compile(r"[A-Z][a-z]?-[1-9]\d{0,2}m?").fullmatch,
        say("an isotope, such as Cm-244 or Tc-99m"),
    ),
}
