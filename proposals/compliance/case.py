from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from portal.text import Text
from proposals import content as document
from proposals.sections import BY_NAME, Field, Rows
from proposals.sheet import Limit, Sheet
from proposals.terms import Terms


@dataclass(frozen=True)
class Case:
    """A draft as the rules see it; what does not apply reads as empty."""

    content: dict
    terms: Terms
    files: Collection[str] = ()
    lead: Collection[str] = ()  # the names of the organisation whose letter it is

    def text(self, section: str, name: str) -> str:
        return document.text(self.content, section, name) if self._asked(section, name) else ""

    def number(self, section: str, name: str) -> Decimal | None:
        return document.number(self.text(section, name))

    def day(self, section: str, name: str) -> date | None:
        return document.day(self.text(section, name))

    def ticked(self, section: str, name: str) -> list[str]:
        value = self.content.get(section, {}).get(name, [])
        return value if isinstance(value, list) and self._asked(section, name) else []

    def rows(self, section: str, name: str) -> list[tuple[int, dict]]:
        """The filled rows of a table with their places."""
        return document.table(self.content, section, name) if self._asked(section, name) else []

    def _asked(self, section: str, name: str) -> bool:
        item = _item(section, name)
        return document.applies(item, self.content, self.terms)

    @cached_property
    def sheet(self) -> Sheet:
        return document.sheet(self.content)

    @property
    def platform(self) -> str:
        return self.text("identity", "platform")

    @property
    def limits(self) -> tuple[Limit, ...]:
        return self.terms.limits_of(self.platform)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule has to say; `row` and `field` where it is about one cell of a table.

    `section` and `table` where it is elsewhere than the rule itself.
    """

    sentence: Text | str
    row: int | None = None
    field: str = ""
    section: str = ""
    table: str = ""


def _item(section: str, name: str) -> Field | Rows:
    return next(item for item in BY_NAME[section].items if item.name == name)
