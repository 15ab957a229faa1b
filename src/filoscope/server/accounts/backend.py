"""Who may sign in and who a session belongs to: allauth's backend, with accounts found by plain SQL.

Every page of somebody signed in begins with this. The ORM takes three times as long to write the query
and make the object as PostgreSQL takes to answer.
"""

from __future__ import annotations

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared


class Backend(AuthenticationBackend):
    """Signs in by handle or email address and password; permissions as Django's `ModelBackend`."""

    def get_user(self, user_id: int | str) -> Account | None:
        """Return the account of a session, or None when it is gone or suspended."""
        for row in prepared.rows(_by_key(), [int(user_id)]):
            account = Account.from_db("default", _columns(), row)
            return account if self.user_can_authenticate(account) else None
        return None


@cache
def _columns() -> list[str]:
    return [field.attname for field in Account._meta.concrete_fields]


@cache
def _by_key() -> str:
    sql, _ = Account.objects.filter(pk=0).query.sql_with_params()
    return str(sql)
