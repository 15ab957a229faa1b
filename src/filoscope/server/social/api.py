"""Likes, comments, follows and the inbox as JSON, below /api/v1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import django_auth
from pydantic import Field

from filoscope.server.accounts.models import Account
from filoscope.server.accounts.queries import account_at, moved_to
from filoscope.server.social import actions, profiles
from filoscope.server.social.answers import viewer_of
from filoscope.server.social.errors import SocialError
from filoscope.server.social.inbox import inbox_page
from filoscope.server.social.models import COMMENT_LENGTH_MAX, Comment
from filoscope.server.social.queries import (
    CommentPage,
    Remark,
    blocked_between,
    comments_page,
    replies_page,
    unread_count,
    without_blocked,
)
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import watchable

router = Router(tags=["people"])
ID_MAX = 2**63 - 1  # PostgreSQL's bigint


class CountOut(Schema):
    """How many there are now."""

    count: int


class PersonOut(Schema):
    """Somebody, as others see them."""

    handle: str
    name: str
    bio: str
    avatar_url: str
    url: str
    follower_count: int
    following_count: int
    is_followed: bool


class RemarkOut(Schema):
    """A comment with its first replies."""

    id: int
    handle: str
    name: str
    avatar_url: str
    body: str
    created_at: datetime
    parent: int | None
    deletable: bool
    replies: list[RemarkOut] = []
    more_replies: int = 0


class RemarksOut(Schema):
    """A page of comments; `next` goes into `after`."""

    comments: list[RemarkOut]
    next: int | None


class CommentIn(Schema):
    """What one says, and to which comment."""

    body: str = Field(max_length=COMMENT_LENGTH_MAX * 4)  # the action counts what is left of it
    parent: int | None = Field(None, ge=1, le=ID_MAX)


class LineOut(Schema):
    """One line of the inbox."""

    kind: str
    actors: list[str]
    words: str
    text: str
    url: str
    created_at: datetime
    is_unread: bool


class InboxOut(Schema):
    """A page of the inbox; `next` goes into `after`."""

    lines: list[LineOut]
    unread_count: int
    next: int | None


def _me(request: HttpRequest) -> Account:
    viewer = viewer_of(request)
    assert viewer is not None  # django_auth lets nobody else through
    return viewer


def _clip(slug: str) -> Clip:
    found = Clip.objects.filter(slug=slug).select_related("account").first()
    if found is None:
        raise HttpError(404, "This clip is not there any more.")
    return found


def _person(handle: str) -> Account:
    found = account_at(handle) or moved_to(handle)
    if found is None:
        raise HttpError(404, "This account is not there.")
    return found


def _refused(refusal: SocialError) -> HttpError:
    return HttpError(refusal.status, refusal.words)


_MARKS = {
    "like": (actions.like, actions.unlike),
    "save": (actions.save, actions.unsave),
}


def _mark(request: HttpRequest, slug: str, mark: str, *, undone: bool) -> dict[str, int]:
    try:
        return {"count": _MARKS[mark][undone](_me(request), _clip(slug))}
    except SocialError as refusal:
        raise _refused(refusal) from refusal


@router.put("clips/{slug}/like", response=CountOut, auth=django_auth)
def put_like(request: HttpRequest, slug: str) -> dict[str, int]:
    """Like a clip."""
    return _mark(request, slug, "like", undone=False)


@router.delete("clips/{slug}/like", response=CountOut, auth=django_auth)
def delete_like(request: HttpRequest, slug: str) -> dict[str, int]:
    """Take a like back."""
    return _mark(request, slug, "like", undone=True)


@router.put("clips/{slug}/save", response=CountOut, auth=django_auth)
def put_save(request: HttpRequest, slug: str) -> dict[str, int]:
    """Keep a clip."""
    return _mark(request, slug, "save", undone=False)


@router.delete("clips/{slug}/save", response=CountOut, auth=django_auth)
def delete_save(request: HttpRequest, slug: str) -> dict[str, int]:
    """Keep a clip no longer."""
    return _mark(request, slug, "save", undone=True)


@router.get("clips/{slug}/comments", response=RemarksOut)
def get_comments(
    request: HttpRequest, slug: str, after: int | None = None, parent: int | None = None
) -> dict[str, Any]:
    """Return comments of a clip, the latest first; with `parent` its replies, the earliest first."""
    viewer = viewer_of(request)
    shown = without_blocked(watchable(viewer), viewer).select_related("account")
    clip = shown.filter(slug=slug).first()
    if clip is None:
        raise HttpError(404, "This clip is not there any more.")
    place = None if after is None else min(max(after, 0), ID_MAX)
    page: CommentPage
    if parent is None:
        page = comments_page(viewer, clip, after=place)
    else:
        page = replies_page(viewer, clip, parent=min(max(parent, 0), ID_MAX), after=place)
    return {"comments": [_remark(one) for one in page.remarks], "next": page.next}


def _remark(remark: Remark) -> dict[str, Any]:
    comment = remark.comment
    return {
        "id": comment.pk,
        "handle": comment.account.handle,
        "name": comment.account.name,
        "avatar_url": comment.account.avatar_url,
        "body": comment.body,
        "created_at": comment.created_at,
        "parent": comment.parent_id,
        "deletable": remark.deletable,
        "replies": [_remark(reply) for reply in remark.replies],
        "more_replies": remark.more_replies,
    }


@router.post("clips/{slug}/comments", response={201: RemarkOut}, auth=django_auth)
def post_comment(request: HttpRequest, slug: str, said: CommentIn) -> Status[dict[str, Any]]:
    """Write a comment, or a reply."""
    try:
        written = actions.comment(_me(request), _clip(slug), body=said.body, parent=said.parent)
    except SocialError as refusal:
        raise _refused(refusal) from refusal
    return Status(201, _remark(Remark(written, deletable=True)))


@router.delete("comments/{key}", response={204: None}, auth=django_auth)
def delete_comment(request: HttpRequest, key: int) -> Status[None]:
    """Delete one's own comment, or one below one's own clip."""
    written = Comment.objects.filter(pk=key).first() if 0 < key <= ID_MAX else None
    if written is not None:
        try:
            actions.delete_comment(_me(request), written)
        except SocialError as refusal:
            raise _refused(refusal) from refusal
    return Status(204, None)


@router.get("accounts/{handle}", response=PersonOut)
def get_account(request: HttpRequest, handle: str) -> dict[str, Any]:
    """Return who somebody is."""
    viewer, person = viewer_of(request), _person(handle)
    if not person.is_active or (viewer is not None and blocked_between(viewer, person)):
        raise HttpError(404, "This account is not there.")
    return {
        "handle": person.handle,
        "name": person.name,
        "bio": person.bio,
        "avatar_url": person.avatar_url,
        "url": person.get_absolute_url(),
        "follower_count": person.follower_count,
        "following_count": person.following_count,
        "is_followed": profiles.standing(viewer, person).is_followed,
    }


@router.put("accounts/{handle}/follow", response=CountOut, auth=django_auth)
def put_follow(request: HttpRequest, handle: str) -> dict[str, int]:
    """Follow somebody."""
    try:
        return {"count": actions.follow(_me(request), _person(handle))}
    except SocialError as refusal:
        raise _refused(refusal) from refusal


@router.delete("accounts/{handle}/follow", response=CountOut, auth=django_auth)
def delete_follow(request: HttpRequest, handle: str) -> dict[str, int]:
    """Follow somebody no longer."""
    return {"count": actions.unfollow(_me(request), _person(handle))}


@router.put("accounts/{handle}/block", response={204: None}, auth=django_auth)
def put_block(request: HttpRequest, handle: str) -> Status[None]:
    """Block somebody."""
    try:
        actions.block(_me(request), _person(handle))
    except SocialError as refusal:
        raise _refused(refusal) from refusal
    return Status(204, None)


@router.delete("accounts/{handle}/block", response={204: None}, auth=django_auth)
def delete_block(request: HttpRequest, handle: str) -> Status[None]:
    """Block somebody no longer."""
    actions.unblock(_me(request), _person(handle))
    return Status(204, None)


@router.get("notifications", response=InboxOut, auth=django_auth)
def get_notifications(request: HttpRequest, after: int | None = None) -> dict[str, Any]:
    """Return a page of one's inbox; nothing counts as read by this."""
    reader = _me(request)
    page = inbox_page(reader, after=None if after is None else min(max(after, 0), ID_MAX))
    lines = [
        {
            "kind": line.kind,
            "actors": [actor.handle for actor in line.actors],
            "words": line.words,
            "text": line.text,
            "url": line.url,
            "created_at": line.created_at,
            "is_unread": line.is_unread,
        }
        for line in page.lines
    ]
    return {"lines": lines, "unread_count": unread_count(reader.pk), "next": page.next}


@router.post("notifications/read", response={204: None}, auth=django_auth)
def post_notifications_read(request: HttpRequest) -> Status[None]:
    """Mark everything as read."""
    actions.mark_read(_me(request), up_to=ID_MAX)
    return Status(204, None)
