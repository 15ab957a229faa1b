"""Which clips a viewer may be shown, in which order, and how the viewer stands to each: one query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.expressions import Case, RawSQL, When

from filoscope.server.accounts.models import Account
from filoscope.server.feed.card import Standing
from filoscope.server.feed.queries.compiled import ARGUMENT_MARK, run, run_both
from filoscope.server.social.models import Follow, Like, Save
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import visible, watchable

CLIPS_A_PAGE = 8  # about a minute of watching; one more is read to know whether there are more
NO = Value(False, output_field=BooleanField())

# What a card shows to everyone, as one text and its digest. Views are left out: they change with every
# showing, and no card shows them. Rows that are only ever replaced are named by their place on disk.
_CLIP = (
    "slug", "caption", "alt_text", "language", "folder", "duration_s", "width", "height", "blurhash",
    "colour", "published_at", "like_count", "comment_count", "save_count", "share_count", "sound_id",
)  # fmt: skip
_ROW = "(SELECT ROW({0})::text FROM {1} part WHERE part.id = videos_clip.{2})"
_ROWS = (
    "(SELECT string_agg(part.xmin::text || part.ctid::text, '' ORDER BY part.id) FROM {} part"
    " WHERE part.clip_id = videos_clip.id)"
)
_SOUND = (
    "(SELECT ROW(part.slug, part.title, part.artist, part.hidden_at, maker.handle)::text"
    " FROM sounds_sound part LEFT JOIN accounts_account maker ON maker.id = part.maker_id"
    " WHERE part.id = videos_clip.sound_id)"
)
_PARTS = (
    "ROW(" + ", ".join(f"videos_clip.{name}" for name in _CLIP) + ")::text",
    _ROW.format("handle, display_name, avatar", "accounts_account", "account_id"),
    _SOUND,
    _ROWS.format("videos_rendition"),
    _ROWS.format("videos_captiontrack"),
    _ROWS.format("edits_sharedcut"),  # which is above: its table is read, not its model
)
VERSION = "md5(concat_ws('|', " + ", ".join(_PARTS) + "))"


@dataclass(frozen=True, slots=True)
class After:
    """The place in a feed by time behind which to go on: the last clip seen and its moment."""

    published_at: datetime
    slug: str


def _standing_rows(
    clips: QuerySet[Clip], viewer: Account | None, *also: str
) -> QuerySet[Clip, Any]:
    """Add to clips what `Standing` says; `also` are fields that stand behind it."""
    marks: dict[str, Any] = {"is_me": NO, "followed": NO, "liked": NO, "saved": NO}
    if viewer is not None:
        follows = Follow.objects.filter(follower=viewer, followed=OuterRef("account_id"))
        marks = {
            "is_me": Case(
                When(account_id=viewer.pk, then=Value(True)),
                default=NO,
                output_field=BooleanField(),
            ),
            "followed": Exists(follows),
            "liked": Exists(Like.objects.filter(account=viewer, clip=OuterRef("pk"))),
            "saved": Exists(Save.objects.filter(account=viewer, clip=OuterRef("pk"))),
        }
    return clips.annotate(
        version=RawSQL(VERSION, (), output_field=CharField()), **marks
    ).values_list("pk", "version", *marks, *also)


def _shown(viewer: Account | None) -> QuerySet[Clip]:
    return without_blocked(visible(viewer), viewer)


def _named(viewer: Account | None) -> QuerySet[Clip, Any]:
    """Build: those of the named clips that may be found by this viewer."""
    named = _shown(viewer).extra(
        where=["videos_clip.id = ANY(%s::bigint[])"], params=[ARGUMENT_MARK]
    )
    return _standing_rows(named, viewer, "slug").order_by()


def _addressed(viewer: Account | None) -> QuerySet[Clip, Any]:
    """Build: the clip of a slug, if it plays for this viewer who has its address."""
    addressed = without_blocked(watchable(viewer), viewer).extra(
        where=["videos_clip.slug = %s"], params=[ARGUMENT_MARK]
    )
    return _standing_rows(addressed, viewer, "slug").order_by()


BEHIND = (
    "(videos_clip.published_at, videos_clip.id) < "
    "(%s::timestamptz, COALESCE((SELECT id FROM videos_clip WHERE slug = %s), 0))"
)


def _by_time(clips: QuerySet[Clip], viewer: Account | None) -> QuerySet[Clip, Any]:
    """Order clips by time, behind a place: its moment and its clip are the arguments."""
    behind = clips.extra(
        where=[
            BEHIND,
        ],
        params=[ARGUMENT_MARK, ARGUMENT_MARK],
    )
    rows = _standing_rows(behind, viewer, "slug", "published_at")
    return rows.order_by("-published_at", "-pk")[: CLIPS_A_PAGE + 1]


def _latest(viewer: Account | None) -> QuerySet[Clip, Any]:
    return _by_time(_shown(viewer), viewer)


def _following(viewer: Account | None) -> QuerySet[Clip, Any]:
    follows = Follow.objects.filter(follower=viewer, followed=OuterRef("account_id"))
    return _by_time(_shown(viewer).filter(Exists(follows)), viewer)


@dataclass(frozen=True, slots=True)
class Dated:
    """How a viewer stands to a clip, and where in time it is."""

    standing: Standing
    after: After


def standings(viewer: Account | None, clip_ids: Collection[int]) -> dict[int, Standing]:
    """Return how the viewer stands to those of the clips that they may be shown: one query."""
    if not clip_ids:
        return {}
    return {row[0]: Standing(*row[:6]) for row in run(_named, viewer, [list(clip_ids)])}


def standing_at(viewer: Account | None, slug: str) -> Standing | None:
    """Return how the viewer stands to the clip at an address, if it plays for them: one query."""
    return next((Standing(*row[:6]) for row in run(_addressed, viewer, [slug])), None)


def standings_at(
    viewer: Account | None, slug: str, clip_ids: Collection[int]
) -> tuple[Standing | None, dict[int, Standing]]:
    """Return what `standing_at` and `standings` do, in one query."""
    rows = run_both(_addressed, _named, viewer, [slug, list(clip_ids)])
    found = {row[0]: Standing(*row[:6]) for row in rows}
    at = next((row[0] for row in rows if row[6] == slug), None)
    return (None, found) if at is None else (found.pop(at), found)


def latest_after(viewer: Account | None, after: After) -> list[Dated]:
    """Return the clips of everyone behind a place in time, newest first: one query."""
    return _dated(run(_latest, viewer, [after.published_at, after.slug]))


def following_after(viewer: Account, after: After) -> list[Dated]:
    """Return the clips of those whom the viewer follows, behind a place in time: one query."""
    return _dated(run(_following, viewer, [after.published_at, after.slug]))


def _dated(rows: Sequence[tuple[Any, ...]]) -> list[Dated]:
    return [Dated(Standing(*row[:6]), After(published_at=row[7], slug=row[6])) for row in rows]
