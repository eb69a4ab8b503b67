from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal import roles
from portal.deadline import Deadline
from portal.models import Membership, Organisation, User
from portal.verdict import Refused
from portal.workflow import Act
from proposals import course, queries
from proposals.forms.lois import BeginForm
from proposals.models import Amendment, Call, Copy, LetterOfIntent
from proposals.services import drafts
from proposals.views.lois import drafting
from proposals.views.public import own_ticket
from proposals.workflow import LOI, SHARE


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    own = queries.visible_lois(request.user).filter(organisation__in=list(request.user.seats()))
    letters = [
        {
            "loi": loi,
            "state": course.state(request.user, loi),
            "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        }
        for loi in own.order_by("-call__closes_at", "-saved_at")
    ]
    organisations = Organisation.objects.filter(pk__in=list(request.user.seats())).order_by("name")
    calls = [
        call
        for call in queries.visible_calls(request.user).filter(state="published")
        if call.open_at(request.arrived_at)
    ]
    tickets = Amendment.objects.filter(
        organisation__in=organisations, state="published", until__gt=request.arrived_at
    )
    late = queries.visible_calls(request.user).filter(amendments__in=tickets, state="closed")
    calls += [call for call in late.distinct() if own_ticket(request, call)]
    shares = [
        {"share": share, "state": SHARE.state(share.state)}
        for share in queries.visible_shares(request.user)
        .filter(organisation__in=list(request.user.seats()))
        .order_by("-pk")
    ]
    context = {"shares": shares, "letters": letters, "organisations": organisations, "calls": calls}
    return render(request, "proposals/lois.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(queries.visible_calls(request.user), code=code)
    teams = _teams(request.user)
    form = BeginForm(request.POST or None, teams=teams, sources=_sources(request.user, teams))
    refusal = _not_open(call, request)
    if form.is_valid():
        organisation, pi = form.chosen
        acts = {"pi": pi, "by": request.user, "now": request.arrived_at}
        try:
            if form.earlier:
                return redirect("copied", key=drafts.copy(form.earlier, call, **acts).key)
            loi = drafts.begin(call, organisation, **acts)
        except Refused as refused:
            refusal = refused.verdict
        else:
            return redirect("edit_loi", key=loi.key, section="identity")
    context = {
        "call": call,
        "form": form,
        "teams": teams,
        "without_pi": [organisation for organisation, people in teams.items() if not people],
        "refusal": refusal,
        "deadline": Deadline(_begun(call, request).closes_at, call.zone, request.arrived_at),
    }
    status = 200
    if request.method == "POST":
        status = 400 if refusal is None else 409
    return render(request, "proposals/begin.html", context, status=status)


@require_safe
def copied(request: HttpRequest, key: str) -> HttpResponse:
    """What of an earlier letter did not fit, and why."""
    loi = drafting.load(request, key)
    if not course.member(request.user, loi):
        raise Http404
    copy = get_object_or_404(Copy.objects.select_related("source__call"), loi=loi)
    context = {
        "loi": loi,
        "call": loi.call,
        "copy": copy,
        "writes": drafting.may_write(request, loi),
    }
    return render(request, "proposals/loi_copied.html", context)


def _sources(user: User, teams: dict[Organisation, list[User]]) -> list[LetterOfIntent]:
    """The letters of one's organisations in which something is written, the newest first."""
    own = queries.visible_lois(user).filter(organisation__in=list(teams), version__gt=1)
    return list(own.order_by("-saved_at")[:100])


def _teams(user: User) -> dict[Organisation, list[User]]:
    """The organisations for which this person may begin, each with its PIs."""
    own = [pk for pk, seats in user.seats().items() if seats & drafts.WRITERS]
    teams: dict[Organisation, list[User]] = {
        organisation: []
        for organisation in Organisation.objects.filter(pk__in=own).order_by("name")
    }
    seated = Membership.objects.filter(
        organisation__in=own, role=roles.PI, left_at=None, user__is_active=True
    )
    for seat in seated.select_related("user", "organisation").order_by("user__name"):
        teams[seat.organisation].append(seat.user)
    return teams


def _begun(call: Call, request: HttpRequest) -> LetterOfIntent:
    """The letter that would be begun now; after the closing by a late ticket, where one runs."""
    return LetterOfIntent(call=call, ticket=own_ticket(request, call))


def _not_open(call: Call, request: HttpRequest):
    """Why no letter can be begun in this call now, by the table's own guards."""
    loi = _begun(call, request)
    act = Act(by=request.user, now=request.arrived_at)
    verdicts = (guard(loi, act) for guard in LOI.row("begin").only_if)
    return next((verdict for verdict in verdicts if not verdict), None)
