"""Identifiers that others give to people and organisations, held to their form and checksum."""

import re

# Crockford's base 32: no i, l, o, u.
BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"
ROR = re.compile(r"(?:https?://)?(?:www\.)?(?:ror\.org/)?(0[0-9a-z]{8})/?", re.IGNORECASE)
ORCID = re.compile(
    r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?",
    re.IGNORECASE,
)


def ror(raw: str) -> str | None:
    """The nine characters of a ROR id, given bare or as its address; None where it is none.

    A zero, six characters in Crockford's base 32, and two check digits by
    ISO 7064 mod 97-10 (ror.readme.io, "ROR identifier pattern").

    >>> ror("https://ror.org/05a28rw58")
    '05a28rw58'
    >>> ror("05a28rw59") is None
    True
    """
    found = ROR.fullmatch(raw.strip())
    if found is None:
        return None
    given = found[1].lower()
    number, check = given[:7], given[7:]
    if not set(number) <= set(BASE_32) or not check.isdigit():
        return None
    value = 0
    for character in number:
        value = value * 32 + BASE_32.index(character)
    return given if int(check) == 98 - value * 100 % 97 else None


def orcid(raw: str) -> str | None:
    """An ORCID iD as it is written, given bare or as its address; None where it is none.

    Sixteen places, the last a check by ISO 7064 mod 11-2, X for ten.

    >>> orcid("https://orcid.org/0000-0002-1825-0097")
    '0000-0002-1825-0097'
    >>> orcid("0000-0002-1825-0098") is None
    True
    """
    found = ORCID.fullmatch(raw.strip())
    if found is None:
        return None
    given = "".join(found.groups()).upper()
    total = 0
    for digit in given[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if given[15] != ("X" if check == 10 else str(check)):
        return None
    return "-".join(given[start : start + 4] for start in range(0, 16, 4))
