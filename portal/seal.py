"""The key that seals documents and its certificates, and whether a document bears a seal of them.

The key is an organisation's (EC or RSA); the embedded mode makes one under an
authority of its own, whose names say that it is a demonstration. Sealing
itself is the worker's (`portal.sealing`): its library is for no request.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from asn1crypto import cms
from cryptography import x509 as certificates
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from portal import clock
from portal.environment import Misconfigured
from portal.signing import write_once

YEARS = 20  # of the demonstration: whatever it sealed stays readable
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")


@cache
def chain_pem() -> str:
    """The certificates, the one that seals first: whoever checks a seal trusts the last."""
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in load()[1])


def name_of(pem: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the certificate that seals."""
    return hashlib.sha256(
        der(certificates.load_pem_x509_certificates(pem.encode())[0])
    ).hexdigest()[:16]


def der(certificate: certificates.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


# Whether a document bears a seal


def bears(content: bytes, pems: Iterable[str]) -> bool:
    """Is one of these certificates within the bytes, where a seal would have it?"""
    return bool(_borne(content, pems))


def holds(content: bytes, pems: Iterable[str]) -> bool:
    """Does the one seal in these bytes, by one of these certificates, cover every one of them?

    Reads the two things a seal is made of and nothing else of the document,
    which may come from anybody.
    """
    try:
        (own,), (found,) = _borne(content, pems), BYTE_RANGE.finditer(content)
        start, before, after, rest = map(int, found.groups())
        if start or after + rest != len(content):
            return False
        signed = cms.ContentInfo.load(bytes.fromhex(content[before + 1 : after - 1].decode()))
        info = signed["content"]["signer_infos"][0]
        told = {one["type"].native: one["values"][0].native for one in info["signed_attrs"]}
        digest = hashlib.sha256(content[:before] + content[after:]).digest()
        attributes = info["signed_attrs"].untag().dump()
        _verify(own.public_key(), info["signature"].native, attributes)
    except (InvalidSignature, ValueError, KeyError, IndexError, TypeError):
        return False
    return told.get("message_digest") == digest


def _borne(content: bytes, pems: Iterable[str]) -> list[certificates.Certificate]:
    text = content.lower()
    known = (certificates.load_pem_x509_certificates(pem.encode())[0] for pem in pems)
    return [one for one in known if der(one).hex().encode() in text]


def _verify(key: object, signature: bytes, content: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    else:
        raise ValueError("A seal is made with an EC or RSA key.")


# The key and its certificates


@cache
def load() -> tuple[ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, list[certificates.Certificate]]:
    """The private key and its certificates, its own first; refused in a paragraph."""
    path = settings.SEAL_FILE
    if not path.exists():
        if not settings.EMBEDDED:
            raise Misconfigured(
                "SEAL_FILE",
                f"names {path}, which is not there. It is a PKCS#12 file, or a PEM file with the "
                "private key, its certificate and those that issued it, in this order. To try:\n"
                "  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 "
                f"-subj '/O=Agency/CN=Letters' -keyout {path} -out cert.pem; "
                f"cat cert.pem >> {path}",
            )
        write_once(path, demonstration(clock.machine()))
    content, password = path.read_bytes(), settings.SEAL_PASSWORD.encode() or None
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            key = serialization.load_pem_private_key(content, password)
            chain = certificates.load_pem_x509_certificates(content)
        else:
            key, own, others = pkcs12.load_key_and_certificates(content, password)
            chain = [one for one in (own, *others) if one]
    except (ValueError, TypeError) as wrong:
        raise Misconfigured(
            "SEAL_FILE", f"{path} cannot be read: {wrong}. SEAL_PASSWORD opens it."
        ) from wrong
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Misconfigured("SEAL_FILE", f"{path} has no EC or RSA key.")
    if not chain or chain[0].public_key() != key.public_key():
        raise Misconfigured("SEAL_FILE", f"the first certificate of {path} is not the key's.")
    if clock.machine() >= chain[0].not_valid_after_utc:
        raise Misconfigured(
            "SEAL_FILE",
            f"the certificate of {path} ran out on {chain[0].not_valid_after_utc:%d %B %Y}.",
        )
    return key, chain


def demonstration(now: datetime) -> bytes:
    """Key, certificate and authority as PEM. The authority's own key is kept by nobody."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _named("Portal DEMONSTRATION authority")
    until = now + timedelta(days=YEARS * 365)
    root = (
        _certificate(issuer, issuer, authority, now, until)
        .add_extension(certificates.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issues=True), critical=True)
        .sign(authority, hashes.SHA256())
    )
    own = (
        _certificate(_named("Portal DEMONSTRATION seal"), issuer, key, now, until)
        .add_extension(certificates.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issues=False), critical=True)
        .add_extension(
            certificates.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
        .sign(authority, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (own, root))


def _named(name: str) -> certificates.Name:
    return certificates.Name(
        [
            certificates.NameAttribute(
                NameOID.ORGANIZATION_NAME, "DEMONSTRATION, of no official standing"
            ),
            certificates.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _certificate(subject, issuer, key, now, until) -> certificates.CertificateBuilder:
    return (
        certificates.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(
            certificates.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )


def _usage(*, issues: bool) -> certificates.KeyUsage:
    return certificates.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )
