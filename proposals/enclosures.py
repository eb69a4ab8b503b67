"""The files beside a letter, as a page shows them to one reader."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import documents
from portal.models import User
from proposals import attachments, queries
from proposals.models import LetterOfIntent
from proposals.models.attachments import Attached


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file: `name` is as its sender called it, and empty for those who need not know."""

    key: str
    label: str
    name: str
    url: str
    size: int
    pages: int | None
    sha256: str


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
    def full(self) -> bool:
        return len(self.files) >= self.kind.most_files


def filed(loi: LetterOfIntent, reader: User) -> list[Enclosure]:
    """The files of the version in force, to whoever may read the case."""
    if loi.filing is None:
        return []
    whole = queries.reads_originals(reader, loi)
    return _shown(loi, loi.filing.files.select_related("stored"), names=whole)


def attached(loi: LetterOfIntent) -> list[Enclosure]:
    """The files of the working copy, to those who may read it."""
    return _shown(loi, loi.attachments.select_related("stored"), names=True)


def kinds(loi: LetterOfIntent) -> list[Shelf]:
    there = {}
    for attachment, shown in zip(_sorted(loi.attachments.all()), attached(loi), strict=True):
        there.setdefault(attachment.kind, []).append(shown)
    return [
        Shelf(kind, str(attachments.limits(kind)), there.get(kind.code, []))
        for kind in attachments.KINDS
    ]


def filename(file: Attached, loi: LetterOfIntent) -> str:
    """What a downloaded file is called: our words and numbers, whatever its sender called it."""
    ending = documents.ENDINGS[file.stored.media_type]
    number = f"-{file.position}" if attachments.BY_CODE[file.kind].most_files > 1 else ""
    return f"{loi.reference or loi.key}-{file.kind}{number}.{ending}"


def _shown(loi: LetterOfIntent, files, *, names: bool) -> list[Enclosure]:
    found = _sorted(files)
    return [
        Enclosure(
            key=file.key,
            label=_label(file),
            name=file.name if names else "",
            url=reverse("attachment", kwargs={"key": loi.key, "file_key": file.key}),
            size=file.stored.size,
            pages=file.pages,
            sha256=file.stored.sha256,
        )
        for file in found
    ]


def _sorted(files) -> list[Attached]:
    order = list(attachments.BY_CODE)
    return sorted(files, key=lambda file: (order.index(file.kind), file.position))


def _label(file: Attached) -> str:
    kind = attachments.BY_CODE[file.kind]
    if kind.most_files == 1:
        return str(kind.label)
    return _("%(kind)s %(n)s") % {"kind": kind.one, "n": file.position}
