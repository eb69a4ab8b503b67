from django.core.management.base import BaseCommand

from portal import clock
from proposals.models import Call
from reviews.demonstration import history, orbiter, story
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
    ("Legal", "legal", "reads what is selected"),
)
CALLS = (
    ("DEMO26-L", story.closed_call),
    ("DEMO26-O", orbiter.call),
    ("DEMO27-L", story.open_call),
)


class Command(BaseCommand):
    help = "Brings the demonstration in, once: real missions as history, three fictional calls."

    def handle(self, **options) -> None:
        now = clock.now()
        history.seed()
        for code, tell in CALLS:
            if not Call.objects.filter(code=code).exists():
                tell(Cast(now), now)
        self.stdout.write("Demonstration accounts, all with the password " + PASSWORD)
        for role, local, what in ACCOUNTS:
            self.stdout.write(f"  {role:<26} {local + '@example.org':<34} {what}")
