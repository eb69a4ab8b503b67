"""Two versions of one step that both changed: what is said, shown and chosen."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import kept
from proposals import differences, reading
from proposals.models import LetterOfIntent
from proposals.sections import LONG, TEXT, Field, Section
from proposals.services import drafts
from proposals.terms import Terms
from proposals.views.lois import drafting


def labels(spec: Section, names: tuple[str, ...]) -> str:
    known = {item.name: str(item.label) for item in (*spec.fields, *spec.rows)}
    return ", ".join(f"“{known.get(name, name)}”" for name in names)


def others(request: HttpRequest, loi: LetterOfIntent, version: int) -> str:
    """Who else saved since a version; nobody, where it was this person in another tab."""
    saved = loi.revisions.filter(version__gt=version).exclude(saved_by=request.user)
    names = sorted(set(saved.values_list("saved_by__name", flat=True)))
    return ", ".join(names)


def _who(request: HttpRequest, loi: LetterOfIntent, version: int) -> str:
    return others(request, loi, version) or _("You, in another tab,")


def note(
    request: HttpRequest, loi: LetterOfIntent, spec: Section, version: int, taken: tuple[str, ...]
) -> str:
    """What others changed in this step meanwhile and stands beside one's own."""
    if not taken:
        return ""
    told = ngettext(
        "%(who)s changed %(fields)s meanwhile. It is taken over beside what you typed.",
        "%(who)s changed %(fields)s meanwhile. They are taken over beside what you typed.",
        len(taken),
    )
    return told % {"who": _who(request, loi, version), "fields": labels(spec, taken)}


def line(
    request: HttpRequest, loi: LetterOfIntent, spec: Section, version: int, dispute: drafts.Disputed
) -> str:
    values = {
        "who": _who(request, loi, version),
        "fields": labels(spec, dispute.merge.disputed),
    }
    return (
        _(
            "%(who)s changed %(fields)s as well. Press Save to see both and choose: what you typed stays here until then."
        )
        % values
    )


def page(
    request: HttpRequest,
    loi: LetterOfIntent,
    spec: Section,
    version: int,
    terms: Terms,
    dispute: drafts.Disputed,
) -> HttpResponse:
    """Both sides of every field that both changed: one is chosen, or yours is written on."""
    mine, saved = dispute.merge.values, loi.content.get(spec.name, {})
    fields = [
        {
            "name": item.name,
            "label": item.label,
            "yours": _shown(item, mine, terms),
            "saved": _shown(item, saved, terms),
            "words": differences.words(saved.get(item.name, ""), mine.get(item.name, ""))
            if isinstance(item, Field) and item.kind in {TEXT, LONG}
            else None,
            "typed": mine.get(item.name, ""),
        }
        for item in (*spec.fields, *spec.rows)
        if item.name in dispute.merge.disputed
    ]
    written = {field["name"] for field in fields if field["words"] is not None}
    context = {
        "loi": loi,
        "spec": spec,
        "refusal": dispute.verdict,
        "who": others(request, loi, version),
        "saved": drafting.saved(request, loi),
        "fields": fields,
        "stamp": kept.stamp(request.user, request.path),
        "taken": note(request, loi, spec, version, dispute.merge.taken),
        "typed": list(posted({k: v for k, v in mine.items() if k not in written})),
    }
    return render(request, "proposals/loi_stale.html", context, status=409)


def _shown(item, values: dict, terms: Terms) -> list[str]:
    """A field as one line, a table as a line a row."""
    if isinstance(item, Field):
        return [reading.value(item, values.get(item.name, ""), terms)]
    return [
        " · ".join(
            shown
            for field in item.fields
            if (shown := reading.value(field, row.get(field.name, ""), terms))
        )
        for row in values.get(item.name, [])
    ]


def posted(values: dict):
    """A section as a browser posts it: (name, value) of every control."""
    for name, value in values.items():
        if isinstance(value, list) and any(isinstance(row, dict) for row in value):
            yield f"{name}-rows", len(value)
            for place, row in enumerate(value):
                for column, cell in row.items():
                    yield from ((f"{name}-{place}-{column}", one) for one in _many(cell))
        else:
            yield from ((name, one) for one in _many(value))


def _many(value: object) -> list:
    return value if isinstance(value, list) else [value] if value else []


def chosen(post: QueryDict, spec: Section, saved: dict) -> QueryDict:
    """The step as it was put together on the page of both sides, as a browser would post it.

    `saved` is the content of the version that page showed.
    """
    given = post.copy()
    for item in (*spec.fields, *spec.rows):
        name = item.name
        if post.get(f"pick-{name}") == "saved":
            for key in [one for one in given if one == name or one.startswith(f"{name}-")]:
                del given[key]
            for key, value in posted({name: saved.get(spec.name, {}).get(name, "")}):
                given.appendlist(key, value)
    return given
