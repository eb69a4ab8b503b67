"""What a call sets for the letters filed in it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.text import Text
from proposals.sections import Field
from proposals.sheet import Limit

# COSPAR: beyond these latitudes, or where the Sun never shines, organic matter is inventoried.
SOUTH_DEG, NORTH_DEG = Decimal(-79), Decimal(86)


@dataclass(frozen=True, slots=True)
class Terms:
    """Platforms with their limits, keywords, dates, site. What is not known is None or left out.

    Envelopes are stowed length, width, height in mm; temperatures lowest and
    highest in °C; the latitude is in degrees, south negative; `shadowed` where
    the Sun never shines.
    """

    platforms: tuple[tuple[str, Text | str], ...] = ()
    limits: tuple[tuple[str, tuple[Limit, ...]], ...] = ()
    envelopes: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    temperatures: tuple[tuple[str, tuple[int, int]], ...] = ()
    keywords: tuple[tuple[str, Text | str], ...] = ()
    need_by: date | None = None
    latitude_deg: Decimal | None = None
    shadowed: bool | None = None
    hides_applicants: bool = False

    def limits_of(self, platform: str) -> tuple[Limit, ...]:
        return dict(self.limits).get(platform, ())

    def envelope_of(self, platform: str) -> tuple[int, int, int] | None:
        return dict(self.envelopes).get(platform)

    def temperature_of(self, platform: str) -> tuple[int, int] | None:
        return dict(self.temperatures).get(platform)

    def options(self, field: Field) -> tuple[tuple[str, Text | str], ...]:
        return getattr(self, field.from_call) if field.from_call else field.options

    @property
    def protection(self) -> str:
        """The planetary-protection category of the site: "IIa", "IIb", or "" while it is open."""
        if self.shadowed:
            return "IIb"
        if self.latitude_deg is None:
            return ""
        return "IIa" if SOUTH_DEG <= self.latitude_deg <= NORTH_DEG else "IIb"
