"""Proof that it is still the same person, asked again before an act that binds."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows import reauthentication
from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _


def proved_at(request: HttpRequest) -> datetime | None:
    """When this person last typed their password again, if that still counts.

    It counts for ACCOUNT_REAUTHENTICATION_TIMEOUT seconds, in this session only.
    """
    if not reauthentication.did_recently_reauthenticate(request):
        return None
    again = [
        record
        for record in get_authentication_records(request, request.user)
        if record.get("reauthenticated")
    ]
    return datetime.fromtimestamp(again[-1]["at"], UTC) if again else None


def proved(request: HttpRequest) -> None:
    """Note that the password was right just now."""
    reauthentication.reauthenticate_by_password(request)


def asked(request: HttpRequest, form: forms.Form) -> int:
    """0 where the proof counts still or `form` brings it anew; else the status, the error on it.

    `form` has a password, unless its `proved` says when it was asked last.
    """
    if form.proved:
        return 0
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.errors  # noqa: B018 - judged first, so that the error below stays
        form.add_error("password", _("Too many tries: wait a minute and try again."))
        return 429
    if not form.is_valid():
        return 400
    proved(request)
    return 0
