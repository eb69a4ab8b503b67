from django.core.management.base import BaseCommand

from portal import clock
from proposals.models import Call
from reviews.demonstration import former, history, orbiter, story
from reviews.demonstration.cast import PASSWORD, Cast

ACCOUNTS = (
    ("Principal investigator", "pi.indus-robotics", "begins with a complete draft in DEMO27-L"),
    (
        "Authorised representative",
        "aor.baltic-space",
        "begins with a letter signed off, not yet filed",
    ),
    ("Secretary", "secretary", "drafts calls, screens, assigns, releases"),
    ("Approver", "approver", "the second person"),
    ("Panel chair", "chair", "twelve cases of DEMO26-L to decide, six of DEMO26-O under review"),
    ("Reviewer", "reviewer1", "reviews of DEMO26-O to write, of DEMO26-L to read"),
    ("Administrator", "admin", "accounts, roles, the board"),
    ("Auditor", "auditor", "reads everything, changes nothing"),
    ("Legal", "legal", "agreements of DEMO25-L to sign, keep or end, a review to answer"),
)
CALLS = (
    (former.CODE, former.call),
    ("DEMO26-L", story.closed_call),
    ("DEMO26-O", orbiter.call),
    ("DEMO27-L", story.open_call),
)


class Command(BaseCommand):
    help = "Brings the demonstration in, once: real missions as history, four fictional calls."

    def handle(self, **options) -> None:
        now = clock.now()
        history.seed()
        for code, tell in CALLS:
            known = Call.objects.filter(code=code)
            # The former round is rendered between its two halves, and may have been stopped there.
            if not known.exists() or known.filter(code=former.CODE, state="decisions_approved"):
                tell(Cast(now), now)
        self.stdout.write("Demonstration accounts, all with the password " + PASSWORD)
        for role, local, what in ACCOUNTS:
            self.stdout.write(f"  {role:<26} {local + '@example.org':<34} {what}")
