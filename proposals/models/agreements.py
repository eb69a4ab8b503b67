from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import keys
from portal.models import StoredFile
from proposals.models import lois, projects
from proposals.models.decisions import Decision
from proposals.models.lois import LetterOfIntent
from proposals.models.projects import Project

Subject = LetterOfIntent | Project
# A case or a project that is told of, and not yet accepted.
OFFERED = (*lois.OFFERED, *projects.OFFERED)


class Agreement(models.Model):
    """What follows a positive decision or a project from its release on: accepted until when, signed how.

    Where it stands is the state of its subject, a case (`workflow.LOI`) or a
    project (`workflow.PROJECT`), told in one place.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="agreement")
    project = models.OneToOneField(Project, models.PROTECT, null=True, related_name="agreement")
    offered_at = models.DateTimeField()
    accept_by = models.DateTimeField()  # half-open: this instant itself is late
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_agreement_of_a_decision_or_a_project",
                condition=Q(decision=None) ^ Q(project=None),
            ),
            models.CheckConstraint(
                name="accepted_by_somebody_at_an_instant",
                condition=Q(accepted_by=None, accepted_at=None)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_signed_agreement_was_accepted_and_is_on_file",
                condition=Q(signed_on=None, reference="", file=None, recorded_by=None)
                | (
                    Q(signed_on__isnull=False, file__isnull=False, recorded_by__isnull=False)
                    & Q(accepted_at__isnull=False)
                    & ~Q(reference="")
                ),
            ),
        ]

    @property
    def subject(self) -> Subject:
        """What is accepted and moves: the case, or the project."""
        return self.project or self.decision.loi

    @property
    def follows(self) -> Decision | Project:
        """What it was offered by, and what the ledger has its lines of."""
        return self.project or self.decision

    @property
    def lapses_at(self) -> datetime:
        """When the clock may end it: what arrived in time has been worked off by then."""
        return self.accept_by + timedelta(seconds=self.subject.call.grace_s)

    @property
    def extension(self) -> "Extension | None":
        """More time that was proposed and waits for a second person."""
        last = self.extensions.last()
        return last if last and last.granted_at is None else None


class Extension(models.Model):
    """More time to accept: one proposes it with a reason, another grants it."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="extensions")
    until = models.DateTimeField()
    reason = models.TextField(max_length=2000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    granted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_extension_takes_two_persons",
                condition=Q(granted_by=None, granted_at=None)
                | Q(granted_by__isnull=False, granted_at__isnull=False)
                & ~Q(granted_by=models.F("proposed_by")),
            )
        ]

    @property
    def name(self) -> str:
        """What a form names it by: one that is proposed in its place has another."""
        return str(self.pk)
