from django.db.models import OuterRef, QuerySet, Subquery

from portal.models import Event, Message, User


def visible_messages(user: User) -> QuerySet[Message]:
    """What was written to this person, the newest first."""
    return Message.objects.filter(recipient=user, dropped_at=None).order_by("-written_at", "-pk")


def people() -> QuerySet[User]:
    return User.objects.prefetch_related("role_grants", "memberships__organisation").order_by(
        "email"
    )


def events() -> QuerySet[Event]:
    """The chain, the newest first, each with its actor's name where that is a person."""
    name = User.objects.filter(key=OuterRef("actor")).values("name")[:1]
    return Event.objects.annotate(who=Subquery(name)).order_by("-seq")
