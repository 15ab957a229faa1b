"""What may be known of a sound, its file and what was heard in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.sounds import files
from filoscope.server.sounds.models import ANALYSIS, AUDIO, Sound

if TYPE_CHECKING:
    from filoscope.studio import Song


def audio_path(sound: Sound) -> Path:
    """Return where the file of a ready sound is: AAC in an .m4a, 48 kHz stereo, -14 LUFS."""
    return files.folder_path(sound.folder) / AUDIO


def song_of(sound: Sound) -> Song | None:
    """Return what `studio.listen` heard in a sound; None: not heard yet, or nothing to hear."""
    from filoscope.studio import Song

    if sound.heard_at is None:
        return None
    try:
        text = (files.folder_path(sound.folder) / ANALYSIS).read_text()
    except FileNotFoundError:
        return None  # the clip was made anew this moment, and is heard again
    return Song.from_json(text)


def there() -> QuerySet[Sound]:
    """Sounds that exist for the public: a file to hear, and no moderator against it."""
    is_gone = Q(maker__isnull=False, maker__is_active=False)
    return Sound.objects.filter(ready_at__isnull=False, hidden_at__isnull=True).exclude(is_gone)


def usable(viewer: Account | None) -> QuerySet[Sound]:
    """Sounds that this viewer may set a clip to, as far as the sound itself says.

    Whether the clip that an original sound is of may be seen is said by `videos.queries`.
    """
    allowed = Q(allows_use=True)
    if viewer is None:
        return there().filter(allowed)
    blocks = Q(blocks__blocked=viewer) | Q(blocked_by__blocker=viewer)
    apart = Account.objects.filter(blocks)  # social's table, read by the name of its relation
    return there().filter(allowed | Q(maker=viewer)).exclude(maker__in=apart)


@dataclass(frozen=True, slots=True)
class FolderAccess:
    """Who may hear what is in a song's folder."""

    maker_id: int | None
    is_public: bool  # everyone may; else the maker and the moderators


def folder_access(folder: str) -> FolderAccess | None:
    """Return who may hear what is in the folder of a song; None: nothing is heard from it."""
    found = Sound.objects.filter(folder=folder).only("maker_id").first()
    if found is None:
        return None  # while a song is made its maker sees its cover already
    return FolderAccess(found.maker_id, there().filter(pk=found.pk).exists())


def may_hear(maker_id: int | None, viewer: Account) -> bool:
    """Whether somebody hears a song that is not public."""
    return viewer.is_moderator or viewer.pk == maker_id
