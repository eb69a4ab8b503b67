"""Of DEMO26-O: who has not answered, who is away, who assesses, who presents a case."""

from datetime import datetime, timedelta

from portal import roles
from proposals.models import Call, LetterOfIntent
from reviews import queries, services
from reviews.demonstration import acts, calls
from reviews.demonstration.cast import Cast
from reviews.models import PanelMember
from reviews.services import places

DAY = timedelta(days=1)


def offered(call: Call, cast: Cast, at: datetime, now: datetime) -> None:
    """A technical assessor sits apart; one person has not answered, one has declined, one is away."""
    secretary = cast.office["secretary"]
    assessor = cast.person("assessor1", "Technical assessor A1")
    acts.seat(
        call, assessor, roles.ASSESSOR, country="NO", keywords=["technology", "robotics"],
        by=secretary, now=at,
    )  # fmt: skip
    plan = {"writes_from": (at + 7 * DAY).date(), "writes_until": (now + 5 * DAY).date()}
    places.invite(
        call, None, roles.REVIEWER, address="optics.reviewer@example.org",
        keywords=["optics", "technology"], quota=4, by=secretary, now=now - 3 * DAY, **plan,
    )  # fmt: skip
    busy = cast.person("reviewer7", "Reviewer R7")
    place = places.invite(
        call, busy, roles.REVIEWER, country="KE", keywords=["imaging"], by=secretary, now=at, **plan
    )
    why = "My own mission is integrated in these weeks; ask me again for the next call."
    places.decline(place, reason=why, by=busy, now=at + 2 * DAY)
    mine = PanelMember.objects.get(call=call, user=cast.reviewers["R5"], state="accepted")
    away = (now.date() + DAY, now.date() + 6 * DAY)
    places.describe(mine, away=[away], by=mine.user, now=now - DAY)


def on_cases(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime, now: datetime) -> None:
    """Each case under review is presented by two; one has its technical assessor."""
    secretary = cast.office["secretary"]
    assessor = cast.person("assessor1", "Technical assessor A1")
    invited = services.assign(
        cases["FIC-24"], assessor, seat="assessor", by=secretary, now=at,
        due_at=calls.midnight(now, 5), closes_at=calls.midnight(now, 12),
    )  # fmt: skip
    services.accept(invited, by=assessor, now=at + DAY)
    for loi in cases.values():
        on_it = loi.assignments.filter(state__in=queries.ACTIVE).exclude(seat="assessor")
        if len(on_it) >= loi.call.reviewers_least:
            held = queries.presenters(loi, on_it, seen_by=secretary)
            services.present(loi, held, by=secretary, now=at + 2 * DAY)
