"""What may be seen of clips and uploads, by whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from filoscope.server.accounts.models import Account
from filoscope.server.sounds import queries as sounds
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip, Improvement, SoundUse, Upload, Visibility
from filoscope.server.videos.queue import TASKS

UPLOADS_SHOWN = 50  # of one account, newest first: a day's worth


def visible(viewer: Account | None) -> QuerySet[Clip]:
    """Clips that this viewer may find in feeds and lists."""
    shown = _published() & _audience(viewer)
    if viewer is not None:
        shown |= _published() & Q(account=viewer)
    return Clip.objects.filter(shown)


def watchable(viewer: Account | None) -> QuerySet[Clip]:
    """Clips that play for this viewer when they have the address."""
    playable = Clip.objects.filter(state=Clip.State.READY)
    if viewer is not None and viewer.is_moderator:
        return playable
    shown = _published() & (_audience(viewer) | Q(visibility=Visibility.UNLISTED))
    if viewer is not None:
        shown = Q(account=viewer) | (shown & ~Q(account__in=_apart(viewer)))
    return playable.filter(shown)


def keeps_quiet() -> Q:
    """Nothing is heard in it that a moderator has hidden: not hidden, or muted already."""
    return Q(sound__hidden_at__isnull=True) | ~Q(sounding_folder="")


def _published() -> Q:
    return keeps_quiet() & Q(
        state=Clip.State.READY,
        published_at__isnull=False,
        hidden_at__isnull=True,
        account__is_active=True,
    )


def _apart(viewer: Account) -> QuerySet[Account]:
    """Accounts that have blocked this viewer or are blocked by them: social's table, as `_audience`."""
    blocks = Q(blocks__blocked=viewer) | Q(blocked_by__blocker=viewer)
    return Account.objects.filter(blocks)


def _audience(viewer: Account | None) -> Q:
    audience = Q(visibility=Visibility.PUBLIC)
    if viewer is not None:
        # Follows are social's, which is above: their table is read by the name of its relation.
        followed = get_user_model().objects.filter(followed_by__follower=viewer)
        audience |= Q(visibility=Visibility.FOLLOWERS, account__in=followed)
    return audience


def by_slug(slug: str, viewer: Account | None) -> Clip | None:
    """Return a clip that plays for this viewer, or None."""
    return (
        watchable(viewer)
        .filter(slug=slug)
        .select_related("account", "sound")
        .prefetch_related("renditions", "caption_tracks", "hashtags", "mentions")
        .first()
    )


def own(slug: str, account: Account) -> Clip | None:
    """Return a clip of this account in whatever state, or None."""
    return (
        Clip.objects.filter(slug=slug, account=account)
        .select_related("account", "sound")
        .prefetch_related("renditions", "caption_tracks", "hashtags", "mentions")
        .first()
    )


@dataclass(frozen=True, slots=True)
class FolderAccess:
    """Who may read the files of a folder."""

    clip_id: int
    is_public: bool  # everyone may, whoever asks
    is_makers: bool = False  # nobody but who made the clip may
    is_hushed: bool = False  # nobody but who may hear a hidden sound may


def folder_access(folder: str, *, sounds: bool = False) -> FolderAccess | None:
    """Return whether everyone may see what is in a folder; None when nothing is shown from it.

    `sounds` says that the file has a sound: that of a hidden sound is not heard in clips either.
    """
    clip = (
        Clip.objects.filter(Q(folder=folder) | Q(sounding_folder=folder), state=Clip.State.READY)
        .select_related("account", "sound")
        .only(
            "folder", "sounding_folder", "visibility", "published_at", "hidden_at",
            "account__is_active", "sound__hidden_at",
        )
        .first()
    )  # fmt: skip
    if clip is not None and _is_hushed(clip, folder, sounds=sounds):
        return FolderAccess(clip.pk, is_public=False, is_hushed=True)
    if clip is None:
        # Before and after are for the maker alone, whoever may see the clip.
        tried = Improvement.objects.filter(folder=folder, is_made=True).only("clip_id").first()
        return FolderAccess(tried.clip_id, is_public=False, is_makers=True) if tried else None
    is_public = (
        clip.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
        and clip.published_at is not None
        and clip.hidden_at is None
        and clip.account.is_active
    )
    return FolderAccess(clip.pk, is_public)


def _is_hushed(clip: Clip, folder: str, *, sounds: bool) -> bool:
    """Whether a file of this folder would let a hidden sound be heard, or lies beside one that would."""
    return folder == clip.sounding_folder or (sounds and clip.is_muted and not clip.sounding_folder)


