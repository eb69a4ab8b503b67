from functools import cache

from babel import Locale
from django.utils.translation import get_language

# Regions of the locale data that are no country with an ISO 3166 code.
NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"}


def choices() -> list[tuple[str, str]]:
    """(ISO code, name in the reader's language), by name."""
    return sorted(_names(get_language() or "en").items(), key=lambda item: item[1])


def name(code: str, language: str = "") -> str:
    """The country's name in the language, else in the reader's."""
    return _names(language or get_language() or "en").get(code, code)


def known(code: str) -> bool:
    return code in _names("en")


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language, sep="-").territories
    return {
        code: text
        for code, text in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY
    }
