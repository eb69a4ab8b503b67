"""What a host platform can offer a payload, with the unit each is counted in."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from portal.text import Text, plain, say


@dataclass(frozen=True, slots=True)
class Resource:
    """`places` are the decimals it is kept to: grams, tenths of a watt, whole slots.

    What is counted has a word for `one` of it, and its label says the unit already.
    """

    code: str
    label: Text
    unit: Text
    places: int
    basis: Text
    one: Text | None = None

    @property
    def symbol(self) -> Text | str:
        """What stands beside a figure under the label: nothing where it is counted."""
        return "" if self.one else self.unit

    def figure(self, value: Decimal) -> str:
        """A value under the label: `110.4 kg`, and of slots `2`."""
        return f"{plain(value)} {self.symbol}".rstrip()

    def amount(self, value: Decimal) -> str:
        """A value with its unit, as in a sentence: `110.4 kg`, `1 slot`."""
        return f"{plain(value)} {self.one if self.one and value == 1 else self.unit}"

    def up(self, value: Decimal) -> Decimal:
        """Rounded away from zero to what is kept: consumption is never understated."""
        return value.quantize(Decimal(1).scaleb(-self.places), ROUND_UP)


MASS = Resource("mass", say("Mass"), say("kg"), 3, say("MEV"))
POWER = Resource("power", say("Power"), say("W"), 1, say("peak"))
DATA = Resource("data", say("Data volume"), say("Mbit/day"), 1, say("sent"))
SLOTS = Resource("slots", say("Slots"), say("slots"), 0, say("modules"), say("slot"))
RESOURCES = {resource.code: resource for resource in (MASS, POWER, DATA, SLOTS)}
