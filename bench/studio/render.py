"""One edit rendered three ways: by ffmpeg's own filter graph, by moviepy and by us.

Speed: 60 seconds at 1080x1920 and 30 frames a second, forty shots of a second and a half out of real
clips, twelve texts and a song; all three write H.264 by x264 superfast at CRF 18 and AAC. Each runs in
a child process, whose processor time counts with that of its own children.

Exactness: a take that flashes and clicks in one moment is cut in the middle of an edit; how many frames
and samples later than they should do the flash and the click come?
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.enhance.peers import Row
from filoscope.media import read_pictures, read_samples, write_clip
from filoscope.studio.rendering import render
from filoscope.studio.timeline import Shot, SoundTrack, Text, Timeline

WIDTH, HEIGHT, FPS, RATE_HZ = 1080, 1920, 30, 48_000
SHOTS, SHOT_FRAMES = 40, 45
CLIPS = ("vertical_1080x1920_gray", "two_people_1080p", "chaplin", "talking_face_mdn")
FLASH = 47
_TIMEOUT_S = 3600
_X264 = [
    "-c:v",
    "libx264",
    "-preset",
    "superfast",
    "-crf",
    "18",
    "-threads",
    "2",
    "-pix_fmt",
    "yuv420p",
]


@dataclass(frozen=True)
class Piece:
    """A stretch of a file."""

    path: str
    start_s: float
    frames: int


@dataclass(frozen=True)
class Edit:
    """What is to be made, in words that each of the three understands."""

    width: int
    height: int
    pieces: list[Piece]
    texts: list[tuple[str, int, int]]
    song: str | None


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure speed and exactness."""
    with TemporaryDirectory() as name:
        folder = options.sheets or Path(name)
        makers = [maker for maker in MAKERS if _is_here(maker)]
        edit = _long_edit(options)
        found = [_speed(maker, edit, folder) for maker in makers]
        base = next((row["cpu s"] for row in found if row["by"] == "ffmpeg"), None)
        for row in found:
            if base:
                row["times ffmpeg's cpu"] = round(row["cpu s"] / base, 2)
        return found + [_exactness(maker, folder) for maker in makers]


MAKERS = ("filoscope", "ffmpeg", "moviepy")


def _is_here(maker: str) -> bool:
    if maker == "ffmpeg":
        return shutil.which("ffmpeg") is not None
    probe = f"import {'moviepy' if maker == 'moviepy' else 'filoscope.studio'}"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode == 0


