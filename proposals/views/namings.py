from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal import throttle
from portal.forms import reason_of
from portal.links import digest
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals.models import Naming
from proposals.services import namings
from proposals.views.lois import drafting
from proposals.workflow import LOI, NAMING

LINKS_A_MINUTE = 30
MAY_ASK = {"pi", "editor", "owner"}


@login_not_required
@never_cache
@require_safe
def naming(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever has the mail, with an account or without: what the letter says of them."""
    return _page(request, token)


@login_not_required
@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    return _answer(request, token, lambda found, now: namings.confirm(found, now=now))


@login_not_required
@require_POST
def reject(request: HttpRequest, token: str) -> HttpResponse:
    reason = reason_of(request, most=500)
    return _answer(request, token, lambda found, now: namings.reject(found, reason=reason, now=now))


def _answer(request: HttpRequest, token: str, act) -> HttpResponse:
    if not _slow_enough(request):
        return render(request, "portal/too_fast.html", status=429)
    found = _find(token)
    if found is None:
        return _page(request, token)
    try:
        act(found, request.arrived_at)
    except Refused as refused:
        return _page(request, token, refusal=refused.verdict, status=409)
    return redirect("naming", token=token)


def _slow_enough(request: HttpRequest) -> bool:
    return throttle.allows(request, "naming", most=LINKS_A_MINUTE, now=request.arrived_at)


def _find(token: str) -> Naming | None:
    found = Naming.objects.select_related("loi__call", "loi__organisation", "loi__pi")
    return found.filter(token_digest=digest(token)).first()


def _page(
    request: HttpRequest, token: str, *, refusal: Verdict | None = None, status: int = 200
) -> HttpResponse:
    if not _slow_enough(request):
        return render(request, "portal/too_fast.html", status=429)
    found = _find(token)
    if found is None:
        return render(request, "proposals/naming_void.html", status=404)
    rows = [NAMING.row(action) for action in ("confirm", "reject")]
    act = Act(found.key, request.arrived_at)
    context = {
        "naming": found,
        "state": NAMING.state(found.state),
        "token": token,
        "refusal": refusal,
        "offered": {row.action for row in rows if NAMING.verdict(found, row.action, act)},
    }
    return render(request, "proposals/naming.html", context, status=status)


@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask now whoever is named and has not been asked."""
    loi = drafting.load(request, key)
    if not LOI.relation(request.user, loi) & MAY_ASK:
        raise Http404
    new = namings.ask(loi, by=request.user, now=request.arrived_at)
    said = ngettext("%(n)s person is asked.", "%(n)s people are asked.", len(new))
    messages.success(request, said % {"n": len(new)} if new else _("Everybody is asked already."))
    return redirect("loi", key=key)