def may_hear_hidden(clip_id: int, viewer: Account) -> bool:
    """Whether somebody hears the own sound of a clip that is hidden, as `sounds.may_hear` of a song."""
    own = Clip.objects.filter(pk=clip_id, account=viewer, owns_sound=True)
    return viewer.is_moderator or own.exists()


def may_watch(clip_id: int, viewer: Account | None) -> bool:
    """Whether a clip plays for this viewer."""
    return watchable(viewer).filter(pk=clip_id).exists()


def is_own(clip_id: int, account: Account) -> bool:
    """Whether this account made the clip."""
    return Clip.objects.filter(pk=clip_id, account=account).exists()


def improvement_of(clip: Clip) -> Improvement | None:
    """Return what is known about a better version of a clip."""
    return Improvement.objects.filter(clip=clip).first()


def usable_sounds(viewer: Account | None) -> QuerySet[Sound]:
    """Sounds that this viewer may set a clip to.

    The own sound of a clip is one of them while everyone may find that clip; one's own always is.
    """
    own_of = Clip.objects.filter(owns_sound=True, sound=OuterRef("pk"))
    open_clip = Exists(own_of.filter(_published(), visibility=Visibility.PUBLIC))
    allowed = Q(is_original=False) | Q(open_clip)
    if viewer is not None:
        allowed |= Q(maker=viewer)
    return sounds.usable(viewer).filter(allowed)


def hearable_sounds(viewer: Account | None) -> QuerySet[Sound]:
    """Sounds whose page this viewer may see.

    A song is for all, unless a moderator hid it; the own sound of a clip for those whom the clip plays
    for, and for all while there is a clip to it that they may find.
    """
    mine = Q(maker=viewer) if viewer is not None else Q(pk__in=())
    own_of = watchable(viewer).filter(owns_sound=True, sound=OuterRef("pk"))
    heard_in = visible(viewer).filter(sound=OuterRef("pk"))
    is_song = Q(is_original=False) & (Q(ready_at__isnull=False) | Q(source=""))
    found = Sound.objects.filter(mine | is_song | Exists(own_of) | Exists(heard_in))
    if viewer is not None and viewer.is_moderator:
        return found
    found = found.filter(mine | Q(hidden_at__isnull=True))
    return found if viewer is None else found.exclude(maker__in=_apart(viewer))


def sound_use_of(clip: Clip) -> SoundUse | None:
    """Return how a sound is laid under a clip."""
    return SoundUse.objects.filter(clip=clip).first()


def uploads_of(account: Account) -> Sequence[Upload]:
    """Return the account's newest uploads with the clips made of them."""
    return list(
        account.uploads.filter(kind=Upload.Kind.CLIP)
        .select_related("clip", "clip__account", "sound")
        .order_by("-created_at", "-pk")[:UPLOADS_SHOWN]
    )


def upload_of(account: Account, upload_id: uuid.UUID) -> Upload | None:
    """Return one upload of an account with its clip, or None."""
    return account.uploads.filter(pk=upload_id).select_related("clip", "sound").first()


def in_the_making(account: Account) -> Sequence[Clip]:
    """Return the account's clips that are not complete, newest first, for its open pages."""
    clips = account.clips.filter(completed_at=None).order_by("-received_at")
    return list(clips[:UPLOADS_SHOWN])


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that has failed for good and waits for the owner."""

    job_id: int
    task: str
    clip_slug: str  # empty: the clip is gone
    attempts: int
    failed_at: datetime | None


def dead_letters() -> Sequence[DeadLetter]:
    """Return the jobs of this app that have failed for good, newest first."""
    jobs = list(
        ProcrastinateJob.objects.filter(status="failed", task_name__startswith=TASKS).order_by(
            "-pk"
        )
    )
    times = dict(
        ProcrastinateEvent.objects.filter(job__in=jobs)
        .values("job_id")
        .annotate(last=Max("at"))
        .values_list("job_id", "last")
    )
    slugs = dict(
        Clip.objects.filter(pk__in=[job.args.get("clip_id") for job in jobs]).values_list(
            "pk", "slug"
        )
    )
    return [
        DeadLetter(
            job_id=job.pk,
            task=job.task_name.removeprefix(TASKS),
            clip_slug=slugs.get(job.args.get("clip_id"), ""),
            attempts=job.attempts,
            failed_at=times.get(job.pk),
        )
        for job in jobs
    ]
