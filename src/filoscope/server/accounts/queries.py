"""Who has which handle. Reads only."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from filoscope.server.accounts.handles import is_reserved
from filoscope.server.accounts.models import Account, FormerHandle


def account_at(handle: str) -> Account | None:
    """Return who has this handle, in any case."""
    return Account.objects.filter(handle__iexact=handle).first()


def moved_to(handle: str) -> Account | None:
    """Return who had this handle before they took another."""
    former = FormerHandle.objects.filter(handle__iexact=handle).select_related("account").first()
    return former.account if former else None


def handle_refusal(handle: str, *, asker: Account | None = None) -> str:
    """Say why one cannot have a handle; an empty string: one can. One's own former one is free."""
    try:
        Account._meta.get_field("handle").run_validators(handle)
    except ValidationError as error:
        return str(error.messages[0])
    if is_reserved(handle):
        return "This handle is kept for the community itself."
    holder = account_at(handle)
    if holder is not None and holder != asker:
        return "Somebody else has this handle."
    former = moved_to(handle)
    if former is not None and former != asker:
        return "Somebody had this handle before, and links to it still lead to them."
    return ""
