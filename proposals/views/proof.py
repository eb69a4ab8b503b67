from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from proposals import proof, queries
from proposals.models import Filing
from proposals.views.files import download


def _filing(request: HttpRequest, key: str, number: int | None) -> Filing:
    """The version in force, or the numbered one; for those who may read what was filed as it was."""
    loi = get_object_or_404(
        queries.named(request.user, queries.visible_lois(request.user)), key=key
    )
    if loi.filing is None or not queries.reads_originals(request.user, loi):
        raise Http404
    filing = get_object_or_404(loi.filings, number=number or loi.filing.number)
    filing.loi = loi
    return filing


@require_safe
def signature(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """The signature of the manifest as the 64 bytes that `openssl pkeyutl` reads."""
    filing = _filing(request, key, number)
    return download(
        proof.signature(filing),
        name=f"{proof.name(filing)}-manifest.sig",
        media_type="application/octet-stream",
    )


@require_safe
def bundle(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """All that was filed, its signed manifest, the key, and the commands that check them."""
    filing = _filing(request, key, number)
    return download(
        proof.bundle(filing, request.user),
        name=f"{proof.name(filing)}.zip",
        media_type="application/zip",
    )
