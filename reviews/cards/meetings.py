from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import cards
from portal.cards import Todo
from portal.deadline import said
from portal.models import User
from reviews import policy, queries


@cards.register
def meetings(user: User, now: datetime) -> Iterator[Todo]:
    """Of the panels one sits on: the meeting that is planned, or goes on."""
    calls = {call for call, _code, _role in policy.places(user)}
    if not calls:
        return
    found = queries.visible_meetings(user).filter(call__in=calls).exclude(state="closed")
    for meeting in found:
        address = reverse("meeting", kwargs={"code": meeting.call.code})
        when = said(meeting.planned_for, meeting.call.zone)
        if meeting.state == "open":
            yield Todo(
                _("The panel of %(code)s is meeting.") % {"code": meeting.call.code},
                address,
                _("Join"),
            )
        else:
            sentence = _("The panel of %(code)s meets %(when)s.")
            yield Todo(sentence % {"code": meeting.call.code, "when": when}, address, _("Agenda"))
