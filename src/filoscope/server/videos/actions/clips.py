"""What people and moderators do to a clip."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Model, Q, Value
from django.utils import timezone

from filoscope.server.kit import captions
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import files
from filoscope.server.videos.errors import ClipGone
from filoscope.server.videos.models import Clip, Hashtag, Improvement, Upload

SEARCH_CONFIGURATION = "simple"  # a community writes in many languages: no stemming of one


def index_caption(clip: Clip) -> None:
    """Bring hashtags, mentions and the search vector in line with the caption."""
    spans = captions.parse(clip.caption)
    names = captions.tags(spans)
    Hashtag.objects.bulk_create([Hashtag(name=name) for name in names], ignore_conflicts=True)
    clip.hashtags.set(Hashtag.objects.filter(name__in=names))
    clip.mentions.set(_people(captions.handles(spans)))
    _index_words(clip, names)


def _people(handles: tuple[str, ...]) -> list[Any]:
    wanted = Q(pk__in=())
    for handle in handles:
        wanted |= Q(handle__iexact=handle)
    return list(get_user_model().objects.filter(wanted, is_active=True))


def _index_words(clip: Clip, names: tuple[str, ...]) -> None:
    sound = clip.sound
    heard = f"{sound.title} {sound.artist}" if sound else ""
    words = {
        "A": f"{clip.caption} {' '.join(names)}",
        "B": f"{clip.account.handle} {clip.account.display_name}",
        "C": f"{clip.alt_text} {heard}",
    }
    vectors = [
        SearchVector(Value(text), weight=weight, config=SEARCH_CONFIGURATION)
        for weight, text in words.items()
    ]
    Clip.objects.filter(pk=clip.pk).update(search=vectors[0] + vectors[1] + vectors[2])


def locked(clip: Clip) -> Clip:
    """Return the row as it is now, held until the transaction ends, or raise `ClipGone`."""
    row = Clip.objects.select_for_update(of=("self",)).filter(pk=clip.pk).first()
    if row is None:
        raise ClipGone("This clip was deleted a moment ago.")
    return row


def validate(row: Model, *names: str) -> None:
    """Hold the named fields to what the model says of them; raise Django's `ValidationError`."""
    row.clean_fields(exclude={field.name for field in row._meta.fields} - set(names))


def publish_if_due(clip: Clip) -> None:
    """Note the first moment at which a clip is both posted and playable, and not hidden."""
    is_due = clip.posted_at and clip.state == Clip.State.READY and clip.hidden_at is None
    if is_due and clip.published_at is None:
        clip.published_at = timezone.now()
        clip.save(update_fields=["published_at"])


@transaction.atomic
def set_sound(clip: Clip, sound: Sound) -> Clip:
    """Say which sound a clip is set to, so that it gets none of its own."""
    row = locked(clip)
    row.sound, row.owns_sound = sound, False
    row.save(update_fields=["sound", "owns_sound"])
    index_caption(row)
    return row


@transaction.atomic
def set_cover(clip: Clip, cover_s: float) -> Clip:
    """Say where the poster of a clip that is still to be made is taken from."""
    row = locked(clip)
    row.cover_s = cover_s
    row.save(update_fields=["cover_s"])
    return row


@transaction.atomic
def post(clip: Clip) -> Clip:
    """Press Post: a draft is shown as soon as it plays."""
    row = locked(clip)
    if row.posted_at is None:
        row.posted_at = timezone.now()
        row.save(update_fields=["posted_at"])
        publish_if_due(row)
    return row


@transaction.atomic
def edit(
    clip: Clip,
    *,
    caption: str | None = None,
    visibility: str | None = None,
    alt_text: str | None = None,
    language: str | None = None,
    allows_comments: bool | None = None,
) -> Clip:
    """Change what is said about a clip; None leaves a thing as it is."""
    row = locked(clip)
    wishes = {
        "caption": caption,
        "visibility": visibility,
        "alt_text": alt_text,
        "language": language,
        "allows_comments": allows_comments,
    }
    given = {name: value for name, value in wishes.items() if value is not None}
    for name, value in given.items():
        setattr(row, name, value)
    validate(row, *given)
    row.save(update_fields=list(given))
    if given.keys() & {"caption", "alt_text"}:
        index_caption(row)
    return row


@transaction.atomic
def delete(clip: Clip) -> None:
    """Remove a clip with everything that was made of it, and its files once that is certain."""
    # The upload first, as `edit_upload` takes them: two that wait for each other would both fail.
    list(Upload.objects.select_for_update(of=("self",)).filter(clip=clip).values_list("pk"))
    row = locked(clip)
    folders, original = {row.folder, row.next_folder, row.sounding_folder}, row.original
    folders |= set(Improvement.objects.filter(clip=row).values_list("folder", flat=True))
    own_sound = row.sound if row.owns_sound else None
    row.delete()
    if own_sound is not None:
        sounds.delete(own_sound)

    def remove_files() -> None:
        for folder in folders:
            files.remove_folder(folder)
        files.remove_upload(original)

    transaction.on_commit(remove_files)


@transaction.atomic
def hide(clip: Clip) -> Clip:
    """Take a clip away from everyone but its maker and the moderators, at once."""
    row = locked(clip)
    if row.hidden_at is None:
        row.hidden_at = timezone.now()
        row.save(update_fields=["hidden_at"])
    return row


@transaction.atomic
def show(clip: Clip) -> Clip:
    """Give a hidden clip back."""
    row = locked(clip)
    if row.hidden_at is not None:
        row.hidden_at = None
        row.save(update_fields=["hidden_at"])
        publish_if_due(row)
    return row
