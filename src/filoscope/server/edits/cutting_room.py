"""What is done to strangers' footage in a child process under limits: looked at, cut, rendered.

Called as tasks of `media.sandbox.run_in_child`; knows files, never rows. Each takes (arguments,
limits, tell) and returns what JSON can say. Of Django nothing is loaded here.
"""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from filoscope.enhance.errors import EnhanceError
from filoscope.media import (
    Limits,
    MediaError,
    NoSpace,
    NothingToShow,
    UnreadableFile,
    read_pictures,
    read_samples,
    write_clip,
)
from filoscope.media.measure import measure
from filoscope.media.sandbox import Tell
from filoscope.server.edits.stills import prepare_photo
from filoscope.server.edits.voices import prepare_voice
from filoscope.studio.errors import DiskFull, StudioError
from filoscope.studio.watching.photos import is_photo

PROXY, STRIP, POSTER, STEADY, FOOTAGE = (
    "proxy.mp4", "strip.webp", "poster.webp", "steady.mp4", "footage.json",
)  # fmt: skip
PROXY_SHORT_EDGE: Final = 360  # what a phone shows beside a timeline
PROXY_FPS_MAX: Final = 30.0
PROXY_KEYFRAMES_S: Final = 0.5  # a browser seeks to any moment within a few frames
PROXY_CRF: Final = 27
STEADY_CRF: Final = 16  # seen as lossless, and encoded once more at the end
THUMB_HEIGHT: Final = 96
THUMBS_MAX: Final = 120  # of a strip: 54 px each stay under what WebP can hold
THUMB_S_MIN: Final = 0.5
HINT_S_NEAR: Final = 0.5  # the page and a phone's camera begin together to a third of a second
SHARES: Final = (0.5, 0.9)  # of a take's work: its pictures, then what is in them

Picture = NDArray[np.uint8]


