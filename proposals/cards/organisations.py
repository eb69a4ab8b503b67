from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import cards, countries, queries, roles
from portal.deadline import Deadline
from portal.models import Organisation, User
from portal.tables import ORGANISATION

# Each is compared with every other: the rest stands in the list of organisations.
MOST_ON_THE_DAY = 10


@cards.register_nav
def navigation(user: User) -> Iterator[cards.NavItem]:
    if user.is_authenticated and (user.seats() or user.roles() & queries.READERS):
        own = len(user.seats()) == 1 and not user.roles() & queries.READERS
        label = gettext_lazy("Organisation") if own else gettext_lazy("Organisations")
        yield cards.NavItem(label, reverse("organisations"), reverse("organisations"))


@cards.register
def owed(user: User, now: datetime) -> Iterator[cards.Todo]:
    """Invitations to answer, and what the owner has to mend."""
    for invitation in queries.invitations_to(user, now):
        deadline = Deadline(invitation.expires_at, user.zone, now)
        yield cards.Todo(
            _("%(name)s invites you.") % {"name": invitation.organisation.name},
            reverse("invitation", args=[invitation.key]),
            _("Look and answer"),
            invitation.expires_at,
            f"{deadline.zone_text} — {deadline.left_text}",
            deadline.tone,
        )
    owned = [pk for pk, seats in user.seats().items() if roles.OWNER in seats]
    for organisation in Organisation.objects.filter(pk__in=owned, state="sent_back"):
        yield cards.Todo(
            _("The secretariat sent back the registration of %(name)s.")
            % {"name": organisation.name},
            reverse("organisation", args=[organisation.key]),
            _("Read why"),
            tone="cinnabar",
        )


@cards.register
def waiting(user: User, now: datetime) -> Iterator[cards.Todo | cards.Panel]:
    """For the secretariat: who waits to be verified, and what speaks for them."""
    if roles.SECRETARY not in user.roles():
        return
    every = list(Organisation.objects.order_by("pk"))
    found = [organisation for organisation in every if organisation.state == "registered"]
    if not found:
        return
    sentence = ngettext(
        "%(n)s organisation waits to be verified.",
        "%(n)s organisations wait to be verified.",
        len(found),
    ) % {"n": len(found)}
    yield cards.Todo(sentence, reverse("day") + "#organisations", _("Look and verify"))
    rows = [
        {
            "organisation": organisation,
            "country": countries.name(organisation.country) if organisation.country else "",
            "registrant": queries.registrant(organisation),
            "likely": queries.likely(queries.party(organisation), every),
            "offers": [
                {
                    "row": offer.row,
                    "verdict": offer.verdict,
                    "url": reverse(f"{offer.row.action}_organisation", args=[organisation.key]),
                }
                for offer in ORGANISATION.available(organisation, user, now)
                if "secretary" in offer.row.who
            ],
        }
        for organisation in found[:MOST_ON_THE_DAY]
    ]
    context = {"organisations": rows, "more": len(found) > len(rows)}
    yield cards.Panel("proposals/organisations_panel.html", context)
