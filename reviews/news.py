"""What has happened to a person's reviews, in sentences."""

from datetime import datetime

from portal.models import Event, User
from portal.text import say
from proposals.models import LetterOfIntent
from reviews import queries
from reviews.models import Assignment

SENTENCES = {
    "assignment.assigned": say("%(case)s: you are asked to review it."),
    "assignment.carried_over": say("%(case)s: it has the time of the suspension back."),
    "assignment.extended": say("%(case)s: later instants were set."),
    "assignment.reopened": say("%(case)s: your review was reopened."),
    "assignment.removed": say("%(case)s: your review is no longer needed."),
}


def since(user: User, instant: datetime | None) -> list[dict]:
    """What others have done with this person's reviews since an instant, the newest first.

    Of cases from which the person is shut out nothing is told.
    """
    if instant is None:
        return []
    shut = LetterOfIntent.objects.filter(queries.hidden_from(user))
    own = Assignment.objects.filter(reviewer=user).exclude(loi__in=shut)
    cases = dict(own.values_list("key", "loi__reference"))
    found = Event.objects.filter(
        subject_type="assignment", subject_key__in=cases, verb__in=SENTENCES, at__gt=instant
    ).exclude(actor=user.key)
    return [
        {
            "sentence": say(SENTENCES[event.verb].msgid, case=cases[event.subject_key]),
            "reason": event.data.get("reason", ""),
        }
        for event in found.order_by("-seq")
    ]
