"""A partner's share: asked by the lead, countersigned or declined by the partner's own key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import queries as people
from portal import reauthentication
from portal.deadline import Deadline, said
from portal.forms import reason_of
from portal.models import Organisation
from portal.similarity import Party
from portal.verdict import Refused, Verdict
from portal.workflow import Act
from proposals import content as document
from proposals import course, queries, reading, shares
from proposals.forms.lois import FileForm
from proposals.models import LetterOfIntent, Share
from proposals.sections import IDENTITY
from proposals.services import shares as services
from proposals.views.lois import drafting
from proposals.workflow import SHARE


@require_safe
def partners(request: HttpRequest, key: str) -> HttpResponse:
    return _partners(request, _own(request, key))


def _own(request: HttpRequest, key: str) -> LetterOfIntent:
    """The letter, for the members of its organisation: whom it asks is the lead's affair."""
    loi = drafting.load(request, key)
    if not course.member(request.user, loi):
        raise Http404
    return loi


def _partners(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    act = Act(request.user, request.arrived_at)
    found = queries.consortium(loi, loi.content)
    organisations = list(Organisation.objects.exclude(pk=loi.organisation_id).order_by("name"))
    lines = []
    for one in found:
        asking = Share(loi=loi, words=one.words, digest="")
        verdict = SHARE.verdict(asking, "ask", act)
        askable = one.state not in {"asked", "countersigned", "declined"}
        lines.append(
            {
                "standing": one,
                "at": said(one.share.answered_at, loi.call.zone)
                if one.share and one.share.answered_at
                else "",
                "likely": _likely(one, organisations) if askable else "",
                "asks": askable and bool(verdict),
                "blocked": verdict.reason if askable and not verdict and not verdict.who else "",
                "takes_back": one.state == "asked"
                and bool(SHARE.verdict(one.share, "take_back", act)),
            }
        )
    context = {
        "loi": loi,
        "call": loi.call,
        "lines": lines,
        "progress": shares.progress(found) if found else "",
        "organisations": organisations,
        "refusal": refusal,
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
    }
    return render(request, "proposals/partners.html", context, status=status)


def _likely(one: shares.Standing, organisations: list[Organisation]) -> str:
    """The key of the registered organisation that the row most likely names."""
    asked = Party("", (one.name,))
    found = people.likely(asked, organisations)
    return found[0][0].key if found else ""


@require_POST
def ask(request: HttpRequest, key: str) -> HttpResponse:
    loi = _own(request, key)
    place = request.POST.get("place", "")
    words = {str(at): found for at, found in shares.partners(loi.content)}.get(place)
    organisation = Organisation.objects.filter(key=request.POST.get("organisation", "")).first()
    if words is None or organisation is None:
        return _partners(request, loi, status=400)
    act = {"by": request.user, "now": request.arrived_at}
    try:
        services.ask(loi, words=words, organisation=organisation, **act)
    except Refused as refusal:
        if refusal.verdict.rule != "share_asked":  # a second click
            status = drafting.status_of(refusal)
            return _partners(request, loi, refusal=refusal.verdict, status=status)
    return redirect("partners", key=key)


@require_safe
def share(request: HttpRequest, key: str) -> HttpResponse:
    return _share(request, _load(request, key))


def _load(request: HttpRequest, key: str) -> Share:
    return get_object_or_404(queries.visible_shares(request.user), key=key)


def _share(
    request: HttpRequest,
    share: Share,
    *,
    form: FileForm | None = None,
    refusal: Verdict | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    """Of the letter no more than who leads it, what it is called, and this share of it."""
    loi, user = share.loi, request.user
    act = Act(user, request.arrived_at, "?")
    content = reading.thaw(loi.filing.content) if loi.filing else loi.content
    (level,) = (field for field in IDENTITY.fields if field.name == "level")
    form = form or FileForm(user=user, proved=reauthentication.proved_at(request))
    verdict = SHARE.verdict(share, "countersign", act)
    context = {
        "loi": loi,
        "call": loi.call,
        "share": share,
        "state": SHARE.state(share.state),
        "level": reading.value(level, document.level(content), loi.call.terms()),
        "form": form,
        "proved": said(form.proved.replace(second=0, microsecond=0), loi.call.zone)
        if form.proved
        else "",
        "countersigns": bool(verdict),
        "blocked": "" if verdict or verdict.who or share.state != "asked" else verdict.reason,
        "declines": bool(SHARE.verdict(share, "decline", act)),
        "answered": said(share.answered_at, loi.call.zone) if share.answered_at else "",
        "asked": said(share.asked_at, loi.call.zone),
        "reads": queries.readable_lois(user).filter(pk=loi.pk).exists(),
        "refusal": refusal,
        "typed": typed,
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
    }
    return render(request, "proposals/share.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def countersign(request: HttpRequest, key: str) -> HttpResponse:
    """The partner's key, after proving who turns it."""
    share = _load(request, key)
    if request.method != "POST":
        return redirect("share", key=key)
    form = FileForm(request.POST, user=request.user, proved=reauthentication.proved_at(request))
    if status := reauthentication.asked(request, form):
        return _share(request, share, form=form, status=status)
    digest, act = request.POST.get("digest", ""), {"by": request.user, "now": request.arrived_at}
    try:
        services.countersign(share, digest=digest, **act)
    except Refused as refusal:
        share = _load(request, key)
        if share.state == "countersigned" and share.digest == digest:
            return redirect("share", key=key)  # a second click, or a colleague's
        status = drafting.status_of(refusal)
        return _share(request, share, refusal=refusal.verdict, status=status)
    return redirect("share", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, key: str) -> HttpResponse:
    share = _load(request, key)
    if request.method != "POST":
        return redirect("share", key=key)
    reason = reason_of(request, most=2000)
    try:
        services.decline(share, reason=reason, by=request.user, now=request.arrived_at)
    except Refused as refusal:
        status = drafting.status_of(refusal)
        share = _load(request, key)
        return _share(request, share, refusal=refusal.verdict, typed=reason, status=status)
    return redirect("share", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    share = _load(request, key)
    if request.method == "POST":
        try:
            services.take_back(share, by=request.user, now=request.arrived_at)
        except Refused as refusal:
            status = drafting.status_of(refusal)
            return _share(request, _load(request, key), refusal=refusal.verdict, status=status)
    if course.member(request.user, share.loi):
        return redirect("partners", key=share.loi.key)
    return redirect("share", key=key)
