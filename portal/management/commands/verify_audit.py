from django.core.management.base import BaseCommand, CommandError

from portal import events
from portal.models import EventHead


class Command(BaseCommand):
    help = "Recomputes the chain of events, and names every place where it does not hold."

    def handle(self, **options) -> None:
        breaks = list(events.breaks())
        for sentence in breaks:
            self.stdout.write(sentence)
        if breaks:
            raise CommandError(f"the chain is broken in {len(breaks)} places")
        head = EventHead.objects.filter(pk=1).first() or EventHead()
        self.stdout.write(f"{head.seq} events hold; head {head.hash}")
