from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Does once what the bells ask for, in this process and without a broker."

    def handle(self, **options) -> None:
        for bell in settings.CELERY["beat_schedule"].values():
            module, _, name = bell["task"].rpartition(".")
            getattr(import_module(module), name).run()
