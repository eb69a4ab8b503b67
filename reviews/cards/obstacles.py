from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from portal import roles
from portal.cards import Todo
from portal.models import User
from portal.text import Text, say
from proposals import boards
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import SCREENING
from proposals.workflow import CALL
from reviews import queries
from reviews.models import Assignment


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing between the cases of a call and their decisions, and whose it is."""

    who: str
    todo: Todo


# What stands in the way, whose it is, how it reads for one and for several, and the act.
OBSTACLES = (
    (
        "short",
        "secretary",
        ngettext_lazy(
            "%(n)s case of %(code)s has fewer than %(least)s reviewers.",
            "%(n)s cases of %(code)s have fewer than %(least)s reviewers.",
            "n",
        ),
        say("Assign reviewers"),
    ),
    (
        "overdue",
        "secretary",
        ngettext_lazy(
            "%(n)s review of %(code)s is overdue.", "%(n)s reviews of %(code)s are overdue.", "n"
        ),
        say("Look at them"),
    ),
    (
        "long",
        "secretary",
        ngettext_lazy(
            "%(n)s review of %(code)s has been overdue for more than five days: ask somebody else.",
            "%(n)s reviews of %(code)s have been overdue for more than five days: ask others.",
            "n",
        ),
        say("Reassign"),
    ),
    (
        "ready",
        "chair",
        ngettext_lazy(
            "%(n)s case of %(code)s has all its reviews locked: conclude them.",
            "%(n)s cases of %(code)s have all their reviews locked: conclude them.",
            "n",
        ),
        say("Conclude"),
    ),
    (
        "silent",
        "chair",
        ngettext_lazy(
            "%(n)s case of %(code)s needs a written consensus.",
            "%(n)s cases of %(code)s need a written consensus.",
            "n",
        ),
        say("Write it down"),
    ),
    (
        "agreed",
        "chair",
        ngettext_lazy(
            "%(n)s case of %(code)s can go to final review.",
            "%(n)s cases of %(code)s can go to final review.",
            "n",
        ),
        say("Send it on"),
    ),
)


def obstacles(call: Call, user: User, now: datetime) -> Iterator[Obstacle]:
    """What of the judging stands between a closed call and its results, in counts alone."""
    if call.state != "closed":
        return
    lois = LetterOfIntent.objects.filter(call=call, state__in=[*SCREENING, *queries.JUDGED])
    lois = lois.exclude(queries.hidden_from(user))
    if "chair" in CALL.relation(user, call):
        lois = lois.filter(pk__in=proposals.visible_lois(user).values("pk"))
    known = ("screenings", "clarifications", "redresses__ruling")
    lois = list(lois.select_related("call").prefetch_related(*known))
    benches = queries.benches(lois)
    for what, who, sentence, act in OBSTACLES:
        count = {loi: _count(what, loi, benches[loi.pk], now) for loi in lois}
        concerned = [loi for loi, number in count.items() if number]
        if concerned:
            names = {"n": sum(count.values()), "code": call.code, "least": call.reviewers_least}
            late = what in {"overdue", "long"}
            address = (
                _address(call, who, concerned) if not late else _late(what, call, benches, now)
            )
            tone = "cinnabar" if late else ""
            yield Obstacle(who, Todo(sentence % names, address, act, tone=tone))


def _count(what: str, loi: LetterOfIntent, bench: queries.Bench, now: datetime) -> int:
    unlocked = [a for a in (*bench.assignments, *bench.assessors) if a.state != "locked"]
    reviewing, least = loi.state == "under_review", loi.call.reviewers_least
    silent = bool(bench.facts.unagreed or (bench.spread.consensus_due and not bench.consensus))
    match what:
        case "short":
            open_case = reviewing or (loi.state == "screening" and _compliant(loi))
            return open_case and len(bench.assignments) < least
        case "overdue":
            late = [a for a in unlocked if a.due_at and a.due_at <= now]
            return reviewing and len(late) - len(_long(bench, now))
        case "long":
            return reviewing and len(_long(bench, now))
        case "ready":
            return reviewing and not unlocked and len(bench.locked) >= least
        case "silent":
            return loi.state == "consensus" and silent
        case _:
            return loi.state == "consensus" and not silent


def _long(bench: queries.Bench, now: datetime) -> list[Assignment]:
    return [a for a in (*bench.assignments, *bench.assessors) if queries.long_overdue(a, now)]


def _late(what: str, call: Call, benches: dict[int, queries.Bench], now: datetime) -> str:
    """The one review that somebody else is asked for, or all that are owed."""
    long = [a for bench in benches.values() for a in _long(bench, now)]
    if what == "long" and len(long) == 1:
        return reverse("reassign", kwargs={"key": long[0].key})
    return reverse("deadlines", kwargs={"code": call.code})


def _address(call: Call, who: str, lois: list[LetterOfIntent]) -> str:
    """The one case itself, or the list of them."""
    one, several = ("assign", "cases") if who == "secretary" else ("judging", "ranking")
    if len(lois) == 1:
        return reverse(one, kwargs={"key": lois[0].key})
    return reverse(several, kwargs={"code": call.code})


def _compliant(loi: LetterOfIntent) -> bool:
    return bool(loi.screening and loi.screening.compliant)


def blockers(call: Call, user: User, now: datetime) -> Iterator[Todo]:
    """For a call's board: whoever cannot clear one reads it without a button."""
    mine = CALL.relation(user, call)
    for obstacle in obstacles(call, user, now):
        todo = obstacle.todo
        if obstacle.who in mine:
            yield todo
        else:
            yield Todo(todo.sentence, "", "", tone=todo.tone)


def more(call: Call, user: User, lois: list[LetterOfIntent]) -> dict[int, boards.CaseMore]:
    """For the secretariat's list: how many reviewers a case has, and where they are assigned."""
    benches, relation = queries.benches(lois), CALL.relation(user, call)
    found = {}
    for loi in lois:
        if loi.state not in (*SCREENING, *queries.JUDGED):
            continue
        facts = benches[loi.pk].facts
        links: list[tuple[Text | str, str]] = []
        # A conflict hides a case from the list already, but for the organisation's own people.
        who = set() if loi.organisation_id in user.seats() else relation
        if who & {roles.SECRETARY, roles.AUDITOR}:
            links.append((say("Reviewers"), reverse("assign", kwargs={"key": loi.key})))
        if who & {"chair", roles.AUDITOR} and loi.state in queries.JUDGED:
            links.append((say("Reviews"), reverse("judging", kwargs={"key": loi.key})))
        found[loi.pk] = boards.CaseMore(_reviewers(loi, facts), tuple(links))
    return found


def _reviewers(loi: LetterOfIntent, facts) -> str:
    if loi.state in SCREENING:
        return _("%(assigned)s of %(least)s reviewers") % {
            "assigned": facts.assigned,
            "least": loi.call.reviewers_least,
        }
    return _("%(locked)s of %(assigned)s reviews locked") % {
        "locked": facts.locked,
        "assigned": facts.assigned,
    }


boards.BLOCKERS.append(blockers)
boards.CASES.append(more)
