"""What was typed is not lost with the session.

A long form carries a stamp: for whom the page was made, and where it posts to.
A post that arrives without a session, with another's session or with a token of
a session that has ended is kept for that person, and offered again at the same
address once they have signed in. The stamp is signed, so that nobody can leave
a text for somebody else.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.models import KeptForm, User

FIELD = "stamp"
AGE = timedelta(days=14)
MOST = 20  # kept forms of one person
SALT = "portal.kept"


def stamp(user: User, path: str) -> str:
    return signing.dumps([user.key, path], salt=SALT)


def owner(request: HttpRequest) -> str:
    """The key of the person for whom the posted page was made; "" where no stamp says so."""
    try:
        key, path = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=AGE)
    except signing.BadSignature:
        return ""
    return key if path == request.path else ""


def keep(request: HttpRequest) -> bool:
    """Keep the posted form for whom its stamp names; False where it names nobody."""
    person = User.objects.filter(key=owner(request) or None, is_active=True).first()
    if person is None:
        return False
    fields = [
        [name, value.replace("\x00", "")]
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", FIELD, "act", "add", "remove"}
        for value in values
    ]
    KeptForm.objects.create(
        user=person, path=request.path, fields=fields, typed_at=request.arrived_at
    )
    old = KeptForm.objects.filter(user=person).order_by("-typed_at", "-pk")
    KeptForm.objects.filter(pk__in=list(old.values_list("pk", flat=True)[MOST:])).delete()
    return True


def of(user: User, path: str, *, now: datetime) -> KeptForm | None:
    """The oldest form kept for this person at this address."""
    found = KeptForm.objects.filter(user=user, path=path, typed_at__gt=now - AGE)
    return found.order_by("typed_at", "pk").first()


def drop(user: User, number: str) -> None:
    """What was kept is saved, or not wanted any more."""
    if number.isascii() and number.isdigit() and len(number) < 18:
        KeptForm.objects.filter(user=user, pk=int(number)).delete()


def not_saved(request: HttpRequest, trouble: str, status: int) -> HttpResponse:
    """The answer to a script that saves while somebody types: why it was not saved."""
    response = render(request, "parts/not_saved.html", {"trouble": trouble}, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#trouble", "innerHTML"
    return response
