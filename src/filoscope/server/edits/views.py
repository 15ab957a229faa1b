"""The pages of the studio: where one begins, where one cuts, and the cut of a clip for others."""

from __future__ import annotations

from importlib import resources

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, queries, stickers
from filoscope.server.edits.errors import EditsError
from filoscope.server.edits.limits import limits
from filoscope.server.edits.models import SharedCut
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import own as own_clip
from filoscope.studio.timeline.layers import ANIMATIONS

LETTERS_KEPT_S = 30 * 86400  # a font changes with an upgrade at most
SPEEDS = ("0.25", "0.5", "0.75", "1", "1.5", "2", "3")  # what one can dance to

TEXT_COLORS = tuple(
    {"name": name, "value": value}
    for name, value in (
        ("White", "#ffffff"), ("Black", "#14100d"), ("Yellow", "#ffd83d"), ("Orange", "#ff7a45"),
        ("Red", "#ef2f56"), ("Pink", "#ff8fc4"), ("Purple", "#8a5cf6"), ("Blue", "#3fa7ff"),
        ("Mint", "#7fe3c0"), ("Green", "#39c26b"),
    )
)  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    """Show drafts and sounds to begin with; begin a draft with one, or with none."""
    account = _maker(request)
    if request.method == "POST":
        return _begin(request, account)
    slug = request.GET.get("sound", "")
    chosen = queries.sound_for(account, slug) if slug else None
    words = request.GET.get("q", "").replace("\0", "")[:100].strip()
    context = {
        "drafts": queries.drafts_of(account),
        "chosen": chosen,
        "is_missing": bool(slug) and chosen is None,
        "words": words,
        "sounds": queries.sounds_found(account, words),
        "saved": [] if words else queries.sounds_saved(account),
        "cuts": [] if words else queries.shared_cuts(account),
        "active": "upload",
    }
    return render(request, "edits/begin.html", context)


def _begin(request: HttpRequest, account: Account) -> HttpResponse:
    slug = request.POST.get("sound", "")
    sound = _usable(account, slug) if slug else None
    return _begun(request, account, sound=sound)


def _begun(
    request: HttpRequest, account: Account, *, sound: Sound | None, cut: SharedCut | None = None
) -> HttpResponse:
    try:
        draft = actions.begin_draft(account, sound=sound, cut=cut)
    except EditsError as error:
        messages.error(request, str(error))
        return redirect("studio")
    return redirect("draft", draft.slug)


def _usable(account: Account, slug: str) -> Sound:
    sound = queries.sound_for(account, slug)
    if sound is None:
        raise Http404("There is no such sound, or it may not be used.")
    return sound


@login_required
@ensure_csrf_cookie  # its page has no form of Django's, and its script sends the token
@require_http_methods(["GET", "HEAD"])
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page that films, cuts and posts; a posted draft leads to its clip."""
    account = _maker(request)
    found = queries.own(slug, account)
    if found is None:
        raise Http404("You have no such draft.")
    if found.clip is not None:
        return redirect("clip_edit", found.clip.slug)  # there too while it is being made ready
    context = {
        "draft": found,
        "limits": limits(),
        "speeds": SPEEDS,
        "animations": ANIMATIONS,
        "stickers": stickers.listed(),
        "text_colors": TEXT_COLORS,
        "active": "upload",
    }
    return render(request, "edits/studio.html", context)


@require_safe
@cache_control(public=True, max_age=LETTERS_KEPT_S, immutable=True)
def letters(request: HttpRequest) -> HttpResponse:
    """Give the letters that words are rendered in, so that they look the same while one edits."""
    font = resources.files("font_manrope") / "files" / "Manrope-ExtraBold.ttf"
    return HttpResponse(font.read_bytes(), content_type="font/ttf")


@login_required
@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a draft with its takes."""
    found = queries.own(slug, _maker(request))
    if found is None:
        raise Http404("You have no such draft.")
    actions.delete_draft(found)
    messages.success(request, "The draft is deleted.")
    return redirect("studio")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def use_cut(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the shared cut of a clip, and begin a draft that fills it; its maker shares it or not."""
    account = _maker(request)
    mine = own_clip(slug, account)
    if request.method == "POST" and mine is not None and {"share", "unshare"} & request.POST.keys():
        return _share(request, mine)
    cut = queries.shared_cut_of(slug, account)
    if cut is None:
        if mine is None or queries.draft_of(mine) is None:
            raise Http404("The cut of this clip is not shared.")
        return render(request, "edits/share_cut.html", {"clip": mine, "active": "profile"})
    sound = cut.clip.sound and queries.sound_for(account, cut.clip.sound.slug)
    if request.method == "POST":
        return _begun(request, account, sound=sound, cut=cut)
    context = {"cut": cut, "sound": sound, "is_mine": mine is not None, "active": "upload"}
    return render(request, "edits/cut.html", context)


def _share(request: HttpRequest, mine: Clip) -> HttpResponse:
    """Let others use the cut of one's clip, or no longer."""
    made_from = queries.draft_of(mine)
    if "unshare" in request.POST:
        actions.unshare_cut(mine)
        messages.success(request, "Nobody can begin with your cut any more.")
    elif made_from is None:
        messages.error(request, "The draft of this clip is gone, and its cut with it.")
    else:
        actions.share_cut(made_from)
        messages.success(request, "Others can fill your cut now: “Use this cut” is on your clip.")
    return redirect(mine.get_absolute_url())


def _maker(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # `login_required` stands before every caller
    return request.user
