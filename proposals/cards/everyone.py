from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import cards, roles
from portal.models import User


@cards.register_nav
def navigation(user: User) -> Iterator[cards.NavItem]:
    if not user.is_authenticated:
        return
    yield cards.NavItem(_("My day"), reverse("day"), reverse("day"))
    yield cards.NavItem(_("Calls"), reverse("calls"), reverse("calls"))
    if user.roles() & {roles.ADMIN, roles.AUDITOR}:
        yield cards.NavItem(_("People"), reverse("people"), reverse("people"))
    if roles.AUDITOR in user.roles():
        yield cards.NavItem(_("Events"), reverse("events"), reverse("events"))
