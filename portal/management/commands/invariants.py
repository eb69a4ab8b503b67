from django.core.management.base import BaseCommand, CommandError

from portal import clock
from portal.invariants import INVARIANTS, violations


class Command(BaseCommand):
    help = "Asks every truth across rows, and fails when one does not hold."

    def handle(self, **options) -> None:
        found = list(violations(clock.now()))
        for name, sentence in found:
            self.stdout.write(f"{name}: {sentence}")
        if found:
            raise CommandError(f"{len(found)} violations of {len(INVARIANTS)} invariants")
        self.stdout.write(f"{len(INVARIANTS)} invariants hold")
