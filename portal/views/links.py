from collections.abc import Callable

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal import throttle
from portal.links import digest
from portal.models import User

LINKS_A_MINUTE = 30


def follow(
    request: HttpRequest,
    token: str,
    rows: models.QuerySet,
    *,
    relation: Callable[[User, models.Model], set[str]],
    page: str,
    template: str,
    void: str,
) -> HttpResponse:
    """Lead whoever a mailed link was sent to on to `page`; it does nothing by itself.

    `rows` have a `token_digest` and a `key`, and `relation` holds "invited" for whom one
    was sent to. Everybody else reads `template`: to sign in, or that it is another's.
    """
    if not throttle.allows(request, "invitation", most=LINKS_A_MINUTE, now=request.arrived_at):
        return render(request, "portal/too_fast.html", status=429)
    sent = rows.filter(token_digest=digest(token)).first()
    if sent is None:
        return render(request, void, status=404)
    if not request.user.is_authenticated:
        request.session["after_login"] = request.path
        return render(request, template, {"sent": sent, "next": request.path})
    if "invited" in relation(request.user, sent):
        request.session.pop("after_login", None)
        return redirect(page, key=sent.key)
    return render(request, template, {"sent": sent, "other": True}, status=403)
