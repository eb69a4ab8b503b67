import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.door import Door

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = Door(
    get_wsgi_application(), seats=settings.WEB_SEATS, most_bytes=settings.MOST_REQUEST_BYTES
)
