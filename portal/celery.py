import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks(["portal", "proposals", "reviews"])
