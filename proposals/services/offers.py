from datetime import date, datetime, timedelta

from proposals.models import Agreement, Call, Decision, Project


def accept_by(call: Call, released_on: date) -> datetime:
    """The end of the last day of the acceptance, in the call's zone."""
    return call.end_of(released_on + timedelta(days=call.acceptance_days))


def offer(follows: Decision | Project, *, now: datetime) -> Agreement:
    """What a positive decision or a project is followed by from its release on, in the caller's transaction."""
    call = follows.call if isinstance(follows, Project) else follows.loi.call
    until = accept_by(call, now.astimezone(call.zoneinfo).date())
    return Agreement.objects.create(
        **{follows._meta.model_name: follows}, offered_at=now, accept_by=until
    )
