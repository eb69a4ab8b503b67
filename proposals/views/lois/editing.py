from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.text import plain
from portal.verdict import Refused
from proposals import content as document
from proposals import reading
from proposals.checks import Problem
from proposals.forms.sections import SectionForm, anchor
from proposals.models import LetterOfIntent
from proposals.sections import BY_NAME, FILES, RESOURCES, STEPS, Section
from proposals.services import drafts
from proposals.terms import Terms
from proposals.views.lois import drafting


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str, section: str) -> HttpResponse:
    loi = drafting.load(request, key)
    if section == FILES.name:
        return redirect("attach", key=key)
    if (spec := BY_NAME.get(section)) is None:
        raise Http404
    terms = loi.call.terms()
    if request.method == "GET":
        if not drafting.may_write(request, loi):
            return redirect("loi", key=key)
        return _section(request, loi, spec, terms)
    form = SectionForm(spec, terms, request.POST)
    if request.htmx:
        return _autosave(request, loi, spec, form)
    if not form.is_valid():
        return _section(request, loi, spec, terms, form=form, status=400)
    values = form.values
    target = _command(request, loi, spec, values)
    try:
        drafts.save_draft(
            loi,
            section=spec.name,
            values=values,
            version=drafting.version_of(request),
            by=request.user,
            now=request.arrived_at,
        )
    except drafts.Stale as stale:
        loi = drafting.load(request, key)
        if loi.content.get(spec.name) != values:
            return _stale(request, loi, spec, values, terms, stale)
        # A second click on the same page: what it would save is saved already.
    except Refused as refusal:
        return _section(
            request,
            loi,
            spec,
            terms,
            form=form,
            refusal=refusal,
            status=drafting.status_of(refusal),
        )
    return redirect(target)


def _autosave(
    request: HttpRequest, loi: LetterOfIntent, spec: Section, form: SectionForm
) -> HttpResponse:
    """Keep what is being typed, and say in one line whether it is kept."""
    trouble = ""
    if not form.is_valid():
        trouble = form.refused[0][2]
    else:
        try:
            loi = drafts.save_draft(
                loi,
                section=spec.name,
                values=form.values,
                version=drafting.version_of(request),
                by=request.user,
                now=request.arrived_at,
            )
        except drafts.Stale:
            trouble = _("The draft was saved elsewhere meanwhile. Press Save to compare.")
        except Refused as refusal:
            trouble = str(refusal.verdict.reason)
    context = {"loi": loi, "saved": drafting.saved(request, loi), "trouble": trouble}
    return render(request, "proposals/loi_saved.html", context)


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
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    problems = drafting.problems_of(loi, terms)
    shown: list[Problem] = []
    content = loi.content
    if form is None:
        form = SectionForm(spec, terms, loi.content.get(spec.name, {}))
        if spec.name in loi.content:
            shown = [problem for problem in problems if problem.section == spec.name]
            form.show(shown)
    elif form.is_valid():
        content = {**loi.content, spec.name: form.values}
    if spec is RESOURCES:
        _masses(form, content)
    place = STEPS.index(spec)
    context = {
        "spec": spec,
        "form": form,
        "refused": form.refused if status == 400 else [],
        "problems": [(anchor(problem), problem) for problem in shown if problem.hard],
        "warnings": [(anchor(problem), problem) for problem in shown if not problem.hard],
        "refusal": refusal.verdict if refusal else None,
        "version": request.POST.get("version", loi.version),
        "place": place + 1,
        "places": len(STEPS),
        **drafting.frame(request, loi, spec.name, terms, problems, content),
    }
    return render(request, "proposals/loi_edit.html", context, status=status)


def _masses(form: SectionForm, content: dict) -> None:
    """The MEV of each row of the resource sheet, by the server's own sum."""
    mev = {element.place: element.mev_kg for element in document.sheet(content).elements}
    for table in form.tables:
        for place, row in enumerate(table.forms):
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
    context = {
        "loi": loi,
        "stale": drafting.version_of(request) != loi.version and loi.saved_by != request.user,
        "tables": form.tables,
        **drafting.room_of(content, terms),
    }
    return render(request, "proposals/loi_headroom.html", context)


def _stale(
    request: HttpRequest,
    loi: LetterOfIntent,
    spec: Section,
    values: dict,
    terms: Terms,
    stale: Refused,
) -> HttpResponse:
    saved = loi.content.get(spec.name, {})
    context = {
        "loi": loi,
        "spec": spec,
        "refusal": stale.verdict,
        "saved": drafting.saved(request, loi),
        "fields": _compare(spec, values, saved, terms),
        "typed": [
            (name, value)
            for name, held in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "version", "add", "remove", "act"}
            for value in held
        ],
    }
    return render(request, "proposals/loi_stale.html", context, status=409)


def _compare(spec: Section, yours: dict, saved: dict, terms: Terms) -> list[dict]:
    """Both versions of a section, field by field and row by row."""
    found = []
    for field in spec.fields:
        pair = [reading.value(field, one.get(field.name, ""), terms) for one in (yours, saved)]
        found.append({"label": field.label, "yours": pair[0], "saved": pair[1]})
    for rows in spec.rows:
        tables = [one.get(rows.name, []) for one in (yours, saved)]
        for place in range(max(len(table) for table in tables)):
            pair = [
                " · ".join(
                    shown
                    for field in rows.fields
                    if (shown := reading.value(field, table[place].get(field.name, ""), terms))
                )
                if place < len(table)
                else ""
                for table in tables
            ]
            label = f"{rows.label} {place + 1}"
            found.append({"label": label, "yours": pair[0], "saved": pair[1]})
    for line in found:
        line["differs"] = line["yours"] != line["saved"]
    return [line for line in found if line["yours"] or line["saved"]]
