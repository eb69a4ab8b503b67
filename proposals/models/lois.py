from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_lazy

from portal import keys
from portal.models import Organisation
from portal.models.events import AppendOnly

# Before the secretariat, and with the partner while a question is open.
SCREENING = ("screening", "clarification")
# Filed and not yet decided.
RUNNING = ("filed", *SCREENING, "under_review", "consensus", "final_review")
# Selected, and not yet accepted by the partner.
OFFERED = ("selected", "selected_conditional")
# What was given to these stands in the ledger as committed.
COMMITTED = (*OFFERED, "agreement_pending", "agreement_signed")
# What another mission may carry instead: selected, also where its call was cancelled since.
MOVABLE = (*COMMITTED, "call_cancelled")
# Given back: declined or not accepted in time, or ended after it was accepted.
GIVEN_BACK = ("declined", "lapsed", "terminated")
# A review of the procedure is asked for, or was answered: of a decision or of an ineligibility.
REDRESS = ("review_requested", "upheld")
# What a cancelled call takes with it: whatever still waits, is judged, or is to fly.
CANCELLABLE = (*RUNNING, *COMMITTED, "merged", "reserve", "review_requested")
DECIDED = (*COMMITTED, *GIVEN_BACK, "merged", "reserve", "not_selected", *REDRESS)


class LetterOfIntent(models.Model):
    """One case of a call: what an organisation would fly. The state moves by `workflow.LOI`.

    `content` is the text as typed (see `proposals.content`); what counts is
    `filing`, the immutable version in force. Once filed, the text is written on
    as a `working_copy` only, and nothing of it counts until it is filed again.
    """

    class WorkingCopy(models.TextChoices):
        NONE = "", gettext_lazy("none")
        DRAFT = "draft", gettext_lazy("being drafted")
        SIGNED_OFF = "signed_off", gettext_lazy("signed off, not filed")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    call = models.ForeignKey("proposals.Call", models.PROTECT, related_name="lois")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="lois")
    pi = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    working_copy = models.CharField(
        max_length=10, choices=WorkingCopy, blank=True, default=WorkingCopy.NONE
    )
    title = models.CharField(max_length=150, blank=True)
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_off_at = models.DateTimeField(null=True)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reference = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001 - unique or none
    filing = models.OneToOneField(
        "proposals.Filing", models.PROTECT, null=True, related_name="in_force_for"
    )
    # The late ticket that admits it, and once it is filed: the one it was filed through.
    ticket = models.ForeignKey(
        "proposals.Amendment", models.PROTECT, null=True, related_name="admitted"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reference_iff_filed",
                condition=Q(reference=None, filing=None)
                | Q(reference__isnull=False, filing__isnull=False),
            ),
            models.CheckConstraint(
                name="drafts_are_not_filed",
                condition=~Q(state__in=["draft", "awaiting_signature", "not_submitted"])
                | Q(filing=None),
            ),
            models.CheckConstraint(
                name="signed_off_while_awaiting_signature",
                condition=~Q(state="awaiting_signature") | Q(signed_off_by__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_filed_letter_has_a_working_copy",
                condition=Q(working_copy="") | Q(state="filed"),
            ),
            models.CheckConstraint(
                name="a_signed_off_working_copy_has_its_signer",
                condition=~Q(working_copy="signed_off") | Q(signed_off_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.reference, self.title])) or self.key

    @property
    def writable(self) -> bool:
        """Is its text being written: as a draft, or as the working copy of what is filed?"""
        return self.state == "draft" or self.working_copy == self.WorkingCopy.DRAFT

    @property
    def closes_at(self) -> datetime:
        """The instant from which its organisation is late: every page and guard asks here.

        An extension moves it for all, with the call's own; a late ticket for this letter.
        """
        if self.ticket_id is None:
            return self.call.closes_at
        return max(self.call.closes_at, self.ticket.until)

    @property
    def closing_due_at(self) -> datetime:
        return self.closes_at + timedelta(seconds=self.call.grace_s)

    @property
    def file_kinds(self) -> tuple[str, ...]:
        """The kinds of the files attached, as the step "Files" of the form names them."""
        return tuple(attached.kind for attached in self.attachments.all())

    @property
    def lead_names(self) -> tuple[str, ...]:
        """What its organisation is called, where the call hides it from reviewers."""
        if not self.call.hides_applicants:
            return ()
        lead = self.organisation
        return tuple(filter(None, (lead.name, lead.local_name, *lead.aliases)))

    def open_at(self, instant: datetime) -> bool:
        if self.ticket_id is None or self.call.state not in {"published", "closed"}:
            return self.call.open_at(instant)
        return self.call.opens_at <= instant < self.closes_at

    @property
    def screening(self) -> "Screening | None":
        """What the screening found last; nothing where it has asked since, or must look again."""
        found = max(self.screenings.all(), key=lambda one: one.pk, default=None)
        reviewed = [one.ruling.at for one in self.redresses.all() if one.answered]
        asked = max([*reviewed, *(one.at for one in self.clarifications.all())], default=None)
        return found if found and not (asked and found.at < asked) else None


