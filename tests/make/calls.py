from datetime import date, datetime, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress

from portal.models import User
from proposals.models import Allocation, Call, Criterion, Mission, Platform
from proposals.services import calls
from reviews.models import PanelMember
from reviews.services import places
from tests.cast import EMPLOYERS, PANEL, Cast
from tests.make.story import CLOSES, DRAFTED, GRACE_S, OPENS, PUBLISHED, again

RUBRIC = (
    ("C1", "Scientific and exploration value", 30, "3.0"),
    ("C2", "Innovation and complementarity", 15, None),
    ("C3", "Technical feasibility and maturity", 20, "3.0"),
    ("C4", "Accommodation and resources", 15, None),
    ("C5", "Team, schedule, funding", 10, "2.5"),
    ("C6", "Cooperation value", 10, None),
)
KEYWORDS = [["volatiles", "Volatiles"], ["dust", "Dust"], ["biology", "Biology"]]


def mission(slug: str = "lander-one") -> Mission:
    found, created = Mission.objects.get_or_create(
        slug=slug,
        defaults={
            "name": slug.replace("-", " ").capitalize(),
            "status": "in preparation",
            "as_of": DRAFTED.date(),
            "fictional": True,
            "latitude_deg": -45,
        },
    )
    if created:
        Platform.objects.create(
            mission=found,
            code="lander",
            name="Lander",
            envelope_mm=[2000, 1500, 1200],
            temperature_c=[-40, 60],
        )
    return found


def call(
    cast: Cast,
    *,
    state: str = "published",
    code: str = "TEST27",
    opens_at: datetime = OPENS,
    closes_at: datetime = CLOSES,
    grace_s: int = GRACE_S,
    offered: int | str = 200,
    held_back: int | str = 20,
    cap: int | str | None = 100,
    power_w: int | None = None,
    slots: int | None = None,
    **more: object,
) -> Call:
    """A call of `mission()` in the state draft, proposed, published or closed.

    It offers mass on a lander, and power or slots where they are given.
    """
    of = more.pop("mission", None) or mission()
    lander = of.platforms.get(code="lander")
    written = Call(
        **{
            "code": code,
            "mission": of,
            "title": f"Payloads for {of.name}",
            "summary": "Payloads of partners on the lander.",
            "opens_at": opens_at,
            "closes_at": closes_at,
            "grace_s": grace_s,
            "need_by": date(2028, 9, 30),
            "keywords": KEYWORDS,
            "fictional": True,
            **more,
        }
    )
    offers = {"mass": (offered, held_back, cap), "power": (power_w, 0, None)}
    offers["slots"] = (slots, 0, None)
    calls.draft(
        written,
        allocations=[
            Allocation(
                platform=lander,
                resource=resource,
                capacity=Decimal(capacity),
                held_back=Decimal(kept),
                module_cap=None if most is None else Decimal(most),
            )
            for resource, (capacity, kept, most) in offers.items()
            if capacity is not None
        ],
        criteria=[
            Criterion(
                code=criterion,
                title=title,
                question=f"How good is it in: {title}?",
                weight=weight,
                threshold=None if threshold is None else Decimal(threshold),
            )
            for criterion, title, weight, threshold in RUBRIC
        ],
        milestones={"final": (closes_at + timedelta(days=90)).date()},
        by=cast.secretary,
        now=min(DRAFTED, opens_at - timedelta(days=30)),
    )
    if state != "draft":
        calls.propose(written, by=cast.secretary, now=min(DRAFTED, opens_at - timedelta(days=29)))
    if state in {"published", "closed"}:
        calls.publish(written, by=cast.approver, now=min(PUBLISHED, opens_at - timedelta(days=20)))
    if state == "closed":
        close(written)
    return again(written)


def close(of: Call, now: datetime | None = None) -> Call:
    """The closing act, at the first instant at which it is due."""
    calls.close(of, now=now or of.closing_due_at)
    return again(of)


def panel(cast: Cast, of: Call) -> None:
    """Seat the chair, the three reviewers and the conflicted one, each once."""
    seated = set(of.panel.filter(state="accepted").values_list("user", flat=True))
    for name, role in PANEL.items():
        person = getattr(cast, name)
        if person.pk not in seated:
            where = cast.organisations.get(EMPLOYERS.get(name))
            seat(cast, of, person, role, organisation=where, keywords=["volatiles"])


def seat(
    cast: Cast, of: Call, person: User, role: str, *, now: datetime = PUBLISHED, **offered
) -> PanelMember:
    """A place on the panel, offered to a proved address and accepted."""
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True)
    place = places.invite(of, person, role, **offered, by=cast.secretary, now=now)
    places.accept(place, by=person, now=now)
    person.__dict__.pop("_panels", None)
    return again(place)
