from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models import Leased, StoredFile


class Letter(Leased):
    """A letter of the register: its number, frozen words, and once rendered its bytes.

    Written with its cause, rendered by a worker, issued as soon as it is stored
    or, of a decision, by its release. Moves by `workflow.LETTER`; never
    overwritten: superseded, revoked or void.
    """

    class Kind(models.TextChoices):
        """As the verification page and the lists say it, which tell no outcome."""

        RECEIPT = "receipt", _("receipt of filing")
        INELIGIBLE = "ineligible", _("screening letter")
        CLARIFICATION = "clarification", _("question of the screening")
        DECISION = "decision", _("decision letter")
        SUSPENDED = "suspended", _("notice on the call")
        CANCELLED = "cancelled", _("notice on the call's end")
        REACCOMMODATED = "reaccommodated", _("letter on the accommodation")
        AGREEMENT_REMINDER = "agreement_reminder", _("reminder")
        WITHDRAWN = "withdrawn", _("confirmation of a withdrawal")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    code = models.CharField(max_length=19, unique=True, default=keys.code, editable=False)
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    loi = models.ForeignKey("proposals.LetterOfIntent", models.PROTECT, related_name="letters")
    filing = models.OneToOneField(
        "proposals.Filing", models.PROTECT, null=True, related_name="receipt"
    )
    decision = models.ForeignKey(
        "proposals.Decision", models.PROTECT, null=True, related_name="letters"
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="successors"
    )  # superseded when this one is issued
    state = models.CharField(max_length=12)
    context = models.JSONField()
    dated = models.DateField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_decision_has_one_letter_in_force",
                fields=["decision"],
                condition=Q(state="issued"),
            ),
            models.UniqueConstraint(
                name="a_decision_has_one_letter_to_come",
                fields=["decision"],
                condition=Q(state__in=["owed", "stored"]),
            ),
            models.CheckConstraint(
                name="stored_letters_have_their_bytes",
                condition=Q(state__in=["owed", "void"]) | Q(file__isnull=False),
            ),
            models.CheckConstraint(
                name="letters_of_decisions_name_one",
                condition=~Q(kind="decision") | Q(decision__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="letter_owed", condition=Q(state="owed"))
        ]

    @property
    def filename(self) -> str:
        return f"{self.number.replace('/', '-')}.pdf"
