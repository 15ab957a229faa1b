"""`filoscope enhance`: a worse clip in, a better clip out; and measures of any pair of clips.

filoscope enhance in.mp4 out.mp4                 look at the clip and do what it needs
filoscope enhance in.mp4 out.mp4 --steady --level
filoscope enhance diagnose in.mp4 --json
filoscope enhance measure in.mp4 out.mp4 --json
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from filoscope.enhance.errors import BadRecipe, EnhanceError, UnfitOutput
from filoscope.enhance.recipe import (
    ASPECTS,
    CROP_MAX,
    CROP_MOST,
    Clean,
    Recipe,
    Reframe,
    Steady,
    Track,
    read_recipe,
)
from filoscope.media.errors import MediaError

FAILED = 1
UNUSABLE = 2  # what was asked for makes no sense


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.usage = (
        "filoscope enhance IN OUT [--steady|--steady=quality] [--level] [--clean]\n"
        "                 [--frame 9:16] [--track x,y,w,h@t] [--gyro FILE] [--crop-max 0.2]\n"
        "                 [--recipe FILE] [--report FILE.json] [--compare FILE.mp4]\n"
        "       filoscope enhance diagnose IN [--json]\n"
        "       filoscope enhance measure IN OUT [--frames N] [--json]"
    )
    add = parser.add_argument
    add("words", nargs="+", metavar="IN OUT", help="two files; or `diagnose` and one; or `measure`")
    add(
        "--steady",
        nargs="?",
        const="live",
        choices=["live", "quality"],
        help="take the shake out: in one pass, or in two with =quality",
    )
    add("--level", action="store_true", help="bring the horizon to level")
    add("--clean", action="store_true", help="take noise, blocks and flicker away, lift darkness")
    add("--frame", choices=list(ASPECTS), help="cut to this shape, following the subject")
    add("--track", type=_track, metavar="x,y,w,h@t", help="follow what this box shows at t seconds")
    add("--gyro", metavar="FILE", help="the camera's turns, as Gyroflow or .gcsv files hold them")
    add(
        "--crop-max",
        type=_share,
        metavar="SHARE",
        help=f"of width and height that may be lost at most ({CROP_MAX})",
    )
    add("--recipe", type=Path, metavar="FILE", help="do what this file says, as diagnose prints it")
    add("--report", type=Path, metavar="FILE", help="write what was done and why, as JSON")
    add(
        "--compare",
        type=Path,
        metavar="FILE",
        help="write a clip of before and after, side by side",
    )
    add("--frames", type=int, metavar="N", help="measure the first N frames only")
    add("--json", action="store_true", help="print for programs")


def run(options: argparse.Namespace) -> int:
    """Enhance, diagnose or measure; say what came of it."""
    words = options.words
    try:
        if len(words) == 3 and words[0] == "measure":
            return _measure(words[1], words[2], options)
        if len(words) == 2 and words[0] == "diagnose":
            return _diagnose(words[1], options)
        if len(words) == 2:
            return _enhance(Path(words[0]), Path(words[1]), options)
    except BadRecipe as error:
        print(f"filoscope enhance: {error}", file=sys.stderr)
        return UNUSABLE
    except (EnhanceError, MediaError) as error:
        print(f"filoscope enhance: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"filoscope enhance: {where}{error.strerror or error}.", file=sys.stderr)
        return FAILED
    print(
        "filoscope enhance: give IN and OUT, or `diagnose IN`, or `measure IN OUT`.",
        file=sys.stderr,
    )
    return UNUSABLE


def _enhance(source: Path, target: Path, options: argparse.Namespace) -> int:
    from filoscope.enhance.diagnosis import diagnose
    from filoscope.enhance.rendering import check_target, render

    check_target(source, target)
    if options.compare:
        check_target(source, options.compare)
    for beside in (options.compare, options.report):
        _check_beside(beside, source, target)
    recipe = _wished(options)
    said: list[str] = []
    report: dict[str, Any] = {}
    if recipe is None:
        diagnosis = diagnose(source)
        recipe, said = diagnosis.recipe, list(diagnosis.words)
        report["diagnosis"] = diagnosis.to_json()
    for line in said:
        print(line)
    done = _with_bar(lambda advance: render(source, target, recipe, on_progress=advance))
    if done.is_copy:
        print(f"{target}: left as it was.")
    else:
        print(f"{target}: {done.changed_count} of {done.frame_count} frames changed.")
    if options.compare:
        from filoscope.enhance.compare import write_comparison

        write_comparison(source, target, options.compare)
    if options.report:
        report |= {"recipe": recipe.to_json(), "done": done.to_json()}
        options.report.write_text(json.dumps(report, indent=1) + "\n")
    return 0


def _check_beside(path: Path | None, source: Path, target: Path) -> None:
    """Refuse, before any work is done, a report or a comparison that cannot be written."""
    if path is None:
        return
    for clip, name in ((target, "output"), (source, "source")):
        if path.resolve() == clip.resolve():
            raise UnfitOutput(f"{path} is the {name} itself. Give another name.")
    if not path.parent.is_dir() or path.is_dir():
        raise UnfitOutput(f"{path} is no name of a file in a folder that exists. Give another.")


def _wished(options: argparse.Namespace) -> Recipe | None:
    """Return what the switches ask for; None when they leave it to the diagnosis."""
    asked = [
        f"--{name}"
        for name in ("steady", "level", "clean", "frame", "track", "gyro")
        if getattr(options, name)
    ]
    if options.recipe:
        if asked or options.crop_max is not None:
            raise BadRecipe(f"--recipe says what to do; write {asked or '--crop-max'} into it.")
        return read_recipe(options.recipe)
    if not asked:
        if options.crop_max is not None:
            raise BadRecipe("--crop-max goes with --steady or --level. Say which.")
        return None
    steady = None
    if options.steady or options.gyro:
        # Turns are matched with the whole clip: that takes two passes.
        steady = Steady("quality" if options.gyro else options.steady, gyro=options.gyro)
    frame = None
    if options.frame or options.track:
        frame = Reframe(options.frame or next(iter(ASPECTS)), track=options.track)
    return Recipe(
        steady=steady,
        level=options.level,
        clean=Clean(deblock=True, deflicker=True, lift=True) if options.clean else None,
        frame=frame,
        crop_max=CROP_MAX if options.crop_max is None else options.crop_max,
    )


def _with_bar(work: Any) -> Any:
    from tqdm import tqdm

    with tqdm(unit="frame", disable=None, leave=False) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        return work(advance)


def _diagnose(source: str, options: argparse.Namespace) -> int:
    from filoscope.enhance.diagnosis import diagnose

    diagnosis = diagnose(source)
    if options.json:
        print(json.dumps(diagnosis.to_json(), indent=1))
    else:
        print("\n".join(diagnosis.words))
    return 0


def _measure(before: str, after: str, options: argparse.Namespace) -> int:
    from filoscope.enhance.measure import measure_pair

    measures = measure_pair(before, after, frames_max=options.frames)
    if options.json:
        print(json.dumps(measures.to_json(), indent=1))
        return 0
    print(f"kept crop C      {measures.kept_crop:.3f}")
    print(
        f"distortion D     {measures.distortion:.3f} (1st percentile {measures.distortion_p1:.3f})"
    )
    print(f"stability S      {measures.stability:.3f} (input {measures.stability_input:.3f})")
    print(
        f"jitter J         {measures.jitter_change_db:+.1f} dB "
        f"({measures.jitter_input_px:.2f} to {measures.jitter_px:.2f} px at 640 wide)"
    )
    print(f"black borders    {measures.black_share:.2%}")
    return 0


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= CROP_MOST:
        raise argparse.ArgumentTypeError(f"{text} is no share from 0 to {CROP_MOST:g}")
    return share


def _track(text: str) -> Track:
    box, _, time_s = text.partition("@")
    try:
        x, y, width, height = (float(part) for part in box.split(","))
        return Track(x, y, width, height, float(time_s or 0))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text} is no box: x,y,width,height in pixels, and @seconds"
        ) from error
