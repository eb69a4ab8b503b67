"""What a worker does about an uploaded file before others than its sender may read it."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from portal import clamd, clock, documents, events, files, leases
from portal.models import Scan, StoredFile

MOST_A_BATCH = 10
# A scanner that is away is asked for as long as it takes.
MOST_ATTEMPTS = 32_000

# What is to be done in the transaction that finds a virus: (file, its name, instant).
INFECTED: list[Callable[[StoredFile, str, datetime], None]] = []


def owe(stored: StoredFile, *, now: datetime) -> None:
    """A scan of this file; the same bytes are scanned once."""
    Scan.objects.get_or_create(file=stored, defaults={"due_at": now})


def work_off(now: datetime) -> int:
    """Scan up to a batch of owed files and copy each; the number that was tried."""
    if settings.CLAMD:
        # What came while there was no scanner is owed to the one there is now.
        Scan.objects.filter(result=Scan.Result.UNSCANNED).update(
            result=Scan.Result.PENDING, done_at=None, due_at=now, attempts=0
        )
    rows, tried = Scan.objects.select_related("file", "copy"), 0
    for scan in leases.claim(rows, now=now, seconds=settings.LEASE_SECONDS, most=MOST_A_BATCH):
        tried += 1
        try:
            found = _virus(scan.file)
            copy = None if found else scan.copy or _copy(scan.file)
        except OSError as trouble:
            reason = str(trouble)
            leases.fail(scan, now=clock.now(), reason=reason, most=MOST_ATTEMPTS)
        else:
            _conclude(scan, found, copy, now=clock.now())
    return tried


def _virus(stored: StoredFile) -> str:
    if not settings.CLAMD:
        return ""
    with files.open_checked(stored) as file:
        return clamd.scan(settings.CLAMD, file)


def _copy(stored: StoredFile) -> StoredFile | None:
    """The file without its origin. A picture came without one; of what cannot be copied, none."""
    if stored.media_type != documents.PDF:
        return stored
    try:
        content = documents.without_origin(files.read(stored))
    except ValueError:
        return None
    return files.store(content, media_type=documents.PDF, now=clock.now())


@transaction.atomic
def _conclude(scan: Scan, found: str, copy: StoredFile | None, *, now: datetime) -> None:
    result = Scan.Result.CLEAN if settings.CLAMD else Scan.Result.UNSCANNED
    if found:
        result = Scan.Result.INFECTED
    if not leases.finish(scan, now=now, result=result, found=found[:200], copy=copy):
        return  # another worker has it
    if found:
        for act in INFECTED:
            act(scan.file, found, now)
        told = {"found": found, "sha256": scan.file.sha256}
        events.record("file.found_infected", scan.file, by=events.CLOCK, now=now, data=told)
