"""`filoscope user`: make accounts and give them roles, where no page can (the first owner of all).

filoscope user create alice --role owner --email alice@example.org
filoscope user promote bob --role moderator
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from typing import TYPE_CHECKING

from filoscope.server.operations.installation import OperationError, prepared, say

if TYPE_CHECKING:
    from filoscope.server.accounts.models import Account

ROLES = ("member", "moderator", "owner")
PASSWORD_WORDS = 4  # of 5 letters from 24: 2**91 in all
LETTERS = "abcdefghjkmnpqrstuvwxyz2"  # none that looks like another


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make an account", description="Make an account.")
    create.add_argument(
        "handle", metavar="HANDLE", help="the name in its address, as alice in /@alice"
    )
    create.add_argument("--email", default="", help="for mail and for signing in")
    create.add_argument(
        "--password",
        help="the password; `-` asks for it; without this option one is made and printed",
    )
    create.add_argument("--role", choices=ROLES, default="member", help="member by default")
    create.set_defaults(act=_create)
    promote = actions.add_parser(
        "promote", help="give a role", description="Give an account a role."
    )
    promote.add_argument("handle", metavar="HANDLE", help="whose role changes")
    promote.add_argument("--role", choices=ROLES, required=True, help="the role to give")
    promote.set_defaults(act=_promote)


def run(options: argparse.Namespace) -> int:
    with prepared():
        options.act(options)
    return 0


def make_account(
    handle: str, *, password: str, email: str = "", role: str = "member", **fields: object
) -> Account:
    """Make an account by the same rules as the sign-up page, but for the birth date."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from filoscope.server.accounts.models import Account, FormerHandle

    account = Account(handle=handle, email=email, role=role, **fields)
    account.set_password(password)
    try:
        validate_password(password, account)
        account.full_clean()
    except ValidationError as error:
        raise OperationError(f"@{handle} was not made: {' '.join(error.messages)}") from error
    if FormerHandle.objects.filter(handle__iexact=handle).exists():
        raise OperationError(f"@{handle} was not made: somebody had this handle and keeps it")
    with transaction.atomic():
        account.save()
        _remember_address(account)
    return account


def new_password() -> str:
    """Return a fresh password that can be read out and typed."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(PASSWORD_WORDS)
    )


def _remember_address(account: Account) -> None:
    """Give allauth the mail address as verified: the owner of the machine vouches for it."""
    if account.email:
        from allauth.account.models import EmailAddress

        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)


def _create(options: argparse.Namespace) -> None:
    password, is_new = _password(options.password)
    account = make_account(
        options.handle, password=password, email=options.email, role=options.role
    )
    say(f"{account} is there, as {options.role}")
    if is_new:
        say(f"password: {password}")


def _password(given: str | None) -> tuple[str, bool]:
    """Return the password and whether we made it."""
    if given is None:
        return new_password(), True
    if given != "-":
        return given, False
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n"), False
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise OperationError("the two passwords differ; nothing was made")
    return first, False


def _promote(options: argparse.Namespace) -> None:
    from filoscope.server.accounts.models import Account

    changed = Account.objects.filter(handle__iexact=options.handle).update(role=options.role)
    if not changed:
        raise OperationError(f"nobody here is called @{options.handle}")
    say(f"@{options.handle} is now {options.role}")
