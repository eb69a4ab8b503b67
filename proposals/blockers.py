"""What stands between a call and its results, and then its agreements: a sentence each, with its act."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from portal import workdays
from portal.cards import Todo
from portal.deadline import Deadline, said, zoned
from portal.models import User
from portal.text import say
from proposals import queries, screening
from proposals.models import Call, Clarification, Letter, LetterOfIntent
from proposals.models.decisions import PREPARED


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing between the call and its results, and whose it is."""

    who: str
    todo: Todo


def own(call: Call, user: User, now: datetime) -> list[Blocker]:
    """As this person may count them: a case that a conflict hides is in no number."""
    if call.history:
        return []
    lois = call.lois.exclude(queries.hidden_from(user))
    return [*_to_results(call, lois, user, now), *_conditions(call, lois, now)]


def _to_results(
    call: Call, lois: QuerySet[LetterOfIntent], user: User, now: datetime
) -> list[Blocker]:
    if call.state == "closed":
        return _closed(call, lois, now)
    if call.state == "decisions_approved":
        return _decisions_approved(call, user, now)
    return {
        "draft": _draft,
        "proposed": _proposed,
        "published": _published,
        "decisions_proposed": _decisions_proposed,
    }.get(call.state, lambda call, now: [])(call, now)


def _to(name: str, call: Call) -> str:
    return reverse(name, args=[call.code])


def _draft(call: Call, now: datetime) -> list[Blocker]:
    sentence = say("The call %(code)s is a draft: finish and propose it.", code=call.code)
    return [Blocker("secretary", Todo(sentence, _to("call", call), say("Open the draft")))]


def _proposed(call: Call, now: datetime) -> list[Blocker]:
    sentence = say("The call %(code)s waits for publication.", code=call.code)
    return [Blocker("approver", Todo(sentence, _to("call", call), say("Read and publish")))]


def _published(call: Call, now: datetime) -> list[Blocker]:
    found = LetterOfIntent.objects.filter(
        call=call, state__in=["draft", "awaiting_signature"], organisation__verified_at=None
    )
    number = found.values("organisation").distinct().count()
    if not number or now >= call.closes_at:
        return []
    sentence = ngettext(
        "%(n)s organisation with a letter in %(code)s is not verified and cannot file.",
        "%(n)s organisations with a letter in %(code)s are not verified and cannot file.",
        number,
    ) % {"n": number, "code": call.code}
    deadline = Deadline(call.closes_at, call.zone, now)
    todo = Todo(
        sentence,
        reverse("day") + "#organisations",
        say("Look and verify"),
        call.closes_at,
        f"{zoned(call.closes_at, call.zone)}, {deadline.left_text}",
        deadline.tone,
    )
    return [Blocker("secretary", todo)]


def _closed(call: Call, lois: QuerySet[LetterOfIntent], now: datetime) -> list[Blocker]:
    waiting = list(
        lois.filter(state="screening").prefetch_related(
            "screenings", "clarifications__answer", "redresses__ruling"
        )
    )
    for loi in waiting:
        loi.call = call
    unscreened = [loi for loi in waiting if loi.screening is None]
    found = [loi.screening for loi in waiting if loi.screening]
    ineligible = sum(1 for one in found if not one.compliant)
    undecided = lois.filter(state="final_review").exclude(decisions__state__in=PREPARED).count()
    cases = _to("cases", call)
    counted = [
        (
            "approver",
            ineligible,
            ngettext(
                "%(n)s case of %(code)s was screened as ineligible: a second person confirms.",
                "%(n)s cases of %(code)s were screened as ineligible: a second person confirms.",
                ineligible,
            ),
            Todo("", cases, say("Look and confirm")),
        ),
        (
            "secretary",
            len(found) - ineligible,
            ngettext(
                "%(n)s screened case of %(code)s waits to be sent to review.",
                "%(n)s screened cases of %(code)s wait to be sent to review.",
                len(found) - ineligible,
            ),
            Todo("", cases, say("Send to review")),
        ),
        (
            "chair",
            undecided,
            ngettext(
                "%(n)s case of %(code)s is in final review without a decision.",
                "%(n)s cases of %(code)s are in final review without a decision.",
                undecided,
            ),
            Todo("", _to("decisions", call), say("See the decisions")),
        ),
    ]
    return [
        *_unscreened(call, unscreened, now),
        *_unanswered(call, lois, now),
        *_said(counted, call),
    ]


def _unscreened(call: Call, waiting: list[LetterOfIntent], now: datetime) -> Iterator[Blocker]:
    """The cases that wait for the secretary, with the longest wait and the target."""
    if not waiting:
        return
    first = min(screening.since(loi) for loi in waiting)
    days = workdays.passed(first, now, call.zone)
    sentence = ngettext(
        "%(n)s case of %(code)s waits for its screening since %(since)s: %(days)s.",
        "%(n)s cases of %(code)s wait for their screening, the oldest since %(since)s: %(days)s.",
        len(waiting),
    ) % {
        "n": len(waiting),
        "code": call.code,
        "since": said(first, call.zone),
        "days": ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days},
    }
    target = Deadline(screening.target(call), call.zone, now)
    due = say(
        "Target: ten working days after the closing, %(at)s — %(left)s",
        at=target.zone_text,
        left=target.left_text,
    )
    tone = "amber" if target.passed else ""
    act = say("Screen")
    yield Blocker(
        "secretary", Todo(sentence, _to("cases", call), act, target.instant, str(due), tone)
    )


