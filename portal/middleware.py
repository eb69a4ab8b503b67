from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal import clock
from portal.verdict import Refused

Handler = Callable[[HttpRequest], HttpResponse]


class ArrivalMiddleware:
    """Stamps when the request arrived: what counts for a deadline.

    Behind a trusted proxy its stamp is believed, because under overload a
    clock read in the view refuses most of those who were on time. The header
    of anybody else is not looked at.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.arrived_at = self._stamp(request) or clock.now()
        return self.get_response(request)

    def _stamp(self, request: HttpRequest) -> datetime | None:
        if request.META.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
            return None
        seconds = request.headers.get("X-Request-Start", "").removeprefix("t=")
        try:
            return datetime.fromtimestamp(float(seconds), UTC)
        except (ValueError, OverflowError, OSError):
            return None


class AddressMiddleware:
    """Refuses an address with a NUL: PostgreSQL has no text with one, and would make it a fault."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class PrivateMiddleware:
    """What a signed-in person sees is kept by no cache."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.method != "GET":
            response["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        return response


class RefusalMiddleware:
    """A refusal no view has answered becomes its page: 403 for who, 409 for when."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception):
        if not isinstance(exception, Refused):
            return None
        status = 403 if exception.verdict.who else 409
        return render(request, f"{status}.html", {"verdict": exception.verdict}, status=status)
