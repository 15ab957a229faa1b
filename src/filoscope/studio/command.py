"""`filoscope studio`: hear a song, put takes to it, cut them to it, render the cut.

filoscope studio listen song.ogg --json song.json
filoscope studio align song.ogg take1.mp4 take2.mp4 --json placed.json
filoscope studio cut song.ogg take1.mp4 take2.mp4 -o out.mp4 --style dance --timeline out.otio
filoscope studio render out.otio -o out.mp4
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filoscope.media.errors import MediaError
from filoscope.studio.errors import BadTimeline, BadWish, StudioError

if TYPE_CHECKING:
    from filoscope.studio.aligning import Placed
    from filoscope.studio.cutting import Take
    from filoscope.studio.listening import Song
    from filoscope.studio.timeline import Timeline
    from filoscope.studio.watching import Footage

FAILED = 1
UNUSABLE = 2  # what was asked for makes no sense

LENGTH_S = 15.0
"""What most clips of a song last."""

Advance = Callable[[float, float], None]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    below = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)

    listen = below.add_parser("listen", help="hear a song: tempo, beats, bars, parts")
    listen.add_argument("song", type=Path, metavar="SONG")
    listen.set_defaults(does=_listen)

    align = below.add_parser("align", help="put takes to a song")
    align.add_argument("song", type=Path, metavar="SONG")
    align.add_argument("takes", nargs="+", metavar="TAKE")
    align.set_defaults(does=_align)

    cut = below.add_parser("cut", help="cut takes to a song")
    cut.add_argument("song", type=Path, metavar="SONG")
    cut.add_argument("takes", nargs="+", metavar="TAKE")
    cut.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4")
    cut.add_argument("--style", default="performance", metavar="S", help="what kind of cut")
    cut.add_argument(
        "--length", type=float, default=LENGTH_S, metavar="SECONDS", help=f"{LENGTH_S:g}"
    )
    cut.add_argument("--seed", type=int, default=0, metavar="N", help="another one, another cut")
    cut.add_argument(
        "--timeline", type=Path, metavar="OUT.otio", help="write the cut itself, to go on with"
    )
    cut.add_argument("--size", type=_size, default=(1080, 1920), metavar="WxH", help="1080x1920")
    cut.set_defaults(does=_cut)

    render = below.add_parser("render", help="make a timeline into a clip")
    render.add_argument("timeline", type=Path, metavar="TIMELINE.otio")
    render.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4")
    render.set_defaults(does=_render)

    for one in (listen, align):
        one.add_argument("--json", metavar="OUT", help="write it for programs; - prints it")
    for one in (align, cut):
        one.add_argument(
            "--speed",
            type=float,
            default=1.0,
            metavar="X",
            help="how fast the song was played while one recorded",
        )
        one.add_argument(
            "--at",
            type=_at,
            action="append",
            default=[],
            metavar="TAKE=SECONDS",
            help="this take begins there in the song",
        )


def run(options: argparse.Namespace) -> int:
    """Do what was asked; say what came of it."""
    try:
        return int(options.does(options))
    except (BadWish, BadTimeline) as error:
        print(f"filoscope studio: {error}", file=sys.stderr)
        return UNUSABLE
    except (StudioError, MediaError, OSError) as error:
        print(f"filoscope studio: {error}", file=sys.stderr)
        return FAILED


def _listen(options: argparse.Namespace) -> int:
    song = _heard(options.song)
    if _written(options.json, song.to_json()):
        return 0
    print(f"{song.tempo_bpm:.1f} beats a minute, {song.meter} to the bar, ", end="")
    print(f"{len(song.beats_s)} beats, confidence {song.confidence:.2f}")
    for part in song.sections:
        print(f"{_clock(part.start_s)} to {_clock(part.end_s)}  {part.label}")
    return 0


def _align(options: argparse.Namespace) -> int:
    from filoscope.studio.aligning import align

    _check_files(options.song, *map(Path, options.takes))
    with _bar("placing", "take") as advance:
        placed = align(
            options.song,
            options.takes,
            speed=options.speed,
            by_hand=dict(options.at),
            on_progress=advance,
        )
    if not _written(options.json, [one.to_json() for one in placed]):
        for one in placed:
            print(_place_said(one))
    return 0


def _cut(options: argparse.Namespace) -> int:
    from filoscope.studio.cutting import cut

    _check_wish(options)
    song = _heard(options.song)
    takes = _takes(options, song)
    width, height = options.size
    timeline = cut(
        song,
        options.song,
        takes,
        style=options.style,
        length_s=min(options.length, song.duration_s),
        seed=options.seed,
        width=width,
        height=height,
    )[0]
    score = "" if timeline.score is None else f", score {timeline.score:.2f}"
    print(f"{len(timeline.shots)} shots in {timeline.duration_s:.1f} s{score}")
    if options.timeline:
        _write_timeline(timeline, options.timeline)
    return _made(timeline, options.output)


def _check_wish(options: argparse.Namespace) -> None:
    """Say before the work what would fail after it."""
    from filoscope.studio.cutting.styles import style_named
    from filoscope.studio.rendering.rendering import CONTAINERS

    style_named(options.style)
    if options.output.suffix.lower() not in CONTAINERS:
        raise BadWish(f"{options.output} ends with none of {', '.join(CONTAINERS)}. Name it so.")
    for target in filter(None, (options.output, options.timeline)):
        if not target.absolute().parent.is_dir():
            raise BadWish(f"There is no folder {target.parent}. Make it first.")
    _check_files(options.song, *map(Path, options.takes))


def _takes(options: argparse.Namespace, song: Song) -> list[Take]:
    """Watch the takes and put them to the song; what is not heard in it may be shown anywhere."""
    import numpy as np

    from filoscope.studio.aligning import Accents, Beats, align
    from filoscope.studio.cutting import Take

    seen = _watched(options.takes)

    def accents(path: Path) -> Accents:
        footage = seen[str(path)]
        return Accents(footage.accents_s, footage.accent_strengths)

    with _bar("placing", "take") as advance:
        placed = align(
            options.song,
            options.takes,
            speed=options.speed,
            by_hand=dict(options.at),
            accents=accents,
            beats=lambda path: Beats(np.asarray(song.beats_s), np.asarray(song.downbeats_s)),
            on_progress=advance,
        )
    for one in placed:
        if one.heard == "another song" and one.offset_s is None:
            _warn_of_another_song(one, options.style)
        elif one.how in ("motion", "refused"):
            print(f"{one.take}: shown wherever it fits best. {one.reason}")
        else:
            print(_place_said(one))
    # A guess by motion binds nothing: the cut lays what moves over the beats by itself.
    return [
        Take(Path(one.take), seen[str(Path(one.take))], None if one.how == "motion" else one)
        for one in placed
    ]


def _warn_of_another_song(one: Placed, style: str) -> None:
    from filoscope.studio.cutting.styles import style_named

    what = "shown, but not in time with this one"
    if style_named(style).is_sung:
        what = "left out, for nobody should be seen to sing it here"
    print(
        f"filoscope studio: {one.take}: another song plays in it; {what}. "
        f"If it belongs here, say where: --at {one.take}=SECONDS",
        file=sys.stderr,
    )


def _watched(takes: list[str]) -> dict[str, Footage]:
    from filoscope.studio.watching import watch

    seen = {}
    with _bar("watching", "take") as advance:
        for count, name in enumerate(takes):
            advance(count, len(takes))
            seen[str(Path(name))] = watch(Path(name))
        advance(len(takes), len(takes))
    return seen


def _render(options: argparse.Namespace) -> int:
    from filoscope.studio.timeline import read_timeline

    return _made(read_timeline(options.timeline), options.output)


def _made(timeline: Timeline, target: Path) -> int:
    from filoscope.studio.rendering import render

    with _bar("rendering", "frame") as advance:
        render(timeline, target, on_progress=advance)
    print(f"{target}: {timeline.duration_s:.2f} s, {timeline.frame_count} frames")
    return 0


def _write_timeline(timeline: Timeline, target: Path) -> None:
    from filoscope.studio.timeline import write_timeline

    write_timeline(timeline, target)
    print(f"{target}: the cut, to be changed and rendered again")


def _heard(path: Path) -> Song:
    from filoscope.studio.listening import listen

    _check_files(path)
    with _bar("listening", "%") as advance:
        return listen(path, on_progress=lambda share: advance(round(100 * share), 100))


def _check_files(*paths: Path) -> None:
    for path in paths:
        if not path.is_file():
            raise BadWish(f"There is no file {path}.")


def _written(target: str | None, told: Any) -> bool:
    """Write JSON where asked, and say whether it was."""
    if target is None:
        return False
    text = json.dumps(told, indent=1) + "\n"
    if target == "-":
        print(text, end="")
    else:
        Path(target).write_text(text)
    return True


def _place_said(one: Placed) -> str:
    if one.offset_s is None:
        return f"{one.take}: refused. {one.reason}"
    place = f"{one.offset_s:+.4f} s in the song, drift {one.drift_ppm:+.1f} ppm"
    return f"{one.take}: {place}, confidence {one.confidence:.2f}. {one.reason}"


def _clock(time_s: float) -> str:
    return f"{int(time_s // 60)}:{time_s % 60:04.1f}"


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Advance]:
    from tqdm import tqdm

    with tqdm(desc=what, unit=unit, disable=None, leave=False) as bar:

        def advance(done: float, total: float) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        yield advance


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    try:
        return int(width), int(height)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no size; 1080x1920 is one") from error


def _at(text: str) -> tuple[str, float]:
    take, _, time_s = text.rpartition("=")
    try:
        return take, float(time_s)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no place; take.mp4=12.5 is one") from error
