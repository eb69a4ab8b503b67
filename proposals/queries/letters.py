from django.db.models import Q, QuerySet

from portal.models import Message
from proposals.models import Letter

# What is told with the issue of a letter, of its case.
TOLD_OF_A_DECISION = ("loi_decided", "loi_promoted", "loi_reaccommodated")
TOLD_OF_THE_CASE = (*TOLD_OF_A_DECISION, "receipt_ready", "ineligible_ready")
TOLD_OF_THE_LETTER = ("letter_corrected", "letter_revoked")


def deliveries(letter: Letter) -> QuerySet[Message]:
    """The messages that told of a letter, one a recipient and occasion; none before its issue.

    What is told of the case is written at the instant of the issue, with it.
    """
    of_the_case = Q(
        subject_key=letter.loi.key, notice__in=TOLD_OF_THE_CASE, written_at=letter.issued_at
    )
    of_itself = Q(subject_key=letter.key, notice__in=TOLD_OF_THE_LETTER)
    if letter.issued_at is None:
        return Message.objects.none()
    return (
        Message.objects.filter(of_the_case | of_itself)
        .select_related("recipient")
        .order_by("written_at", "address")
    )
