"""What a card shows to everyone, read in one query and kept for as long as its version lasts."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import CharField
from django.db.models.functions import JSONObject

from filoscope.server.accounts.models import Account
from filoscope.server.feed.card import Counts, Facts, Rung, SoundLink, Standing, Track, media_url
from filoscope.server.feed.queries.compiled import ARGUMENT_MARK, run
from filoscope.server.feed.queries.standings import VERSION
from filoscope.server.videos.models import CaptionTrack, Clip, Rendition

KEPT_MAX = 20_000  # clips: some 2 kB each, so 40 MB; read ahead in two seconds
READ_AT_ONCE = 500
HIDDEN_SOUND = "This sound isn't available"
_FIELDS = (
    "pk", "account_id", "slug", "caption", "alt_text", "language", "folder", "duration_s", "width",
    "height", "placeholder", "colour", "published_at", "like_count", "comment_count", "save_count",
    "share_count", "view_count", "account__handle", "account__display_name", "account__avatar",
    "sound__slug", "sound__title", "sound__artist", "sound__hidden_at", "sound__is_original",
    "sound__maker__handle",
    "shared_cut__pk",  # edits' table, which is above: read by the name of its relation
)  # fmt: skip

_kept: OrderedDict[int, Facts] = OrderedDict()
_lock = threading.Lock()


def facts(standings: Iterable[Standing]) -> dict[int, Facts]:
    """Return what the cards of these clips show: one query for those not known in this version."""
    wanted = list(standings)
    with _lock:
        found = {
            one.clip_id: kept
            for one in wanted
            if (kept := _kept.get(one.clip_id)) is not None and kept.version == one.version
        }
        for clip_id in found:
            _kept.move_to_end(clip_id)
    missing = [one.clip_id for one in wanted if one.clip_id not in found]
    if missing:
        found |= _keep(facts_of(missing))
    return found


def read_ahead() -> Iterator[Facts]:
    """Read what the cards of the newest clips show, as many as are kept, and yield it.

    A process that has just begun then meets hardly a card that it must ask the database about.
    """
    newest = Clip.objects.filter(published_at__isnull=False).order_by("-published_at")
    clip_ids = list(newest.values_list("pk", flat=True)[:KEPT_MAX])
    for start in range(0, len(clip_ids), READ_AT_ONCE):
        yield from _keep(facts_of(clip_ids[start : start + READ_AT_ONCE])).values()


def _keep(fresh: dict[int, Facts]) -> dict[int, Facts]:
    with _lock:
        for clip_id, read in fresh.items():
            _kept[clip_id] = read
            _kept.move_to_end(clip_id)
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return fresh


def facts_of(clip_ids: Iterable[int]) -> dict[int, Facts]:
    """Read what is the same for every viewer; asks nobody whether they may see it."""
    return {row[0]: _facts(row) for row in run(_everything, None, [list(clip_ids)])}


def _everything(_: Account | None) -> QuerySet[Clip, Any]:
    """Build: all that cards show of the named clips, renditions and captions as JSON."""
    renditions = Rendition.objects.filter(clip=OuterRef("pk")).order_by("short_edge")
    tracks = CaptionTrack.objects.filter(clip=OuterRef("pk")).order_by("language")
    found: QuerySet[Clip, Any] = (
        Clip.objects.extra(where=["videos_clip.id = ANY(%s::bigint[])"], params=[ARGUMENT_MARK])
        .annotate(
            version=RawSQL(VERSION, (), output_field=CharField()),
            rungs=ArraySubquery(
                renditions.values(
                    json=JSONObject(
                        short_edge=F("short_edge"),
                        width=F("width"),
                        height=F("height"),
                        bitrate_kbps=F("bitrate_kbps"),
                        file=F("file"),
                    )
                )
            ),
            tracks=ArraySubquery(
                tracks.values(json=JSONObject(language=F("language"), label=F("label")))
            ),
        )
        .values_list(*_FIELDS, "version", "rungs", "tracks")
        .order_by()
    )
    return found


def _facts(row: tuple[Any, ...]) -> Facts:
    said = dict(zip((*_FIELDS, "version", "rungs", "tracks"), row, strict=True))
    folder, url = said["folder"], f"/v/{said['slug']}"
    return Facts(
        clip_id=said["pk"],
        account_id=said["account_id"],
        version=said["version"],
        slug=said["slug"],
        url=url,
        handle=said["account__handle"],
        name=said["account__display_name"] or said["account__handle"],
        avatar_url=media_url(said["account__avatar"]),
        caption=said["caption"],
        alt_text=said["alt_text"],
        language=said["language"],
        sound=_sound(said),
        cut_url=f"{url}/cut" if said["shared_cut__pk"] else "",
        duration_s=said["duration_s"] or 0.0,
        width=said["width"] or 9,  # not measured: the shape of a phone
        height=said["height"] or 16,
        poster_url=media_url(folder, "poster.webp"),
        preview_url=media_url(folder, "preview.webp"),
        placeholder=said["placeholder"],
        colour=said["colour"],
        hls_url=media_url(folder, "master.m3u8"),
        renditions=tuple(_rung(folder, one) for one in _json(said["rungs"])),
        caption_tracks=tuple(
            Track(one["language"], one["label"], f"{url}/captions/{one['language']}.vtt")
            for one in _json(said["tracks"])
        ),
        counts=Counts(
            *(said[f"{name}_count"] for name in ("like", "comment", "save", "share", "view"))
        ),
        published_at=said["published_at"],
    )


def _json(items: list[Any]) -> list[dict[str, Any]]:
    """Return the objects of an array of jsonb, which Django leaves as text."""
    return [json.loads(item) if isinstance(item, str) else item for item in items]


def _rung(folder: str, said: dict[str, Any]) -> Rung:
    return Rung(
        said["short_edge"],
        said["width"],
        said["height"],
        said["bitrate_kbps"],
        media_url(folder, said["file"]),
    )


def _sound(said: dict[str, Any]) -> SoundLink | None:
    if said["sound__slug"] is None:
        return None
    if said["sound__hidden_at"] is not None:
        return SoundLink(HIDDEN_SOUND, "")
    title, artist = said["sound__title"], said["sound__artist"]
    if said["sound__is_original"] and said["sound__maker__handle"]:
        artist = f"@{said['sound__maker__handle']}"
    return SoundLink(f"{title} · {artist}" if artist else title, f"/sound/{said['sound__slug']}")
