"""Buttons of clips and profiles, the talk below a clip, the inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filoscope.server.accounts.models import Account
from filoscope.server.social import actions
from filoscope.server.social.answers import (
    Answer,
    answered,
    press,
    refuse,
    sign_in_first,
    viewer_of,
    wants_json,
)
from filoscope.server.social.errors import NotThere, SocialError
from filoscope.server.social.inbox import inbox_page
from filoscope.server.social.models import COMMENT_LENGTH_MAX, Comment
from filoscope.server.social.queries import (
    CommentPage,
    Remark,
    comments_page,
    replies_page,
    without_blocked,
)
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import watchable

SHARES_REMEMBERED_MAX = 200  # clips a session; sharing one of them again counts no more
ID_MAX = 2**63 - 1  # PostgreSQL's bigint: beyond it a query would fail


def _clip(slug: str) -> Clip:
    found = Clip.objects.filter(slug=slug).select_related("account").first()
    if found is None:
        raise NotThere("This clip is not there any more.")
    return found


def _account(handle: str) -> Account:
    found = Account.objects.filter(handle__iexact=handle).first()
    if found is None:
        raise NotThere("This account is not there.")
    return found


@press
def like(request: HttpRequest, account: Account, slug: str) -> Answer:
    return {"liked": True, "like_count": actions.like(account, _clip(slug))}


@press
def unlike(request: HttpRequest, account: Account, slug: str) -> Answer:
    return {"liked": False, "like_count": actions.unlike(account, _clip(slug))}


@press
def save(request: HttpRequest, account: Account, slug: str) -> Answer:
    return {"saved": True, "save_count": actions.save(account, _clip(slug))}


@press
def unsave(request: HttpRequest, account: Account, slug: str) -> Answer:
    return {"saved": False, "save_count": actions.unsave(account, _clip(slug))}


@require_POST
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Count a share once a session; one need not be signed in to pass a clip on."""
    try:
        clip = _clip(slug)
        shared = request.session.get("shared", [])
        count = clip.share_count
        if clip.pk not in shared:
            count = actions.share(viewer_of(request), clip)
            request.session["shared"] = [*shared, clip.pk][-SHARES_REMEMBERED_MAX:]
    except SocialError as refusal:
        return refuse(request, refusal)
    return answered(request, {"shared": True, "share_count": count})


@press
def follow(request: HttpRequest, account: Account, handle: str) -> Answer:
    count = actions.follow(account, _account(handle))
    return {"followed": True, "follower_count": count}


@press
def unfollow(request: HttpRequest, account: Account, handle: str) -> Answer:
    count = actions.unfollow(account, _account(handle))
    return {"followed": False, "follower_count": count}


@press
def block(request: HttpRequest, account: Account, handle: str) -> Answer:
    actions.block(account, _account(handle))
    return {"blocked": True}


@press
def unblock(request: HttpRequest, account: Account, handle: str) -> Answer:
    actions.unblock(account, _account(handle))
    return {"blocked": False}


# ---- comments ----


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the talk below a clip, or add to it."""
    if request.method == "POST":
        return _write_comment(request, slug)
    viewer = viewer_of(request)
    watched = without_blocked(watchable(viewer), viewer).select_related("account")
    clip = get_object_or_404(watched, slug=slug)
    after = _number(request.GET.get("after"))
    parent = _number(request.GET.get("parent"))
    page = (
        comments_page(viewer, clip, after=after)
        if parent is None
        else replies_page(viewer, clip, parent=parent, after=after)
    )
    return _comments(request, clip, page, parent=parent, after=after)


def _comments(
    request: HttpRequest, clip: Clip, page: CommentPage, *, parent: int | None, after: int | None
) -> HttpResponse:
    is_fragment = request.headers.get("X-Requested-With") == "fetch"
    is_more = is_fragment and (after is not None or parent is not None)
    name = "remarks" if is_more else "comments" if is_fragment else "page"
    context = {
        "clip": clip,
        "page": page,
        "parent": parent,
        "after": after,
        "length_max": COMMENT_LENGTH_MAX,
        "reply_to": _number(request.GET.get("reply")),
        "is_fragment": is_fragment,
    }
    response = render(request, f"social/{name}.html", context)
    response["Vary"] = "X-Requested-With, Cookie"
    return response


def _write_comment(request: HttpRequest, slug: str) -> HttpResponse:
    account = viewer_of(request)
    page = f"/v/{slug}/comments"
    if account is None:
        return sign_in_first(request, back=page)
    try:
        clip = _clip(slug)
        written = actions.comment(
            account,
            clip,
            body=request.POST.get("body", ""),
            parent=_number(request.POST.get("parent")),
        )
    except SocialError as refusal:
        return refuse(request, refusal)
    if not wants_json(request):
        return HttpResponseRedirect(f"{page}#comment-{written.pk}")
    clip.refresh_from_db(fields=["comment_count"])
    shown = render(
        request,
        "social/comment.html",
        {"remark": Remark(written, deletable=True), "clip": clip, "is_fragment": True},
    )
    return JsonResponse(
        {
            "id": written.pk,
            "parent": written.parent_id,
            "comment_count": clip.comment_count,
            "html": shown.content.decode(),
        },
        status=201,
    )


@press
def delete_comment(request: HttpRequest, account: Account, key: int) -> Answer:
    written = (
        Comment.objects.filter(pk=key).select_related("clip").first() if key <= ID_MAX else None
    )
    if written is None:
        return {"deleted": True}
    actions.delete_comment(account, written)
    written.clip.refresh_from_db(fields=["comment_count"])
    return {"deleted": True, "comment_count": written.clip.comment_count}


def _number(text: str | None) -> int | None:
    """Read an id from an address; what is none is as if it were not there."""
    if not text or not (text.isascii() and text.isdigit()):
        return None
    return min(int(text), ID_MAX) if len(text) < 20 else ID_MAX


# ---- inbox ----


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """Show the inbox; what is on its first page counts as seen."""
    account = viewer_of(request)
    if account is None:
        return sign_in_first(request, back=request.get_full_path())
    after = _number(request.GET.get("after"))
    page = inbox_page(account, after=after)
    is_fragment = request.headers.get("X-Requested-With") == "fetch"
    name = "lines" if is_fragment else "notifications"
    if after is None and page.last is not None:
        actions.mark_read(account, up_to=page.last)  # what is shown as new was read before this
    context = {"page": page, "active": "notifications", "after": after}
    return render(request, f"social/{name}.html", context)


@press
def read_notifications(request: HttpRequest, account: Account) -> Answer:
    """Mark all as seen, for pages that stay open."""
    actions.mark_read(account, up_to=_number(request.POST.get("up_to")) or ID_MAX)
    return {"unread_count": 0}
