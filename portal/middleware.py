from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal import arrival
from portal.verdict import Refused

Handler = Callable[[HttpRequest], HttpResponse]


class ArrivalMiddleware:
    """Notes on every request when it arrived: what counts for a deadline."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.arrived_at = arrival.instant(request)
        return self.get_response(request)


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
