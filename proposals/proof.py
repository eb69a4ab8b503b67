"""What proves a filing outside the portal: bytes, digests and a signature, for common tools."""

import base64
import io
import zipfile

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from portal import canonical, files, keyring
from portal.models import User
from proposals import enclosures
from proposals.models import Filing, Letter

WRITTEN = (1980, 1, 1, 0, 0, 0)  # the same filing gives the same archive, byte by byte


def manifest(filing: Filing) -> bytes:
    """The manifest as it was signed."""
    return canonical.dumps(filing.manifest)


def signature(filing: Filing) -> bytes:
    """The 64 bytes of its Ed25519 signature."""
    return base64.b64decode(filing.signature)


def name(filing: Filing) -> str:
    return f"{filing.loi.reference}-version-{filing.number}"


def bundle(filing: Filing, reader: User) -> bytes:
    """A ZIP of all that was filed and this person may read, with the commands that check it."""
    digests = {"content.json": filing.digest}
    parts = {"content.json": canonical.dumps(filing.content)}
    withheld = []
    for file in filing.files.select_related("stored__scan__copy").order_by("pk"):
        place = f"files/{enclosures.filename(file, filing.loi)}"
        if not enclosures.may_read(file, filing.loi, reader):  # a virus, or not scanned yet
            withheld.append((place, file.stored.sha256))
            continue
        parts[place] = files.read(file.stored)
        digests[place] = file.stored.sha256
    parts["manifest.json"] = manifest(filing)
    parts["manifest.sig"] = signature(filing)
    parts["key.pem"] = (keyring.pem_of(filing.signing_key) or "").encode()
    parts["SHA256SUMS"] = "".join(f"{sha256}  {at}\n" for at, sha256 in digests.items()).encode()
    receipt = Letter.objects.filter(filing=filing).select_related("file").first()
    if receipt and receipt.file:
        parts["receipt.pdf"] = files.read(receipt.file)
    parts["README.txt"] = _readme(filing, receipt, withheld).encode()
    return _zip(name(filing), parts)


def _readme(filing: Filing, receipt: Letter | None, withheld: list[tuple[str, str]]) -> str:
    context = {
        "filing": filing,
        "loi": filing.loi,
        "receipt": receipt if receipt and receipt.file else None,
        "anchor": receipt.context.get("anchor") if receipt else None,
        "withheld": withheld,
        "base_url": settings.BASE_URL,
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("proof/README.txt", context)


def _zip(folder: str, parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for place, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(f"{folder}/{place}", WRITTEN)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()