def prepare(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Make what the page shows of a take, watch it, and put it to the sound."""
    with said():
        source, folder = Path(arguments["source"]), Path(arguments["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        if arguments["kind"] == "voice":
            return prepare_voice(source, folder, limits)
        if is_photo(source):
            return prepare_photo(source, folder)
        facts = measure(source, limits=limits, threads=1)
        speed = float(arguments["speed"])
        if speed != 1.0 or not _seeks(facts.container):
            source = _write_steady(source, folder / STEADY, speed=speed, limits=limits)
            facts = measure(source, limits=limits, threads=1)
        thumbs = _Thumbs(every_s=max(THUMB_S_MIN, facts.duration_s / THUMBS_MAX))
        _write_proxy(source, folder, thumbs, facts, limits=limits, tell=tell)
        tell({"progress": SHARES[0]})
        footage = _watch(source)
        (folder / FOOTAGE).write_text(json.dumps(footage))
        tell({"progress": SHARES[1]})
        placed = _place(arguments, source, has_sound=facts.audio_codec is not None)
        return {
            "kind": "clip",
            "duration_s": facts.duration_s,
            "width": facts.width,
            "height": facts.height,
            "has_sound": facts.audio_codec is not None,
            "thumb_every_s": thumbs.every_s,
            "thumb_count": len(thumbs.pictures),
            "placed": placed,
        }


def align(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Put a take to another sound."""
    with said():
        return {"placed": _place(arguments, Path(arguments["source"]), has_sound=True)}


def cut(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Arrange takes over a song; the cuts that were made, best first."""
    from filoscope.studio import Footage, Placed, Song, Take, listen
    from filoscope.studio import cut as arrange

    with said():
        song_path = Path(arguments["song_path"])
        told = arguments["song"]
        song = Song.from_json(told) if told else listen(song_path)
        tell({"progress": 0.4})
        with _named(arguments["takes"]) as paths:
            takes = [
                Take(
                    path,
                    Footage.from_json(json.loads(Path(one["footage"]).read_text())),
                    Placed.from_json(one["placed"]) if one["placed"] else None,
                )
                for path, one in zip(paths, arguments["takes"], strict=True)
            ]
            cuts = arrange(song, song_path, takes, **arguments["wish"])
            files = {
                str(path): one["path"] for path, one in zip(paths, arguments["takes"], strict=True)
            }
            real = {str(song_path): str(song_path)} | files
            return {"cuts": [one.with_sources(real).to_json() for one in cuts]}


@contextlib.contextmanager
def _named(takes: list[dict[str, Any]]) -> Iterator[list[Path]]:
    """Give takes the names that their maker knows: an engine's reasons name files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / one["name"] for one in takes]
        for path, one in zip(paths, takes, strict=True):
            path.symlink_to(one["path"])
        yield paths


def render(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Render a timeline whose sources are files; small where `short_edge` is said."""
    from filoscope.studio import Timeline
    from filoscope.studio import render as draw

    with said():
        timeline = Timeline.from_json(arguments["timeline"])
        target = Path(arguments["target"])
        target.parent.mkdir(parents=True, exist_ok=True)
        draw(
            timeline,
            target,
            short_edge=arguments["short_edge"],
            on_progress=_teller(tell),
        )
        return {"duration_s": timeline.duration_s}


@contextlib.contextmanager
def said() -> Iterator[None]:
    """Name what an engine says as the uploader is told it."""
    try:
        yield
    except DiskFull as error:
        raise NoSpace from error
    except (StudioError, EnhanceError) as error:
        raise MediaError(str(error)) from error


def _teller(tell: Tell) -> Callable[..., None]:
    """Pass progress on, whether it is said as a share or as frames of so many."""

    def hear(done: float, total: float | None = None) -> None:
        tell({"progress": min(done / total if total else done, 1.0)})

    return hear


def _seeks(container: str) -> bool:
    """Whether places in a file can be found; what browsers record has no index."""
    return not any(name in container for name in ("matroska", "webm"))


def _write_steady(source: Path, target: Path, *, speed: float, limits: Limits) -> Path:
    """Write a take anew: with an index, and at the speed that it is shown with."""
    pictures = (
        (time_s / speed, picture) for time_s, picture in read_pictures(source, limits=limits)
    )
    draft = target.with_suffix(".draft")
    samples = _samples(source) if speed == 1.0 else None
    write_clip(draft, pictures, fps=Fraction(30), samples=samples, crf=STEADY_CRF)
    draft.replace(target)
    return target


def _samples(source: Path) -> Any:
    try:
        return read_samples(source)
    except (NothingToShow, UnreadableFile):
        return None


class _Thumbs:
    """The strip of a take: a small picture each few tenths of a second."""

    def __init__(self, *, every_s: float) -> None:
        self.every_s = every_s
        self.pictures: list[Image.Image] = []

    def see(self, time_s: float, picture: Picture) -> None:
        """Keep a picture for each mark that has been reached."""
        while time_s >= len(self.pictures) * self.every_s and len(self.pictures) < THUMBS_MAX:
            image = Image.fromarray(picture)
            width = max(1, round(image.width * THUMB_HEIGHT / image.height))
            self.pictures.append(image.resize((width, THUMB_HEIGHT)))

    def write(self, folder: Path) -> None:
        """Write the strip, and its first picture."""
        width = self.pictures[0].width
        strip = Image.new("RGB", (width * len(self.pictures), THUMB_HEIGHT))
        for place, picture in enumerate(self.pictures):
            strip.paste(picture, (place * width, 0))
        strip.save(folder / STRIP, quality=60, method=3)


def _write_proxy(
    source: Path, folder: Path, thumbs: _Thumbs, facts: Any, *, limits: Limits, tell: Tell
) -> None:
    step_s = 1 / PROXY_FPS_MAX
    due_s, told, poster = 0.0, 0.0, None

    def passed() -> Iterator[tuple[float, Picture]]:
        nonlocal due_s, told, poster
        for time_s, picture in read_pictures(source, short_edge=PROXY_SHORT_EDGE, limits=limits):
            thumbs.see(time_s, picture)
            if poster is None or (
                time_s > facts.duration_s / 3 and poster[0] < facts.duration_s / 3
            ):
                poster = (time_s, picture)
            if time_s < due_s - step_s / 2:
                continue
            due_s = max(due_s + step_s, time_s)
            share = time_s / max(facts.duration_s, step_s)
            if share - told > 0.05:
                told = share
                tell({"progress": min(share, 1.0) * SHARES[0]})
            yield time_s, picture

    draft = folder / "proxy.draft"
    write_clip(
        draft, passed(), fps=Fraction(30), samples=_samples(source), crf=PROXY_CRF,
        preset="ultrafast", keyframes_s=PROXY_KEYFRAMES_S,
    )  # fmt: skip
    if poster is None or not thumbs.pictures:
        raise NothingToShow
    Image.fromarray(poster[1]).save(folder / POSTER, quality=75, method=3)
    thumbs.write(folder)
    draft.replace(folder / PROXY)


def _watch(source: Path) -> dict[str, Any]:
    from filoscope.studio import watch

    return watch(source).to_json()


def _place(arguments: dict[str, Any], source: Path, *, has_sound: bool) -> dict[str, Any] | None:
    """Return where a take lies in the song: as heard, unless the page that filmed it knows better."""
    if not arguments["sound"]:
        return None
    from filoscope.studio import align as put

    hint_s = arguments["hint_s"]
    heard: dict[str, Any] | None = None
    if arguments["speed"] == 1.0 or hint_s is None:
        heard = _plain(put(Path(arguments["sound"]), [source])[0])
    return settled(heard, hint_s)


def settled(heard: dict[str, Any] | None, hint_s: float | None) -> dict[str, Any] | None:
    """Choose between what was heard and what the page knows of where the take was begun.

    Songs repeat themselves: what was heard a loop away from the hint is brought to the second best
    place if that is near it, and left for the hint if it is not.
    """
    if hint_s is None:
        return heard
    by_hint = {
        "offset_s": hint_s,
        "drift_ppm": 0.0,
        "confidence": 0.5,
        "how": "hand",
        "reason": "where the song was when it was filmed",
        "rival_s": None,
    }
    if heard is None or heard["how"] != "sound":
        return by_hint
    if abs(heard["offset_s"] - hint_s) <= HINT_S_NEAR:
        return heard
    rival_s = heard.get("rival_s")
    if rival_s is not None and math.isfinite(rival_s) and abs(rival_s - hint_s) <= HINT_S_NEAR:
        return heard | {"offset_s": rival_s}
    return by_hint


def _plain(placed: Any) -> dict[str, Any]:
    """Return a `Placed` without the file it is about, which is not the page's affair."""
    told = placed.to_json() if hasattr(placed, "to_json") else asdict(placed)
    assert is_dataclass(placed)
    return {name: value for name, value in told.items() if name != "take"}
