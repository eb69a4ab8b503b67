import base64
import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from portal.environment import Misconfigured


@cache
def private_key() -> Ed25519PrivateKey:
    """The portal's signing key; the embedded mode makes one at the first use."""
    path = settings.SIGNING_KEY_FILE
    if not path.exists():
        if not settings.EMBEDDED:
            raise Misconfigured(
                "SIGNING_KEY_FILE",
                f"names {path}, which is not there. Make one with:\n"
                f"  openssl genpkey -algorithm ed25519 -out {path}",
            )
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured("SIGNING_KEY_FILE", f"names {path}, which is no Ed25519 key.")
    return key


def sign(content: bytes) -> str:
    """The Ed25519 signature of the bytes, in base64."""
    return base64.b64encode(private_key().sign(content)).decode()


def verify(content: bytes, signature: str, *, pem: str = "") -> bool:
    """Is it the signature of the bytes, by the key of `pem`, else by the portal's own?"""
    key = serialization.load_pem_public_key(pem.encode()) if pem else public_key()
    try:
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> Ed25519PublicKey:
    return private_key().public_key()


def public_pem() -> str:
    return (
        public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def key_id() -> str:
    """The first 16 hexadecimal digits of the public key's SHA-256."""
    raw = public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _make(path: Path) -> None:
    write_once(
        path,
        Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def write_once(path: Path, secret: bytes) -> None:
    """Write what only the owner reads, whole or not at all.

    Two processes may start at once: what the first one wrote stays.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(0o600)
    draft.write_bytes(secret)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
