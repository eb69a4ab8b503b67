from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal import arrival, kept
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


class SignedInMiddleware(LoginRequiredMiddleware):
    """Pages are for who is signed in; what a signed-out person posts is kept for their return.

    A script that saves what is being typed gets a 401 and never a page to sign
    in on, which it would take for its answer.
    """

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs):
        if request.method == "POST" and request.user.is_authenticated:
            owner = kept.owner(request)
            if owner and owner != request.user.key:
                if request.htmx:
                    return HttpResponse(status=401)
                kept.keep(request)
                return render(request, "another_person.html", status=403)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func):
        if request.htmx:
            return HttpResponse(status=401)
        if request.method == "POST":
            kept.keep(request)
        return super().handle_no_permission(request, view_func)


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
    """A refusal no view has answered becomes its page: 403 for who, 405 for how, 409 for when."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":  # signing in leads to an act
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception):
        if not isinstance(exception, Refused):
            return None
        status = 403 if exception.verdict.who else 409
        return render(request, f"{status}.html", {"verdict": exception.verdict}, status=status)
