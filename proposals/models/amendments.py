from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models import Organisation
from proposals.models.calls import Call, Milestone

# What befalls a call as a whole, and changes none of its terms.
FATES = ("suspension", "resumption", "cancellation")
# The planned dates an amendment can move; those of opening and closing follow their instants.
DAYS = (Milestone.Kind.PRELIMINARY, Milestone.Kind.FINAL, Milestone.Kind.RESULT)


class Amendment(models.Model):
    """A change to a published call, as law is changed: one drafts it, another publishes it.

    `changes` are kept as values, each with its field, before and after
    (`terms_of`); `proposals.gazette` puts them in words. The number is given at
    publication, without gaps: it is the version of the call that it amends.
    """

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms and dates")
        CLOSING = "closing", _("Opening and closing")
        TICKET = "ticket", _("Late ticket")
        SUSPENSION = "suspension", _("Suspension")
        RESUMPTION = "resumption", _("Resumption")
        CANCELLATION = "cancellation", _("Cancellation")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(_("reason"), max_length=1000)
    # Who announced what the programme decided, and where.
    source = models.CharField(_("source"), max_length=300, blank=True)
    changes = models.JSONField(default=list)  # [{"field": …, "before": …, "after": …}, …]

    # A late ticket admits one organisation until an instant, for so many letters.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="late_tickets"
    )
    until = models.DateTimeField(_("until"), null=True)
    letters = models.PositiveSmallIntegerField(_("letters"), null=True)

    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["call", "number", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="an_amendment_has_one_number", fields=["call", "number"]),
            models.CheckConstraint(
                name="numbered_iff_published",
                condition=Q(
                    state="published",
                    number__isnull=False,
                    published_at__isnull=False,
                    published_by__isnull=False,
                )
                | (~Q(state="published") & Q(number=None, published_at=None, published_by=None)),
            ),
            models.CheckConstraint(
                name="an_amendment_takes_two_persons",
                condition=Q(published_by=None) | ~Q(published_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="a_late_ticket_says_whom_until_when_and_how_many",
                condition=Q(
                    kind="ticket",
                    organisation__isnull=False,
                    until__isnull=False,
                    letters__gte=1,
                )
                | (~Q(kind="ticket") & Q(organisation=None, until=None, letters=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call.code} · {self.number or self.key}"

    @property
    def after(self) -> dict[str, object]:
        return {change["field"]: change["after"] for change in self.changes}

    @property
    def instants(self) -> dict[str, datetime]:
        """The opening and the closing as this amendment puts them."""
        moved = {name: self.after.get(name) for name in ("opens_at", "closes_at")}
        return {name: datetime.fromisoformat(at) for name, at in moved.items() if at}

    @property
    def used(self) -> int:
        """The letters filed through this ticket: each once, however often it is refiled."""
        return self.admitted.exclude(filing=None).count()


def terms_of(call: Call) -> dict[str, object]:
    """What of a call an amendment can change, field → value in the types of JSON."""
    days = {milestone.kind: milestone.due for milestone in call.milestones.all()}
    return {
        "title": call.title,
        "summary": call.summary,
        "need_by": _iso(call.need_by),
        **{kind.value: _iso(days.get(kind)) for kind in DAYS},
        "keywords": [list(keyword) for keyword in call.keywords],
        "weights": {criterion.code: criterion.weight for criterion in call.criteria.all()},
        "hides_applicants": call.hides_applicants,
        "hides_reviewers": call.hides_reviewers,
        "opens_at": _iso(call.opens_at),
        "closes_at": _iso(call.closes_at),
    }


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
