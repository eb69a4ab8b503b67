import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks(["portal", "proposals", "reviews"])

if settings.EMBEDDED:
    # It warns of root, which is what the one user of a container is.
    warnings.simplefilter("ignore", SecurityWarning)
