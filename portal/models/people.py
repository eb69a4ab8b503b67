from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal import keys, roles


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an address they have proved to be theirs."""

    key = models.CharField(max_length=12, unique=True, default=keys.key, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    orcid = models.CharField(_("ORCID iD"), max_length=19, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def roles(self) -> set[str]:
        """The portal-wide roles this person holds now (see `portal.roles`)."""
        if not hasattr(self, "_roles"):
            granted = self.role_grants.filter(revoked_at=None)
            self._roles = set(granted.values_list("role", flat=True))
        return self._roles

    def seats(self) -> dict[int, set[str]]:
        """Organisation id → the roles held there now."""
        if not hasattr(self, "_seats"):
            self._seats: dict[int, set[str]] = {}
            for organisation_id, role in self.memberships.filter(left_at=None).values_list(
                "organisation_id", "role"
            ):
                self._seats.setdefault(organisation_id, set()).add(role)
        return self._seats

    def refresh_from_db(self, *args, **kwargs) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.forget()

    def forget(self) -> None:
        """What was read of this person's rights is read again; one request reads them once."""
        for name in ("_roles", "_seats", "_panels", "_addresses"):
            self.__dict__.pop(name, None)


class RoleGrant(models.Model):
    """One portal-wide role of a person; revoked grants stay as history."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=roles.CHOICES)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_role_is_granted_once_at_a_time",
                fields=["user", "role"],
                condition=Q(revoked_at=None),
            )
        ]
