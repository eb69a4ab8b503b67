from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import countries, policy, queries, roles, throttle
from portal.forms import (
    InvitationForm,
    NoteForm,
    OrganisationForm,
    RegisterForm,
    reason_of,
)
from portal.models import Organisation, User
from portal.services import organisations
from portal.tables import INVITATION, ORGANISATION
from portal.verdict import Refused, Verdict, no

PAGE = 50
# In a minute and from one address: what a person needs, and a program does not.
ASKED_A_MINUTE = 6
LOOKED_A_MINUTE = 60


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own organisations and what one is invited to; for staff every organisation."""
    user = request.user
    visible = queries.visible_organisations(user)
    own = visible.filter(pk__in=list(user.seats()))
    staff = bool(user.roles() & queries.READERS)
    invited = queries.invitations_to(user, request.arrived_at)
    if not staff and not invited and len(own) == 1 and "all" not in request.GET:
        return redirect("organisation", key=own[0].key)
    chosen = request.GET.get("state", "")
    every = visible.filter(state=chosen) if ORGANISATION_STATES.get(chosen) else visible
    context = {
        "own": [_line(organisation, user) for organisation in own],
        "invitations": invited,
        "staff": staff,
        "states": ORGANISATION.states,
        "chosen": chosen,
        "labels": dict(roles.SEATS),
    }
    if staff:
        page = Paginator(every, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": [_line(organisation, user) for organisation in page]}
    return render(request, "portal/organisations.html", context)


ORGANISATION_STATES = {state.name: state for state in ORGANISATION.states}


def _line(organisation: Organisation, user: User) -> dict:
    held = user.seats().get(organisation.pk, set())
    return {
        "organisation": organisation,
        "country": countries.name(organisation.country) if organisation.country else "",
        "state": ORGANISATION.state(organisation.state),
        "seats": [label for name, label in roles.SEATS if name in held],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    suggestions, status = [], 400 if form.is_bound else 200
    if form.is_valid():
        suggestions = queries.likely(form.party())
        seen = set(request.POST.getlist("seen"))
        if {organisation.key for organisation, _alike in suggestions} <= seen:
            try:
                organisation = organisations.register(
                    form.save(commit=False),
                    own=form.cleaned_data["own"],
                    by=request.user,
                    now=request.arrived_at,
                )
            except Refused as refused:
                form.add_error(refused.verdict.field or None, str(refused.verdict.reason))
            else:
                said = _("%(name)s is registered. The secretariat verifies it before it can file.")
                messages.success(request, said % {"name": organisation.name})
                return redirect(_next(request) or reverse("organisation", args=[organisation.key]))
        else:
            status = 409
    elif form.is_bound:
        suggestions = queries.likely(form.party())
    context = {
        "form": form,
        "suggestions": suggestions,
        "asked": status == 409,
        "next": _next(request),
    }
    return render(request, "portal/register_organisation.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Where on this site the person came from, to go on there."""
    path = request.POST.get("next") or request.GET.get("next", "")
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""


@require_POST
def likely(request: HttpRequest) -> HttpResponse:
    """While the form is being typed: what it may be. Keeps nothing."""
    if not throttle.allows(request, "likely", most=LOOKED_A_MINUTE, now=request.arrived_at):
        return HttpResponse(status=204)
    party = RegisterForm(request.POST).party()
    found = queries.likely(party) if len("".join(party.names)) > 3 or party.domains else []
    return render(request, "portal/likely.html", {"suggestions": found})


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_seat(request: HttpRequest, key: str) -> HttpResponse:
    """Any registered organisation can be asked; nothing of it is shown but its name and standing."""
    organisation = get_object_or_404(Organisation, key=key)
    if organisation.pk in request.user.seats():
        return redirect("organisation", key=key)
    form, verdict, status = NoteForm(request.POST or None), None, 400
    if form.is_valid():
        now = request.arrived_at
        if not throttle.allows(request, "ask_for_seat", most=ASKED_A_MINUTE, now=now):
            verdict, status = too_fast(), 429
        else:
            note = form.cleaned_data["note"]
            organisations.ask_for_seat(organisation, note=note, by=request.user, now=now)
            said = _("The owner of %(name)s is told. The answer is an invitation to %(address)s.")
            messages.success(
                request, said % {"name": organisation.name, "address": request.user.email}
            )
            return redirect("organisations")
    context = {"form": form, "verdict": verdict, **_line(organisation, request.user)}
    status = status if form.is_bound else 200
    return render(request, "portal/ask_for_seat.html", context, status=status)


def too_fast() -> Verdict:
    return no("too_fast", _("Too many in a short time: wait a minute and try again."))


@require_safe
def organisation(request: HttpRequest, key: str) -> HttpResponse:
    return page(request, load(request, key))


