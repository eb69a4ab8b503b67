from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal import canonical, files
from proposals import queries


def _download(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """A file to keep: never shown inside a page of ours, named by us, cached by nobody."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Set here, the header is left alone by the middleware that sets the pages' policy.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
def attachment(request: HttpRequest, key: str) -> HttpResponse:
    """The signed letter: as filed, or of the draft where nothing is filed."""
    found = queries.visible_lois(request.user).select_related("attachment", "filing__attachment")
    loi = get_object_or_404(found, key=key)
    stored = loi.filing.attachment if loi.filing else loi.attachment
    if stored is None:
        raise Http404
    name = f"{loi.reference or loi.key}-signed-letter.pdf"
    return _download(files.read(stored), name=name, media_type="application/pdf")


@require_safe
def manifest(request: HttpRequest, key: str) -> HttpResponse:
    """The manifest's canonical bytes, exactly as they are signed; the signature in the headers."""
    loi = get_object_or_404(queries.visible_lois(request.user), key=key)
    if loi.filing is None:
        raise Http404
    response = _download(
        canonical.dumps(loi.filing.manifest),
        name=f"{loi.reference}-manifest.json",
        media_type="application/json",
    )
    response["X-Manifest-Signature"] = loi.filing.signature
    response["X-Manifest-Key"] = loi.filing.signing_key
    return response


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_letters(request.user), key=key)
    if found.file is None:
        raise Http404
    content = files.read(found.file)
    return _download(content, name=found.filename, media_type="application/pdf")
