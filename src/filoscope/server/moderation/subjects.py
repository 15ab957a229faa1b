"""What a report or a decision is about: a clip, a comment or an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from filoscope.server.accounts.models import Account
from filoscope.server.moderation.models import Decision, Report
from filoscope.server.social.models import Comment
from filoscope.server.videos.models import Clip

Thing: TypeAlias = Clip | Comment | Account


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing with the name of its column in reports and decisions."""

    kind: str  # "clip" | "comment" | "account"
    thing: Thing

    @property
    def person(self) -> Account:
        """Who answers for it."""
        return self.thing if isinstance(self.thing, Account) else self.thing.account

    @property
    def columns(self) -> dict[str, Thing | None]:
        """Return the three columns, of which just one is set."""
        return {name: self.thing if name == self.kind else None for name in KINDS}

    @property
    def key(self) -> str:
        """Return what stands in a form for it."""
        return f"{self.kind}:{self.thing.pk}"

    @property
    def is_hidden(self) -> bool:
        if isinstance(self.thing, Account):
            return not self.thing.is_active
        return self.thing.hidden_at is not None


KINDS = ("clip", "comment", "account")


def subject_of(row: Report | Decision) -> Subject | None:
    """Return what a row is about; None: the thing is gone."""
    for kind in KINDS:
        if (thing := getattr(row, kind)) is not None:
            return Subject(kind, thing)
    return None


def find(key: str) -> Subject | None:
    """Return the subject that `Subject.key` stands for, or None when there is none any more."""
    kind, _, number = key.partition(":")
    if kind not in KINDS or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    pk = int(number)
    thing: Thing | None
    if kind == "clip":
        thing = Clip.objects.filter(pk=pk).select_related("account").first()
    elif kind == "comment":
        thing = Comment.objects.filter(pk=pk).select_related("account", "clip__account").first()
    else:
        thing = Account.objects.filter(pk=pk).first()
    return Subject(kind, thing) if thing is not None else None
