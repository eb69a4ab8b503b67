from celery import shared_task

from portal import clock, services


@shared_task(name="portal.tasks.deliver_messages")
def deliver_messages() -> None:
    """Send what is owed, and ring again while a full batch was found."""
    if services.deliver(clock.now()) == services.MOST_A_BATCH:
        deliver_messages.delay()
