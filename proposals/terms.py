"""What a call sets for the letters filed in it."""

from dataclasses import dataclass
from datetime import date

from portal.text import Text
from proposals.sections import Field
from proposals.sheet import Limit


@dataclass(frozen=True, slots=True)
class Terms:
    """What the call sets: its platforms with their limits, its keywords, its dates."""

    platforms: tuple[tuple[str, Text | str], ...] = ()
    limits: tuple[tuple[str, tuple[Limit, ...]], ...] = ()
    keywords: tuple[tuple[str, Text | str], ...] = ()
    need_by: date | None = None

    def limits_of(self, platform: str) -> tuple[Limit, ...]:
        return dict(self.limits).get(platform, ())

    def options(self, field: Field) -> tuple[tuple[str, Text | str], ...]:
        return getattr(self, field.from_call) if field.from_call else field.options
