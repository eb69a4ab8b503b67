from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from portal import events
from portal.models import EventHead


def anchor(text: str) -> tuple[int, str]:
    """`123:` and the 64 digits of a hash, as a receipt prints its place in the chain."""
    seq, _, digest = text.replace(" ", "").partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(
            "must be the event's number, a colon and its hash of 64 digits: 123:0a1b…"
        )
    return int(seq), digest.lower()


class Command(BaseCommand):
    help = "Recomputes the chain of events, and names every place where it does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            type=anchor,
            metavar="NUMBER:HASH",
            help="an event as a receipt has it: is it still in the chain, unchanged? May be repeated.",
        )

    def handle(self, *, anchor: list[tuple[int, str]], **options) -> None:
        breaks = list(events.breaks())
        # A chain that was rewritten as a whole holds in itself: only what is outside it can tell.
        breaks += [
            f"event {seq} is not the one that was anchored with the hash {digest}"
            for seq, digest in anchor
            if not events.anchored(seq, digest)
        ]
        for sentence in breaks:
            self.stdout.write(sentence)
        if breaks:
            raise CommandError(f"the chain is broken in {len(breaks)} places")
        head = EventHead.objects.filter(pk=1).first() or EventHead()
        self.stdout.write(f"{head.seq} events hold; head {head.hash}")
        for seq, _ in anchor:
            self.stdout.write(f"event {seq} is the one that was anchored")
