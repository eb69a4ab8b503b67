from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import cards, roles
from portal.deadline import said
from portal.models import User
from proposals import queries
from proposals.models import Amendment, Call
from proposals.workflow import AMENDMENT


@cards.register
def questions(user: User, now: datetime) -> Iterator[cards.Todo]:
    """For the secretary: questions on calls that wait for an answer, the oldest first."""
    if roles.SECRETARY not in user.roles():
        return
    waiting = Call.objects.filter(questions__state="asked").annotate(
        waiting=Count("questions"), oldest=Min("questions__asked_at")
    )
    for call in waiting.order_by("oldest"):
        sentence = ngettext(
            "%(code)s: %(n)s question waits for an answer, asked on %(at)s.",
            "%(code)s: %(n)s questions wait for an answer, the oldest asked on %(at)s.",
            call.waiting,
        ) % {
            "code": call.code,
            "n": call.waiting,
            "at": said(call.oldest.replace(second=0), call.zone),
        }
        yield cards.Todo(sentence, reverse("questions", args=[call.code]), _("Answer"))


@cards.register
def amendments(user: User, now: datetime) -> Iterator[cards.Todo]:
    """For the approver: what waits to be published by another than its proposer."""
    if roles.APPROVER not in user.roles():
        return
    waiting = queries.visible_amendments(user).filter(state="proposed")
    for amendment in waiting.exclude(proposed_by=user).order_by("proposed_at"):
        sentence = _("An amendment of %(code)s waits for publication: %(kind)s.") % {
            "code": amendment.call.code,
            "kind": Amendment.Kind(amendment.kind).label.lower(),
        }
        yield cards.Todo(
            sentence, reverse("amendment", args=[amendment.key]), AMENDMENT.row("publish").button
        )
