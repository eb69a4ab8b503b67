from collections.abc import Callable, Iterable, Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.resources import Resource

ORDERS = (
    ("rank", _("rank")),
    ("place", _("select, reserve, not")),
    ("total", _("agreed total")),
    ("case", _("reference")),
    ("country", _("country")),
    ("level", _("level")),
)


class FilterForm(forms.Form):
    """Which of the cases are shown, and in which order. What is not shown keeps its place."""

    group = forms.ChoiceField(label=_("Show"), required=False)
    order = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(
        self, data: Mapping[str, str], *, groups: Mapping[str, str], resources: Iterable[Resource]
    ):
        super().__init__(data)
        self.fields["group"].choices = [("", _("all cases")), *groups.items()]
        self.fields["order"].choices = [
            *ORDERS,
            *((one.code, one.label) for one in resources),
        ]
        self.is_valid()

    def arrange(self, rows: list[dict], sorts: Mapping[str, Callable]) -> None:
        """Sort the rows in place; each learns whether it is shown, and its place in every order."""
        kind, _colon, code = self.cleaned_data.get("group", "").partition(":")
        found: dict[int, list[str]] = {id(row): [] for row in rows}
        for order, _label in self.fields["order"].choices:
            by = sorts.get(order) or _asks(order)
            for place, row in enumerate(sorted(rows, key=by)):
                found[id(row)].append(f"{order}:{place}")
        for row in rows:
            row["orders"] = " ".join(found[id(row)])
            row["shown"] = not kind or code in row["in"][kind]
        order = self.cleaned_data.get("order") or "rank"
        rows.sort(key=sorts.get(order) or _asks(order))


def _asks(resource: str) -> Callable:
    """Who asks most of a resource first."""
    return lambda row: -row["asks"].get(resource, 0)
