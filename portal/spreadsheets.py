"""Tables that leave the portal for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# A spreadsheet takes a cell that begins so for a formula, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV file of that name, as a download. Cells that would run as formulas get an apostrophe."""
    text = io.StringIO()
    written = csv.writer(text)
    written.writerow(head)
    written.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def cell(value: object) -> object:
    """The value as a cell; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    runs = value.startswith(FORMULA) or value.lstrip().startswith(FORMULA)
    return f"'{value}" if runs else value
