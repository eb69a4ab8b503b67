"""What the form is made of: fields, tables of rows, sections."""

from dataclasses import dataclass

from portal.text import Text, say

TEXT, LONG, CHOICE, CHOICES = "text", "long", "choice", "choices"
INTEGER, DECIMAL, DATE, FLAG = "integer", "decimal", "date", "flag"
COUNTRY, CURRENCY, FILE = "country", "currency", "file"

Options = tuple[tuple[str, Text], ...]
# Shown and judged only where each named field ("identity.level") holds one of the values;
# "terms.…" names what the call sets.
When = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """`least` and `most` are characters for text, values for numbers, ticks for choices."""

    name: str
    kind: str
    label: Text
    help: Text | str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    places: int = 0
    required: bool = True
    options: Options = ()
    from_call: str = ""  # options the call gives: "platforms" or "keywords"
    shape: str = ""  # a pattern of `proposals.shapes` that a text must have
    when: When = ()
    above: bool = False  # `least` itself is too little
    heading: Text | str = ""  # a group of fields begins here
    span: int = 12  # its width, in twelfths
    private: bool = False  # for the team, the secretariat and assessors: reviewers never see it
    identifying: bool = False  # tells who applies: not shown where that is hidden from the reader


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of rows. A row in which nothing is filled in is no row."""

    name: str
    label: Text
    fields: tuple[Field, ...]
    least: int
    most: int
    help: Text | str = ""
    when: When = ()
    private: bool = False
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A step of the form: its fields and tables in the order they are shown.

    `past` are fields that earlier versions of the form asked: shown where an old
    letter has them, asked no more.
    """

    letter: str
    name: str
    label: Text
    intro: Text
    items: tuple[Field | Rows, ...]
    past: tuple[Field, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(item for item in self.items if isinstance(item, Field))

    @property
    def rows(self) -> tuple[Rows, ...]:
        return tuple(item for item in self.items if isinstance(item, Rows))

    def place(self, name: str) -> int:
        return [item.name for item in self.items].index(name)

    def clause(self, name: str) -> str:
        """The number of a field or table in the form: "D4" is the fourth of section D."""
        return f"{self.letter}{self.place(name) + 1}"


YES: Options = (("yes", say("yes")), ("no", say("no")))