class Revision(AppendOnly):
    """The working copy as it was saved once."""

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_version_is_saved_once", fields=["loi", "version"])
        ]


class Acknowledgement(AppendOnly):
    """A warning that a principal investigator has read and stands by; another number is another warning."""

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="acknowledgements")
    warning = models.CharField(max_length=16)  # `checks.Problem.id`
    rule = models.CharField(max_length=40)
    clause = models.CharField(max_length=10)
    sentence = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_warning_is_acknowledged_once", fields=["loi", "warning"]
            )
        ]


class Presence(models.Model):
    """Who had which step of a letter open, and when last; one row a person, written over."""

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    section = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_person_is_at_one_place", fields=["loi", "user"])
        ]


class Copy(AppendOnly):
    """That a letter was begun with an earlier one, and what of that did not fit the call.

    `dropped` is [{section, label, value, reason, row}], in words; `row` is 0 outside tables.
    """

    loi = models.OneToOneField(LetterOfIntent, models.CASCADE, related_name="copied")
    source = models.ForeignKey(LetterOfIntent, models.PROTECT, related_name="copies")
    dropped = models.JSONField()


class Filing(AppendOnly):
    """A letter as filed: frozen content, its digest, and the signed manifest of the receipt.

    `arrived_at` is what the deadline was judged by; `committed_at` is the
    database's own clock. `idempotency_key` is what the page or the client
    named its attempt, so that a retry finds what the first one did.
    """

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="filings")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    signature = models.CharField(max_length=120)
    signing_key = models.CharField(max_length=16)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField()
    committed_at = models.DateTimeField(db_default=Now())
    idempotency_key = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_filing_has_one_number", fields=["loi", "number"]),
            models.UniqueConstraint(
                name="a_key_files_once",
                fields=["filed_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
            ),
        ]

    @property
    def file_kinds(self) -> tuple[str, ...]:
        """The kinds of the files filed with it."""
        return tuple(file.kind for file in self.files.all())

    @property
    def revision(self) -> int:
        """The save that was frozen. Before there were working copies it was called the version."""
        return self.manifest.get("revision", self.manifest["version"])


class Demand(AppendOnly):
    """What a filing asks of an allocation, in its unit; masses are MEV. Not stated is null."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="demands")
    allocation = models.ForeignKey("proposals.Allocation", models.PROTECT, related_name="demands")
    amount = models.DecimalField(max_digits=12, decimal_places=3, null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="asked_once_a_filing", fields=["filing", "allocation"]),
            models.CheckConstraint(name="nothing_negative_is_asked", condition=Q(amount__gte=0)),
        ]

    @property
    def said(self) -> str:
        if self.amount is None:
            return gettext("not stated")
        return self.allocation.kind.amount(self.amount)


class Assessment(AppendOnly):
    """The screening's own figure where it differs from the partner's; both are kept."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="assessments")
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="nothing_negative_is_assessed", condition=Q(amount__gte=0))
        ]


class Screening(AppendOnly):
    """The result of one look at completeness and eligibility, before any merit."""

    loi = models.ForeignKey(LetterOfIntent, models.CASCADE, related_name="screenings")
    compliant = models.BooleanField()
    rule = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ineligible_names_its_rule", condition=Q(compliant=True) | ~Q(rule="")
            )
        ]
