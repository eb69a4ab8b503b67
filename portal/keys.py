import secrets

# No 0/O, 1/I/L: a key is sometimes read aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def key() -> str:
    """An opaque key for addresses: 12 characters, 59 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12)).lower()


def code() -> str:
    """A verification code for paper: four groups of four, 79 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
