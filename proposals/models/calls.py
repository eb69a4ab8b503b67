from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal import keys
from proposals.ledger import Balance
from proposals.models.missions import Platform
from proposals.resources import RESOURCES, Resource
from proposals.sheet import Limit
from proposals.terms import Terms


class Call(models.Model):
    """An announcement of opportunity: what a mission offers, until when, judged how.

    Whether it is open is derived from its two instants and never stored; the
    state moves by `proposals.workflow.CALL`. A call of history (`history`) is
    a real one of the past and moves no more.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        help_text=_("Capital letters, digits and hyphens; references begin with it."),
    )
    mission = models.ForeignKey("proposals.Mission", models.PROTECT, related_name="calls")
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(_("what it is about"), max_length=2000)
    state = models.CharField(max_length=20)
    fictional = models.BooleanField(_("fictional"), default=False)
    history = models.BooleanField(default=False)

    zone = models.CharField(_("time zone"), max_length=60, default="Asia/Shanghai")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    grace_s = models.PositiveSmallIntegerField(
        _("processing grace"),
        default=300,  # longer than a rush takes to be worked off: see README, Measured
        help_text=_("Seconds for requests that arrived in time to be worked off."),
    )
    acceptance_days = models.PositiveSmallIntegerField(
        _("days to accept a selection"),
        default=90,
        help_text=_("From the release to the end of that day; the partner accepts or declines."),
    )
    need_by = models.DateField(_("flight model needed by"), null=True, blank=True)
    keywords = models.JSONField(default=list)  # [[code, label], …]
    reviewers_least = models.PositiveSmallIntegerField(_("reviewers a case, at least"), default=3)
    hides_applicants = models.BooleanField(_("applicants hidden from reviewers"), default=False)
    hides_reviewers = models.BooleanField(_("reviewers hidden from each other"), default=False)
    assessors_least = models.PositiveSmallIntegerField(
        _("technical assessors a case, at least"), default=0
    )

    received = models.PositiveIntegerField(null=True)  # published figures of a call of history
    preliminary = models.PositiveIntegerField(null=True)
    selected = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=300, blank=True)
    as_of = models.DateField(null=True)

    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decisions_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decisions_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    release_on = models.DateField(_("planned release"), null=True)
    version = models.PositiveSmallIntegerField(default=0)  # 1 at publication, 1 more an amendment
    # While it is suspended: the state it goes on from. Each pause is [from, until or null].
    suspended_from = models.CharField(max_length=20, blank=True)
    pauses = models.JSONField(default=list)
    last_reference = models.PositiveIntegerField(default=0)
    last_letter = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="opens_before_it_closes",
                condition=Q(opens_at__lt=F("closes_at")),
                violation_error_message=_("The call must open before it closes."),
            ),
            models.CheckConstraint(
                name="history_has_no_drafter",
                condition=Q(history=False) | Q(drafted_by=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def open_at(self, instant: datetime) -> bool:
        return self.state == "published" and self.opens_at <= instant < self.closes_at

    def open_or_ahead_at(self, instant: datetime) -> bool:
        """Published and not yet closed: it is open, or opens later."""
        return self.state == "published" and instant < self.closes_at

    def terms(self) -> Terms:
        """What a letter of this call is checked against."""
        limits: dict[str, list[Limit]] = {}
        hosts: dict[str, Platform] = {}
        for allocation in self._offers:
            limits.setdefault(allocation.platform.code, []).append(allocation.limit)
            hosts[allocation.platform.code] = allocation.platform
        return Terms(
            platforms=tuple((code, host.name) for code, host in hosts.items()),
            limits=tuple((code, tuple(found)) for code, found in limits.items()),
            envelopes=_known(hosts, "envelope_mm"),
            temperatures=_known(hosts, "temperature_c"),
            keywords=tuple((code, label) for code, label in self.keywords),
            need_by=self.need_by,
            latitude_deg=self.mission.latitude_deg,
            shadowed=self.mission.shadowed,
            hides_applicants=self.hides_applicants,
        )

    @cached_property
    def _offers(self) -> list["Allocation"]:
        """Asked for once an object: a page and a filing look at the terms many times."""
        return list(self.allocations.select_related("platform"))

    def happened(self, kind: str, at: datetime) -> None:
        """Note the actual day of a milestone, in the call's zone, the first time."""
        day = at.astimezone(self.zoneinfo).date()
        self.milestones.filter(kind=kind, actual=None).update(actual=day)

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def stretched(self, due: datetime, since: datetime) -> datetime:
        """A term that runs from `since` to `due`, with the time that the call was suspended in it."""
        for began, ended in self.pauses:
            start = max(datetime.fromisoformat(began), since)
            if ended and start < due:
                due += max(datetime.fromisoformat(ended) - start, timedelta(0))
        return due

    def end_of(self, day: date) -> datetime:
        """24:00 of a day in the call's zone: the first instant that is too late for it."""
        return datetime.combine(day + timedelta(days=1), time.min, self.zoneinfo)

    @property
    def closing_due_at(self) -> datetime:
        return self.closes_at + timedelta(seconds=self.grace_s)


