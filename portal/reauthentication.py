"""Proof that it is still the same person, asked again before an act that binds."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows import reauthentication
from django.http import HttpRequest


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
