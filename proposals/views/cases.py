from datetime import datetime
from decimal import Decimal

from django.core.paginator import Paginator
from django.db.models import Case, F, Max, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal import countries, roles
from portal.deadline import Deadline, said
from portal.models import Organisation
from portal.text import plain
from portal.verdict import Refused
from portal.workflow import Act
from proposals import (
    boards,
    clarifications,
    content,
    enclosures,
    namings,
    policy,
    queries,
    reading,
    screening,
    shares,
)
from proposals.forms.cases import ScreeningForm
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import SCREENING
from proposals.resources import Resource
from proposals.services import evaluation
from proposals.workflow import LOI

PAGE = 50
ON_A_ROW = (
    "filing__demands__allocation__platform",
    "filing__demands__assessments",
    "screenings",
    "clarifications__answer",
    "redresses__ruling",
)


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    call = get_object_or_404(queries.visible_calls(request.user), code=code, history=False)
    relation = policy.call_relation(request.user, call)
    if not relation & queries.READERS:
        raise Http404
    cases = (
        queries.visible_lois(request.user)
        .filter(call=call, filing__isnull=False)
        .prefetch_related(*ON_A_ROW)
    )
    states = sorted(set(cases.order_by().values_list("state", flat=True)))
    chosen = request.GET.get("state", "")
    if chosen in states:
        cases = cases.filter(state=chosen)
    # What waits for the secretary stands first, the oldest wait before the others.
    waiting = Case(When(state="screening", then=0), When(state="clarification", then=1), default=2)
    ended = Max(Coalesce("clarifications__answer__at", "clarifications__due_at"))
    cases = cases.annotate(asked=Case(When(state__in=SCREENING, then=ended))).order_by(
        waiting, F("asked").asc(nulls_first=True), "reference"
    )
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    more = _more(call, request, list(page))
    resources = boards.resources(call)
    context = {
        "call": call,
        "page": page,
        "resources": resources,
        "states": [LOI.state(state) for state in states],
        "chosen": chosen,
        "rows": [_row(loi, resources, more.get(loi.pk), request.arrived_at) for loi in page],
        "target": Deadline(screening.target(call), call.zone, request.arrived_at),
        "reviewed": any(found.reviewers for found in more.values()),
        "screening": roles.SECRETARY in relation,
        "waits": any(loi.state == "screening" and loi.screening is None for loi in page),
        "hidden": call.lois.filter(filing__isnull=False).count()
        - queries.visible_lois(request.user).filter(call=call, filing__isnull=False).count(),
    }
    return render(request, "proposals/cases.html", context)


def _more(call: Call, request: HttpRequest, cases: list[LetterOfIntent]) -> dict:
    found: dict[int, boards.CaseMore] = {}
    for source in boards.CASES:
        found.update(source(call, request.user, cases))
    return found


def _row(
    loi: LetterOfIntent, resources: list[Resource], more: boards.CaseMore | None, now: datetime
) -> dict:
    asked: dict[str, Decimal] = {}
    for allocation, amount in queries.demands(loi).items():
        asked[allocation.resource] = asked.get(allocation.resource, Decimal(0)) + amount
    return {
        "loi": loi,
        "country": country(loi.organisation),
        "level": content.level(loi.filing.content),
        "asked": [
            {"resource": one, "amount": plain(asked[one.code]) if one.code in asked else "—"}
            for one in resources
        ],
        "state": LOI.state(loi.state),
        "screening": loi.screening,
        "waited": screening.waited(loi, now) if loi.state == "screening" else None,
        "answer_due": _answer_due(loi),
        "more": more,
    }


def _answer_due(loi: LetterOfIntent) -> str:
    """Until when a case that waits for its partner waits."""
    if loi.state != "clarification":
        return ""
    return said(max(asked.answer_by for asked in loi.clarifications.all()), loi.call.zone)


def country(organisation: Organisation) -> str:
    return countries.name(organisation.country) if organisation.country else ""


