"""Everybody who appears in the tests. They are named after what they do."""

from datetime import UTC, datetime

from allauth.account.models import EmailAddress

from portal import roles
from portal.models import Membership, Organisation, RoleGrant, User

JOINED = datetime(2026, 10, 1, 8, tzinfo=UTC)

INSTITUTE_A, INSTITUTE_B, INSTITUTE_C = "Institute A", "Institute B", "Institute C"
COUNTRIES = {INSTITUTE_A: "CL", INSTITUTE_B: "KE", INSTITUTE_C: "IT"}

SEATS = {
    "pi": (INSTITUTE_A, roles.PI),
    "aor": (INSTITUTE_A, roles.AOR),
    "owner": (INSTITUTE_A, roles.OWNER),
    "editor": (INSTITUTE_A, roles.EDITOR),
    "reader": (INSTITUTE_A, roles.READER),
    "rival_pi": (INSTITUTE_B, roles.PI),
    "rival_aor": (INSTITUTE_B, roles.AOR),
}
ROLES = {
    "secretary": roles.SECRETARY,
    "second_secretary": roles.SECRETARY,
    "approver": roles.APPROVER,
    "second_approver": roles.APPROVER,
    "legal": roles.LEGAL,
    "auditor": roles.AUDITOR,
    "admin": roles.ADMIN,
}
# On the panel of a call once `make.panel` has seated them.
PANEL = {
    "chair": roles.CHAIR,
    "reviewer_one": roles.REVIEWER,
    "reviewer_two": roles.REVIEWER,
    "reviewer_three": roles.REVIEWER,
    "conflicted": roles.REVIEWER,
}
# Where those of the panel work: the conflicted one in the PI's institute, without a seat there.
EMPLOYERS = {"conflicted": INSTITUTE_A}


class Cast:
    """One of each: `cast.pi`, `cast.aor`, `cast.rival_pi`, `cast.chair`, …

    Rows, because entering them by the services would cost every test a hundred
    statements. Roles and seats have no state that could be wrong.
    """

    pi: User
    aor: User
    owner: User
    editor: User
    reader: User
    rival_pi: User
    rival_aor: User
    secretary: User
    second_secretary: User
    approver: User
    second_approver: User
    legal: User
    auditor: User
    admin: User
    chair: User
    reviewer_one: User
    reviewer_two: User
    reviewer_three: User
    conflicted: User
    outsider: User

    NAMES = (*SEATS, *ROLES, *PANEL, "outsider")

    def __init__(self) -> None:
        organisations = Organisation.objects.bulk_create(
            Organisation(
                name=name, kind="institute", country=country, state="verified", verified_at=JOINED
            )
            for name, country in COUNTRIES.items()
        )
        self.organisations = {organisation.name: organisation for organisation in organisations}
        people = User.objects.bulk_create(
            User(
                email=f"{name.replace('_', '.')}@example.org",
                name=_title(name),
                password="!",
                joined_at=JOINED,
            )
            for name in self.NAMES
        )
        for name, person in zip(self.NAMES, people, strict=True):
            setattr(self, name, person)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=person, email=person.email, verified=True, primary=True)
            for person in (getattr(self, name) for name in PANEL)
        )
        Membership.objects.bulk_create(
            Membership(
                user=getattr(self, name),
                organisation=self.organisations[organisation],
                role=role,
                joined_at=JOINED,
            )
            for name, (organisation, role) in SEATS.items()
        )
        RoleGrant.objects.bulk_create(
            RoleGrant(user=getattr(self, name), role=role, granted_at=JOINED)
            for name, role in ROLES.items()
        )

    @property
    def institute(self) -> Organisation:
        return self.organisations[INSTITUTE_A]

    @property
    def rival(self) -> Organisation:
        return self.organisations[INSTITUTE_B]

    @property
    def reviewers(self) -> list[User]:
        """The three without a conflict."""
        return [self.reviewer_one, self.reviewer_two, self.reviewer_three]

    def everyone(self) -> dict[str, User]:
        return {name: getattr(self, name) for name in self.NAMES}

    def again(self, name: str) -> User:
        """The person as the next request would load them, with nothing remembered."""
        return User.objects.get(pk=getattr(self, name).pk)


def _title(name: str) -> str:
    place = SEATS.get(name, ("",))[0]
    words = {"pi": "Principal investigator", "rival_pi": "Principal investigator"}
    words |= {"aor": "Authorised representative", "rival_aor": "Authorised representative"}
    said = words.get(name, name.replace("_", " ").capitalize())
    return f"{said}, {place}" if place else said
