"""People and clips for the browser tests: three are really processed, the others share their files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from filoscope.media.synthetic import write_test_clip
from tests import running

SIZES = ((360, 640), (640, 360), (480, 480))  # upright, wide, square
DURATION_S = 3.0
MAKERS = ("bob", "charlie", "dora", "emil")
CLIPS = 14
WORDS = (
    "Morning rounds with the dogs #morning #dogs",
    (
        "Slow afternoon, strong coffee. "
        "Water at 94 degrees, thirty seconds, then pour in circles and wait for it to settle before "
        "you pour the rest of it. Thanks @bob for the beans. You may not skip the bloom, and you may "
        "not stir either, whatever your uncle says about it. #coffee"
    ),
    "",
)


@dataclass(slots=True)
class Community:
    """Who is there, and what they have posted, newest first."""

    clips: list[Any]
    makers: list[Any]
    _models: tuple[Any, ...]  # the processed clips, whose files the others share

    def account(self, handle: str, **fields: Any) -> Any:
        """Add somebody."""
        from filoscope.server.accounts.models import Account

        return Account.objects.create_user(handle, **fields)

    def publish(self, maker: Any, *, published_at: datetime, like: int = 0, **fields: Any) -> Any:
        """Post a clip with the files of the `like`-th processed one."""
        from filoscope.server.videos.models import Clip, Rendition

        model = self._models[like % len(self._models)]
        fields["search"] = None
        values = {
            name: getattr(model, name)
            for name in (
                "duration_s",
                "width",
                "height",
                "has_sound",
                "blurhash",
                "placeholder",
                "colour",
                "state",
            )
        }
        clip = Clip.objects.create(
            account=maker, posted_at=published_at, published_at=published_at,
            completed_at=published_at, **(values | fields),
        )  # fmt: skip
        clip.folder = str(Path(model.folder).parent / f"{clip.slug}-copy")
        clip.save(update_fields=["folder"])
        _link(Path(settings.MEDIA_ROOT) / model.folder, Path(settings.MEDIA_ROOT) / clip.folder)
        for rung in model.renditions.all():
            rung.pk, rung.clip = None, clip
            Rendition.objects.create(
                clip=clip, short_edge=rung.short_edge, width=rung.width, height=rung.height,
                size_bytes=rung.size_bytes, bitrate_kbps=rung.bitrate_kbps, codecs=rung.codecs,
                file=rung.file,
            )  # fmt: skip
        return clip

    def apart(self) -> Any:
        """Post a clip that only its address leads to: no other test watches it."""
        return self.publish(self.makers[0], published_at=timezone.now(), visibility="unlisted")

    @contextmanager
    def crowd(self, number: int, *, published_before: datetime) -> Iterator[None]:
        """Add so many clips, and take them away again."""
        with transaction.atomic():
            made = [
                self.publish(
                    self.makers[place % len(self.makers)], like=place,
                    published_at=published_before - timedelta(minutes=place),
                    caption=f"Clip {place} of many #many",
                )
                for place in range(number)
            ]  # fmt: skip
        yield
        for clip in made:
            clip.delete()


def seed(home: Path, *, clips: int = CLIPS, duration_s: float = DURATION_S) -> Community:
    """Make the community that every browser test finds."""
    community = Community([], [], ())
    community.makers = [community.account(name, display_name=name.title()) for name in MAKERS]
    community._models = tuple(_processed(home, community.makers[0], duration_s))
    now = timezone.now()
    community.clips = [
        community.publish(
            community.makers[place % len(MAKERS)], like=place,
            published_at=now - timedelta(hours=place + 1), caption=WORDS[place % len(WORDS)],
        )
        for place in range(clips)
    ]  # fmt: skip
    return community


def _processed(home: Path, maker: Any, duration_s: float) -> Iterator[Any]:
    """Send real files in by the door, and do their jobs; unlisted, so that no feed shows them."""
    from filoscope.server.videos.actions import UploadWish, receive_chunks

    sent = []
    for number, (width, height) in enumerate(SIZES):
        path = home / f"{number}.mp4"
        write_test_clip(path, width=width, height=height, fps=24, duration_s=duration_s)
        wish = UploadWish(
            size_bytes=path.stat().st_size, file_name=path.name, visibility="unlisted"
        )
        sent.append(receive_chunks(maker, wish, iter([path.read_bytes()])))
    running.work_off()
    for clip in sent:
        clip.refresh_from_db()
        assert clip.state == clip.State.READY, clip.failure
        yield clip


def _link(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        os.link(path, target / path.name)