def load(request: HttpRequest, key: str) -> Organisation:
    return get_object_or_404(queries.visible_organisations(request.user), key=key)


def page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    refusal: Verdict | None = None,
    form: InvitationForm | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    user, now = request.user, request.arrived_at
    words = policy.relation(user, organisation)
    owner, secretary = "owner" in words, "secretary" in words
    members = queries.members(organisation)
    seated = [member for member in members if member.seats]
    aors = [m for m in seated if any(seat.role == roles.AOR for seat in m.seats)]
    owners = [m for m in seated if any(seat.role == roles.OWNER for seat in m.seats)]
    shown = organisation.invitations.filter(state__in=["sent", "expired"])
    invited = request.GET.get("invite", "")
    form = form or InvitationForm(initial={"address": invited})
    context = {
        **_line(organisation, user),
        "member": "member" in words,
        "owner": owner,
        "staff": bool(user.roles() & queries.READERS),
        "refusal": refusal,
        "typed": typed,
        "offers": [
            {
                "row": offer.row,
                "verdict": offer.verdict,
                "url": reverse(f"{offer.row.action}_organisation", args=[organisation.key]),
            }
            for offer in ORGANISATION.available(organisation, user, now)
        ],
        "members": [
            {
                "person": member.person,
                "seats": member.seats,
                "last_aor": aors == [member],
                "last_owner": owners == [member],
                "missing": [
                    (name, label)
                    for name, label in roles.SEATS
                    if name not in {seat.role for seat in member.seats}
                ],
            }
            for member in seated
        ],
        "heirs": [m.person for m in seated if m.person != user],
        "former": [member for member in members if not member.seats],
        "without_aor": not aors,
        "last_owner": [m.person for m in owners] == [user],
        "invitations": [
            {
                "invitation": invitation,
                "state": INVITATION.state(invitation.state),
                "seats": [label for name, label in roles.SEATS if name in invitation.seats],
                "lapsed": not invitation.open_at(now),
                "offers": [
                    {
                        "row": offer.row,
                        "verdict": offer.verdict,
                        "url": reverse(f"{offer.row.action}_invitation", args=[invitation.key]),
                    }
                    for offer in INVITATION.available(invitation, user, now)
                    if "owner" in offer.row.who
                ],
            }
            for invitation in shown.select_related("organisation").order_by("-sent_at")
        ]
        if "member" in words
        else [],
        "form": form,
        "open_form": form.is_bound or bool(invited),
        "seats_may": [role for role in roles.ROLES if role.name in dict(roles.SEATS)],
        "sent_back": _reason(organisation),
        "likely": queries.likely(queries.party(organisation)) if secretary else [],
        "registrant": queries.registrant(organisation) if secretary else None,
    }
    return render(request, "portal/organisation.html", context, status=status)


def _reason(organisation: Organisation) -> str:
    if organisation.state != "sent_back":
        return ""
    return queries.last_reason(organisation, "organisation.sent_back")


def act_on(request: HttpRequest, key: str, act, *, typed: str = "") -> HttpResponse:
    """Do one act on the organisation and come back to its page, with the refusal if there is one."""
    organisation = load(request, key)
    try:
        act(organisation)
    except Refused as refused:
        status = 403 if refused.verdict.who else 409
        organisation = load(request, key)
        return page(request, organisation, refusal=refused.verdict, typed=typed, status=status)
    if organisation.pk in request.user.seats() or request.user.roles() & queries.READERS:
        return redirect("organisation", key=key)
    return redirect("organisations")


@require_POST
def verify(request: HttpRequest, key: str) -> HttpResponse:
    return act_on(
        request, key, lambda o: organisations.verify(o, by=request.user, now=request.arrived_at)
    )


@require_POST
def send_back(request: HttpRequest, key: str) -> HttpResponse:
    reason = reason_of(request, most=2000)

    def act(organisation: Organisation) -> None:
        organisations.send_back(
            organisation, by=request.user, now=request.arrived_at, reason=reason
        )

    return act_on(request, key, act, typed=reason)


@require_http_methods(["GET", "HEAD", "POST"])
def register_again(request: HttpRequest, key: str) -> HttpResponse:
    organisation = load(request, key)
    if "owner" not in policy.relation(request.user, organisation):
        raise Http404
    form = OrganisationForm(request.POST or None, instance=load(request, key))
    verdict, status = None, 400 if form.is_bound else 200
    if form.is_valid():
        try:
            organisations.register_again(
                organisation, changes=form.values(), by=request.user, now=request.arrived_at
            )
        except Refused as refused:
            verdict, status = refused.verdict, 403 if refused.verdict.who else 409
        else:
            return redirect("organisation", key=key)
    context = {
        "form": form,
        "verdict": verdict,
        "organisation": organisation,
        "sent_back": _reason(organisation),
    }
    return render(request, "portal/register_again.html", context, status=status)
