from functools import cache

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language


def choices() -> list[tuple[str, str]]:
    """(ISO 4217 code, code with its name in the reader's language) of what is tender today."""
    names = Locale.parse(get_language() or "en", sep="-").currencies
    return [(code, f"{code} · {names.get(code, code)}") for code in sorted(codes())]


@cache
def codes() -> frozenset[str]:
    # Each is (code, tender since, until, whether it is money to pay with and no unit of account).
    entries = get_global("territory_currencies").values()
    return frozenset(
        code for held in entries for code, _since, until, tender in held if tender and until is None
    )
