"""A panel in one room: its agenda, one case at a time, and who may be there for it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import roles
from portal.deadline import said
from portal.text import plain
from portal.verdict import Refused, Verdict
from proposals import content as document
from proposals import queries as proposals
from proposals.models import Call
from proposals.workflow import CALL, LOI
from reviews import queries
from reviews.forms.consensus import ConsensusForm, initial
from reviews.forms.meetings import DISPUTE, ORDERS, RANK, OutcomeForm, PlanForm, PresentForm
from reviews.models import Item, Meeting
from reviews.services import meetings as services
from reviews.views.reading import fixed, lines, status_of, whole
from reviews.workflow import MEETING

PANEL = {"chair", "reviewer", roles.SECRETARY, roles.AUDITOR}


def met_call(request: HttpRequest, code: str) -> Call:
    """A call before those who meet over it: its panel, the secretary, the auditor to read."""
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not CALL.relation(request.user, call) & PANEL:
        raise Http404
    return call


def visible_meeting(request: HttpRequest, key: str) -> Meeting:
    return get_object_or_404(queries.visible_meetings(request.user), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """The meeting that is planned or goes on, else the last one; and the plan of the next."""
    call = met_call(request, code)
    if request.method != "POST":
        return _agenda(request, call)
    form = PlanForm(request.POST, zone=call.zone, now=request.arrived_at)
    if not form.is_valid():
        return _agenda(request, call, form=form, status=400)
    try:
        services.plan(
            call, planned_for=form.cleaned_data["due"], by=request.user, now=request.arrived_at
        )
    except Refused as refused:
        status = status_of(refused)
        return _agenda(request, call, form=form, refusal=refused.verdict, status=status)
    return redirect("meeting", code=code)


def _agenda(
    request: HttpRequest,
    call: Call,
    *,
    form: PlanForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    found = list(queries.visible_meetings(request.user).filter(call=call))
    now = found[-1] if found else None
    runs = bool(CALL.relation(request.user, call) & queries.RUNS)
    items = queries.agenda(request.user, now) if now else []
    titled = set(
        proposals.visible_lois(request.user).filter(call=call).values_list("pk", flat=True)
    )
    current = next((item for item in items if item.since), None)
    shown = bool(current) and queries.shown_to(request.user, current)
    offers = MEETING.available(now, request.user, request.arrived_at) if now else []
    context = {
        "call": call,
        "meeting": now,
        "state": MEETING.state(now.state) if now else None,
        "when": said(now.planned_for, call.zone) if now else "",
        "runs": runs,
        "reads": runs or bool(CALL.relation(request.user, call) & {roles.AUDITOR}),
        "rows": [_row(item, titled, request) for item in items],
        "orders": ORDERS,
        "offers": [
            {
                "row": offer.row,
                "url": reverse(f"{offer.row.action}_meeting", args=[now.key]),
                "blocked": "" if offer.verdict else offer.verdict.reason,
            }
            for offer in offers
        ],
        "follows": bool(now) and now.state == "open" and not runs,
        "current": content(request, current) if shown and not runs else None,
        "earlier": [
            {"meeting": one, "when": said(one.begun_at or one.planned_for, call.zone)}
            for one in reversed(found)
            if one.state == "closed"
        ],
        "form": form or PlanForm(zone=call.zone, now=request.arrived_at),
        "plans": runs and (now is None or now.state == "closed"),
        "refusal": refusal,
    }
    return render(request, "reviews/meeting.html", context, status=status)


def _row(item: Item, titled: set[int], request: HttpRequest) -> dict:
    return {
        "item": item,
        "number": f"{item.place:02d}",
        "title": document.text(item.loi.filing.content, "identity", "title")
        if item.loi_id in titled
        else "",
        "state": LOI.state(item.loi.state),
        "minutes": minutes_of(item, request),
        "outcome": item.get_outcome_display() if item.outcome else "",
        "ready": item.loi.state in queries.TALKED_OVER,
    }


def minutes_of(item: Item, request: HttpRequest) -> str:
    """How long a case was before the panel, its turn now included."""
    running = (request.arrived_at - item.since).total_seconds() if item.since else 0
    seconds = item.seconds + max(int(running), 0)
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds or item.since else ""


@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    found = visible_meeting(request, key)
    try:
        services.begin(found, by=request.user, now=request.arrived_at)
    except Refused as refused:
        status = status_of(refused)
        return _agenda(request, found.call, refusal=refused.verdict, status=status)
    return redirect("meeting", code=found.call.code)


@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    found = visible_meeting(request, key)
    try:
        services.close(found, by=request.user, now=request.arrived_at)
    except Refused as refused:
        status = status_of(refused)
        return _agenda(request, found.call, refusal=refused.verdict, status=status)
    return redirect("minutes", key=key)


@require_POST
def order_agenda(request: HttpRequest, key: str) -> HttpResponse:
    """By rank, by reference, by how far the scores lie apart, or as the numbers typed say."""
    found = visible_meeting(request, key)
    items = queries.agenda(request.user, found)
    try:
        services.order_agenda(
            found,
            cases=_ordered(request, items),
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        status = status_of(refused)
        return _agenda(request, found.call, refusal=refused.verdict, status=status)
    return redirect("meeting", code=found.call.code)


def _ordered(request: HttpRequest, items: list[Item]) -> list[str]:
    by = request.POST.get("by", "")
    if by in {RANK, DISPUTE}:
        # The rest follow as they were: a place would tell the scores to who has yet to lock.
        concluded = [item.loi for item in items if item.loi.state in queries.TALKED_OVER]
        standings = queries.ranking(concluded)
        if by == DISPUTE:
            standings.sort(key=lambda one: -(one.bench.spread.sd or 0))
        return [one.loi.key for one in standings]
    if by == "hand":
        places = {item.loi.key: _number(request, item) for item in items}
        return sorted(places, key=lambda key: places[key])
    return [item.loi.key for item in sorted(items, key=lambda item: item.loi.reference)]


def _number(request: HttpRequest, item: Item) -> float:
    """The place typed; where a case is moved to the place of another, it comes before it."""
    raw = request.POST.get(f"place-{item.loi.key}", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 5):
        return item.place
    typed = int(raw)
    return typed if typed == item.place else typed + (0.5 if typed > item.place else -0.5)


def _item(request: HttpRequest, key: str, case: str) -> Item:
    """A case on the agenda of a meeting, before whoever runs it, reads it or is in the room."""
    found = visible_meeting(request, key)
    items = [one for one in queries.agenda(request.user, found) if one.loi.key == case]
    if not items:
        raise Http404
    reads = CALL.relation(request.user, found.call) & {*queries.RUNS, roles.AUDITOR}
    if not reads and not queries.shown_to(request.user, items[0]):
        raise Http404
    return items[0]


@require_safe
def case(request: HttpRequest, key: str, case: str) -> HttpResponse:
    return _case(request, _item(request, key, case))


@require_POST
def take_up(request: HttpRequest, key: str, case: str) -> HttpResponse:
    item = _item(request, key, case)
    room = queries.room(item)
    form = PresentForm(request.POST, people=[*room.stay, *room.leave])
    if not form.is_valid():
        return _case(request, item, present=form, status=400)
    try:
        services.take_up(
            item.meeting, item.loi, present=form.chosen(), by=request.user, now=request.arrived_at
        )
    except Refused as refused:
        status = status_of(refused)
        return _case(request, item, present=form, refusal=refused.verdict, status=status)
    return redirect("meeting_case", key=key, case=case)


@require_POST
def settle(request: HttpRequest, key: str, case: str) -> HttpResponse:
    item = _item(request, key, case)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _case(request, item, outcome=form, status=400)
    try:
        services.settle(
            item.meeting,
            item.loi,
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        status = status_of(refused)
        return _case(request, item, outcome=form, refusal=refused.verdict, status=status)
    return redirect("meeting_case", key=key, case=case)


def _case(
    request: HttpRequest,
    item: Item,
    *,
    present: PresentForm | None = None,
    outcome: OutcomeForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    of, loi = item.meeting, item.loi
    item.refresh_from_db(fields=["since", "seconds", "outcome", "note"])
    room = queries.room(item)
    items = queries.agenda(request.user, of)
    place = [one.pk for one in items].index(item.pk)
    runs = queries.runs(request.user, of)
    chair = "chair" in LOI.relation(request.user, loi)
    inside = _inside(item, room)
    writes = runs and of.state == "open"
    context = {
        "call": of.call,
        "meeting": of,
        "item": item,
        "loi": loi,
        "number": f"{item.place:02d}",
        "title": document.text(loi.filing.content, "identity", "title"),
        "state": LOI.state(loi.state),
        "all": [{"item": one, "number": f"{one.place:02d}"} for one in items],
        "before": items[place - 1] if place else None,
        "after": items[place + 1] if place + 1 < len(items) else None,
        "room": room,
        "people": [{"person": p, "inside": p.pk in inside} for p in room.stay],
        "absent": [p for p in room.stay if p.pk not in inside] if item.since else [],
        "present": present,
        "content": content(request, item) if queries.shown_to(request.user, item) else None,
        "minutes": minutes_of(item, request),
        "writes": writes,
        "consensus": _consensus(item) if writes and chair and loi.state == "consensus" else None,
        "outcome": outcome or OutcomeForm(initial={"outcome": item.outcome, "note": item.note}),
        "ready": loi.state in queries.TALKED_OVER,
        "chair": chair,
        "refusal": refusal,
    }
    return render(request, "reviews/meeting_case.html", context, status=status)


def _inside(item: Item, room: queries.Room) -> set[int]:
    """Who is ticked at first: as noted in this case; else everybody who may stay and did not go."""
    if own := queries.attending([item]).get(item.pk):
        return {pk for pk, there in own.items() if there}
    return {p.pk for p in room.stay} - queries.stayed_away(item.meeting)


def _consensus(item: Item) -> dict:
    versions = list(queries.consensus_versions(item.loi))
    first = initial(versions[-1] if versions else None, len(versions))
    criteria = list(item.loi.call.criteria.all())
    form = ConsensusForm(initial=first, criteria=criteria)
    return {"form": form, "scores": [form[c.code] for c in criteria]}


def content(request: HttpRequest, item: Item) -> dict:
    """What is said of a case in the room: nothing of another one, no name that the call hides."""
    loi = item.loi
    bench = queries.bench(loi)
    names = queries.names_in_the_room(loi)
    reviews = sorted(bench.locked, key=names.order)
    totals = dict(zip((r.pk for r in bench.locked), bench.spread.totals, strict=True))
    for review in reviews:
        review.loi = loi
    return {
        "item": item,
        "loi": loi,
        "title": document.text(loi.filing.content, "identity", "title"),
        "organisation": "" if loi.call.hides_applicants else loi.organisation.name,
        "reviews": [
            {
                **whole(review),
                "name": names.of(review.reviewer),
                "leads": review.get_seat_display() if review.seat in queries.PRESENTING else "",
            }
            for review in reviews
        ],
        "criteria": lines(loi, bench, reviews),
        "totals": [plain(totals[review.pk]) for review in reviews],
        "mean": fixed(bench.spread.mean, "0.01"),
        "sd": fixed(bench.spread.sd, "0.1") or _("none"),
        "agreed_total": fixed(bench.agreed.total, "0.01"),
        "due": bench.spread.consensus_due,
        "settled": bool(bench.consensus) and not bench.facts.unagreed,
        "consensus": bench.consensus,
    }
