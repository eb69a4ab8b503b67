from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal import keys, roles


class Organisation(models.Model):
    """An institution that takes part. The state moves by `portal.tables.ORGANISATION`.

    `aliases` are its other and former names; `domains` are those of its web
    pages and addresses, without "www." or "@"; `ror` the nine characters of its id.
    """

    class Kind(models.TextChoices):
        AGENCY = "agency", _("space agency")
        UNIVERSITY = "university", _("university")
        INSTITUTE = "institute", _("research institute")
        COMPANY = "company", _("company")
        INTERNATIONAL = "international", _("international organisation")

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    state = models.CharField(max_length=20, default="registered")
    name = models.CharField(_("name"), max_length=200, unique=True)
    local_name = models.CharField(_("name in its own script"), max_length=200, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    kind = models.CharField(_("type"), max_length=20, choices=Kind)
    country = models.CharField(_("country"), max_length=2, blank=True)
    domains = models.JSONField(_("web and mail domains"), default=list, blank=True)
    ror = models.CharField(_("ROR id"), max_length=9, blank=True)
    fictional = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="only_international_organisations_have_no_country",
                condition=Q(kind="international", country="")
                | (~Q(kind="international") & Q(country__regex=r"^[A-Z]{2}$")),
            ),
            models.CheckConstraint(
                name="an_organisation_is_verified_at_an_instant",
                condition=Q(state="verified", verified_at__isnull=False)
                | (~Q(state="verified") & Q(verified_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One seat of a person in an organisation; left seats stay as history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=roles.SEATS)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_seat_is_held_once_at_a_time",
                fields=["user", "organisation", "role"],
                condition=Q(left_at=None),
            )
        ]


class Invitation(models.Model):
    """Seats offered to whoever proves an address. The state moves by `portal.tables.INVITATION`.

    The link's token stands in the mail alone; here is its digest. `expires_at`
    is the first instant at which it is too late.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    address = models.EmailField(_("address"))  # in lower case
    seats = models.JSONField()  # names of `roles.SEATS`
    state = models.CharField(max_length=20)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_invitation_an_address",
                fields=["organisation", "address"],
                condition=Q(state="sent"),
            ),
            models.CheckConstraint(
                name="an_invitation_expires_after_it_is_sent",
                condition=Q(expires_at__gt=F("sent_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def open_at(self, instant: datetime) -> bool:
        return self.state == "sent" and instant < self.expires_at


class Affiliation(models.Model):
    """Where a person works or worked: of use for conflicts of interest, kept as history.

    Both days belong to it; without `until` it lasts. One entered by mistake is
    struck out and stays on record.
    """

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="affiliations"
    )
    name = models.CharField(max_length=200, blank=True)  # of one that is not registered
    since = models.DateField()
    until = models.DateField(null=True)
    entered_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_affiliation_names_one_organisation",
                condition=Q(organisation__isnull=False, name="")
                | (Q(organisation=None) & ~Q(name="")),
            ),
            models.CheckConstraint(
                name="an_affiliation_does_not_end_before_it_begins",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name if self.organisation_id else self.name
