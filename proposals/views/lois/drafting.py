from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.deadline import Deadline, said
from portal.text import plain
from portal.verdict import Refused
from proposals import attachments, queries, reading
from proposals import content as document
from proposals import headroom as room
from proposals.checks import Problem, check
from proposals.course import Step
from proposals.forms.lois import AttachForm, SectionForm, anchor
from proposals.models import LetterOfIntent
from proposals.sections import BY_NAME, FILES, RESOURCES, STEPS, Section
from proposals.services import drafts
from proposals.terms import Terms
from proposals.workflow import LOI


def load(request: HttpRequest, key: str) -> LetterOfIntent:
    found = queries.visible_lois(request.user).select_related(
        "attachment", "pi", "saved_by", "signed_off_by"
    )
    return get_object_or_404(found, key=key)


def may_write(request: HttpRequest, loi: LetterOfIntent) -> bool:
    return loi.writable and bool(LOI.relation(request.user, loi) & drafts.WRITERS)


def version_of(request: HttpRequest) -> int:
    """The version of the page that was posted; none is no version at all."""
    raw = request.POST.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


def status_of(refusal: Refused) -> int:
    return 403 if refusal.verdict.who else 409


def problems_of(loi: LetterOfIntent, terms: Terms) -> list[Problem]:
    return check(loi.content, terms, files=loi.file_kinds)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str, section: str) -> HttpResponse:
    loi = load(request, key)
    if section == FILES.name:
        return redirect("attach", key=key)
    if (spec := BY_NAME.get(section)) is None:
        raise Http404
    terms = loi.call.terms()
    if request.method == "GET":
        if not may_write(request, loi):
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
            version=version_of(request),
            by=request.user,
            now=request.arrived_at,
        )
    except drafts.Stale as stale:
        loi = load(request, key)
        if loi.content.get(spec.name) != values:
            return _stale(request, loi, spec, values, terms, stale)
        # A second click on the same page: what it would save is saved already.
    except Refused as refusal:
        return _section(
            request, loi, spec, terms, form=form, refusal=refusal, status=status_of(refusal)
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
                version=version_of(request),
                by=request.user,
                now=request.arrived_at,
            )
        except drafts.Stale:
            trouble = _("The draft was saved elsewhere meanwhile. Press Save to compare.")
        except Refused as refusal:
            trouble = str(refusal.verdict.reason)
    context = {"loi": loi, "saved": _saved(request, loi), "trouble": trouble}
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
        return _address(loi, following[0])
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
    problems = problems_of(loi, terms)
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
        **_frame(request, loi, spec.name, terms, problems, content),
    }
    return render(request, "proposals/loi_edit.html", context, status=status)


def _frame(
    request: HttpRequest,
    loi: LetterOfIntent,
    here: str,
    terms: Terms,
    problems: list[Problem],
    content: dict,
) -> dict:
    """What stands left and right of the fields in every step."""
    return {
        "loi": loi,
        "call": loi.call,
        "steps": _steps(loi, here, problems),
        "missing": sum(problem.hard for problem in problems),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        "saved": _saved(request, loi),
        **_room(content, terms),
    }


def _steps(loi: LetterOfIntent, here: str, problems: list[Problem]) -> list[Step]:
    found = []
    for section in STEPS:
        name = section.name
        hard = [problem for problem in problems if problem.hard and problem.section == name]
        begun = name in loi.content or (section is FILES and loi.file_kinds)
        empty = not begun or all(problem.rule == "required" for problem in hard)
        status = "current" if name == here else "done" if not hard else "todo"
        if hard and begun and name != here:
            status = "problem"
        note = ""
        if hard and not empty:
            n = len(hard)
            note = ngettext("%(n)s thing to correct", "%(n)s things to correct", n) % {"n": n}
        url = _address(loi, section)
        found.append(Step(str(section.label), status, note, url, len(hard) if empty else 0))
    return found


def _address(loi: LetterOfIntent, section: Section) -> str:
    if section is FILES:
        return reverse("attach", kwargs={"key": loi.key})
    return reverse("edit_loi", kwargs={"key": loi.key, "section": section.name})


def _saved(request: HttpRequest, loi: LetterOfIntent) -> str:
    """When the draft was saved last, as the clock of the call's zone shows it."""
    zone = loi.call.zoneinfo
    at, now = loi.saved_at.astimezone(zone), request.arrived_at.astimezone(zone)
    text = said(loi.saved_at.replace(second=0, microsecond=0), loi.call.zone)
    if at.date() == now.date():
        text = text.partition(", ")[2]
    return _("Version %(version)s, saved at %(at)s by %(who)s") % {
        "version": loi.version,
        "at": text,
        "who": loi.saved_by.name,
    }


def _room(content: dict, terms: Terms) -> dict:
    sheet = document.sheet(content)
    platform = document.text(content, "identity", "platform")
    return {
        "sheet": sheet,
        "totals": {"cbe": plain(sheet.cbe_kg), "mev": plain(sheet.mev_kg)},
        "headroom": room.lines(sheet, terms.limits_of(platform)),
    }


def _masses(form: SectionForm, content: dict) -> None:
    """The MEV of each row of the resource sheet, by the server's own sum."""
    mev = {element.place: element.mev_kg for element in document.sheet(content).elements}
    for table in form.tables:
        for place, row in enumerate(table.forms):
            row.mev = plain(mev[place]) if place in mev else "—"


@require_POST
def headroom(request: HttpRequest, key: str) -> HttpResponse:
    """The aside for a resource sheet as it is being typed. Saves nothing."""
    loi = load(request, key)
    if not may_write(request, loi):
        raise Http404
    terms = loi.call.terms()
    form = SectionForm(RESOURCES, terms, request.POST)
    content = loi.content
    if form.is_valid():
        content = {**loi.content, RESOURCES.name: form.values}
    _masses(form, content)
    context = {
        "loi": loi,
        "stale": version_of(request) != loi.version and loi.saved_by != request.user,
        "tables": form.tables,
        **_room(content, terms),
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
        "saved": _saved(request, loi),
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


@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, key: str) -> HttpResponse:
    loi = load(request, key)
    if not may_write(request, loi):
        if request.method == "POST":
            messages.error(request, _("The letter cannot be changed now: nothing was attached."))
        return redirect("loi", key=key)
    form = AttachForm(request.POST or None, request.FILES or None)
    refusal, status = None, 400 if request.method == "POST" else 200
    if form.is_valid():
        upload = form.cleaned_data["file"]
        content = upload.read(attachments.MOST_BYTES + 1)
        refusal = attachments.check(upload.name, upload.size, content)
        if refusal:
            try:
                _attach(request, loi, upload.name, content)
            except Refused as refused:
                refusal, status = refused.verdict, status_of(refused)
                loi = load(request, key)
            else:
                return redirect("attach", key=key)
    terms = loi.call.terms()
    context = {
        "form": form,
        "refusal": refusal,
        "place": STEPS.index(FILES) + 1,
        "places": len(STEPS),
        **_frame(request, loi, FILES.name, terms, problems_of(loi, terms), loi.content),
    }
    return render(request, "proposals/loi_attach.html", context, status=status)


def _attach(request: HttpRequest, loi: LetterOfIntent, name: str, content: bytes) -> None:
    now = request.arrived_at
    stored = drafts.store_attachment(content, now=now)
    try:
        drafts.attach(loi, stored, name=name, version=version_of(request), by=request.user, now=now)
    except drafts.Stale:
        if load(request, loi.key).attachment != stored:
            raise
        # A second click on the same page: the file is there already.
