from contextlib import suppress

from celery import shared_task
from django.db.models import Q

from portal import clock
from portal.verdict import Refused
from proposals import queries
from proposals.models import Call, LetterOfIntent
from proposals.services import agreements, calls, clarifications, conditions, reminders, rendering


@shared_task(name="proposals.tasks.keep_deadlines")
def keep_deadlines() -> None:
    """Close what is due to close, let lapse what is due to lapse, remind whoever owes something."""
    now = clock.now()
    for call in Call.objects.filter(state="published", closes_at__lte=now):
        if call.closing_due_at <= now:
            with suppress(Refused):  # a second clock was faster; the other calls are still due
                calls.close(call, now=now)
    lapsing = Call.objects.filter(state="closed", lois__state__in=calls.UNCLOSED)
    for call in lapsing.distinct():
        calls.end_tickets(call, now=now)
    open_for_all = Q(state="published", opens_at__lte=now, closes_at__gt=now)
    open_for_some = Q(state="closed", lois__ticket__until__gt=now)
    for call in Call.objects.filter(open_for_all | open_for_some).distinct():
        reminders.remind(call, now=now)
    for loi in LetterOfIntent.objects.filter(state="clarification").select_related("call"):
        if loi.clarifications.last().lapses_at <= now:
            with suppress(Refused):  # answered or withdrawn a moment ago
                clarifications.lapse_clarification(loi, now=now)
        else:
            clarifications.remind(loi, now=now)

    for subject in queries.offered():
        if queries.agreement_of(subject).lapses_at <= now:
            with suppress(Refused):  # accepted or declined a moment ago
                agreements.let_lapse(subject, now=now)
        else:
            agreements.remind(subject, now=now)

    for condition in queries.conditions_due(now, within=reminders.DAYS_BEFORE[0][1]):
        conditions.remind(condition, now=now)


@shared_task(name="proposals.tasks.render_letters")
def render_letters() -> None:
    """Render what is owed, and ring again while a full batch was found."""
    if rendering.render_owed(clock.now()) == rendering.MOST_A_BATCH:
        render_letters.delay()
