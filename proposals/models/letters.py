from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal import keys
from portal.models import Leased, StoredFile


class Letter(Leased):
    """A letter of the register: its number, frozen words, and once rendered its bytes.

    Written with its cause, rendered by a worker, issued at once (receipt,
    ineligible) or by the release (decision). Moves by `workflow.LETTER`; never
    overwritten: superseded, revoked or void.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        INELIGIBLE = "ineligible"
        DECISION = "decision"

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    code = models.CharField(max_length=19, unique=True, default=keys.code, editable=False)
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    loi = models.ForeignKey("proposals.LetterOfIntent", models.PROTECT, related_name="letters")
    filing = models.OneToOneField(
        "proposals.Filing", models.PROTECT, null=True, related_name="receipt"
    )
    decision = models.ForeignKey(
        "proposals.Decision", models.PROTECT, null=True, related_name="letters"
    )
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
                condition=~Q(state__in=["void", "superseded", "revoked"]),
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
