from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from proposals import handbook
from proposals.forms.sections import limits


@login_not_required
@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """What the form checks: each field and table by its clause, with its limits and rules."""
    parts = [
        (
            part.section,
            [(clause, [(f, limits(f)) for f in clause.fields]) for clause in part.clauses],
        )
        for part in handbook.parts()
    ]
    return render(request, "proposals/form_help.html", {"parts": parts})
