"""Every key that has signed. The file holds one; whoever has an old signature needs its key too."""

from datetime import datetime

from portal import signing
from portal.models import SigningKey


def in_use(now: datetime) -> SigningKey:
    """The key that signs now, entered where it is new: by whoever signs, in the same transaction."""
    defaults = {"pem": signing.public_pem(), "since": now}
    return SigningKey.objects.get_or_create(pk=signing.key_id(), defaults=defaults)[0]


def known() -> list[SigningKey]:
    """The key in the file first, whether it has signed yet or not, then the former ones."""
    current = signing.key_id()
    kept = {key.pk: key for key in SigningKey.objects.order_by("-since")}
    first = kept.pop(current, None) or SigningKey(pk=current, pem=signing.public_pem())
    return [first, *kept.values()]


def pem_of(key_id: str) -> str | None:
    return next((key.pem for key in known() if key.pk == key_id), None)


def verify(content: bytes, signature: str, key_id: str) -> bool:
    """Does the signature hold by the key of this name? No, where no such key is known."""
    pem = pem_of(key_id)
    return pem is not None and signing.verify(content, signature, pem=pem)
