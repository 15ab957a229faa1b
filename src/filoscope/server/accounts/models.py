"""An account is a person (or a shop, a school) in this community."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

HANDLE_PATTERN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?")
HANDLE_LENGTH_MAX = 30


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts with the handle as the name to sign in by."""

    def create_user(self, handle: str, *, password: str | None = None, **fields: Any) -> Account:
        account = self.model(handle=handle, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(handle__iexact=username)


class Account(AbstractBaseUser, PermissionsMixin):
    """A member: what others see of them, and what lets them in."""

    class Role(models.TextChoices):
        MEMBER = "member"
        MODERATOR = "moderator"
        OWNER = "owner"

    # The name in addresses, as /@alice. Unique without regard to case.
    handle = models.CharField(
        max_length=HANDLE_LENGTH_MAX,
        unique=True,
        validators=[
            RegexValidator(
                rf"^{HANDLE_PATTERN.pattern}$",
                "A handle has up to 30 letters, digits, dots and underscores, "
                "and does not begin or end with a dot.",
            )
        ],
    )
    # Empty: none was given (made by the owner on the command line, or a demo account).
    email = models.EmailField(blank=True)
    # Empty: the handle is shown instead.
    display_name = models.CharField(max_length=60, blank=True)
    bio = models.CharField(max_length=300, blank=True)
    # File below MEDIA_ROOT. Empty: a coloured letter is shown.
    avatar = models.CharField(max_length=200, blank=True)
    # Asked once at sign-up, shown to nobody. Null: never asked (made by the owner).
    birth_date = models.DateField(null=True, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)
    # False: suspended. Cannot sign in; their clips are hidden.
    is_active = models.BooleanField(default=True)
    # Kept by `social.actions` in the same transaction as the follow itself.
    follower_count = models.PositiveIntegerField(default=0)
    following_count = models.PositiveIntegerField(default=0)

    objects: ClassVar[AccountManager] = AccountManager()
    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("handle"), name="account_handle_in_any_case"),)

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def name(self) -> str:
        """What to call them."""
        return self.display_name or self.handle

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets them in."""
        return self.role == self.Role.OWNER

    @property
    def is_moderator(self) -> bool:
        return self.role in (self.Role.MODERATOR, self.Role.OWNER)

    @property
    def avatar_url(self) -> str:
        """Address of the picture, or an empty string."""
        return f"{settings.MEDIA_URL}{self.avatar}" if self.avatar else ""

    def get_absolute_url(self) -> str:
        return f"/@{self.handle}"


class FormerHandle(models.Model):
    """A handle that somebody had: its address leads to the new one, and nobody else may take it."""

    handle = models.CharField(max_length=HANDLE_LENGTH_MAX)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="former_handles")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(Lower("handle"), name="former_handle_in_any_case"),)

    def __str__(self) -> str:
        return f"@{self.handle} -> {self.account}"
