import logging
import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_init
from django.conf import settings

from portal import seal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks(["portal", "proposals", "reviews"])


@worker_init.connect
def can_seal(**kwargs: object) -> None:
    """A worker whose seal cannot be used stops at its start, and not at its first document."""
    seal.load()


if settings.EMBEDDED:
    # It warns of root, which is what the one user of a container is.
    warnings.simplefilter("ignore", SecurityWarning)


def in_a_line(record: logging.LogRecord) -> bool:
    """Of a broker that is away, beat prints a hundred lines a bell; the first says it all."""
    if record.exc_info and str(record.msg).startswith("Message Error"):
        record.msg, record.args, record.exc_info = "%s", record.args[:1], None
    return True


logging.getLogger("celery.beat").addFilter(in_a_line)
