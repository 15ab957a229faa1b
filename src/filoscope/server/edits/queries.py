"""What may be seen of drafts and of shared cuts, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.edits.models import Draft, SharedCut, Take
from filoscope.server.social.queries import without_blocked
from filoscope.server.sounds.models import Sound
from filoscope.server.sounds.queries import usable
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import visible, watchable

SOUNDS_SHOWN = 24  # of one list: what a thumb scrolls through before it searches
CUTS_SHOWN = 12


def drafts_of(account: Account) -> Sequence[Draft]:
    """Return an account's drafts that are not posted, the latest touched first."""
    drafts = account.drafts.filter(clip=None).select_related("sound__maker")
    return list(drafts.prefetch_related("takes").order_by("-changed_at", "-pk"))


def own(slug: str, account: Account) -> Draft | None:
    """Return a draft of this account with its sound, takes and clip, or None."""
    return (
        Draft.objects.filter(slug=slug, account=account)
        .select_related("sound__maker", "clip", "account", "based_on__clip__account")
        .prefetch_related("takes")
        .first()
    )


def takes_in(draft: Draft) -> list[Take]:
    """Return the takes that its maker has not taken out, oldest first."""
    return [take for take in draft.takes.all() if take.removed_at is None]


def ready_takes(draft: Draft) -> list[Take]:
    """Return the takes that can be cut: all that can be seen."""
    return [
        take
        for take in takes_in(draft)
        if take.state == Take.State.READY and take.kind != Take.Kind.VOICE
    ]


def sounds_for(account: Account) -> QuerySet[Sound]:
    """Sounds that an account may film to: usable ones, an original only where its clip is seen."""
    seen = visible(account).filter(sound__is_original=True).values("sound")
    found = usable(account).select_related("maker")  # whom a list credits
    return found.filter(Q(is_original=False) | Q(pk__in=seen))


def sounds_found(account: Account, words: str) -> Sequence[Sound]:
    """Return sounds whose title or artist has all of these words, the most used first."""
    found = sounds_for(account)
    for word in words.split():
        found = found.filter(Q(title__icontains=word) | Q(artist__icontains=word))
    return list(found.annotate(uses=Count("clips")).order_by("-uses", "-pk")[:SOUNDS_SHOWN])


def sounds_saved(account: Account) -> Sequence[Sound]:
    """Return the sounds that an account has saved and may use, the latest saved first."""
    saved = sounds_for(account).filter(saves__account=account)
    return list(saved.annotate(at=Max("saves__created_at")).order_by("-at")[:SOUNDS_SHOWN])


def sound_for(account: Account, slug: str) -> Sound | None:
    """Return a sound that an account may film to, or None."""
    return sounds_for(account).filter(slug=slug).first()


def shared_cut_of(slug: str, viewer: Account | None) -> SharedCut | None:
    """Return the shared cut of a clip that plays for this viewer, or None."""
    return (
        SharedCut.objects.filter(clip__slug=slug, clip__in=watchable(viewer))
        .select_related("clip__account", "clip__sound")
        .first()
    )


def draft_of(clip: Clip) -> Draft | None:
    """Return the draft that a clip was posted from, while it is there."""
    return Draft.objects.filter(clip=clip, timeline__isnull=False).first()


def shared_cuts(account: Account) -> Sequence[SharedCut]:
    """Return cuts that this account may fill, those filled most first."""
    cuts = SharedCut.objects.filter(clip__in=without_blocked(visible(account), account))
    cuts = cuts.select_related("clip__account", "clip__sound").annotate(uses=Count("drafts"))
    return list(cuts.order_by("-uses", "-pk")[:CUTS_SHOWN])


def has_shared_cut(clip: Clip) -> bool:
    """Whether others may fill the cut of a clip."""
    return SharedCut.objects.filter(clip=clip).exists()


def may_read(folder: str, account: Account) -> bool:
    """Whether a folder of the studio is this account's."""
    of_take = Take.objects.filter(folder=folder, draft__account=account)
    return of_take.exists() or Draft.objects.filter(folder=folder, account=account).exists()


def known_files() -> tuple[set[str], set[str]]:
    """Return all folders and all takes that rows name."""
    drafts: Any = Draft.objects.values_list("folder", "next_folder")
    folders = {name for pair in drafts for name in pair}
    folders |= set(Take.objects.values_list("folder", flat=True))
    return folders, set(Take.objects.values_list("original", flat=True))
