from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal import roles
from portal.models import User
from proposals import policy
from proposals.models import LetterOfIntent
from proposals.queries import identities_open
from reviews.models import Assignment, PanelMember

__all__ = ["Names", "identities_open", "names"]

# Who runs a case reads names whatever the call hides.
NAMED = frozenset({"chair", roles.SECRETARY, roles.APPROVER, roles.AUDITOR})


@dataclass(frozen=True, slots=True)
class Names:
    """What the people of a panel are called before one reader, on one case.

    `numbers` are those the reviewers of the case have drawn, by id of the
    person; `reader` is the id of who reads, and knows at least themself.
    """

    open: bool
    reader: int | None = None
    numbers: Mapping[int, int] = field(default_factory=dict)
    chairs: frozenset[int] = frozenset()

    def of(self, user: User) -> str:
        if self.open or user.pk == self.reader:
            return str(user)
        if user.pk in self.numbers:
            return _("Reviewer %(n)s") % {"n": self.numbers[user.pk]}
        return _("The chair") if user.pk in self.chairs else _("A member of the panel")

    def order(self, assignment: Assignment) -> int:
        """What reviews of the case are sorted by: where names are hidden, nothing tells who was first."""
        return assignment.pk if self.open else assignment.number


def names(viewer: User, loi: LetterOfIntent) -> Names:
    """How the panel of a case is named before this person; before applicants it never is."""
    words = policy.relation(viewer, loi)
    if words & NAMED:
        return Names(open=True)
    on_case = Assignment.objects.filter(loi=loi)
    judges = on_case.filter(reviewer=viewer).exclude(state="removed").exists()
    if judges and not loi.call.hides_reviewers:
        return Names(open=True)
    chairs = PanelMember.objects.filter(call=loi.call, role=roles.CHAIR)
    return Names(
        open=False,
        reader=viewer.pk,
        # Who was taken off and asked again has drawn twice: the later number is in use.
        numbers=dict(on_case.order_by("pk").values_list("reviewer", "number")),
        chairs=frozenset(chairs.values_list("user", flat=True)),
    )
