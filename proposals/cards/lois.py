from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import cards
from portal.deadline import Deadline
from portal.models import User
from portal.workflow import Act
from proposals import queries
from proposals.checks import Problem, check
from proposals.models import Letter, LetterOfIntent
from proposals.models.lois import OFFERED
from proposals.workflow import LOI, SHARE
from proposals.workflow.namings import nobody_rejected
from proposals.workflow.shares import TAKES_SHARES

# Decided, and nothing done about it since.
UNANSWERED = (*OFFERED, "reserve", "not_selected")


@cards.register_nav
def navigation(user: User) -> Iterator[cards.NavItem]:
    if user.is_authenticated and user.seats():
        yield cards.NavItem(gettext_lazy("Letters of intent"), reverse("lois"), reverse("lois"))


@cards.register
def rejected(user: User, now: datetime) -> Iterator[cards.Todo]:
    """Who writes the draft hears of a name in it that its bearer rejects."""
    own = queries.visible_lois(user).filter(organisation__in=list(user.seats()))
    alive = own.filter(state__in=["draft", "awaiting_signature", "filed"])
    for loi in alive.filter(namings__state="rejected").distinct():
        verdict = nobody_rejected(loi, Act(user, now))
        if not verdict and LOI.relation(user, loi) & {"pi", "editor", "owner"}:
            act = _("See who")
            yield cards.Todo(
                verdict.reason, reverse("loi", args=[loi.key]) + "#named", act, tone="cinnabar"
            )


@cards.register
def owed(user: User, now: datetime) -> Iterator[cards.Todo]:
    """What an applicant owes: a draft to complete, a key to turn, an answer, a letter to read."""
    seats = user.seats()
    own = queries.visible_lois(user).filter(organisation__in=list(seats))
    for loi in own.filter(state__in=["draft", "awaiting_signature"]):
        if now < loi.closes_at:
            yield from _before_closing(loi, LOI.relation(user, loi), now)
    for loi in own.filter(state="clarification"):
        yield from _asked(loi, LOI.relation(user, loi), now)
    for loi in own.exclude(working_copy=""):
        if now < loi.closes_at:
            yield from _working_copy(loi, LOI.relation(user, loi), now)
    yield from _shares(user, now)
    yield from _decided(user, own)


def _before_closing(loi: LetterOfIntent, seats: set[str], now: datetime) -> Iterator[cards.Todo]:
    title = loi.title or _("a letter without a title")
    here = reverse("loi", kwargs={"key": loi.key})
    if loi.state == "awaiting_signature":
        sentence = _("“%(title)s” is signed off, not yet filed.") % {"title": title}
        if "aor" in seats:
            file = _("File “%(title)s”: signed off, not yet filed.") % {"title": title}
            yield _todo(loi, now, file, reverse("file_loi", kwargs={"key": loi.key}), _("File"))
        elif seats & {"pi", "owner"}:
            yield _todo(loi, now, sentence, here, _("Look"))
        return
    missing = _missing(loi)
    if missing and seats & {"pi", "editor", "owner"}:
        sentence = ngettext(
            "Complete “%(title)s”: %(n)s thing stands before signing off.",
            "Complete “%(title)s”: %(n)s things stand before signing off.",
            len(missing),
        ) % {"title": title, "n": len(missing)}
        section = missing[0].section
        step = reverse("edit_loi", kwargs={"key": loi.key, "section": section})
        yield _todo(loi, now, sentence, step, _("Go on"))
    elif not missing and "pi" in seats:
        sentence = _("Sign off “%(title)s”: nothing is missing.") % {"title": title}
        yield _todo(loi, now, sentence, here, _("Read and sign off"))


