"""Drafts: begun, edited by one page at a time, deleted with their takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.edits import files, queries, timelines
from filoscope.server.edits.errors import BadEdit, DraftGone, NotYet, OutOfStep, TooMuch
from filoscope.server.edits.models import Draft, SharedCut, Take
from filoscope.server.edits.queue import defer
from filoscope.server.sounds.models import Sound


@dataclass(frozen=True, slots=True)
class Edit:
    """What a page saves; None leaves a thing as it is."""

    revision: int
    timeline: dict[str, Any] | None = None
    removed: Collection[str] | None = None  # slugs of the takes that are out
    cover_s: float | None = None
    caption: str | None = None
    visibility: str | None = None
    shares_cut: bool | None = None
    caption_language: str | None = None


@transaction.atomic
def begin_draft(account: Account, *, sound: Sound | None, cut: SharedCut | None = None) -> Draft:
    """Make an empty draft; raise `TooMuch` when the account has as many as it may."""
    # Two at once are counted one after the other, so that neither slips under the limit.
    list(Account.objects.select_for_update().filter(pk=account.pk).values_list("pk"))
    if account.drafts.filter(clip=None).count() >= settings.DRAFTS_MAX:
        raise TooMuch(f"{settings.DRAFTS_MAX} drafts are kept here. Post or delete one first.")
    return Draft.objects.create(account=account, sound=sound, based_on=cut)


def held(draft_id: int) -> Draft:
    """Return the draft as it is now, held until the transaction ends, or raise `DraftGone`."""
    row = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id).first()
    if row is None:
        raise DraftGone("This draft was deleted a moment ago.")
    return row


@transaction.atomic
def edit_draft(draft: Draft, edit: Edit) -> Draft:
    """Keep what a page says, if it has seen the latest; its timeline is checked field by field."""
    row = held(draft.pk)
    if row.revision != edit.revision:
        raise OutOfStep("This draft was changed on another page. Load it again to go on.")
    if row.task == Draft.Task.RENDER or row.clip_id is not None:
        raise NotYet("This draft is being posted: its clip can be changed on its own page.")
    if edit.removed is not None:
        _take_out(row, edit.removed)
    if edit.timeline is not None:
        row.timeline = timelines.checked(row, edit.timeline) if edit.timeline else None
    row.cover_s = edit.cover_s
    for name in ("caption", "visibility", "shares_cut", "caption_language"):
        if getattr(edit, name) is not None:
            setattr(row, name, getattr(edit, name))
    try:
        row.clean_fields(exclude={f.name for f in row._meta.fields} - {"caption", "visibility"})
    except ValidationError as error:
        raise BadEdit(" ".join(error.messages)) from error
    row.revision, row.changed_at = row.revision + 1, timezone.now()
    row.save(
        update_fields=[
            "timeline", "cover_s", "caption", "visibility", "shares_cut", "caption_language",
            "revision", "changed_at",
        ]
    )  # fmt: skip
    return row


def _take_out(draft: Draft, removed: Collection[str]) -> None:
    now = timezone.now()
    draft.takes.filter(slug__in=removed, removed_at=None).update(removed_at=now)
    draft.takes.exclude(slug__in=removed).exclude(removed_at=None).update(removed_at=None)


@transaction.atomic
def set_sound(draft: Draft, sound: Sound | None) -> Draft:
    """Set a draft to another sound: its takes are put to that one anew."""
    row = held(draft.pk)
    if row.task == Draft.Task.RENDER or row.clip_id is not None:
        raise NotYet("This draft is being posted.")
    if row.sound_id == (sound.pk if sound else None):
        return row
    row.sound, row.timeline, row.alternatives = sound, None, []
    row.revision, row.changed_at = row.revision + 1, timezone.now()
    row.save(update_fields=["sound", "timeline", "alternatives", "revision", "changed_at"])
    for take in row.takes.all():
        take.placed, take.hint_s = None, None  # it was filmed to another
        take.save(update_fields=["placed", "hint_s"])
        if sound is not None and take.state == Take.State.READY and take.kind == Take.Kind.CLIP:
            defer("align", row_id=take.pk)
    return row


@transaction.atomic
def fill_cut(draft: Draft) -> dict[str, Any]:
    """Return the shared cut that a draft was begun with, filled by its takes."""
    row = held(draft.pk)
    cut = row.based_on
    if cut is None or queries.shared_cut_of(cut.clip.slug, row.account) is None:
        raise NotYet("The cut of this draft is no longer shared. It can be cut anew.")
    return timelines.filled(row, cut.pattern)


@transaction.atomic
def delete_draft(draft: Draft) -> None:
    """Remove a draft with its takes, and their files once that is certain."""
    row = held(draft.pk)
    folders = {row.folder, row.next_folder, *row.takes.values_list("folder", flat=True)}
    originals = list(row.takes.values_list("original", flat=True))
    row.delete()

    def remove_files() -> None:
        for folder in folders:
            files.remove_folder(folder)
        for name in originals:
            files.remove_take(name)

    transaction.on_commit(remove_files)


def erase_drafts(account: Account) -> None:
    """Remove all that an account has in the studio."""
    for draft in Draft.objects.filter(account=account).order_by("pk"):
        delete_draft(draft)
