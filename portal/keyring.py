"""Every key that has signed. A file holds one; whoever has an old signature needs its key too."""

from datetime import datetime

from portal import seal, signing
from portal.models import SigningKey

Use = SigningKey.Use


def in_use(now: datetime) -> SigningKey:
    """The key that signs now, entered where it is new: by whoever signs, in the same transaction."""
    defaults = {"pem": signing.public_pem(), "since": now}
    return SigningKey.objects.get_or_create(pk=signing.key_id(), defaults=defaults)[0]


def known() -> list[SigningKey]:
    """The key in the file first, whether it has signed yet or not, then the former ones."""
    current = signing.key_id()
    kept = {key.pk: key for key in SigningKey.objects.filter(use=Use.MANIFEST).order_by("-since")}
    first = kept.pop(current, None) or SigningKey(pk=current, pem=signing.public_pem())
    return [first, *kept.values()]


def pem_of(key_id: str) -> str | None:
    """Of a key that signs manifests, or of the certificates of a seal."""
    return next((key.pem for key in [*known(), *certificates()] if key.pk == key_id), None)


def verify(content: bytes, signature: str, key_id: str) -> bool:
    """Does the signature hold by the key of this name? No, where no such key is known."""
    pem = next((key.pem for key in known() if key.pk == key_id), None)
    return pem is not None and signing.verify(content, signature, pem=pem)


def certificate_in_use(now: datetime) -> SigningKey:
    """The certificate of the seal, entered where it is new: by whoever seals."""
    pem = seal.chain_pem()
    defaults = {"pem": pem, "since": now, "use": Use.SEAL}
    return SigningKey.objects.get_or_create(pk=seal.name_of(pem), defaults=defaults)[0]


def certificates() -> list[SigningKey]:
    """Every certificate that has sealed a document, the newest first."""
    return list(SigningKey.objects.filter(use=Use.SEAL).order_by("-since"))
