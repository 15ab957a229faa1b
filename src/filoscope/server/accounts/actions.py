"""What changes an account: the only writer of this app's tables, but for sign-up."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from filoscope.server.accounts.errors import HandleRefused
from filoscope.server.accounts.models import Account, FormerHandle
from filoscope.server.accounts.pictures import avatar_webp
from filoscope.server.accounts.queries import handle_refusal

AVATARS = "avatars"  # folder below MEDIA_ROOT
HANDLE_REST_DAYS = 14  # between changes: each keeps one more handle from everybody else
LOCK_CLASS = 0x40  # the first number of PostgreSQL's two-number advisory locks: "@"


def hold_handles(*handles: str) -> None:
    """Let nobody else decide about these handles until this transaction ends."""
    with connection.cursor() as cursor:
        for handle in sorted({handle.lower() for handle in handles}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, handle])


@transaction.atomic
def change_handle(account: Account, handle: str) -> Account:
    """Take another handle; the old one leads to it from now on and stays one's own."""
    hold_handles(account.handle, handle)
    account = Account.objects.select_for_update().get(pk=account.pk)
    old = account.handle
    if handle == old:
        return account
    if refusal := handle_refusal(handle, asker=account):
        raise HandleRefused(refusal)
    if handle.lower() != old.lower():
        _refuse_haste(account)
        FormerHandle.objects.filter(account=account, handle__iexact=handle).delete()
        FormerHandle.objects.create(account=account, handle=old)
    account.handle = handle
    try:
        with transaction.atomic():
            account.save(update_fields=["handle"])
    except IntegrityError as error:
        raise HandleRefused("Somebody else has this handle.") from error
    return account


def _refuse_haste(account: Account) -> None:
    latest = FormerHandle.objects.filter(account=account).order_by("-changed_at").first()
    if latest is None:
        return
    free_at = latest.changed_at + timedelta(days=HANDLE_REST_DAYS)
    if free_at > timezone.now():
        raise HandleRefused(
            f"You changed your handle not long ago. You can change it again on {free_at:%-d %B}."
        )


@transaction.atomic
def edit_profile(account: Account, *, display_name: str, bio: str) -> None:
    """Say who one is."""
    Account.objects.filter(pk=account.pk).update(display_name=display_name, bio=bio)
    account.display_name, account.bio = display_name, bio


def set_avatar(account: Account, encoded: bytes) -> None:
    """Show this picture; the file of the one before is deleted."""
    name = f"{AVATARS}/{secrets.token_hex(16)}.webp"
    path = Path(settings.MEDIA_ROOT) / name
    picture = avatar_webp(encoded)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(picture)
    partial.rename(path)
    _show_avatar(account, name)


def remove_avatar(account: Account) -> None:
    """Show a letter instead of a picture; the file is deleted."""
    _show_avatar(account, "")


@transaction.atomic
def _show_avatar(account: Account, name: str) -> None:
    before = Account.objects.select_for_update(no_key=True).get(pk=account.pk).avatar
    Account.objects.filter(pk=account.pk).update(avatar=name)
    account.avatar = name
    if before:
        transaction.on_commit(lambda: (Path(settings.MEDIA_ROOT) / before).unlink(missing_ok=True))


@transaction.atomic
def suspend(account: Account) -> bool:
    """Close an account: nobody can sign in, its clips are seen by nobody. False: it was closed."""
    return bool(Account.objects.filter(pk=account.pk, is_active=True).update(is_active=False))


@transaction.atomic
def reinstate(account: Account) -> bool:
    """Open a closed account again. False: it was open."""
    return bool(Account.objects.filter(pk=account.pk, is_active=False).update(is_active=True))