def _known(hosts: dict[str, Platform], name: str) -> tuple[tuple[str, tuple], ...]:
    """A fact of the platforms, of those of which it is known."""
    return tuple(
        (code, tuple(fact)) for code, host in hosts.items() if (fact := getattr(host, name))
    )


class Milestone(models.Model):
    """A date of the way to the results: planned, and actual once it has happened."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("Call opens")
        CLOSING = "closing", _("Letters of intent due")
        PRELIMINARY = "preliminary", _("Preliminary selection")
        FINAL = "final", _("Final selection")
        RESULT = "result", _("Result announced")

    call = models.ForeignKey(Call, models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=20, choices=Kind)
    planned = models.DateField(null=True)
    amended = models.DateField(null=True)  # as the last amendment moved it; planned stays
    actual = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["call", "planned", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_milestone_stands_once", fields=["call", "kind"])
        ]

    @property
    def due(self) -> date | None:
        """The date that holds: as amended, else as planned."""
        return self.amended or self.planned


class Allocation(models.Model):
    """What a call offers of one resource on one platform. Amounts are in the resource's unit.

    `held` and `committed` are the balance after its last line of the ledger
    (`entered`), kept here so that the database itself refuses what does not fit.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="allocations")
    platform = models.ForeignKey("proposals.Platform", models.PROTECT)
    resource = models.CharField(max_length=10)
    capacity = models.DecimalField(max_digits=12, decimal_places=3)
    held_back = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    module_cap = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    held = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    committed = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    entered = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["call", "platform", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_resource_is_offered_once_a_platform",
                fields=["call", "platform", "resource"],
            ),
            models.CheckConstraint(
                name="held_back_within_capacity",
                condition=Q(held_back__gte=0, capacity__gt=0, held_back__lte=F("capacity")),
            ),
            models.CheckConstraint(
                name="module_cap_within_capacity",
                condition=Q(module_cap=None) | Q(module_cap__gt=0, module_cap__lte=F("capacity")),
            ),
            # SQLite adds decimals as floats: half of the last place kept absorbs that.
            models.CheckConstraint(
                name="never_more_is_given_than_there_is",
                condition=Q(
                    held__gte=0,
                    committed__gte=0,
                    capacity__gte=F("held") + F("committed") + F("held_back") - Decimal("0.0005"),
                ),
            ),
        ]

    @property
    def kind(self) -> Resource:
        return RESOURCES[self.resource]

    @property
    def balance(self) -> Balance:
        return Balance(self.kind, self.capacity, self.held_back, self.held, self.committed)

    @property
    def limit(self) -> Limit:
        return Limit(self.kind, self.capacity, self.held_back, self.module_cap)


class Criterion(models.Model):
    """One line of the rubric: weights of a call add to 100, scores go from 0 to 5 in halves.

    An `optional` one may be found not to apply to a case; on a `technical` one the
    technical assessors write findings. `anchors` has words for whole marks
    ({"0": …, "5": …}; those of the scale where it has none), `about` the sections
    of the letter that it is about.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=4)
    title = models.CharField(_("title"), max_length=100)
    question = models.CharField(_("what it asks"), max_length=300)
    weight = models.PositiveSmallIntegerField(_("weight"))
    threshold = models.DecimalField(
        _("threshold"), max_digits=2, decimal_places=1, null=True, blank=True
    )
    optional = models.BooleanField(_("may not apply"), default=False)
    technical = models.BooleanField(_("for assessors"), default=False)
    anchors = models.JSONField(_("what the marks mean"), default=dict, blank=True)
    about = models.JSONField(default=list, blank=True)
    # Where applicants are hidden: judged only after the reviewer has opened the names.
    needs_names = models.BooleanField(_("judged by name"), default=False)

    class Meta:
        ordering: ClassVar = ["call", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_criterion_stands_once", fields=["call", "code"]),
            models.CheckConstraint(
                name="weight_is_a_share_of_100", condition=Q(weight__gte=1, weight__lte=100)
            ),
            models.CheckConstraint(
                name="threshold_on_the_scale",
                condition=Q(threshold=None) | Q(threshold__gte=0, threshold__lte=5),
            ),
        ]
