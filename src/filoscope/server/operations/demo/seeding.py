"""Fills the demo community while it is being served; a second run goes on where the first one ended.

python -m filoscope.server.operations.demo.seeding --count 48
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from filoscope.server.operations import leash
from filoscope.server.operations.arrivals import NO_DAILY_LIMIT, outcomes, readable, send
from filoscope.server.operations.demo import password
from filoscope.server.operations.demo.people import MAKERS, WATCHERS, Person
from filoscope.server.operations.demo.songs import Song, sound_of
from filoscope.server.operations.installation import home, say, set_up_django

if TYPE_CHECKING:
    from filoscope.media.synthetic import ClipSpec
    from filoscope.server.accounts.models import Account
    from filoscope.server.feed.models import Viewer
    from filoscope.server.videos.models import Clip

SEED = 1
ORIGIN = "demo"  # in place of what a client says with its upload: these are ours, to take up again
WORKSHOP = "demo-workshop"  # in the data folder: clips between being painted and being sent
LOOK_EVERY_S = 1.0
WAIT_S_MAX = 3600.0  # for the last clip; what is not there then comes by itself
NICE = 10  # painting comes after serving and transcoding
VIDEO_ENDINGS = frozenset(
    [
        ".3gp",
        ".avi",
        ".flv",
        ".gif",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    ]
)


def main(arguments: Sequence[str]) -> int:
    """Make the people, then the clips, and life around each as soon as it plays."""
    leash.die_with(os.getppid())
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--clips", type=Path)
    options = parser.parse_args(arguments)
    os.environ["FILOSCOPE_UPLOADS_A_DAY"] = NO_DAILY_LIMIT
    set_up_django()

    if options.clips is None:
        with _painting(options.count) as paintings:
            community = _gather(wanted=options.count)
            _hang(community, paintings)
            community.wait()
    else:
        community = _gather(wanted=0)
        _bring(community, options.clips)
        community.wait()
    return 0


def _gather(*, wanted: int) -> Community:
    """Make everyone who is not there yet."""
    from filoscope.server.operations.demo import life

    people = [_person(person) for person in (*MAKERS, *WATCHERS)]
    life.befriend(people)
    community = Community(people, wanted=wanted)
    community.remember()
    return community


@dataclass(slots=True)
class Community:
    """The clips that were sent, and what is still to happen around them."""

    people: list[Account]
    waiting: dict[str, str] = field(default_factory=dict)  # slug -> name of the file
    guests: list[Viewer] = field(default_factory=list)
    wanted: int = 0
    playable: int = 0
    failed: int = 0

    @property
    def makers(self) -> list[Account]:
        return self.people[: len(MAKERS)]

    def remember(self) -> None:
        """Take up the clips of an earlier run: life around them may still be missing."""
        for name, slug in _sent().items():
            if slug is not None:
                self.waiting[slug] = name
            else:
                self.failed += 1  # it was left out then, and said so; or somebody deleted it

    def send(
        self, account: Account, path: Path, *, name: str, caption: str, song: Song | None = None
    ) -> None:
        """Send a file set to a song, or say why it was not taken."""
        from django.db import transaction

        from filoscope.server.operations.demo import life
        from filoscope.server.sounds.errors import SoundRefused
        from filoscope.server.videos.actions import set_sound
        from filoscope.server.videos.errors import UploadRefused

        try:
            sound = sound_of(song, self.makers) if song is not None else None
            with transaction.atomic():  # no worker sees the clip before it has its song
                clip = send(account, path, name=name, caption=caption, origin=ORIGIN)
                if sound is not None:
                    set_sound(clip, sound)
        except (UploadRefused, SoundRefused, OSError) as error:
            self._report(name, str(error))
            return
        life.backdate(clip, name)
        self.waiting[clip.slug] = name

    def look(self) -> None:
        """Bring life to clips that play by now, and say which failed."""
        from filoscope.server.videos.models import Clip

        before = self.playable, self.failed
        for slug, outcome in outcomes(list(self.waiting)).items():
            if outcome.is_playable:
                clip = Clip.objects.select_related("account").get(slug=slug)
                self._enliven(clip, self.waiting.pop(slug))
                self.playable += 1
            elif outcome.failure:
                self._drop(slug, outcome.failure)
        if (self.playable, self.failed) != before:
            self._show()

    def wait(self) -> None:
        """Wait for the clips that are still being made."""
        until = time.monotonic() + WAIT_S_MAX
        self.look()
        while self.waiting and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
            self.look()
        if sys.stdout.isatty():
            print()

    def _enliven(self, clip: Clip, name: str) -> None:
        from filoscope.server.operations.demo import life

        if life.is_lively(clip, self.people):
            return
        if not self.guests:
            self.guests = life.invite_guests()
        life.enliven(clip, name, self.people, self.guests)

    def _drop(self, slug: str, why: str) -> None:
        from filoscope.server.videos import actions
        from filoscope.server.videos.models import Clip

        self._report(self.waiting.pop(slug), why)
        actions.delete(Clip.objects.get(slug=slug))

    def _report(self, name: str, why: str) -> None:
        self.failed += 1
        say(f"\r  left out  {name}: {why}")

    def _show(self) -> None:
        line = f"  demo: {self.playable} of {self.wanted - self.failed} clips are there"
        if sys.stdout.isatty():
            print(f"\r{line}", end="", flush=True)
        elif self.playable % 10 in (1, 5) or self.playable + self.failed == self.wanted:
            say(line)


def _person(person: Person) -> Account:
    """Find somebody, or make them."""
    from filoscope.server.accounts.models import Account

    found = Account.objects.filter(handle=person.handle).first()
    if found is None:
        found = Account(
            handle=person.handle, display_name=person.name, bio=person.bio, role=person.role
        )
        found.set_unusable_password()
        found.save()
    if person.handle in _SIGN_IN and not found.check_password(password()):
        found.set_password(password())
        found.save(update_fields=["password"])
    if not found.avatar:
        _paint_avatar(found)
    return found


_SIGN_IN = frozenset({"alice", "olive"})


def _paint_avatar(account: Account) -> None:
    from zlib import crc32

    from filoscope.server.accounts.actions import set_avatar
    from filoscope.server.operations.demo.portraits import draw_portrait

    encoded = BytesIO()
    draw_portrait(seed=crc32(account.handle.encode())).save(encoded, "PNG")
    set_avatar(account, encoded.getvalue())


def _sent() -> dict[str, str | None]:
    """Return the files that were sent before, each with its clip's slug, or None if that is gone."""
    from filoscope.server.videos.models import Upload

    sent = Upload.objects.filter(metadata=ORIGIN, state=Upload.State.COMPLETE)
    return dict(sent.values_list("file_name", "clip__slug"))


