"""The files beside a letter, as a page shows them to one reader."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import documents
from portal.models import Scan, StoredFile, User
from portal.text import say
from portal.verdict import YES, Verdict, no
from proposals import attachments, queries
from proposals.models import LetterOfIntent
from proposals.models.attachments import Attached

Result = Scan.Result
SCANNED = {
    Result.PENDING: (say("being scanned"), "amber"),
    Result.CLEAN: (say("no virus found"), "jade"),
    Result.UNSCANNED: (say("not scanned"), ""),
    Result.INFECTED: (say("withheld"), "cinnabar"),
}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file. `url` is empty while it cannot be read, and `blocked` says why.

    `shown` is where a page shows a PDF without leaving it.

    `name` is as its sender called it, and `sha256` that of the manifest; both
    are empty for who reads a copy without its origin.
    """

    key: str
    label: str
    name: str
    url: str
    shown: str
    size: int
    pages: int | None
    sha256: str
    scanned: str
    tone: str
    pending: bool
    blocked: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of one kind, and what of the kind may be attached."""

    kind: attachments.Kind
    limits: str
    files: list[Enclosure]

    @property
    def accept(self) -> str:
        return ",".join(self.kind.media_types)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def full(self) -> bool:
        return len(self.files) >= self.kind.most_files


def filed(loi: LetterOfIntent, reader: User) -> list[Enclosure]:
    """The files of the version in force, to whoever may read the case."""
    if loi.filing is None:
        return []
    files = loi.filing.files.all()
    if not queries.identities_open(reader, loi):
        files = files.exclude(kind__in=attachments.IDENTIFYING)
    return _shown(loi, files, reader)


def attached(loi: LetterOfIntent, reader: User) -> list[Enclosure]:
    """The files of the working copy, to its organisation."""
    if loi.organisation_id not in reader.seats():
        return []
    return _shown(loi, loi.attachments, reader)


def kinds(loi: LetterOfIntent, reader: User) -> list[Shelf]:
    kind_of = dict(loi.attachments.values_list("key", "kind"))
    there = attached(loi, reader)
    return [
        Shelf(
            kind,
            str(attachments.limits(kind)),
            [shown for shown in there if kind_of[shown.key] == kind.code],
        )
        for kind in attachments.KINDS
    ]


def may_read(file: Attached, loi: LetterOfIntent, reader: User) -> Verdict:
    """Its organisation reads its own file at once; others only what was scanned."""
    scan = file.stored.scan
    if scan.result == Result.INFECTED:
        said = say("The scanner found %(found)s in it: nobody can read it here.", found=scan.found)
        return no("attachment.infected", said)
    if loi.organisation_id in reader.seats():
        return YES
    if scan.result == Result.PENDING:
        return no("attachment.pending", say("It is being scanned: come back in a minute."))
    if scan.copy is None and not queries.reads_originals(reader, loi):
        said = say("No copy without its author's data could be made: ask the secretariat for it.")
        return no("attachment.no_copy", said)
    return YES


def for_reader(file: Attached, loi: LetterOfIntent, reader: User) -> StoredFile:
    """The file as it was filed, or its copy for who need not know its origin."""
    return file.stored if queries.reads_originals(reader, loi) else file.stored.scan.copy


def filename(file: Attached, loi: LetterOfIntent) -> str:
    """What a downloaded file is called: our words and numbers, whatever its sender called it."""
    ending = documents.ENDINGS[file.stored.media_type]
    number = f"-{file.position}" if attachments.BY_CODE[file.kind].most_files > 1 else ""
    return f"{loi.reference or loi.key}-{file.kind}{number}.{ending}"


def _shown(loi: LetterOfIntent, files, reader: User) -> list[Enclosure]:
    order = list(attachments.BY_CODE)
    found = sorted(
        files.select_related("stored__scan__copy"),
        key=lambda file: (order.index(file.kind), file.position),
    )
    return [_enclosure(file, loi, reader) for file in found]


def _enclosure(file: Attached, loi: LetterOfIntent, reader: User) -> Enclosure:
    verdict, scan = may_read(file, loi, reader), file.stored.scan
    whole = queries.reads_originals(reader, loi)
    scanned, tone = SCANNED[scan.result]
    address = [loi.key, file.key]
    pdf = verdict and for_reader(file, loi, reader).media_type == documents.PDF
    return Enclosure(
        key=file.key,
        label=_label(file),
        name=file.name if whole else "",
        url=reverse("attachment", args=address) if verdict else "",
        shown=reverse("attachment_shown", args=address) if pdf else "",
        size=(file.stored if whole or scan.copy is None else scan.copy).size,
        pages=file.pages,
        sha256=file.stored.sha256 if whole else "",
        scanned=str(scanned),
        tone=tone,
        pending=scan.result == Result.PENDING,
        blocked=str(verdict.reason) if not verdict else "",
    )


def _label(file: Attached) -> str:
    kind = attachments.BY_CODE[file.kind]
    if kind.most_files == 1:
        return str(kind.label)
    return _("%(kind)s %(n)s") % {"kind": kind.one, "n": file.position}
