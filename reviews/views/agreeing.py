"""From the reviews of a case to what its panel agrees on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal import kept, roles
from portal.deadline import said
from portal.text import plain
from portal.verdict import Refused, Verdict
from proposals import content as document
from proposals import differences
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries, services
from reviews.forms.consensus import AnswerForm, ConsensusForm, initial
from reviews.models import Consensus, Meeting
from reviews.views.ranking import RANKED
from reviews.views.reading import fixed, lines, status_of, whole


def agreed_case(request: HttpRequest, key: str) -> tuple[LetterOfIntent, str]:
    """A case with the reader's part in it: the chair, a reviewer who has locked, the auditor."""
    found = queries.judged_by_others(request.user).filter(state__in=RANKED).select_related("pi")
    loi = get_object_or_404(found, key=key)
    who = LOI.relation(request.user, loi)
    for part in ("chair", roles.AUDITOR):
        if part in who:
            return loi, part
    if queries.has_judged(request.user, loi):
        return loi, roles.REVIEWER
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
def consensus(request: HttpRequest, key: str) -> HttpResponse:
    """The scores with their findings, what is due and why, and what the panel agrees instead."""
    loi, part = agreed_case(request, key)
    if request.method != "POST":
        return _page(request, loi, part)
    if request.POST.get("act") == "discard":
        kept.drop(request.user, request.POST.get("kept", ""))
        return redirect("consensus", key=key)
    form = ConsensusForm(request.POST, criteria=list(loi.call.criteria.all()))
    if not form.is_valid():
        return _page(request, loi, part, form=form, status=400)
    write = services.write_consensus if part == "chair" else services.draft_consensus
    try:
        write(
            loi,
            text=form.cleaned_data["text"],
            scores=form.scores(),
            over=form.cleaned_data["over"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        typed = request.POST.copy()
        typed["over"] = queries.consensus_versions(loi).count()
        form = ConsensusForm(typed, criteria=form.criteria)
        status = status_of(refused)
        return _page(request, loi, part, form=form, refusal=refused.verdict, status=status)
    kept.drop(request.user, request.POST.get("kept", ""))
    if meeting := _meeting(request, loi):
        return redirect("meeting_case", key=meeting.key, case=key)
    return redirect("consensus", key=key)


def _meeting(request: HttpRequest, loi: LetterOfIntent) -> Meeting | None:
    """The meeting in which it was typed, if it was."""
    found = queries.visible_meetings(request.user).filter(call=loi.call, state="open")
    return found.filter(key=request.POST.get("meeting", "")).first()


@require_POST
def answer_consensus(request: HttpRequest, key: str) -> HttpResponse:
    loi, part = agreed_case(request, key)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, loi, part, answer=form, status=400)
    try:
        services.answer_consensus(
            loi,
            version=form.cleaned_data["version"],
            agrees=form.cleaned_data["answer"] == AnswerForm.AGREE,
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        status = status_of(refused)
        return _page(request, loi, part, answer=form, refusal=refused.verdict, status=status)
    return redirect("consensus", key=key)


def _page(
    request: HttpRequest,
    loi: LetterOfIntent,
    part: str,
    *,
    form: ConsensusForm | None = None,
    answer: AnswerForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    bench = queries.bench(loi)
    versions = list(queries.consensus_versions(loi))
    last = versions[-1] if versions else None
    writes = (part == "chair" and loi.state == "consensus") or (
        part == roles.REVIEWER
        and loi.state in queries.DISCUSSED
        and queries.may_draft(request.user, loi)
    )
    unsaved = kept.of(request.user, request.path, now=request.arrived_at) if writes else None
    if form is None:
        first = initial(last, len(versions)) | (dict(unsaved.fields) if unsaved else {})
        form = ConsensusForm(
            initial=first | {"over": len(versions)}, criteria=list(loi.call.criteria.all())
        )
    names = queries.names(request.user, loi)
    reviews = sorted(bench.locked, key=names.order)
    for review in reviews:
        review.loi = loi
    sheet = lines(loi, bench, reviews)
    for line in sheet:
        line["field"] = form[line["criterion"].code]
    totals = dict(zip((r.pk for r in bench.locked), bench.spread.totals, strict=True))
    context = {
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.filing.content, "identity", "title"),
        "state": LOI.state(loi.state),
        "chair": part == "chair",
        "judges": part != roles.REVIEWER,
        "reviews": [{**whole(review), "name": names.of(review.reviewer)} for review in reviews],
        "criteria": sheet,
        "totals": [plain(totals[review.pk]) for review in reviews],
        "mean": fixed(bench.spread.mean, "0.01"),
        "sd": fixed(bench.spread.sd, "0.1"),
        "agreed_total": fixed(bench.agreed.total, "0.01"),
        "due": bench.spread.consensus_due,
        "unagreed": bench.facts.unagreed,
        "written": bench.consensus,
        "versions": list(reversed(_told(versions, loi.call.zone, names))),
        "writes": writes,
        "form": form,
        "answer": (answer or AnswerForm(initial={"version": len(versions)}))
        if last and part == roles.REVIEWER and loi.state in queries.DISCUSSED
        else None,
        "unsaved": unsaved,
        "stamp": kept.stamp(request.user, request.path),
        "refusal": refusal,
    }
    return render(request, "reviews/consensus.html", context, status=status)


def _told(versions: list[Consensus], zone: str, names: queries.Names) -> list[dict]:
    """Each version with what it changed in the one before, and who answered it."""
    found = []
    for number, version in enumerate(versions, 1):
        before = versions[number - 2] if number > 1 else None
        old = queries.agreed_scores(before)
        new = queries.agreed_scores(version)
        answers = {answer.by_id: answer for answer in version.answers.all()}
        found.append(
            {
                "number": number,
                "version": version,
                "by": names.of(version.by),
                "at": said(version.at.replace(second=0, microsecond=0), zone),
                "pieces": differences.words(before.text, version.text) if before else (),
                "scores": [
                    {
                        "code": code,
                        "new": plain(new[code]) if code in new else "",
                        "old": plain(old[code]) if code in old else "",
                        "changed": before is not None and old.get(code) != new.get(code),
                    }
                    for code in sorted(old.keys() | new.keys())
                ],
                "answers": [
                    {"by": names.of(one.by), "agrees": one.agrees, "reason": one.reason}
                    for one in answers.values()
                ],
            }
        )
    return found