def _long_edit(options: argparse.Namespace) -> Edit:
    paths = [str((options.clips / f"{name}.mp4").absolute()) for name in CLIPS]
    song = sorted(options.music.rglob("*.ogg"))[0]
    pieces = [
        Piece(paths[index % len(paths)], 0.2 + 0.08 * (index // len(paths)), SHOT_FRAMES)
        for index in range(SHOTS)
    ]
    texts = [(f"Part {number + 1}", 150 * number + 10, 90) for number in range(12)]
    return Edit(WIDTH, HEIGHT, pieces, texts, str(song.absolute()))


def _speed(maker: str, edit: Edit, folder: Path) -> Row:
    target = folder / f"{maker}.mp4"
    wall_s, cpu_s = _timed(maker, edit, target)
    frames = sum(piece.frames for piece in edit.pieces)
    return {
        "table": "60 s of cuts and text at 1080x1920, 30 frames a second",
        "by": maker,
        "cpu s": round(cpu_s, 1),
        "cpu ms a frame": round(1000 * cpu_s / frames, 1),
        "wall s": round(wall_s, 1),
        "times real time": round(frames / FPS / wall_s, 2),
        "MB": round(target.stat().st_size / 1e6, 1),
    }


def _timed(maker: str, edit: Edit, target: Path) -> tuple[float, float]:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if maker == "ffmpeg":
        command = _graph(edit, target)
    else:
        said = json.dumps({"maker": maker, "target": str(target), "edit": asdict(edit)})
        command = [sys.executable, "-m", "bench.studio.render", said]
    subprocess.run(command, check=True, timeout=_TIMEOUT_S, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, cpu_s


def _graph(edit: Edit, target: Path) -> list[str]:
    """Return ffmpeg's command for an edit."""
    command = ["ffmpeg", "-y", "-v", "error"]
    chains, joints = [], ""
    for index, piece in enumerate(edit.pieces):
        length_s = piece.frames / FPS
        command += ["-ss", f"{piece.start_s:.6f}", "-t", f"{length_s + 0.2:.6f}", "-i", piece.path]
        chains.append(
            f"[{index}:v]scale={edit.width}:{edit.height}:force_original_aspect_ratio=increase,"
            f"crop={edit.width}:{edit.height},setsar=1,fps={FPS},"
            f"tpad=stop_mode=clone:stop=-1,trim=end_frame={piece.frames},format=yuv420p[v{index}]"
        )
        joints += f"[v{index}]"
        if edit.song is None:
            chains.append(f"[{index}:a]apad,atrim=end={length_s:.6f},aresample={RATE_HZ}[a{index}]")
            joints += f"[a{index}]"
    sounds = 0 if edit.song else 1
    chains.append(f"{joints}concat=n={len(edit.pieces)}:v=1:a={sounds}[cut]{'[sound]' * sounds}")
    words = [
        f"drawtext=text='{text}':fontsize={0.08 * edit.width:.0f}:fontcolor=white:borderw=6:"
        f"x=(w-tw)/2:y=(h-th)/2:enable='between(n,{at},{at + frames - 1})'"
        for text, at, frames in edit.texts
    ]
    chains.append(f"[cut]{','.join(words) or 'null'}[shown]")
    maps = ["-map", "[shown]", "-map", "[sound]"]
    if edit.song:
        command += ["-i", edit.song]
        maps[3] = f"{len(edit.pieces)}:a"
    frames = sum(piece.frames for piece in edit.pieces)
    ends = ["-t", f"{frames / FPS:.6f}", "-c:a", "aac", "-b:a", "192k", str(target)]
    return [*command, "-filter_complex", ";".join(chains), *maps, *_X264, *ends]


def _by_us(edit: Edit, target: Path) -> None:
    shots = tuple(
        Shot(piece.path, piece.start_s, piece.frames, gain_db=None if edit.song else 0.0)
        for piece in edit.pieces
    )
    texts = tuple(Text(text, at, frames) for text, at, frames in edit.texts)
    sound = SoundTrack(edit.song) if edit.song else None
    render(Timeline(edit.width, edit.height, Fraction(FPS), sound, shots, texts=texts), target)


def _by_moviepy(edit: Edit, target: Path) -> None:
    from moviepy import (  # type: ignore[import-not-found]
        AudioFileClip,
        CompositeVideoClip,
        TextClip,
        VideoFileClip,
        concatenate_videoclips,
    )

    clips = []
    for piece in edit.pieces:
        clip = VideoFileClip(piece.path, audio=edit.song is None)
        clip = clip.subclipped(piece.start_s, piece.start_s + piece.frames / FPS)
        scale = max(edit.width / clip.w, edit.height / clip.h)
        clip = clip.resized(scale).cropped(
            x_center=clip.w * scale / 2, y_center=clip.h * scale / 2,
            width=edit.width, height=edit.height,
        )  # fmt: skip
        clips.append(clip)
    whole = concatenate_videoclips(clips)
    texts = [
        TextClip(
            text=text, font_size=round(0.08 * edit.width), color="white", stroke_color="black",
            stroke_width=3, duration=frames / FPS,
        ).with_start(at / FPS).with_position("center")
        for text, at, frames in edit.texts
    ]  # fmt: skip
    if texts:
        whole = CompositeVideoClip([whole, *texts])
    if edit.song:
        whole = whole.with_audio(AudioFileClip(edit.song).subclipped(0, whole.duration))
    whole.write_videofile(
        str(target), fps=FPS, codec="libx264", preset="superfast", audio_codec="aac",
        audio_fps=RATE_HZ, audio_bitrate="192k", threads=2, logger=None,
        ffmpeg_params=["-crf", "18", "-pix_fmt", "yuv420p"],
        temp_audiofile=str(target.with_suffix(".temp.m4a")),
    )  # fmt: skip


def _exactness(maker: str, folder: Path) -> Row:
    """Cut from frame 20 of a take that flashes in frame 47, after two shots of 25 and 31 frames."""
    take, dark = folder / "flash.mp4", folder / "dark.mp4"
    for path, flash in ((take, FLASH), (dark, -1)):
        sound = np.zeros((2, 90 * RATE_HZ // FPS), np.float32)
        if flash >= 0:
            sound[:, flash * RATE_HZ // FPS] = 0.9
        pictures = (
            (n / FPS, np.full((320, 180, 3), 250 if n == flash else 20, np.uint8))
            for n in range(90)
        )
        write_clip(path, pictures, fps=Fraction(FPS), samples=sound)
    pieces = [Piece(str(dark), 0.5, 25), Piece(str(dark), 1.0, 31), Piece(str(take), 20 / FPS, 40)]
    edit = Edit(180, 320, pieces, [], None)
    target = folder / f"{maker}-flash.mp4"
    _timed(maker, edit, target)
    frame, wanted = 0, 25 + 31 + FLASH - 20
    levels = [float(picture.mean()) for _, picture in read_pictures(target)]
    frame = int(np.argmax(levels))
    sample = int(np.argmax(np.abs(read_samples(target)).sum(axis=0)))
    late = sample - wanted * RATE_HZ // FPS
    return {
        "table": "A flash and a click: how late they come, and how long the clip is",
        "by": maker,
        "frames late": frame - wanted,
        "samples late": late,
        "sound late, ms": round(1000 * late / RATE_HZ, 3),
        "frames (96 wanted)": len(levels),
    }


def _main() -> None:
    said = json.loads(sys.argv[1])
    edit = Edit(
        **{
            **said["edit"],
            "pieces": [Piece(**piece) for piece in said["edit"]["pieces"]],
            "texts": [tuple(text) for text in said["edit"]["texts"]],
        }
    )
    make = _by_us if said["maker"] == "filoscope" else _by_moviepy
    make(edit, Path(said["target"]))


if __name__ == "__main__":
    _main()
