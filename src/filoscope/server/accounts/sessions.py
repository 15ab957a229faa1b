"""Django's sessions in the database, read together with the account: every page begins with this query.

The ORM takes longer to write such queries than PostgreSQL takes to answer them. Everything else is
Django's own: a session is what its signed text says. The row of allauth that is joined here notes whose it
was at signing in, and only saves a second query where `who` finds that the session says the same.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core import signing

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared

SESSIONS_KEPT = 4_000  # of a few hundred bytes each: those of everybody who is here in an hour


class SessionStore(db.SessionStore):
    """A session in the table `django_session`."""

    # Who signed in to it, as of the moment it was read. None: nobody, or another query must tell.
    account: Account | None = None

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Read the signed text of a session; its signature is checked where it was not met before."""
        try:
            return dict(self.serializer().loads(_unsigned(str(session_data), self.key_salt)))
        except (signing.BadSignature, ValueError):
            return super().decode(session_data)  # says what is wrong with it, as Django does

    def _get_session_from_db(self) -> Any:
        """Return the row of this key, or None; an unknown key is not kept (session fixation)."""
        key = self.session_key or ""
        row = None
        if "\0" not in key:  # no text of PostgreSQL can hold it
            row = next(iter(prepared.rows(_sql(), [key])), None)
        if row is None:
            self._session_key = None
            return None
        session_data, expire_date, *values = row
        if values[0] is not None:
            self.account = Account.from_db("default", _names(), values)
        return self.model(session_key=key, session_data=session_data, expire_date=expire_date)


class _AsItIs:
    """A serializer, as `signing.loads` wants it, that leaves the bytes alone."""

    def dumps(self, content: bytes) -> bytes:
        return content

    def loads(self, content: bytes) -> bytes:
        return content


@lru_cache(SESSIONS_KEPT)
def _unsigned(session_data: str, salt: str) -> bytes:
    """Return what a session says, once its signature is found to be ours."""
    content: bytes = signing.loads(session_data, salt=salt, serializer=_AsItIs)
    return content


@cache
def _names() -> list[str]:
    return [field.attname for field in Account._meta.concrete_fields]


@cache
def _sql() -> str:
    columns = ", ".join(f"account.{field.column}" for field in Account._meta.concrete_fields)
    return f"""
SELECT session.session_data, session.expire_date, {columns}
FROM {Session._meta.db_table} session
LEFT JOIN {UserSession._meta.db_table} note ON note.session_key = session.session_key
LEFT JOIN {Account._meta.db_table} account ON account.id = note.user_id
WHERE session.session_key = %s AND session.expire_date > statement_timestamp()
"""
