from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import cards, roles
from portal.models import Message, User
from proposals import boards, queries
from proposals.models import Call, Letter
from proposals.models.decisions import PREPARED
from proposals.workflow import CALL, DECISION

RUNNING = ("published", "closed", "decisions_proposed", "decisions_approved")


@cards.register
def owed(user: User, now: datetime) -> Iterator[cards.Todo]:
    """What the secretariat owes: of each call, what this person can clear."""
    if not user.roles() & queries.READERS:
        return
    calls = queries.visible_calls(user).filter(history=False)
    for call in calls.order_by("closes_at"):
        yield from boards.owed_by(call, user, now)


@cards.register
def decisions_since(user: User, now: datetime) -> Iterator[cards.Todo]:
    """What was decided after the release of a call, one by one: to approve, and to release."""
    if not user.roles() & {roles.APPROVER, roles.SECRETARY}:
        return
    alone = Q(loi__call__state="released") | Q(onto__isnull=False)
    waiting = queries.visible_decisions(user).filter(alone)
    for decision in waiting.filter(state__in=PREPARED).order_by("prepared_at"):
        action = "approve_one" if decision.state == "prepared" else "release_one"
        row = DECISION.row(action)
        if not DECISION.relation(user, decision).intersection(row.who):
            continue
        words = {
            "approve_one": _("%(reference)s: a decision since the release waits for approval."),
            "release_one": _("%(reference)s: an approved decision waits for its release."),
        }
        sentence = words[action] % {"reference": decision.loi.reference}
        yield cards.Todo(sentence, reverse("decisions", args=[decision.loi.call.code]), row.button)


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
        state = boards.standing(call, now) if call.state == "published" else CALL.state(call.state)
        context = {"call": call, "state": state, **boards.short(call, user, now)}
        yield cards.Panel("proposals/board_panel.html", context)
