"""Two windows that changed the same criterion: what is said, shown and chosen."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import kept
from proposals.services.drafts import Disputed
from reviews import queries, sheets
from reviews.forms.sheet import SheetForm
from reviews.models import Assignment
from reviews.services.sheets import base_of
from reviews.views import versions
from reviews.views.reading import whole

YOURS, SAVED, BOTH = "mine", "saved", "both"


def labels(assignment: Assignment, names: tuple[str, ...]) -> dict[str, str]:
    """How the parts of a sheet are called, in the order of the page."""
    known = {c.code: f"{c.code} {c.title}" for c in queries.criteria_of(assignment)}
    known |= {"accommodation": _("Accommodation"), "risk": _("Risk"), "confidence": _("Expertise")}
    known |= {"mass": _("Mass"), "power": _("Power"), "data": _("Data volume"), "text": _("Report")}
    return {name: label for name, label in known.items() if name in names}


def _quoted(assignment: Assignment, names: tuple[str, ...]) -> str:
    return ", ".join(f"“{label}”" for label in labels(assignment, names).values())


def note(assignment: Assignment, taken: tuple[str, ...]) -> str:
    """What another window changed meanwhile and now stands beside one's own."""
    if not taken:
        return ""
    told = ngettext(
        "You changed %(names)s meanwhile in another window. It is taken over beside what you typed.",
        "You changed %(names)s meanwhile in another window. They are taken over beside what you typed.",
        len(taken),
    )
    return told % {"names": _quoted(assignment, taken)}


def line(assignment: Assignment, dispute: Disputed) -> str:
    return _(
        "You changed %(names)s in another window as well. Press Save to see both and choose: what you typed stays here until then."
    ) % {"names": _quoted(assignment, dispute.merge.disputed)}


def first_error(form: SheetForm) -> str:
    every = [form.errors, *(row.errors for row in form.rows)]
    return next(str(error) for errors in every for found in errors.values() for error in found)


def page(request: HttpRequest, assignment: Assignment, dispute: Disputed) -> HttpResponse:
    """Both sides of every part that both windows changed: one is chosen, or for findings both."""
    mine = {name: value for name, value in dispute.merge.values.items() if value}
    saved = assignment.content
    sides = {YOURS: whole(assignment, mine), SAVED: whole(assignment, saved)}
    lines = {
        side: {line["criterion"].code: line for line in shown["criteria"]}
        for side, shown in sides.items()
    }
    fields = [
        {
            "name": name,
            "label": label,
            "mine": lines[YOURS].get(name),
            "saved": lines[SAVED].get(name),
            "changes": next(
                part.changes
                for part in versions.between(
                    assignment, {name: saved.get(name, "")}, {name: mine.get(name, "")}
                )
            ),
        }
        for name, label in labels(assignment, dispute.merge.disputed).items()
    ]
    context = {
        "assignment": assignment,
        "loi": assignment.loi,
        "refusal": dispute.verdict,
        "fields": fields,
        "taken": note(assignment, dispute.merge.taken),
        "typed": list(sheets.posted(mine)),
        "stamp": kept.stamp(request.user, request.path),
    }
    return render(request, "reviews/review_disputed.html", context, status=409)


def chosen(
    post: QueryDict, assignment: Assignment, written: sheets.Sheet, version: int
) -> sheets.Sheet:
    """The sheet as it was put together on the page of both sides, which showed `version` as saved."""
    content, saved = sheets.content(written), base_of(assignment, version)
    for name in {*content, *saved}:
        pick = post.get(f"pick-{name}")
        if pick == SAVED:
            content[name] = saved.get(name, "")
        elif pick == BOTH:
            content[name] = sheets.together(content.get(name) or {}, saved.get(name) or {})
    return sheets.read({name: value for name, value in content.items() if value})
