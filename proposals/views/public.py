from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from portal.deadline import Deadline, said
from proposals import boards, gazette, policy, queries
from proposals.models import Amendment, Call
from proposals.models.lois import COMMITTED, RUNNING
from proposals.services import drafts
from proposals.views import acts
from proposals.workflow import CALL, QUESTION

TERMS = ("milestones", "allocations__platform")


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    now = request.arrived_at
    calls = queries.visible_calls(request.user).prefetch_related(*TERMS)
    running = [
        {
            "call": call,
            "open": call.open_at(now),
            "bars": boards.public_bars(call),
            "deadline": boards.closing(call, now),
            "standing": boards.standing(call, now),
        }
        for call in calls.filter(state="published", history=False).order_by("closes_at")
    ]
    # What is open stands first; what opens later comes after it, what has just closed last.
    running.sort(key=lambda shown: (not shown["open"], now >= shown["call"].closes_at))
    evaluated = ["closed", "decisions_proposed", "decisions_approved", "suspended"]
    context = {
        "running": running,
        "evaluated": [
            {"call": call, "final": boards.planned(call, "final")}
            for call in calls.filter(state__in=evaluated, history=False).order_by("-closes_at")
        ],
        "past": past(calls),
        "missions": queries.visible_missions(),
    }
    return render(request, "proposals/front.html", context)


def past(calls) -> list[dict]:
    """Results of real calls as published, and of the portal's own once released."""
    own = calls.filter(state="released", history=False).annotate(
        filings=Count("lois", filter=Q(lois__filing__isnull=False), distinct=True),
        positive=Count("lois", filter=Q(lois__state__in=COMMITTED), distinct=True),
    )
    history = calls.filter(history=True)
    found = [
        {"call": call, "received": call.filings, "preliminary": None, "selected": call.positive}
        for call in own
    ] + [
        {
            "call": call,
            "received": call.received,
            "preliminary": call.preliminary,
            "selected": call.selected,
        }
        for call in history
    ]
    return sorted(found, key=lambda shown: shown["call"].closes_at, reverse=True)


@login_not_required
@require_safe
def mission(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_missions().prefetch_related("platforms"), slug=slug)
    calls = queries.visible_calls(request.user).filter(mission=found)
    context = {
        "mission": found,
        "calls": [
            {
                "call": call,
                "standing": boards.standing(call, request.arrived_at),
                "payloads": boards.payloads(call),
            }
            for call in calls.prefetch_related("payloads__platform").order_by("-closes_at")
        ],
    }
    return render(request, "proposals/mission.html", context)


@login_not_required
@require_safe
def call(request: HttpRequest, code: str) -> HttpResponse:
    now = request.arrived_at
    found = get_object_or_404(
        queries.visible_calls(request.user).prefetch_related(
            *TERMS, "criteria", "payloads__platform"
        ),
        code=code,
    )
    relation = policy.call_relation(request.user, found)
    ticket = own_ticket(request, found)
    context = {
        "call": found,
        "ticket": Deadline(ticket.until, found.zone, now) if ticket else None,
        "standing": boards.standing(found, now),
        "fate": gazette.fate(found),
        "open": found.open_at(now),
        "bars": boards.public_bars(found),
        "offers": boards.offers(found),
        "milestones": boards.timeline(found, now),
        "opening": boards.opening(found, now),
        "deadline": boards.closing(found, now),
        "payloads": boards.payloads(found),
        "log": [] if found.history else gazette.log(found),
        "asking": not found.history and found.open_or_ahead_at(now),
        "own_questions": _own_questions(request, found),
        "staff": not found.history and bool(relation & boards.READERS),
        "deciding": not found.history and bool(relation & boards.DECIDERS),
        "reads_ledger": not found.history and bool(relation & boards.LEDGER_READERS),
        "reading": not found.history and bool(relation & queries.READERS),
    }
    if context["staff"]:
        context["state"] = CALL.state(found.state)
        context["buttons"] = acts.on_call(found, CALL.available(found, request.user, now))
        context["revisable"] = found.state == "draft" and "secretary" in relation
        context["answering"] = bool(relation & {"secretary", "auditor"})
        context["amending"] = "secretary" in relation and found.state in CALL.row("cancel").from_
        context["cases"] = found.lois.filter(state__in=RUNNING).count()
    return render(request, "proposals/call.html", context)


def own_ticket(request: HttpRequest, call: Call) -> Amendment | None:
    """The late ticket by which this person's organisation may still begin and file a letter."""
    if call.open_at(request.arrived_at) or call.state not in {"published", "closed"}:
        return None
    if not request.user.is_authenticated or not (seats := request.user.seats()):
        return None
    own = [pk for pk, held in seats.items() if held & drafts.WRITERS]
    running = queries.running_tickets(call, request.arrived_at)
    return running.filter(organisation__in=own).order_by("-until").first()


def _own_questions(request: HttpRequest, call: Call) -> list[dict]:
    """What this person asked, and what was answered: to nobody else."""
    if call.history or not request.user.is_authenticated:
        return []
    own = call.questions.filter(asker=request.user).order_by("asked_at", "pk")
    return [
        {
            "question": question,
            "state": QUESTION.state(question.state),
            "asked": said(question.asked_at, call.zone),
        }
        for question in own
    ]
