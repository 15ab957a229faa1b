"""Comments, in two levels: a remark and its replies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.kit.captions import handles, parse
from filoscope.server.social.actions.marks import locked_clip
from filoscope.server.social.actions.notify import tell
from filoscope.server.social.errors import NotAllowed, NotThere, NotValid, TooMuch
from filoscope.server.social.models import COMMENT_LENGTH_MAX, Comment, Notification
from filoscope.server.social.queries import seen_comments, without_blocked
from filoscope.server.videos.models import Clip, Visibility

COMMENTS_A_MINUTE = 10  # a lively talk is six; what is faster is a machine
MENTIONS_TOLD_MAX = 5  # a comment is not a mailing list
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


@transaction.atomic
def comment(account: Account, clip: Clip, *, body: str, parent: int | None = None) -> Comment:
    """Write a comment, or a reply to the comment `parent`."""
    body = _cleaned(body)
    clip = locked_clip(account, clip)
    if not clip.allows_comments and clip.account_id != account.pk:
        raise NotAllowed("The maker of this clip has turned comments off.")
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)  # one at a time: the limit
    minute_ago = timezone.now() - timedelta(minutes=1)
    if Comment.objects.filter(account=account, created_at__gt=minute_ago).count() >= (
        COMMENTS_A_MINUTE
    ):
        raise TooMuch("That is a lot of comments at once. Take a breath and try again in a minute.")
    answered = _answered(account, clip, parent)
    written = Comment.objects.create(
        clip=clip,
        account=account,
        body=body,
        parent_id=None if answered is None else answered.parent_id or answered.pk,
    )
    Clip.objects.filter(pk=clip.pk).update(comment_count=F("comment_count") + 1)
    _tell_about(written, clip=clip, answered=answered)
    return written


@transaction.atomic
def delete_comment(account: Account, written: Comment) -> None:
    """Delete one's own comment, or one below one's own clip, with its replies."""
    clip = Clip.objects.select_for_update(no_key=True).filter(pk=written.clip_id).first()
    if clip is None:
        raise NotThere("This clip is not there any more.")
    if account.pk not in (written.account_id, clip.account_id):
        raise NotAllowed("Only who wrote a comment or made the clip can delete it.")
    Comment.objects.filter(pk=written.pk).delete()
    recount(clip.pk)


@transaction.atomic
def hide_comment(written: Comment) -> None:
    """Hide a comment and its replies from everybody; moderation calls this."""
    Clip.objects.select_for_update(no_key=True).get(pk=written.clip_id)
    Comment.objects.filter(pk=written.pk, hidden_at=None).update(hidden_at=timezone.now())
    recount(written.clip_id)


@transaction.atomic
def show_comment(written: Comment) -> None:
    """Show a hidden comment again."""
    Clip.objects.select_for_update(no_key=True).get(pk=written.clip_id)
    Comment.objects.filter(pk=written.pk).update(hidden_at=None)
    recount(written.clip_id)


def recount(clip_id: int) -> None:
    """Count the comments of a clip anew; the caller has locked its row."""
    shown = Comment.objects.filter(clip_id=clip_id, hidden_at=None).filter(
        Q(parent=None) | Q(parent__hidden_at=None)
    )
    Clip.objects.filter(pk=clip_id).update(comment_count=shown.count())


def _cleaned(body: str) -> str:
    """Return the words without invisible control characters and towers of empty lines."""
    kept = "".join(
        letter
        for letter in body.replace("\r\n", "\n").replace("\r", "\n")
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
    kept = _BLANK_LINES.sub("\n\n", kept).strip()
    if not kept:
        raise NotValid("Write something first.")
    if len(kept) > COMMENT_LENGTH_MAX:
        raise NotValid(f"A comment has up to {COMMENT_LENGTH_MAX} letters; this has {len(kept)}.")
    return kept


def _answered(account: Account, clip: Clip, parent: int | None) -> Comment | None:
    if parent is None:
        return None
    found = seen_comments(account).filter(clip=clip, pk=parent).first()
    if found is None:
        raise NotThere("The comment you answer is not there any more.")
    return found


def _tell_about(written: Comment, *, clip: Clip, answered: Comment | None) -> None:
    """Tell each person once: who is answered, then the maker of the clip, then who is mentioned."""
    told = {written.account_id}
    if answered is not None and answered.account_id not in told:
        told.add(answered.account_id)
        _tell(answered.account_id, Notification.Kind.REPLY, written)
    if clip.account_id not in told:
        told.add(clip.account_id)
        _tell(clip.account_id, Notification.Kind.COMMENT, written)
    mentioned = _mentioned(written, clip, handles(parse(written.body)))
    for account in mentioned.exclude(pk__in=told)[:MENTIONS_TOLD_MAX]:
        _tell(account.pk, Notification.Kind.MENTION, written)


def _tell(recipient_id: int, kind: Notification.Kind, written: Comment) -> None:
    tell(recipient_id, kind, actor=written.account, clip=written.clip, comment=written)


def _mentioned(written: Comment, clip: Clip, names: Iterable[str]) -> QuerySet[Account]:
    lowered = [name.lower() for name in names]
    found = Account.objects.annotate(lowered=Lower("handle")).filter(lowered__in=lowered)
    return may_be_told(found, clip, written.account)


def may_be_told(people: QuerySet[Account], clip: Clip, author: Account) -> QuerySet[Account]:
    """Leave those who may see the clip and have nothing against its maker or the author."""
    people = people.filter(is_active=True)
    if clip.visibility == Visibility.PRIVATE:
        people = people.filter(pk=clip.account_id)
    elif clip.visibility == Visibility.FOLLOWERS:
        people = people.filter(Q(pk=clip.account_id) | Q(follows__followed_id=clip.account_id))
    people = without_blocked(people, author, path="pk")
    return without_blocked(people, clip.account, path="pk").order_by("pk").distinct()
