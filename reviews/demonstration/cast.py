from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from portal import roles
from portal.models import Organisation, User
from portal.services import organisations, people, seats
from reviews.demonstration import data

PASSWORD = "lunar-demonstration"
SUFFIX = "[FICTIONAL]"
OFFICE = (
    ("admin", "Administrator", roles.ADMIN),
    ("secretary", "Secretary of the calls", roles.SECRETARY),
    ("approver", "Approver of the calls", roles.APPROVER),
    ("auditor", "Auditor", roles.AUDITOR),
    ("legal", "Legal officer", roles.LEGAL),
)


class Cast:
    """The demonstration's people: role names at example.org, made once."""

    def __init__(self, now: datetime):
        self.now = now
        self.password = make_password(PASSWORD)
        self.office = {name: self.person(name, title) for name, title, _ in OFFICE}
        for name, _, role in OFFICE:
            granter = None if role == roles.ADMIN else self.office["admin"]
            people.grant_role(self.office[name], role, by=granter, now=now)
        self.chair = self.person("chair", "Panel chair")
        self.reviewers = {
            f"R{n}": self.person(f"reviewer{n}", f"Reviewer R{n}") for n in range(1, 7)
        }
        self.organisations: dict[str, Organisation] = {}
        self.pis: dict[str, User] = {}
        self.aors: dict[str, User] = {}
        for case in data.load("letters"):
            self._partner(case)

    def person(self, local: str, name: str) -> User:
        user, created = User.objects.get_or_create(
            email=f"{local}@example.org",
            defaults={"name": name, "password": self.password, "joined_at": self.now},
        )
        if created:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def _partner(self, case: dict) -> None:
        slug, name = case["slug"], f"{case['organisation']} {SUFFIX}"
        pi = self.person(f"pi.{slug}", f"Principal investigator, {case['organisation']}")
        aor = self.person(f"aor.{slug}", f"Authorised representative, {case['organisation']}")
        organisation = Organisation.objects.filter(name=name).first()
        if organisation is None:
            organisation = organisations.register(
                Organisation(
                    name=name,
                    local_name=case["local_name"],
                    kind=case["kind"],
                    country=case["country"],
                    aliases=[_initials(case["organisation"])],
                    domains=[f"{slug}.example.org"],
                    fictional=True,
                ),
                by=aor,
                now=self.now,
            )
            seats.give(pi, organisation, roles.PI, by=aor, now=self.now)
            seats.give(aor, organisation, roles.AOR, by=aor, now=self.now)
            organisations.verify(organisation, by=self.office["secretary"], now=self.now)
        self.organisations[slug], self.pis[slug], self.aors[slug] = organisation, pi, aor


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())
