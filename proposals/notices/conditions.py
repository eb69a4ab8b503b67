from portal import roles
from portal.deadline import zoned
from portal.models import User
from portal.notices import Notice, register
from proposals import queries
from proposals.models import Condition
from proposals.notices.audiences import ANSWERABLE, office


def _answering(condition: Condition) -> list[User]:
    return queries.applicants_of(condition.loi, roles.PI, roles.AOR)


def _told_of_more_time(condition: Condition) -> list[User]:
    return [*_answering(condition), *office(condition.loi)]


def _met(condition: Condition) -> list[User]:
    """The keys of the case, and legal: an agreement may have waited for it."""
    loi = condition.loi
    return [*queries.applicants_of(loi, *ANSWERABLE), *office(loi, roles.LEGAL)]


def _unanswered(condition: Condition) -> bool:
    return condition.state == "open" and condition.runs


def _condition(condition: Condition) -> dict:
    loi = condition.loi
    said = condition.evidence.last()
    return {"loi": loi, "due": zoned(condition.due_at, loi.call.zone), "said": said}


for notice in (
    Notice("condition_answered", lambda one: office(one.loi), context=_condition),
    Notice("condition_sent_back", _answering, still=_unanswered, context=_condition),
    Notice("condition_extended", _told_of_more_time, context=_condition),
    Notice("condition_met", _met, context=_condition),
    Notice("condition_reminder", _answering, still=_unanswered, context=_condition),
):
    register(notice, Condition)
