from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models import Organisation
from proposals.models.lois import GIVEN_BACK, LetterOfIntent

# Told to its partners, and not yet accepted.
OFFERED = ("released",)
# What was given to these stands in the ledger as committed.
COMMITTED = (*OFFERED, "agreement_pending", "agreement_signed")
# What its partners were told of.
TOLD = (*COMMITTED, *GIVEN_BACK, "call_cancelled", "ended")


class Project(models.Model):
    """Several cases that go on as one, with a reference and a budget line of its own.

    Each of the cases has its decision “merged” that names it, and stays readable.
    Moves by `workflow.PROJECT`: until the release with the decisions of its cases,
    from then on as a selected case does, accepted and signed by its lead.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    call = models.ForeignKey("proposals.Call", models.PROTECT, related_name="projects")
    state = models.CharField(max_length=20)
    title = models.CharField(_("title"), max_length=150)
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.TextField(_("reason, as the letters give it"), max_length=2000)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["reference"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_project_is_approved_by_somebody_else",
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="a_project_is_released_with_its_instant",
                condition=Q(state__in=TOLD, released_at__isnull=False)
                | (~Q(state__in=TOLD) & Q(released_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @cached_property
    def cases(self) -> list[LetterOfIntent]:
        """The cases that it is made of, by reference; none once it is dissolved."""
        merged = self.decisions.exclude(state="void").select_related(
            "loi__organisation", "loi__filing"
        )
        cases = [decision.loi for decision in merged.order_by("loi__reference")]
        for loi in cases:
            loi.call = self.call
        return cases

    @property
    def organisation(self) -> Organisation:
        """Who acts for it, as the organisation of a case does."""
        return self.lead

    @property
    def organisation_id(self) -> int:
        return self.lead_id

    @property
    def leading(self) -> LetterOfIntent:
        """The lead's case, or the first of several: what is written of the project goes to it."""
        return next(loi for loi in self.cases if loi.organisation_id == self.lead_id)

    @property
    def partners(self) -> list[Organisation]:
        """The organisations of its cases beside the lead, each once."""
        found = {loi.organisation_id: loi.organisation for loi in self.cases}
        found.pop(self.lead_id, None)
        return list(found.values())

    @property
    def told(self) -> bool:
        return self.released_at is not None
