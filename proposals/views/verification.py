from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal import keyring, throttle
from proposals import authenticity
from proposals.forms.verification import VerifyFileForm
from proposals.views.files import download

VERIFICATIONS_A_MINUTE = 30
FILES_A_MINUTE = 10


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("code", "").strip()
    if typed and (code := authenticity.code(typed)):
        return redirect("verification", code)
    context = {"typed": typed[:40], "sixteen": bool(typed), "form": VerifyFileForm()}
    return render(request, "proposals/verify.html", context)


@login_not_required
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    """One answer for a file, which is read and not kept."""
    now = request.arrived_at
    form = VerifyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "proposals/verify.html", {"form": form}, status=400)
    if not throttle.allows(request, "verified-file", most=FILES_A_MINUTE, now=now):
        context = {"busy": FILES_A_MINUTE}
        return render(request, "proposals/verification.html", context, status=429)
    content = form.cleaned_data["file"].read()
    answer = authenticity.of_file(content)
    context = {
        "answer": answer,
        "by_file": True,
        "changed": answer is None and authenticity.was_changed(content),
        "at": now,
    }
    return render(request, "proposals/verification.html", context, status=200 if answer else 404)


@login_not_required
@require_safe
def verification(request: HttpRequest, code: str) -> HttpResponse:
    """One answer for a code, the same for one that never was and one not yet issued."""
    now = request.arrived_at
    if not throttle.allows(request, "verification", most=VERIFICATIONS_A_MINUTE, now=now):
        context = {"busy": VERIFICATIONS_A_MINUTE}
        return render(request, "proposals/verification.html", context, status=429)
    kept = authenticity.code(code)
    answer = authenticity.find(kept) if kept else None
    context = {"answer": answer, "code": kept or code[:40], "at": now}
    return render(request, "proposals/verification.html", context, status=200 if answer else 404)


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key that receipts were ever signed with; the one in use first."""
    return render(
        request,
        "proposals/keys.html",
        {"keys": keyring.known(), "certificates": keyring.certificates()},
    )


@login_not_required
@require_safe
def key(request: HttpRequest, key_id: str) -> HttpResponse:
    pem = keyring.pem_of(key_id)
    if pem is None:
        raise Http404
    return download(pem.encode(), name=f"{key_id}.pem", media_type="application/x-pem-file")
