from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import kept
from portal.deadline import said
from portal.forms import version_of
from portal.models import KeptForm
from portal.text import plain
from portal.verdict import Refused
from proposals import content as document
from proposals import course, merging
from proposals.checks import Problem
from proposals.forms.sections import SectionForm, anchor
from proposals.models import LetterOfIntent
from proposals.sections import BY_NAME, FILES, RESOURCES, STEPS, Section
from proposals.services import drafts
from proposals.terms import Terms
from proposals.views.lois import disputes, drafting


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str, section: str) -> HttpResponse:
    loi = drafting.load(request, key)
    if not course.member(request.user, loi):
        raise Http404
    if section == FILES.name:
        return redirect("attach", key=key)
    if (spec := BY_NAME.get(section)) is None:
        raise Http404
    terms = loi.call.terms()
    if request.method == "POST":
        return _save(request, loi, spec, terms)
    if not drafting.may_write(request, loi):
        return redirect("loi", key=key)
    unsaved = kept.of(request.user, request.path, now=request.arrived_at)
    return _section(request, loi, spec, terms, unsaved=unsaved)


def _save(request: HttpRequest, loi: LetterOfIntent, spec: Section, terms: Terms) -> HttpResponse:
    """Keep the step as it was typed: by the button, by a row more or less, or while it is typed."""
    if request.POST.get("act") == "discard":
        kept.drop(request.user, request.POST.get("kept", ""))
        return redirect(request.path)
    given, version = request.POST, version_of(request)
    if given.get("act") == "merge":
        given = disputes.chosen(given, spec, drafts.base_of(loi, version))
    form = SectionForm(spec, terms, given)
    if not form.is_valid():
        if request.htmx:
            return kept.not_saved(request, form.refused[0][2], 400)
        return _section(request, loi, spec, terms, form=form, status=400)
    values = form.values
    target = _command(request, loi, spec, values)
    try:
        loi = drafts.save_draft(
            loi,
            section=spec.name,
            values=values,
            version=version,
            by=request.user,
            now=request.arrived_at,
        )
    except drafts.Disputed as dispute:
        loi = drafting.load(request, loi.key)
        if request.htmx:
            return kept.not_saved(request, disputes.line(request, loi, spec, version, dispute), 409)
        return disputes.page(request, loi, spec, version, terms, dispute)
    except Refused as refusal:
        status = drafting.status_of(refusal)
        if request.htmx:
            return kept.not_saved(request, str(refusal.verdict.reason), status)
        return _section(request, loi, spec, terms, form=form, refusal=refusal, status=status)
    kept.drop(request.user, request.POST.get("kept", ""))
    taken = merging.differing(values, loi.content[spec.name])
    note = disputes.note(request, loi, spec, version, taken)
    if request.htmx:
        return _kept(request, loi, spec, terms, taken, note)
    if note:
        messages.info(request, note)
    return redirect(target)


def _kept(
    request: HttpRequest,
    loi: LetterOfIntent,
    spec: Section,
    terms: Terms,
    taken: tuple[str, ...],
    note: str,
) -> HttpResponse:
    """What the page needs to go on: when it was saved, and what others changed meanwhile.

    The table in which a row was added or removed comes whole; what is being
    typed elsewhere is left alone.
    """
    form = SectionForm(spec, terms, loi.content[spec.name])
    form.ask(loi.content, terms)
    if spec is RESOURCES:
        _masses(form, loi.content)
    pressed = request.POST.get("add") or request.POST.get("remove", "").partition(":")[0]
    again = request.POST.get("again") and loi.saved_at == request.arrived_at
    if again:
        messages.success(
            request, _("What you typed here earlier, and could not save then, is saved.")
        )
    context = {
        "spec": spec,
        "note": note,
        "table": next((table for table in form.tables if table.name == pressed), None),
        "fields": [field for field in form.fields if field.name in taken],
        "tables": [t for t in form.tables if t.name in taken and t.name != pressed],
        "focus": _focus(request, form),
        **drafting.frame(
            request, loi, spec.name, terms, drafting.problems_of(loi, terms), loi.content
        ),
    }
    response = render(request, "proposals/loi_saved.html", context)
    if again:
        response["X-Saved-Again"] = "1"
    return response


