"""Another mission is to carry a selected case: where it could go, and what it is given there."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import roles
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import boards
from proposals import queries as proposals
from proposals.models import Call, Decision, LetterOfIntent, Platform
from proposals.services import reaccommodations
from proposals.workflow import CALL, DECISION, LOI
from proposals.workflow.decisions import CARRYING
from reviews import queries
from reviews.forms.decisions import ReaccommodationForm
from reviews.views.deciding import bars_with, standing_of
from reviews.views.reading import status_of


@dataclass(frozen=True, slots=True)
class Host:
    """A platform of another call, and how what the case needs stands to its budget."""

    call: Call
    platform: Platform | None
    needs: proposals.Needs
    lines: tuple[dict, ...]

    @property
    def name(self) -> str:
        return f"{self.call.code}/{self.platform.code if self.platform else ''}"

    @property
    def fits(self) -> bool:
        return not self.needs.unstated and not any(line["lacks"] for line in self.lines)


@require_http_methods(["GET", "HEAD", "POST"])
def reaccommodate(request: HttpRequest, key: str) -> HttpResponse:
    """First the missions that could carry it; once one is chosen, what it is given there."""
    loi = _case(request, key)
    posted = request.POST.get("onto", "")
    hosts = list(_hosts(request, loi, posted.partition("/")[0]))
    wanted = posted or request.GET.get("onto", "")
    host = next((one for one in hosts if one.name == wanted), None)
    if request.method == "GET" and host and request.GET.get("part") == "bars":
        standing = _moving(loi, host.call)
        context = {"bars": bars_with(host.call, request.user, standing, request.GET)}
        return render(request, "reviews/bars.html", context)
    if host is None:
        return _page(request, loi, hosts, status=400 if request.method == "POST" else 200)
    form = _form(loi, host, request.POST or None)
    if request.method != "POST" or "add_condition" in request.POST:
        return _page(request, loi, hosts, host, form)
    if not form.is_valid():
        return _page(request, loi, hosts, host, form, status=400)
    given = {name: form.cleaned_data[name] for name in ("outcome", "reason", "instead_of")}
    try:
        reaccommodations.reaccommodate(
            loi,
            onto=host.call,
            platform=host.platform,
            **given,
            conditions=form.agreed(),
            granted=form.granted(),
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        typed = request.POST.copy()
        standing = standing_of(loi)
        typed["instead_of"] = standing.key if standing else ""
        form, status = _form(loi, host, typed), status_of(refused)
        return _page(request, loi, hosts, host, form, refusal=refused.verdict, status=status)
    return redirect("decisions", code=loi.call.code)


def _case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A case before its chair, and before the auditor to read."""
    loi = get_object_or_404(queries.judged_by_others(request.user).exclude(filing=None), key=key)
    if not LOI.relation(request.user, loi) & {"chair", roles.AUDITOR}:
        raise Http404
    return loi


def _moving(loi: LetterOfIntent, onto: Call) -> Decision | None:
    """What is prepared already to move it to this very call."""
    standing = standing_of(loi)
    return standing if standing and standing.onto_id == onto.pk else None


def _form(loi: LetterOfIntent, host: Host, data=None) -> ReaccommodationForm:
    former, standing = proposals.in_force(loi), standing_of(loi)
    return ReaccommodationForm(data, demands=host.needs.asked, standing=standing, former=former)


def _hosts(request: HttpRequest, loi: LetterOfIntent, posted: str) -> Iterator[Host]:
    """Of each call that could carry it, and whose panel this person chairs too, the platforms.

    And of the call that was `posted`, by its code: where it can no longer, the act
    refuses in words, and what was typed is still there.
    """
    carrying = Q(state__in=CARRYING) | Q(code=posted)
    calls = proposals.visible_calls(request.user).filter(carrying, history=False)
    calls = calls.exclude(mission=proposals.carrier(loi).mission_id).prefetch_related(
        "allocations__platform"
    )
    for call in calls.order_by("closes_at"):
        relation = CALL.relation(request.user, call)
        if not relation & {"chair", roles.AUDITOR} and call.code != posted:
            continue
        platforms = {one.platform_id: one.platform for one in call.allocations.all()}
        if not proposals.demands(loi):  # its own craft: a place in the mission is all it takes
            platforms = dict(list(platforms.items())[:1]) or {None: None}
        for platform in platforms.values():
            yield _host(request, loi, call, platform)


def _host(request: HttpRequest, loi: LetterOfIntent, call: Call, platform: Platform | None) -> Host:
    needs = proposals.demands_on(loi, platform, call)
    standing = _moving(loi, call)
    own = {one.allocation_id: one.amount for one in standing.grants.all()} if standing else {}
    shown = boards.sees_what_is_free(request.user, call)
    lines = []
    for allocation, amount in needs.asked.items():
        balance, kind = allocation.balance.without(own.get(allocation.pk, 0)), allocation.kind
        over = amount > allocation.limit.most
        lines.append(
            {
                "label": kind.label,
                "amount": kind.amount(amount),
                "most": kind.amount(allocation.limit.most),
                "free": kind.amount(balance.free) if shown else "",
                "lacks": _("over the most one module may have")
                if over
                else _("more than is free")
                if shown and amount > balance.free
                else "",
            }
        )
    return Host(call, platform, needs, tuple(lines))


def _page(
    request: HttpRequest,
    loi: LetterOfIntent,
    hosts: list[Host],
    host: Host | None = None,
    form: ReaccommodationForm | None = None,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    act = Act(by=request.user, now=request.arrived_at)
    may = DECISION.verdict(Decision(loi=loi, onto=host and host.call), "reaccommodate", act)
    told = refusal is not None
    standing = standing_of(loi)
    context = {
        "loi": loi,
        "call": loi.call,
        "carrier": proposals.carrier(loi),
        "hosts": hosts,
        "host": host if may or told else None,  # what was typed is still there
        "form": form,
        "standing": standing,
        "bars": bars_with(host.call, request.user, _moving(loi, host.call), request.POST)
        if host
        else [],
        "refusal": refusal if told or may else may,
        "may": may,
        "title_of_refusal": _("Not prepared") if told else _("Nothing can be prepared now"),
    }
    return render(request, "reviews/reaccommodate.html", context, status=status)
