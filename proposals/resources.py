"""What a host platform can offer a payload, with the unit each is counted in."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from portal.text import Text, plain, say


@dataclass(frozen=True, slots=True)
class Resource:
    """`places` are the decimals it is kept to: grams, tenths of a watt, whole slots."""

    code: str
    label: Text
    unit: Text
    places: int
    basis: Text

    def amount(self, value: Decimal) -> str:
        """A value with its unit, as in a sentence: `110.4 kg`."""
        return f"{plain(value)} {self.unit}"

    def up(self, value: Decimal) -> Decimal:
        """Rounded away from zero to what is kept: consumption is never understated."""
        return value.quantize(Decimal(1).scaleb(-self.places), ROUND_UP)


MASS = Resource("mass", say("Mass"), say("kg"), 3, say("MEV"))
POWER = Resource("power", say("Power"), say("W"), 1, say("peak"))
DATA = Resource("data", say("Data volume"), say("Mbit/day"), 1, say("sent"))
SLOTS = Resource("slots", say("Slots"), say("slots"), 0, say("modules"))
RESOURCES = {resource.code: resource for resource in (MASS, POWER, DATA, SLOTS)}
