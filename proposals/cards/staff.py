from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from portal import cards, roles
from portal.models import Message, User
from proposals import boards, queries
from proposals.models import Call, Letter
from proposals.workflow import CALL

RUNNING = ("published", "closed", "decisions_proposed", "decisions_approved")


@cards.register
def owed(user: User, now: datetime) -> Iterator[cards.Todo]:
    """What the secretariat owes: of each call not yet released, what this person can clear."""
    if not user.roles() & queries.READERS:
        return
    calls = queries.visible_calls(user).filter(history=False).exclude(state="released")
    for call in calls.order_by("closes_at"):
        yield from boards.owed_by(call, user, now)


@cards.register
def work(user: User, now: datetime) -> Iterator[cards.Panel]:
    """For administrators: what the workers still owe, and what they could not do."""
    if roles.ADMIN not in user.roles():
        return
    open_rows = Q(done_at=None, failed_at=None)
    messages = Message.objects.filter(dropped_at=None)
    letters = Letter.objects.filter(state="owed")
    facts = [
        (_("Messages to send"), messages.filter(open_rows).count(), ""),
        (_("Messages given up"), messages.exclude(failed_at=None).count(), "cinnabar"),
        (_("Letters to render"), letters.filter(open_rows).count(), ""),
        (_("Letters given up"), letters.exclude(failed_at=None).count(), "cinnabar"),
    ]
    yield cards.Panel(
        "proposals/work_panel.html",
        {
            "title": _("Work of the machinery"),
            "facts": [
                {"label": label, "count": count, "tone": tone if count else ""}
                for label, count, tone in facts
            ],
        },
    )


@cards.register
def ways(user: User, now: datetime) -> Iterator[cards.Panel]:
    """The way to the selection of each running call."""
    if not user.roles() & boards.READERS:
        return
    calls = Call.objects.filter(history=False, state__in=RUNNING).order_by("closes_at")
    prefetched = calls.prefetch_related("milestones", "allocations__platform")
    for call in prefetched:
        deciding = boards.sees_holds(user, call)
        state = boards.standing(call, now) if call.state == "published" else CALL.state(call.state)
        context = {"call": call, "state": state, **boards.short(call, now, deciding=deciding)}
        yield cards.Panel("proposals/board_panel.html", context)
