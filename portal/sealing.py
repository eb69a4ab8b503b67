"""Puts the seal on a document: a PAdES signature, which any reader of PDF checks without the portal.

Level B-B, and B-T where a time-stamping authority is set. It is the last thing
done to a document: it follows the bytes that were rendered, and whatever is
changed or added after it breaks it.
"""

import io
from functools import cache

from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal import seal

FIELD = "Seal"


class SealFailed(Exception):
    """The document could not be sealed now; `reason` says why, in words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def sealed(content: bytes) -> bytes:
    """The document with its seal: the bytes given, and behind them an update that signs them.

    Raises SealFailed where the time-stamping authority does not answer.
    """
    out = io.BytesIO()
    words = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    stamper = timestamps.HTTPTimeStamper(settings.TSA_URL) if settings.TSA_URL else None
    try:
        signers.PdfSigner(words, signer(), timestamper=stamper).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(content)), output=out
        )
    except (timestamps.TimestampRequestError, SigningError, OSError) as trouble:
        raise SealFailed(f"The document could not be sealed: {trouble}") from trouble
    return out.getvalue()


@cache
def signer() -> signers.SimpleSigner:
    key, chain = seal.load()
    own = [x509.Certificate.load(seal.der(one)) for one in chain]
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signers.SimpleSigner(
        signing_cert=own[0],
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(own),
    )
