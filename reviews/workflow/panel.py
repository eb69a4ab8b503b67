from portal import roles
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy as policies
from reviews import policy
from reviews.models import PanelMember

OPEN = ("invited", "accepted")


def one_place_a_person(place: PanelMember, act: Act) -> Verdict:
    """Nobody has two places on a panel, nor two open invitations to it: a chair does not score."""
    others = PanelMember.objects.filter(call=place.call).exclude(pk=place.pk)
    person = place.user or (act.by if place.pk else None)
    same = {"user": person} if person is not None else {"address": place.address}
    other = others.filter(**same, state__in=OPEN).order_by("state", "pk").first()
    if other is None:
        return YES
    if other.state == "invited":
        return no(
            "panel.invited",
            say("%(name)s has an open invitation to this panel.", name=person or place.address),
            field="email",
        )
    if other.role != place.role and roles.CHAIR in {other.role, place.role}:
        return no(
            "panel.chair_scores",
            say("%(name)s cannot chair the panel and score on it.", name=person),
            field="role",
        )
    return no(
        "panel.twice", say("%(name)s holds a place on this panel already.", name=person), field="email"
    )  # fmt: skip


def judging_is_not_over(place: PanelMember, act: Act) -> Verdict:
    """The results of the call are not released yet."""
    if place.call.history or place.call.state == "released":
        return no("panel.over", say("The results of %(code)s are released.", code=place.call.code))
    return YES


# fmt: off
SEAT_ROWS = (
    Row("invite", "invited", (START,), "invited", ("secretary",), (one_place_a_person, judging_is_not_over)),
    Row("remind", "reminded", ("invited",), "invited", ("secretary",), (judging_is_not_over,), button=say("Remind")),
    Row("withdraw", "withdrawn", ("invited",), "withdrawn", ("secretary",), button=say("Withdraw"), tone="danger"),
    Row("accept", "accepted", ("invited",), "accepted", ("invited",), (one_place_a_person, judging_is_not_over), "place_accepted", say("Accept"), tone="primary"),
    Row("describe", "described", ("accepted",), "accepted", ("invited",), (judging_is_not_over,), button=say("Save")),
    Row("decline", "declined", ("invited",), "declined", ("invited",), tells="place_declined", button=say("Decline"), reason=True),
    Row("leave", "left", ("accepted",), "left", ("invited", "secretary"), tells="place_left", button=say("Leave the panel"), reason=True, tone="danger"),
)
# fmt: on

SEAT = register(
    Table(
        noun="place",
        title=say("Place on the panel"),
        relation=policy.relation_to_place,
        relations=policies.CALL_RELATIONS | {"invited"},
        states=(
            State("invited", say("invited, not yet answered"), tone="amber"),
            State("accepted", say("on the panel"), tone="jade"),
            State("declined", say("declined"), final=True),
            State("withdrawn", say("invitation withdrawn"), final=True),
            State("left", say("left the panel"), final=True),
        ),
        rows=SEAT_ROWS,
    )
)
