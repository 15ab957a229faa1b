"""What nobody needs any more: old drafts, takes that were taken out, files without rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from filoscope.server.edits import files, queries
from filoscope.server.edits.actions.drafts import delete_draft
from filoscope.server.edits.errors import DraftGone
from filoscope.server.edits.models import Draft, Take
from filoscope.server.kit.orphans import unnamed

GRACE_S = 3600.0  # a folder that was replaced is played to its end by those who had begun
REMOVED_HOURS = 24  # for so long a take that was taken out can be taken in again
POSTED_HOURS = 24  # for so long a posted draft is there to share its cut from


def expire_drafts(now: datetime) -> int:
    """Remove drafts that nobody touches, and posted ones; return how many."""
    old = Q(changed_at__lt=now - timedelta(days=settings.DRAFT_DAYS))
    posted = Q(clip__isnull=False, changed_at__lt=now - timedelta(hours=POSTED_HOURS))
    removed = 0
    for draft in Draft.objects.filter(old | posted).exclude(task=Draft.Task.RENDER).order_by("pk"):
        try:
            delete_draft(draft)
        except DraftGone:
            continue  # its maker was quicker
        removed += 1
    for take in Take.objects.filter(removed_at__lt=now - timedelta(hours=REMOVED_HOURS)):
        _remove_take(take)
    return removed


@transaction.atomic
def _remove_take(take: Take) -> None:
    row = Take.objects.select_for_update().filter(pk=take.pk, removed_at__isnull=False).first()
    if row is None:
        return  # taken in again just now
    folder, original = row.folder, row.original
    row.delete()
    transaction.on_commit(lambda: files.remove_folder(folder))
    transaction.on_commit(lambda: files.remove_take(original))


def remove_orphans(*, grace_s: float = GRACE_S, repair: bool = True) -> tuple[str, ...]:
    """Remove the files of the studio that no row names; return their names.

    Files are listed before rows are read: a row comes before its file.
    """
    folders, takes = tuple(files.all_folders()), tuple(files.all_takes())
    known_folders, known_takes = queries.known_files()
    old_folders = unnamed(folders, known_folders, files.folder_path, grace_s)
    old_takes = unnamed(takes, known_takes, files.take_path, grace_s)
    if repair:
        for folder in old_folders:
            files.remove_folder(folder)
        for name in old_takes:
            files.remove_take(name)
    return old_folders + old_takes
