from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys
from portal.models import Leased, StoredFile

# Written and not yet issued.
TO_COME = ("owed", "stored")


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
        AGREEMENT_REMINDER = "agreement_reminder", _("reminder")
        WITHDRAWN = "withdrawn", _("confirmation of a withdrawal")

    # What became of a case: of these it has one in force at most, whichever decision says it.
    OUTCOME = (Kind.INELIGIBLE, Kind.DECISION)

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
    )  # the one it corrects, or at its issue the one told before it of the same case
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
                condition=Q(state__in=[*TO_COME]),
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


class Correction(models.Model):
    """A letter in force that is to be revoked, or replaced by one with mended words.

    Proposed by one person, approved by another. Moves by `workflow.CORRECTION`.
    `changes` gives the mended words by the path of their passage.
    """

    class Kind(models.TextChoices):
        REPLACE = "replace", _("replace it by a corrected letter")
        REVOKE = "revoke", _("revoke it")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.TextField(max_length=1000)
    changes = models.JSONField(default=dict)
    state = models.CharField(max_length=12)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_letter_has_one_correction_proposed",
                fields=["letter"],
                condition=Q(state="proposed"),
            ),
            models.CheckConstraint(
                name="corrections_are_approved_by_somebody_else",
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("proposed_by")),
            ),
        ]
