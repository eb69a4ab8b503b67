import hashlib
import json
from datetime import datetime
from decimal import Decimal


def dumps(value: object) -> bytes:
    """The one JSON text of a value: keys sorted, no spaces, UTF-8 (after RFC 8785).

    Decimals become strings, so that 1.10 and 1.1 stay what was written;
    instants become ISO 8601. Floats are refused: they have no one text.
    """
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def digest(value: object) -> str:
    return hashlib.sha256(dumps(value)).hexdigest()


def plain(value: object) -> object:
    """The value in the types JSON has, as `dumps` writes them."""
    match value:
        case dict():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case Decimal():
            return str(value)
        case datetime():
            return value.isoformat()
        case float():
            raise TypeError(f"a float has no canonical text: {value!r}")
        case None | bool() | int() | str():
            return value
    return str(value)
