from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from portal import notices, roles, scans
from portal.models import StoredFile, User
from portal.notices import Notice, register
from proposals import agreements, conditions, queries
from proposals.models import Agreement, Evidence, FiledFile, LetterOfIntent, Project
from proposals.notices.audiences import TEAM, both_sides, office
from proposals.workflow import table_of


def _told_of_a_virus(loi: LetterOfIntent) -> list[User]:
    """The team; the secretariat as well of what is filed, since it reads no drafts."""
    return [*queries.applicants_of(loi, *TEAM), *(office(loi) if loi.filing_id else ())]


def _tell_of_a_virus(stored: StoredFile, found: str, now: datetime) -> None:
    with_it = Q(attachments__stored=stored) | Q(filings__files__stored=stored)
    for loi in LetterOfIntent.objects.filter(with_it).distinct():
        attached = loi.attachments.filter(stored=stored).first()
        filed = loi.filing.files.filter(stored=stored).first() if loi.filing else None
        name = (attached or filed or FiledFile.objects.filter(stored=stored).first()).name
        notices.post(
            "file_infected",
            loi,
            now=now,
            occasion=stored.key,
            file=name,
            found=found,
            filed=filed is not None,
        )
    for given in Evidence.objects.filter(file=stored).select_related("condition__decision__loi"):
        condition = given.condition
        number = [*condition.evidence.values_list("pk", flat=True)].index(given.pk) + 1
        notices.post(
            "file_infected",
            condition.loi,
            now=now,
            occasion=f"{stored.key}:{given.pk}",
            file=conditions.filename(condition, number, stored),
            found=found,
            condition=condition.number,
        )
    for agreement in Agreement.objects.filter(file=stored):
        notices.post(
            "agreement_infected",
            agreement.subject,
            now=now,
            occasion=f"{stored.key}:{agreement.key}",
            file=agreements.filename(agreement),
            found=found,
            agreement=agreement,
            here=reverse(table_of(agreement.subject).noun, args=[agreement.subject.key]),
        )


scans.INFECTED.append(_tell_of_a_virus)
register(Notice("file_infected", _told_of_a_virus), LetterOfIntent)
for model in (LetterOfIntent, Project):
    register(Notice("agreement_infected", both_sides(roles.LEGAL)), model)