@require_http_methods(["GET", "HEAD", "POST"])
def screen(request: HttpRequest, key: str) -> HttpResponse:
    loi = _load(request, key)
    relation = LOI.relation(request.user, loi)
    demands = queries.demands(loi)
    verdict, status = None, 200
    form = ScreeningForm(request.POST or None, loi=loi)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                evaluation.screen(loi, **form.values(), by=request.user, now=request.arrived_at)
            except Refused as refused:
                verdict, status = refused.verdict, 403 if refused.verdict.who else 409
            else:
                return redirect("screen", loi.key)
    now, terms = request.arrived_at, loi.call.terms()
    remarks = screening.remarks(loi.filing, terms)
    found = reading.thaw(loi.filing.content)
    consortium = queries.consortium(loi, found)
    named = namings.of(loi, request.user, found)
    filed = enclosures.filed(loi, request.user)
    context = {
        "loi": loi,
        "call": loi.call,
        "country": country(loi.organisation),
        "state": LOI.state(loi.state),
        "level": content.level(loi.filing.content),
        "parts": reading.parts(found, terms),
        "files": filed,
        "remarks": remarks,
        "points": screening.points(loi, remarks, consortium, named, filed),
        "waited": screening.waited(loi, now) if loi.state == "screening" else None,
        "target": Deadline(screening.target(loi.call), loi.call.zone, now),
        "figures": _figures(loi, demands),
        "screenings": sorted(loi.screenings.all(), key=lambda s: -s.pk),
        "form": form if "secretary" in relation and loi.state == "screening" else None,
        "verdict": verdict,
        "ineligible": _offer(request, loi, "declare_ineligible"),
        "asking": _offer(request, loi, "ask_clarification"),
        "rounds": clarifications.of(loi, now),
        "consortium": consortium,
        "progress": shares.progress(consortium) if consortium else "",
        "named": named,
        "more": _more(loi.call, request, [loi]).get(loi.pk),
    }
    return render(request, "proposals/screen.html", context, status=status)


def _load(request: HttpRequest, key: str) -> LetterOfIntent:
    """A filed case before the secretariat: its screening is no reading for the applicant."""
    found = queries.visible_lois(request.user).prefetch_related("screenings__by")
    loi = get_object_or_404(found.exclude(filing=None), key=key)
    if not LOI.relation(request.user, loi) & queries.READERS:
        raise Http404
    return loi


def _figures(loi: LetterOfIntent, demands: dict) -> list[dict]:
    """Per resource: filed, as assessed with its reason, and the most one module may have."""
    found = []
    for demand in loi.filing.demands.all():
        resource, limit = demand.allocation.kind, demand.allocation.limit
        assessment = max(demand.assessments.all(), key=lambda a: a.pk, default=None)
        counted = demands.get(demand.allocation)
        found.append(
            {
                "label": resource.label,
                "basis": resource.basis,
                "unit": resource.unit,
                "filed": "—" if demand.amount is None else plain(demand.amount),
                "assessed": plain(assessment.amount) if assessment else "",
                "reason": assessment.reason if assessment else "",
                "most": plain(limit.most),
                "over": counted is not None and counted > limit.most,
            }
        )
    return found


def _offer(request: HttpRequest, loi: LetterOfIntent, action: str):
    offers = LOI.available(loi, request.user, request.arrived_at)
    return next((offer for offer in offers if offer.row.action == action), None)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_ineligible(request: HttpRequest, key: str) -> HttpResponse:
    loi = _load(request, key)
    if request.method == "POST":
        evaluation.declare_ineligible(loi, by=request.user, now=request.arrived_at)
        return redirect("cases", loi.call.code)
    verdict = LOI.verdict(loi, "declare_ineligible", Act(request.user, request.arrived_at))
    context = {
        "loi": loi,
        "call": loi.call,
        "screening": loi.screening,
        "figures": _figures(loi, queries.demands(loi)),
        "told": queries.applicants_of(loi, roles.PI, roles.AOR, roles.OWNER, roles.EDITOR),
        "url": reverse("declare_ineligible_loi", args=[loi.key]),
        "action": LOI.row("declare_ineligible"),
        "verdict": verdict,
    }
    status = 200 if verdict else 403 if verdict.who else 409
    return render(request, "proposals/ineligible_confirm.html", context, status=status)
