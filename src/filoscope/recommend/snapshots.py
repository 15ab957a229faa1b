"""What was learned, as bytes, and back: an uncompressed NumPy archive and a line of JSON.

Equal states give equal bytes, so that two histories can be compared by their snapshots.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.corrections import Corrections
from filoscope.recommend.errors import SnapshotUnreadable
from filoscope.recommend.forecasting import Forecasts
from filoscope.recommend.learning import Learned
from filoscope.recommend.outcomes import OutcomeModel
from filoscope.recommend.viewers import Viewer

VERSION = 5  # of this layout; another one is not read


def write(catalogue: Catalogue, learned: Learned) -> bytes:
    """Return the bytes of a state."""
    columns, names = catalogue.state()
    arrays = {f"catalogue.{name}": column for name, column in columns.items()}
    popularity = learned.popularity.state()
    arrays |= {f"popularity.{name}": column for name, column in popularity.items()}
    neighbours = learned.neighbours.state(catalogue.size)
    arrays |= {f"neighbours.{name}": column for name, column in neighbours.items()}
    forecasts = learned.forecasts.state()
    arrays |= {f"forecasts.{name}": column for name, column in forecasts.items()}
    influence = learned.influence.state()
    arrays |= {f"influence.{name}": column for name, column in influence.items()}
    arrays["curves"] = learned.curves.counts
    arrays |= {f"viewers.{name}": column for name, column in _viewers(learned.viewers).items()}
    corrections = [
        [place, viewer.said.state()]
        for place, viewer in enumerate(learned.viewers.values())
        if viewer.said is not None
    ]
    about = {"landmark_s": learned.popularity.landmark_s, "corrections": corrections}
    said = json.dumps({"version": VERSION, **about, **names})
    arrays["names"] = np.frombuffer(said.encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read(snapshot: bytes, catalogue: Catalogue, learned: Learned) -> None:
    """Fill an empty state from bytes.

    Raises
    ------
    SnapshotUnreadable
        If they are torn or of another version.
    """
    try:
        with np.load(io.BytesIO(snapshot), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        names: dict[str, Any] = json.loads(arrays["names"].tobytes())
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise SnapshotUnreadable(f"this is no snapshot: {error}; replay the event log") from error
    if names["version"] != VERSION:
        raise SnapshotUnreadable(
            f"snapshot of layout {names['version']}, this program reads {VERSION}: "
            "replay the event log"
        )
    catalogue.restore(_under("catalogue.", arrays), names)
    learned.popularity.restore(_under("popularity.", arrays), names["landmark_s"])
    learned.neighbours.restore(_under("neighbours.", arrays))
    learned.forecasts = Forecasts(OutcomeModel.restore(_under("forecasts.", arrays)))
    learned.influence.restore(_under("influence.", arrays))
    learned.curves.counts = arrays["curves"]
    learned.viewers.update(_restored(_under("viewers.", arrays)))
    everybody = list(learned.viewers.values())
    for place, state in names["corrections"]:
        everybody[place].said = Corrections.restored(state)


def _under(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _viewers(viewers: dict[int, Viewer]) -> dict[str, NDArray[Any]]:
    """Return all viewers end to end: their meetings, and where each one's begin."""
    everybody = list(viewers.values())
    columns: dict[str, NDArray[Any]] = {
        name: np.concatenate(
            [np.zeros(0, getattr(Viewer(0), name).dtype)]
            + [getattr(viewer, name)[: viewer.size] for viewer in everybody]
        )
        for name in Viewer.COLUMNS
    }
    columns["ids"] = np.array(list(viewers), np.int64)
    columns["number"] = np.array([viewer.number for viewer in everybody], np.int64)
    columns["persona"] = np.array([viewer.persona for viewer in everybody], np.int64)
    columns["events"] = np.array([viewer.events for viewer in everybody], np.int64)
    columns["size"] = np.array([viewer.size for viewer in everybody], np.int64)
    columns["follows"] = np.array([len(viewer.following) for viewer in everybody], np.int64)
    columns["following"] = np.array(
        [maker for viewer in everybody for maker in sorted(viewer.following)], np.int64
    )
    return columns


def _restored(columns: dict[str, NDArray[Any]]) -> dict[int, Viewer]:
    ends, follow_ends = columns["size"].cumsum(), columns["follows"].cumsum()
    viewers = {}
    for place, viewer_id in enumerate(columns["ids"].tolist()):
        viewer = viewers[viewer_id] = Viewer(int(columns["number"][place]))
        viewer.persona = int(columns["persona"][place])
        viewer.events = int(columns["events"][place])
        mine = slice(ends[place] - columns["size"][place], ends[place])
        viewer.restore({name: columns[name][mine] for name in Viewer.COLUMNS})
        theirs = slice(follow_ends[place] - columns["follows"][place], follow_ends[place])
        viewer.following = set(columns["following"][theirs].tolist())
    return viewers
