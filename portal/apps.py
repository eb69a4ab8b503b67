from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext

from portal import text, triggers


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        text.translate = gettext
        autodiscover_modules(
            "policy",
            "workflow",
            "tables",
            "queries",
            "history",
            "notices",
            "cards",
            "invariants",
            "checks",
        )
        post_migrate.connect(triggers.install, sender=self)
