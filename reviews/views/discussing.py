"""The discussion of a case, among those who have judged it."""

from itertools import pairwise

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal import kept, roles
from portal.deadline import said
from portal.verdict import Refused, Verdict
from proposals import content as document
from proposals import differences
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries, services
from reviews.forms.discussion import CommentForm, EditForm, HearingForm
from reviews.models import Comment, CommentVersion
from reviews.views.ranking import RANKED
from reviews.views.reading import status_of


def _case(request: HttpRequest, key: str) -> LetterOfIntent:
    """A case whose discussion this person reads; 404 for everybody else."""
    found = proposals.visible_lois(request.user).filter(state__in=RANKED)
    loi = get_object_or_404(found, key=key)
    if not queries.levels(request.user, loi):
        raise Http404
    return loi


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, key: str) -> HttpResponse:
    """Its threads, and what one adds to them."""
    loi = _case(request, key)
    if request.method != "POST":
        return _page(request, loi)
    if request.POST.get("act") == "discard":
        kept.drop(request.user, request.POST.get("kept", ""))
        return redirect("discussion", key=key)
    form = _form(request, loi, request.POST)
    if not form.is_valid():
        return _page(request, loi, form=form, status=400)
    thread = None
    if form.cleaned_data["thread"]:
        readable = Comment.objects.filter(
            loi=loi, thread=None, level__in=queries.levels(request.user, loi)
        )
        thread = get_object_or_404(readable, key=form.cleaned_data["thread"])
    try:
        comment = services.add_comment(
            loi,
            text=form.cleaned_data["text"],
            level=form.cleaned_data["level"],
            criterion=form.cleaned_data["criterion"],
            thread=thread,
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        status = status_of(refused)
        return _page(request, loi, form=form, refusal=refused.verdict, status=status)
    kept.drop(request.user, request.POST.get("kept", ""))
    return _back(loi, comment)


def _back(loi: LetterOfIntent, comment: Comment) -> HttpResponse:
    answer = redirect("discussion", key=loi.key)
    answer["Location"] += f"#c-{comment.key}"
    return answer


def _form(request: HttpRequest, loi: LetterOfIntent, data=None, **given) -> CommentForm:
    return CommentForm(
        data,
        levels=queries.may_comment(request.user, loi),
        criteria=list(loi.call.criteria.all()),
        **given,
    )


def _comment(request: HttpRequest, key: str) -> Comment:
    """An own comment on a case one reads."""
    comment = get_object_or_404(
        Comment.objects.filter(by=request.user).select_related("loi__call"), key=key
    )
    comment.loi = _case(request, comment.loi.key)
    if comment.level not in queries.levels(request.user, comment.loi):
        raise Http404
    return comment


@require_POST
def edit_comment(request: HttpRequest, key: str) -> HttpResponse:
    comment = _comment(request, key)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _page(request, comment.loi, edit=(comment, form), status=400)
    try:
        services.edit_comment(
            comment,
            text=form.cleaned_data["text"],
            over=form.cleaned_data["over"],
            by=request.user,
            now=request.arrived_at,
        )
    except Refused as refused:
        typed = request.POST.copy()
        typed["over"] = comment.versions.count()
        return _page(
            request,
            comment.loi,
            edit=(comment, EditForm(typed)),
            refusal=refused.verdict,
            status=status_of(refused),
        )
    return _back(comment.loi, comment)


@require_POST
def withdraw_comment(request: HttpRequest, key: str) -> HttpResponse:
    comment = _comment(request, key)
    try:
        services.withdraw_comment(comment, by=request.user, now=request.arrived_at)
    except Refused as refused:
        status = status_of(refused)
        return _page(request, comment.loi, refusal=refused.verdict, status=status)
    return _back(comment.loi, comment)


@require_POST
def read_discussion(request: HttpRequest, key: str) -> HttpResponse:
    """What the page says of itself once it is shown; without scripts, a button."""
    loi = _case(request, key)
    raw = request.POST.get("up_to", "")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0
    services.mark_read(loi, up_to=number, by=request.user, now=request.arrived_at)
    return HttpResponse(status=204) if request.htmx else redirect("discussion", key=key)


@require_POST
def choose_hearing(request: HttpRequest, key: str) -> HttpResponse:
    loi = _case(request, key)
    form = HearingForm(request.POST)
    if not form.is_valid():
        return _page(request, loi, hearing=form, status=400)
    services.choose_hearing(how=form.cleaned_data["how"], by=request.user)
    return redirect("discussion", key=key)


def _page(
    request: HttpRequest,
    loi: LetterOfIntent,
    *,
    form: CommentForm | None = None,
    edit: tuple[Comment, EditForm] | None = None,
    hearing: HearingForm | None = None,
    refusal: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    names = queries.names(request.user, loi)
    open_ = loi.state in queries.DISCUSSED
    writes = open_ and bool(queries.may_comment(request.user, loi))
    unsaved = kept.of(request.user, request.path, now=request.arrived_at) if writes else None
    threads = queries.threads(request.user, loi)
    every = [one for first in threads for one in (first, *first.replies.all())]
    last = max((v.pk for one in every for v in one.versions.all()), default=0)
    read = queries.read_up_to(loi)
    mine = read.get(request.user.pk)
    told = _Telling(request, loi, names, mine.version_id if mine else 0, edit)
    words = LOI.relation(request.user, loi)
    typed = dict(unsaved.fields) if unsaved else {}
    answering = (form and form.data.get("thread")) or typed.get("thread", "")
    context = {
        "loi": loi,
        "call": loi.call,
        "title": document.text(loi.filing.content, "identity", "title"),
        "state": LOI.state(loi.state),
        "judges": bool(words & {"chair", roles.AUDITOR}),
        "agreeing": bool(words & {"chair", roles.AUDITOR}) or queries.has_judged(request.user, loi),
        "open": open_,
        "writes": writes,
        "threads": [
            {
                "first": told.line(first),
                "answers": [told.line(one) for one in first.replies.all()],
                "answering": answering == first.key,
            }
            for first in threads
        ],
        "form": form or _form(request, loi, initial=typed),
        "answering": answering,
        "last": last,
        "unread": bool(last) and (mine is None or mine.version_id < last),
        "read": _read_by(loi, names, every, read, request) if every else [],
        "hearing": hearing
        or HearingForm(initial={"how": queries.hearing([request.user])[request.user.pk]}),
        "unsaved": unsaved,
        "stamp": kept.stamp(request.user, request.path),
        "refusal": refusal,
    }
    return render(request, "reviews/discussion.html", context, status=status)


class _Telling:
    """Comments as one reader sees them."""

    def __init__(self, request, loi, names: queries.Names, read: int, edit) -> None:
        self.me, self.zone, self.names, self.read, self.edit = (
            request.user,
            loi.call.zone,
            names,
            read,
            edit,
        )
        self.open = loi.state in queries.DISCUSSED

    def line(self, comment: Comment) -> dict:
        versions: list[CommentVersion] = list(comment.versions.all())
        last, own = versions[-1], comment.by_id == self.me.pk
        changes = self.open and own and not last.withdrawn
        form = None
        if changes:
            form = EditForm(initial={"text": last.text, "over": len(versions)})
            if self.edit and self.edit[0].pk == comment.pk:
                form = self.edit[1]
        return {
            "comment": comment,
            "by": self.names.of(comment.by),
            "at": said(comment.at.replace(second=0, microsecond=0), self.zone),
            "level": comment.get_level_display(),
            "text": last.text,
            "withdrawn": last.withdrawn,
            "new": last.pk > self.read and not own,
            "earlier": []
            if last.withdrawn
            else [
                {
                    "at": said(new.at.replace(second=0, microsecond=0), self.zone),
                    "pieces": differences.words(old.text, new.text),
                }
                for old, new in pairwise(versions)
            ],
            "edit": form,
            "editing": bool(form and form.is_bound),
        }


def _read_by(loi: LetterOfIntent, names: queries.Names, every, read, request) -> list[dict]:
    """Who has read how far, of what they may read and this reader reads too."""
    lines: dict[int, dict] = {}
    for level in {one.level for one in every}:
        versions = [v for one in every if one.level == level for v in one.versions.all()]
        for person in queries.readers(loi, level):
            up_to = read.get(person.pk)
            seen = up_to.version_id if up_to else 0
            line = lines.setdefault(person.pk, {"name": names.of(person), "left": 0, "at": ""})
            line["left"] += sum(v.pk > seen for v in versions)
            if up_to:
                line["at"] = said(up_to.at.replace(second=0, microsecond=0), loi.call.zone)
    return sorted(lines.values(), key=lambda line: line["name"])