def _focus(request: HttpRequest, form: SectionForm) -> int:
    """The row to go on in: the new one, or the one that stands where a row was removed."""
    name, _colon, place = request.POST.get("remove", "").partition(":")
    tables = {table.name: len(table.forms) for table in form.tables}
    if request.POST.get("add") in tables:
        return tables[request.POST["add"]] - 1
    return min(int(place), tables[name] - 1) if name in tables and place.isdecimal() else -1


def _command(request: HttpRequest, loi: LetterOfIntent, spec: Section, values: dict) -> str:
    """Do to the values what the pressed button says, and tell where to go on."""
    here = reverse("edit_loi", kwargs={"key": loi.key, "section": spec.name})
    tables = {rows.name: rows for rows in spec.rows}
    if (name := request.POST.get("add")) in tables:
        rows = tables[name]
        values[name].append({field.name: "" for field in rows.fields})
        return f"{here}#row-{name}-{len(values[name]) - 1}"
    name, _colon, place = request.POST.get("remove", "").partition(":")
    if name in tables and place.isascii() and place.isdigit():
        values[name][int(place) : int(place) + 1] = []
        return f"{here}#id_{name}"
    if request.POST.get("act") == "next":
        following = STEPS[STEPS.index(spec) + 1 :]
        if not following:
            return reverse("loi", kwargs={"key": loi.key})
        return drafting.address(loi, following[0])
    return here


def _section(
    request: HttpRequest,
    loi: LetterOfIntent,
    spec: Section,
    terms: Terms,
    *,
    form: SectionForm | None = None,
    unsaved: KeptForm | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    problems = drafting.problems_of(loi, terms)
    shown: list[Problem] = []
    content, version = loi.content, request.POST.get("version", loi.version)
    if unsaved:
        form, version = SectionForm(spec, terms, unsaved.data), unsaved.data.get("version", "")
    if form is None:
        form = SectionForm(spec, terms, loi.content.get(spec.name, {}))
        if spec.name in loi.content:
            shown = [problem for problem in problems if problem.section == spec.name]
            form.show(shown)
    elif form.is_valid():
        content = {**loi.content, spec.name: form.values}
    form.ask(content, terms)
    if spec is RESOURCES:
        _masses(form, content)
    place = STEPS.index(spec)
    context = {
        "spec": spec,
        "form": form,
        "unsaved": unsaved,
        "unsaved_at": said(unsaved.typed_at, loi.call.zone) if unsaved else "",
        "stamp": kept.stamp(request.user, request.path),
        "refused": form.refused if status == 400 else [],
        "problems": [(anchor(problem), problem) for problem in shown if problem.hard],
        "warnings": [(anchor(problem), problem) for problem in shown if not problem.hard],
        "refusal": refusal.verdict if refusal else None,
        "version": version,
        "place": place + 1,
        "places": len(STEPS),
        **drafting.frame(request, loi, spec.name, terms, problems, content),
    }
    return render(request, "proposals/loi_edit.html", context, status=status)


def _masses(form: SectionForm, content: dict) -> None:
    """The MEV of each row of the resource sheet, by the server's own sum."""
    mev = {element.place: element.mev_kg for element in document.sheet(content).elements}
    elements = next(table for table in form.tables if table.name == "elements")
    for place, row in enumerate(elements.forms):
        row.mev = plain(mev[place]) if place in mev else "—"


@require_POST
def headroom(request: HttpRequest, key: str) -> HttpResponse:
    """The aside for a resource sheet as it is being typed. Saves nothing."""
    loi = drafting.load(request, key)
    if not drafting.may_write(request, loi):
        raise Http404
    terms = loi.call.terms()
    form = SectionForm(RESOURCES, terms, request.POST)
    content = loi.content
    if form.is_valid():
        content = {**loi.content, RESOURCES.name: form.values}
    _masses(form, content)
    context = {"loi": loi, "tables": form.tables, **drafting.room_of(content, terms)}
    return render(request, "proposals/loi_headroom.html", context)


@require_safe
def presence(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """Who else is here, asked by an open page; leaves that this person is."""
    loi = drafting.load(request, key)
    if section not in BY_NAME or not drafting.may_write(request, loi):
        raise Http404
    drafts.look(loi, section, by=request.user, now=request.arrived_at)
    raw = request.GET.get("version", "")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else loi.version
    context = {"others": drafting.others(request, loi, section, version)}
    return render(request, "proposals/loi_others.html", context)
