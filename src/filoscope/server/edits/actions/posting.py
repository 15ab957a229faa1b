"""From a rendered draft to a clip like any other, its sound credited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from filoscope.server.edits import captions, files, news
from filoscope.server.edits.actions.sharing import share_cut
from filoscope.server.edits.actions.tasks import TaskRun, wished
from filoscope.server.edits.errors import BadEdit
from filoscope.server.edits.models import Draft
from filoscope.server.videos import actions as videos
from filoscope.server.videos.errors import BadCaptions
from filoscope.server.videos.models import Clip

CHUNK_BYTES = 1 << 20


@transaction.atomic
def post_render(run: TaskRun, final: Path) -> Clip:
    """Send a rendering through the door of all uploads, and post it; once, whatever is killed.

    All in one transaction: the clip is there with its sound and its draft, or not at all. A file
    that was copied for nothing goes with the sweep.
    """
    row = wished(run.draft_id, run.key)
    wish = videos.UploadWish(
        size_bytes=final.stat().st_size,
        file_name=f"studio-{row.slug}.mp4",
        caption=row.caption,
        visibility=row.visibility,
    )
    clip = videos.receive_chunks(row.account, wish, _chunks(final))
    if row.sound is not None:
        videos.set_sound(clip, row.sound)
    if row.cover_s is not None:
        videos.set_cover(clip, row.cover_s)
    track = captions.track_of(row.timeline)
    if track:
        language = row.caption_language or captions.UNDETERMINED
        label = "" if row.caption_language else "Captions"
        try:
            videos.set_captions(clip, language=language, text=track, label=label)
        except BadCaptions as error:
            raise BadEdit(str(error)) from error
    row.clip, row.task, row.task_key = clip, Draft.Task.NONE, ""
    row.progress, row.next_folder = 1.0, ""
    row.save(update_fields=["clip", "task", "task_key", "progress", "next_folder"])
    if row.shares_cut:
        share_cut(row)
    news.tell(row, is_done=True)
    transaction.on_commit(lambda: files.remove_folder(run.folder))
    return clip


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
