"""`filoscope enhance`: a worse clip in, a better clip out; and measures of any pair of clips.

filoscope enhance in.mp4 out.mp4 --steady
filoscope enhance measure in.mp4 out.mp4 --json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from filoscope.enhance.errors import EnhanceError
from filoscope.media.errors import MediaError

FAILED = 1
UNUSABLE = 2  # what was asked for makes no sense


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.usage = (
        "filoscope enhance IN OUT --steady [--crop-max SHARE] [--report FILE]\n"
        "       filoscope enhance measure IN OUT [--frames N] [--json]"
    )
    parser.add_argument("words", nargs="+", metavar="IN OUT", help="two files; `measure` first")
    parser.add_argument("--steady", action="store_true", help="take the shake out")
    parser.add_argument(
        "--crop-max",
        type=_share,
        default=0.2,
        metavar="SHARE",
        help="of width and height that may be lost at most (0.2)",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was done, as JSON")
    parser.add_argument("--frames", type=int, metavar="N", help="measure the first N frames only")
    parser.add_argument("--json", action="store_true", help="print the measures as JSON")


def run(options: argparse.Namespace) -> int:
    """Enhance or measure; say what came of it."""
    words = options.words
    try:
        if len(words) == 3 and words[0] == "measure":
            return _measure(words[1], words[2], options)
        if len(words) == 2 and options.steady:
            return _steady(words[0], words[1], options)
    except (EnhanceError, MediaError, OSError) as error:
        print(f"filoscope enhance: {error}", file=sys.stderr)
        return FAILED
    print(
        "filoscope enhance: give IN, OUT and what to do (--steady), or `measure IN OUT`.",
        file=sys.stderr,
    )
    return UNUSABLE


def _steady(source: str, target: str, options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from filoscope.enhance.clip import steady_clip

    with tqdm(unit="frame", disable=None, leave=False) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        account = steady_clip(source, target, crop_max=options.crop_max, on_progress=advance)
    if options.report:
        options.report.write_text(json.dumps(asdict(account), indent=1) + "\n")
    if account.changed_count:
        print(
            f"{target}: {account.changed_count} of {account.frame_count} frames steadied, "
            f"{1 / account.zoom_mean:.1%} of width and height kept on average, "
            f"{1 / account.zoom_max:.1%} at least."
        )
    else:
        print(f"{target}: calm already, left as it was.")
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
    if not 0 <= share <= 0.5:
        raise argparse.ArgumentTypeError(f"{text} is no share from 0 to 0.5")
    return share