def _unanswered(call: Call, lois: QuerySet[LetterOfIntent], now: datetime) -> Iterator[Blocker]:
    """How many cases wait for their partners: nobody of the office can clear these."""
    waiting = Clarification.objects.filter(
        loi__in=lois.filter(state="clarification"), due_at__gt=now, answer=None
    )
    found = waiting.aggregate(number=Count("loi", distinct=True), first=Min("due_at"))
    if found["number"]:
        sentence = ngettext(
            "%(n)s case of %(code)s waits for the partner's answer until %(due)s.",
            "%(n)s cases of %(code)s wait for the partners' answers, the first until %(due)s.",
            found["number"],
        ) % {"n": found["number"], "code": call.code, "due": said(found["first"], call.zone)}
        yield Blocker("partner", Todo(sentence, _to("cases", call), say("Look")))


def _decisions_proposed(call: Call, now: datetime) -> list[Blocker]:
    sentence = say("The decisions of %(code)s wait for approval.", code=call.code)
    return [Blocker("approver", Todo(sentence, _to("decisions", call), say("Read and approve")))]


def _decisions_approved(call: Call, user: User, now: datetime) -> list[Blocker]:
    stored, failed, number = letters_of(call, user)
    today = now.astimezone(call.zoneinfo).date()
    page = _to("decisions", call)
    found = []
    if failed:
        sentence = ngettext(
            "%(n)s letter of %(code)s could not be rendered.",
            "%(n)s letters of %(code)s could not be rendered.",
            failed,
        ) % {"n": failed, "code": call.code}
        todo = Todo(sentence, page, say("See why"), tone="cinnabar")
        found.append(Blocker("secretary", todo))
    elif stored < number:
        sentence = say(
            "%(stored)s of %(all)s letters of %(code)s are stored; the rest is being rendered.",
            stored=stored,
            all=number,
            code=call.code,
        )
        found.append(Blocker("secretary", Todo(sentence, page, say("Watch"))))
    if call.release_on < today:
        sentence = say(
            "The release of %(code)s was planned for %(day)s and did not happen: move it.",
            code=call.code,
            day=call.release_on,
        )
        found.append(Blocker("secretary", Todo(sentence, page, say("Move it"), tone="amber")))
    elif call.release_on == today and stored == number:
        sentence = say("The results of %(code)s can be released today.", code=call.code)
        release = _to("release_call", call)
        found.append(Blocker("secretary", Todo(sentence, release, say("Check and release"))))
    elif call.release_on > today:
        sentence = say(
            "The release of %(code)s is planned for %(day)s.", code=call.code, day=call.release_on
        )
        found.append(Blocker("secretary", Todo(sentence, page, say("See the decisions"))))
    return found


def _conditions(call: Call, lois: QuerySet[LetterOfIntent], now: datetime) -> list[Blocker]:
    """What stands between selections and their agreements: conditions answered, and overdue.

    Whatever the call is: another mission may carry a case of one that is suspended or cancelled.
    """
    overdue = Q(state="open", due_at__lte=now) & ~Q(decision__loi__in=queries.paused())
    found = (
        queries.running_conditions()
        .filter(decision__loi__in=lois)
        .aggregate(
            answered=Count("pk", filter=Q(state="answered")),
            overdue=Count("pk", filter=overdue),
        )
    )
    counted = [
        (
            "secretary",
            found["answered"],
            ngettext(
                "%(n)s condition of %(code)s is answered: mark it as met, or send it back.",
                "%(n)s conditions of %(code)s are answered: mark each as met, or send it back.",
                found["answered"],
            ),
            Todo("", _to("conditions", call), say("Read the answers")),
        ),
        (
            "partner",
            found["overdue"],
            ngettext(
                "%(n)s condition of %(code)s is overdue, and not answered.",
                "%(n)s conditions of %(code)s are overdue, and not answered.",
                found["overdue"],
            ),
            Todo("", _to("conditions", call), say("Look"), tone="cinnabar"),
        ),
    ]
    return _said(counted, call)


def _said(counted: Iterable[tuple[str, int, str, Todo]], call: Call) -> list[Blocker]:
    """Of what is counted, what there is any of."""
    return [
        Blocker(who, replace(todo, sentence=text % {"n": number, "code": call.code}))
        for who, number, text, todo in counted
        if number
    ]


def letters_of(call: Call, user: User) -> tuple[int, int, int]:
    """(stored, failed, all) of the letters of approved decisions, as this person may count them."""
    seen = call.lois.exclude(queries.hidden_from(user))
    letters = Letter.objects.filter(decision__loi__in=seen.values("pk"), decision__state="approved")
    found = letters.exclude(state="void").aggregate(
        stored=Count("pk", filter=Q(state="stored")),
        failed=Count("pk", filter=Q(failed_at__isnull=False)),
        all=Count("pk"),
    )
    return found["stored"], found["failed"], found["all"]
