"""Draw all stickers into a folder, as they lie in `web/static/editor/stickers`, and small ones for a list.

python -m filoscope.studio.stickers src/filoscope/web/static/editor/stickers
"""

from __future__ import annotations

import sys
from pathlib import Path

from filoscope.studio.stickers import SIDE_PX, STICKERS, draw

SMALL_PX = 144
"""As they are chosen from on a phone with three pixels to a point."""

SIZES = {"": SIDE_PX, "small": SMALL_PX}


def main(folder: Path) -> None:
    """Write each as WebP: flat colours need few bytes, also with losses that nobody sees."""
    for part, side_px in SIZES.items():
        (folder / part).mkdir(parents=True, exist_ok=True)
        for name in STICKERS:
            path = folder / part / f"{name}.webp"
            draw(name, side_px).save(path, quality=85, method=4, alpha_quality=90)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
