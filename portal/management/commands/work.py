from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.celery import app


class Command(BaseCommand):
    help = "Does what the bells ask for, in this process and without a broker."

    def handle(self, **options) -> None:
        # A task that leaves more than a batch rings again: here it is done at once.
        app.conf.task_always_eager = True
        try:
            for bell in settings.CELERY["beat_schedule"].values():
                module, _, name = bell["task"].rpartition(".")
                getattr(import_module(module), name).run()
        finally:
            app.conf.task_always_eager = False
