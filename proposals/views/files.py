from typing import BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal import canonical, documents, files
from portal.verdict import require
from proposals import enclosures, proof, queries


def download(content: bytes | BinaryIO, *, name: str, media_type: str) -> HttpResponse:
    """A file to keep: never shown inside a page of ours, named by us, cached by nobody."""
    made = HttpResponse if isinstance(content, bytes) else FileResponse
    response = made(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Set here, the header is left alone by the middleware that sets the pages' policy.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
def attachment(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """A file of a letter: of a filing, or to its organisation of the working copy."""
    return _attachment(request, key, file_key)


@require_safe
def attachment_shown(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    """The same, shown by the browser inside a page of ours: PDF alone, which runs nothing there."""
    response = _attachment(request, key, file_key)
    if response["Content-Type"] != documents.PDF:
        raise Http404
    response["Content-Disposition"] = response["Content-Disposition"].replace(
        "attachment", "inline"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    # Not `sandbox`: a browser's own viewer does not start in one.
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    return response


def _attachment(request: HttpRequest, key: str, file_key: str) -> HttpResponse:
    loi = get_object_or_404(queries.readable_lois(request.user), key=key)
    found = queries.visible_files(request.user, loi)
    file = next((file for file in found if file.key == file_key), None)
    if file is None:
        raise Http404
    require(enclosures.may_read(file, loi, request.user))
    stored = enclosures.for_reader(file, loi, request.user)
    name = enclosures.filename(file, loi)
    return download(files.open_checked(stored), name=name, media_type=stored.media_type)


@require_safe
def manifest(request: HttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """The manifest's canonical bytes, exactly as they are signed; the signature in the headers.

    Of the version in force, where none is numbered.
    """
    loi = get_object_or_404(queries.visible_lois(request.user), key=key)
    wanted = {"pk": loi.filing_id} if number is None else {"number": number}
    filing = get_object_or_404(loi.filings, **wanted)
    if not queries.reads_originals(request.user, loi):  # it names the files as their sender did
        raise Http404
    response = download(
        canonical.dumps(filing.manifest),
        name=f"{proof.name(filing)}-manifest.json",
        media_type="application/json",
    )
    response["X-Manifest-Signature"] = filing.signature
    response["X-Manifest-Key"] = filing.signing_key
    return response


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_letters(request.user), key=key)
    if found.file is None:
        raise Http404
    file = files.open_checked(found.file)
    return download(file, name=found.filename, media_type="application/pdf")
