from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import queries, roles
from portal.forms import AffiliationForm, PersonForm
from portal.models import Affiliation, User
from portal.services import people
from portal.verdict import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is, and where one works and worked."""
    person = request.user
    if request.method == "POST":
        form = PersonForm(request.POST)
        if form.is_valid():
            people.describe(person, **form.cleaned_data, by=person, now=request.arrived_at)
            messages.success(request, _("Your page is saved."))
            return redirect("profile")
        return _page(request, form=form, status=400)
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    form: PersonForm | None = None,
    entry: AffiliationForm | None = None,
    refusal=None,
    status: int = 200,
) -> HttpResponse:
    person = User.objects.get(pk=request.user.pk)
    described = {"name": person.name, "zone": person.zone, "orcid": person.orcid}
    held = request.user.seats()
    own = queries.visible_organisations(request.user).filter(pk__in=list(held))
    context = {
        "form": form or PersonForm(initial=described),
        "entry": entry or _entry(request),
        "affiliations": queries.affiliations(person),
        "today": _today(request).isoformat(),
        "refusal": refusal,
        "seats": [
            (organisation, [label for name, label in roles.SEATS if name in held[organisation.pk]])
            for organisation in own
        ],
    }
    return render(request, "portal/profile.html", context, status=status)


def _today(request: HttpRequest) -> date:
    return request.arrived_at.astimezone(ZoneInfo(request.user.zone)).date()


def _entry(request: HttpRequest, data=None) -> AffiliationForm:
    return AffiliationForm(data, person=request.user, today=_today(request), prefix="new")


@require_POST
def affiliate(request: HttpRequest) -> HttpResponse:
    entry = _entry(request, request.POST)
    if not entry.is_valid():
        return _page(request, entry=entry, status=400)
    people.affiliate(
        request.user,
        organisation=entry.organisation,
        **entry.cleaned_data,
        by=request.user,
        now=request.arrived_at,
    )
    return redirect("profile")


@require_POST
def end_affiliation(request: HttpRequest, key: str) -> HttpResponse:
    entered = _own(request, key)
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
        people.end_affiliation(entered, until=until, by=request.user, now=request.arrived_at)
    except ValueError:
        messages.error(request, _("Write the last day as 2026-12-31. Nothing was changed."))
        return _page(request, status=400)
    except Refused as refused:
        return _page(request, refusal=refused.verdict, status=409)
    return redirect("profile")


@require_POST
def strike_affiliation(request: HttpRequest, key: str) -> HttpResponse:
    entered = _own(request, key)
    people.strike_affiliation(entered, by=request.user, now=request.arrived_at)
    return redirect("profile")


def _own(request: HttpRequest, key: str) -> Affiliation:
    return get_object_or_404(queries.affiliations(request.user), key=key)
