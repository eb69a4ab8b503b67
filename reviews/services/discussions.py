from datetime import datetime, time, timedelta

from django.db import transaction

from portal import events, notices
from portal.models import User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import LetterOfIntent
from proposals.services.drafts import Stale
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Comment, CommentVersion, Hearing, ReadUpTo
from reviews.services import locks

MOST = 4000  # characters of a comment
DIGEST_AT = time(6)  # UTC: of the 24 hours before


@transaction.atomic
def add_comment(
    loi: LetterOfIntent,
    *,
    text: str,
    level: str = Comment.Level.PANEL,
    criterion: str = "",
    thread: Comment | None = None,
    by: User,
    now: datetime,
) -> Comment:
    """Say something on a case, or answer a thread, which is read by whom its beginning is read.

    A second click says nothing twice.
    """
    loi = locks.case(loi)
    level = thread.level if thread else level
    _may(by, loi, level)
    text = _worded(text)
    last = Comment.objects.filter(loi=loi, by=by, thread=thread).order_by("pk").last()
    if last and last.versions.last().text == text and now - last.at < timedelta(minutes=1):
        return last
    of = loi.call.criteria.filter(code=criterion).first()
    if criterion and of is None:
        raise Refused(no("score.criterion", say("There is no criterion %(code)s.", code=criterion)))
    comment = Comment.objects.create(
        loi=loi, thread=thread, level=level, criterion=of, by=by, at=now
    )
    version = CommentVersion.objects.create(comment=comment, text=text, at=now)
    _read(loi, version, by, now)
    event = events.record(
        "comment.added", comment, by=by, now=now, data={"case": loi.key, "level": level}
    )
    notices.post("comment_added", comment, now=now, event=event)
    return comment


@transaction.atomic
def edit_comment(
    comment: Comment, *, text: str, over: int, by: User, now: datetime
) -> CommentVersion:
    """Write an own comment anew; what it said before stays to be read. `over` counts the versions seen."""
    loi, versions = _own(comment, by)
    text = _worded(text)
    if versions[-1].text == text:
        return versions[-1]
    if len(versions) != over:
        raise Stale(
            no("comment.version", say("The comment was changed since this page was loaded."))
        )
    return _version(comment, loi, "comment.edited", by, now, text=text)


@transaction.atomic
def withdraw_comment(comment: Comment, *, by: User, now: datetime) -> CommentVersion:
    """Take an own comment back: that there was one stays to be seen, and what it said does not."""
    loi, _versions = _own(comment, by)
    return _version(comment, loi, "comment.withdrawn", by, now, withdrawn=True)


@transaction.atomic
def mark_read(loi: LetterOfIntent, *, up_to: int, by: User, now: datetime) -> None:
    """Note that this person has read the discussion up to a version; never further back."""
    found = CommentVersion.objects.filter(
        comment__loi=loi, comment__level__in=queries.levels(by, loi), pk=up_to
    )
    if version := found.first():
        _read(loi, version, by, now)


def choose_hearing(*, how: str, by: User) -> Hearing:
    return Hearing.objects.update_or_create(user=by, defaults={"how": how})[0]


def tell_of_the_day(*, now: datetime) -> int:
    """Write the day's one message to whoever asked for one a day; rung again it writes none."""
    until = datetime.combine(now.date(), DIGEST_AT, now.tzinfo)
    if now < until:
        until -= timedelta(days=1)
    told = 0
    for one in queries.unread(after=until - timedelta(days=1), until=until):
        told += len(
            notices.post(
                "comments_of_the_day",
                one.call,
                now=now,
                occasion=f"{until:%Y-%m-%d}",
                to=[one.user],
                cases=[{"loi": loi, "number": number} for loi, number in one.cases],
            )
        )
    return told


def _may(by: User, loi: LetterOfIntent, level: str) -> None:
    if level not in queries.may_comment(by, loi):
        raise Refused(
            no(
                "comment.who",
                say(
                    "The discussion is for the chair and for those who have locked their own review."
                ),
                who=True,
            )
        )
    if loi.state not in queries.DISCUSSED:
        raise Refused(
            no(
                "comment.from",
                say(
                    "The case is “%(state)s”: its discussion is closed and can be read.",
                    state=LOI.state(loi.state).label,
                ),
            )
        )


def _worded(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(no("comment.empty", say("The comment says nothing yet."), field="text"))
    if len(text) > MOST:
        why = say("At most %(most)s characters; these are %(n)s.", most=MOST, n=len(text))
        raise Refused(no("comment.long", why, field="text"))
    return text


def _own(comment: Comment, by: User) -> tuple[LetterOfIntent, list[CommentVersion]]:
    loi = locks.case(comment.loi)
    _may(by, loi, comment.level)
    versions = list(comment.versions.all())
    if comment.by_id != by.pk:
        raise Refused(no("comment.author", say("Only its author changes a comment."), who=True))
    if versions[-1].withdrawn:
        raise Refused(no("comment.withdrawn", say("The comment was withdrawn.")))
    return loi, versions


def _version(comment: Comment, loi, verb: str, by: User, now: datetime, **said) -> CommentVersion:
    version = CommentVersion.objects.create(comment=comment, at=now, **said)
    _read(loi, version, by, now)
    events.record(verb, comment, by=by, now=now, data={"case": loi.key})
    return version


def _read(loi: LetterOfIntent, version: CommentVersion, by: User, now: datetime) -> None:
    known = ReadUpTo.objects.filter(loi=loi, user=by).first()
    if known is None or known.version_id < version.pk:
        ReadUpTo.objects.update_or_create(
            loi=loi, user=by, defaults={"version": version, "at": now}
        )
