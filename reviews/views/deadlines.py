"""The reviews of a call that are owed: by when, how far they are, and what to do with the late ones."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal import roles
from portal.deadline import Deadline, zone_name, zoned
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import queries as proposals
from proposals.models import Call
from proposals.workflow import CALL
from reviews import queries, services
from reviews.forms.panel import ExtendForm, ReassignForm
from reviews.models import Assignment
from reviews.views.reading import status_of
from reviews.workflow import ASSIGNMENT

# What is offered first when later instants are set, or somebody else is asked.
MORE, STAYS_OPEN = timedelta(days=14), timedelta(days=7)


def _call(request: HttpRequest, code: str) -> Call:
    call = get_object_or_404(proposals.visible_calls(request.user), code=code, history=False)
    if not CALL.relation(request.user, call) & {roles.SECRETARY, roles.AUDITOR, "chair"}:
        raise Http404
    return call


@require_http_methods(["GET", "HEAD", "POST"])
def deadlines(request: HttpRequest, code: str) -> HttpResponse:
    """Every review of the call that is not locked, the first due first; later instants for all."""
    call, now = _call(request, code), request.arrived_at
    found = list(queries.owed_in(call, request.user))
    others = [one for one in found if one.reviewer_id != request.user.pk]
    mine = {one.loi_id for one in found if one.reviewer_id == request.user.pk}
    form = ExtendForm(request.POST or None, zone=call.zone, now=now, initial=_offered(call, now))
    refusal, status = None, 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            number = services.extend_all(
                others, **form.instants, reason=form.cleaned_data["reason"],
                by=request.user, now=now,
            )  # fmt: skip
        except Refused as refused:
            refusal, status = refused.verdict, status_of(refused)
        else:
            said = ngettext("%(n)s review has later instants.", "%(n)s reviews have later instants.", number)  # fmt: skip
            messages.info(request, said % {"n": number})
            return redirect("deadlines", code=code)
    context = {
        "call": call,
        "lines": [
            _line(request, one, secret=one in others and one.loi_id in mine) for one in found
        ],
        "form": form,
        "zone": zone_name(call.zone),
        "extends": len(others)
        if CALL.relation(request.user, call) & {roles.SECRETARY, "chair"}
        else 0,
        "refusal": refusal,
    }
    return render(request, "reviews/deadlines.html", context, status=status)


def _offered(call: Call, now: datetime) -> dict[str, datetime]:
    """Midnight of the day a fortnight from now, by the clock of the call; a week later it closes."""
    local = (now + MORE).astimezone(call.zoneinfo)
    due = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return {"due": due, "closes": due + STAYS_OPEN}


def _line(request: HttpRequest, assignment: Assignment, *, secret: bool) -> dict:
    """`secret`: how far it is written is not told, since the reader has an own one to write."""
    call, now = assignment.loi.call, request.arrived_at
    due_at, closes_at = assignment.due_at, assignment.closes_at
    names = queries.names(request.user, assignment.loi)
    extends = ASSIGNMENT.verdict(assignment, "extend", Act(request.user, now))
    removes = ASSIGNMENT.verdict(assignment, "remove", Act(request.user, now))
    return {
        "assignment": assignment,
        "name": names.of(assignment.reviewer),
        "state": ASSIGNMENT.state(assignment.state),
        "deadline": Deadline(due_at, call.zone, now) if due_at else None,
        "days": (now - due_at).days if due_at and due_at <= now else None,
        "long": queries.long_overdue(assignment, now),
        "closes": zoned(closes_at, call.zone) if closes_at else "",
        "closed": closes_at is not None and closes_at <= now,
        "accepted": assignment.state == "accepted",
        "progress": queries.progress(assignment)
        if assignment.state == "accepted" and not secret
        else None,
        "extends": bool(extends),
        "reassigns": bool(removes) and roles.SECRETARY in request.user.roles(),
    }


def _owed(request: HttpRequest, key: str) -> Assignment:
    """Somebody's review that is not locked, before the secretary or the chair."""
    found = queries.visible_assignments(request.user).exclude(reviewer=request.user)
    return get_object_or_404(found.filter(state__in=queries.UNLOCKED), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, key: str) -> HttpResponse:
    """Later instants for one review."""
    assignment, now = _owed(request, key), request.arrived_at
    call = assignment.loi.call
    form = ExtendForm(request.POST or None, zone=call.zone, now=now, initial=_offered(call, now))
    refusal, status = None, 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.extend(
                assignment, **form.instants, reason=form.cleaned_data["reason"],
                by=request.user, now=now,
            )  # fmt: skip
        except Refused as refused:
            refusal, status = refused.verdict, status_of(refused)
        else:
            messages.info(request, _("The review of %(case)s has later instants.") % {"case": assignment.loi.reference})  # fmt: skip
            return redirect("deadlines", code=call.code)
    return _page(request, "reviews/extend.html", assignment, form, refusal, status)


@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody else in the place of who is late: taken off and invited in one act."""
    assignment, now = _owed(request, key), request.arrived_at
    if roles.SECRETARY not in ASSIGNMENT.relation(request.user, assignment):
        raise Http404
    loi, call = assignment.loi, assignment.loi.call
    on_it = set(loi.assignments.exclude(state="removed").values_list("reviewer", flat=True))
    role = roles.ASSESSOR if assignment.assessed else roles.REVIEWER
    candidates = [
        c
        for c in queries.candidates(
            loi, on=now.date(), until=(now + MORE).date(), seen_by=request.user
        )
        if c.member.user_id not in on_it and c.member.role == role
    ]
    form = ReassignForm(
        request.POST or None,
        zone=call.zone,
        now=now,
        candidates=candidates,
        initial={**_offered(call, now), "reason": _reason(assignment, now)},
    )
    refusal, status = None, 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        people = {c.member.user.key: c.member.user for c in candidates}
        to = people[form.cleaned_data["reviewer"]]
        try:
            services.reassign(
                assignment, to=to, **form.instants, reason=form.cleaned_data["reason"],
                by=request.user, now=now,
            )  # fmt: skip
        except Refused as refused:
            refusal, status = refused.verdict, status_of(refused)
        else:
            said = _("%(name)s is asked to review %(case)s.")
            messages.info(request, said % {"name": to, "case": loi.reference})
            return redirect("assign", key=loi.key)
    more = {"candidates": candidates, "chosen": form["reviewer"].value()}
    return _page(request, "reviews/reassign.html", assignment, form, refusal, status, **more)


def _reason(assignment: Assignment, now: datetime) -> str:
    if assignment.due_at is None or now < assignment.due_at:
        return ""
    days = (now - assignment.due_at).days
    said = ngettext("The review is %(n)s day overdue.", "The review is %(n)s days overdue.", days)
    return said % {"n": days}


def _page(
    request: HttpRequest,
    template: str,
    assignment: Assignment,
    form,
    refusal: Verdict | None,
    status: int,
    **more: object,
) -> HttpResponse:
    context = {
        "line": _line(request, assignment, secret=queries.writes_one(request.user, assignment.loi)),
        "assignment": assignment,
        "loi": assignment.loi,
        "call": assignment.loi.call,
        "zone": zone_name(assignment.loi.call.zone),
        "form": form,
        "refusal": refusal,
        **more,
    }
    return render(request, template, context, status=status)
