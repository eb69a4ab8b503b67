from celery import shared_task

from portal import clock, files, scans
from portal.services import delivery, invitations


@shared_task(name="portal.tasks.scan_files")
def scan_files() -> None:
    """Scan what was uploaded, and ring again while a full batch was found."""
    if scans.work_off(clock.now()) == scans.MOST_A_BATCH:
        scan_files.delay()


@shared_task(name="portal.tasks.sweep_files")
def sweep_files() -> None:
    """Remove bytes that never got a row."""
    files.sweep(clock.now())


@shared_task(name="portal.tasks.deliver_messages")
def deliver_messages() -> None:
    """Send what is owed, and ring again while a full batch was found."""
    if delivery.deliver(clock.now()) == delivery.MOST_A_BATCH:
        deliver_messages.delay()


@shared_task(name="portal.tasks.expire_invitations")
def expire_invitations() -> None:
    """Lapse the invitations whose time has passed, and ring again while a full batch was found."""
    if invitations.expire_due(clock.now()) == invitations.MOST_A_BATCH:
        expire_invitations.delay()