def _asked(loi: LetterOfIntent, seats: set[str], now: datetime) -> Iterator[cards.Todo]:
    """An open question of the screening: the key holders answer it, the owner sees that they do."""
    asked = loi.clarifications.last()
    if now >= asked.answer_by or not seats & {"pi", "aor", "owner"}:
        return
    deadline = Deadline(asked.answer_by, loi.call.zone, now)
    due = f"{deadline.zone_text} — {deadline.left_text}"
    answers = bool(seats & {"pi", "aor"})
    said = {"case": loi.reference, "title": loi.title}
    yield cards.Todo(
        _("Answer the question of the screening on %(case)s “%(title)s”.") % said
        if answers
        else _("The question of the screening on %(case)s “%(title)s” has no answer yet.") % said,
        reverse("answer_clarification_loi" if answers else "loi", kwargs={"key": loi.key}),
        _("Answer") if answers else _("Look"),
        asked.answer_by,
        due,
        deadline.tone,
    )


def _working_copy(loi: LetterOfIntent, seats: set[str], now: datetime) -> Iterator[cards.Todo]:
    values = {
        "reference": loi.reference,
        "was": loi.filing.number,
        "next": loi.filing.number + 1,
    }
    if loi.working_copy == loi.WorkingCopy.SIGNED_OFF and "aor" in seats:
        sentence = _(
            "File version %(next)s of %(reference)s: signed off, not yet filed. In force: version %(was)s."
        )
        url, act = reverse("refile_loi", kwargs={"key": loi.key}), _("File")
    elif loi.working_copy == loi.WorkingCopy.DRAFT and seats & {"pi", "editor", "owner"}:
        sentence = _(
            "Version %(next)s of %(reference)s is being drafted; unfiled, it is discarded. In force: version %(was)s."
        )
        url, act = reverse("loi", kwargs={"key": loi.key}), _("Go on")
    else:
        return
    yield _todo(loi, now, sentence % values, url, act)


def _shares(user: User, now: datetime) -> Iterator[cards.Todo]:
    """Shares to countersign, and as the lead the declined ones, while the call is open."""
    for share in queries.visible_shares(user).filter(state__in=["asked", "declined"]):
        loi, said = share.loi, {"name": share.words["name"], "title": share.loi.title}
        if now >= loi.closes_at or loi.state not in TAKES_SHARES:
            continue
        if share.state == "asked" and SHARE.verdict(share, "countersign", Act(user, now)):
            sentence = _("[Action required] Countersign the share of %(name)s in “%(title)s”.")
            url = reverse("share", kwargs={"key": share.key})
            yield _todo(loi, now, sentence % said, url, _("Read and countersign"))
        elif share.state == "declined" and LOI.relation(user, loi) & {"pi", "owner"}:
            standing = queries.consortium(loi, loi.content)
            if any(one.state == "declined" and one.share.pk == share.pk for one in standing):
                sentence = _("%(name)s declines its share in “%(title)s”: change or remove it.")
                url = reverse("partners", kwargs={"key": loi.key})
                yield _todo(loi, now, sentence % said, url, _("Look"))


def _missing(loi: LetterOfIntent) -> list[Problem]:
    found = check(loi.content, loi.call.terms(), files=loi.file_kinds, lead=loi.lead_names)
    return [problem for problem in found if problem.hard]


def _todo(loi: LetterOfIntent, now: datetime, sentence: str, url: str, act: str) -> cards.Todo:
    deadline = Deadline(loi.closes_at, loi.call.zone, now)
    due = f"{deadline.zone_text} — {deadline.left_text}"
    return cards.Todo(sentence, url, act, loi.closes_at, due, deadline.tone)


def _decided(user: User, own) -> Iterator[cards.Todo]:
    letters = queries.visible_letters(user).filter(
        loi__in=own.filter(state__in=UNANSWERED), kind=Letter.Kind.DECISION, state="issued"
    )
    for letter in letters.order_by("-issued_at"):
        loi = letter.loi
        yield cards.Todo(
            _("The decision on %(reference)s “%(title)s” is there.")
            % {"reference": loi.reference, "title": loi.title},
            reverse("loi", kwargs={"key": loi.key}),
            _("Read it"),
        )