@contextmanager
def _painting(count: int) -> Iterator[dict[Future[Path], tuple[int, ClipSpec]]]:
    """Have the clips painted that are not there yet, by other processes."""
    from filoscope.media.synthetic import demo_specs

    known = _sent()
    specs = enumerate(demo_specs(count=count, seed=SEED))
    missing = [(place, spec) for place, spec in specs if f"{spec.name}.mp4" not in known]
    if not missing:
        yield {}
        return
    workshop = home() / WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    # Spawned, not forked: this process has threads of its own, the database's connections.
    spawning = get_context("spawn")
    with ProcessPoolExecutor(_painters(), spawning, _begin_painting) as pool:
        yield {pool.submit(_paint, spec, workshop): (place, spec) for place, spec in missing}
    shutil.rmtree(workshop, ignore_errors=True)


def _hang(community: Community, paintings: dict[Future[Path], tuple[int, ClipSpec]]) -> None:
    """Send each clip when it is done."""
    for painting in as_completed(paintings):
        place, spec = paintings[painting]
        path = painting.result()
        maker = community.makers[place % len(community.makers)]
        song = _song(spec)
        community.send(maker, path, name=path.name, caption=spec.caption, song=song)
        path.unlink()
        community.look()


def _song(spec: ClipSpec) -> Song | None:
    if not spec.song_title or spec.style is None:
        return None
    return Song(spec.song_title, spec.song_artist, spec.style, spec.song_seed, spec.tempo_bpm)


def _painters() -> int:
    """All cores but one, which transcodes what is there already."""
    return max(1, len(os.sched_getaffinity(0)) - 1 if hasattr(os, "sched_getaffinity") else 1)


def _begin_painting() -> None:
    leash.die_with(os.getppid())
    os.nice(NICE)


def _paint(spec: ClipSpec, folder: Path) -> Path:
    from filoscope.media.synthetic import render_clip

    path = folder / f"{spec.name}.mp4"
    render_clip(spec, path)
    return path


def _bring(community: Community, folder: Path) -> None:
    """Send the videos of a folder, with each a maker in turn."""
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in VIDEO_ENDINGS and path.is_file()
    ]
    community.wanted = len(paths)
    if not paths:
        say(f"  no video in {folder}: its files would end in {', '.join(sorted(VIDEO_ENDINGS))}")
    known = _sent()
    for place, path in enumerate(paths):
        name = str(path.relative_to(folder))[:255]
        if name not in known:
            maker = community.makers[place % len(community.makers)]
            community.send(maker, path, name=name, caption=readable(path))
        community.look()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
