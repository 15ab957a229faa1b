"""How long a page takes, and how much memory and time the live recommender needs, by catalogue size.

A made-up community: clips with makers, sounds and tags, whose popularity falls off as it does in life;
viewers who keep to the topics they love four times of five. Each size runs in a process of its own, so
that its memory can be told. What is timed is the public door alone, one call after the other on one
core; `cpu` is the time of the thread, which other programs on the machine do not lengthen.

    python -m bench.recommend --only latency
    python -m bench.recommend.latency --sizes 10000 100000 --events 1000000
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend import CatalogueEntry, Event, EventKind, Recommender, relearn, warm

SIZES = (10_000, 100_000, 1_000_000)
EVENTS = 1_000_000  # at the largest size; in proportion to the clips below it, within bounds
EVENTS_LEAST = 200_000
CLIPS_A_VIEWER = 10  # clips for each viewer: 1,000,000 clips have 100,000 viewers
TOPICS = 200
FAVOURITES = 3
LOYALTY = 0.8  # share of what is met that is of a loved topic
PAGES = 3000
FACTORS = 64  # of the peer
PAGES_OF_PEER = 200
NOW_S = 1_790_000_000.0
DAYS = 14
MEBIBYTE = 2**20
KIBIBYTES_A_MEBIBYTE = 1024
BLOCK = 200_000  # events made at once


def rows(options: Any) -> list[dict[str, Any]]:
    """Measure every size; `options.sizes` and `options.events` make it smaller."""
    sizes = sorted(options.sizes or SIZES)
    events = options.events or EVENTS
    found = []
    for clips in sizes:
        here = int(min(max(events * clips / max(sizes), EVENTS_LEAST), events))
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            found.append(pool.submit(measure, clips, here).result())
            found.append(pool.submit(every_clip, clips).result())
    return found


def every_clip(clips: int) -> dict[str, Any]:
    """Time the peer: all clips scored by their factors, and the ten best of them."""
    generator = np.random.default_rng(1)
    factors = generator.standard_normal((clips, FACTORS), np.float32)
    viewers = generator.standard_normal((PAGES_OF_PEER, FACTORS), np.float32)

    def page(number: int) -> None:
        scores = factors @ viewers[number % PAGES_OF_PEER]
        best = np.argpartition(-scores, 10)[:10]
        best[np.argsort(-scores[best])]

    return {
        "model": f"every clip scored, {FACTORS} factors",
        "dataset": f"made up, {clips:,} clips",
        **clocked(page, PAGES_OF_PEER),
    }


def measure(clips: int, events: int) -> dict[str, Any]:
    """Build one community and time it."""
    viewers = max(clips // CLIPS_A_VIEWER, 100)
    warm()
    recommender = Recommender(seed=1)
    adding_s = timed(lambda: fill(recommender, clips))
    start_s = time.perf_counter(), time.process_time()
    relearn(recommender, made_up(clips, viewers, events))
    rebuild_s, cpu_s = time.perf_counter() - start_s[0], time.process_time() - start_s[1]
    memory_mib = resident_mib()
    row = {
        "model": "filoscope",
        "dataset": f"made up, {clips:,} clips",
        "viewers": viewers,
        "events": events,
        **pages(recommender, viewers),
        "observe_per_cpu_s": round(observing(recommender, clips, viewers)),
        "rss_mib": round(memory_mib),
        "add_s": round(adding_s, 1),
        "rebuild_s": round(rebuild_s, 1),
        "rebuild_cpu_s": round(cpu_s, 1),
        "relearn_per_cpu_s": round(events / cpu_s),
    }
    return row | shelved(recommender)


def fill(recommender: Recommender, clips: int) -> None:
    """Add the clips, oldest first."""
    generator = np.random.default_rng(1)
    makers = generator.zipf(1.4, clips) % max(clips // 8, 10)
    sounds = generator.zipf(1.4, clips) % max(clips // 4, 10)
    rare = generator.zipf(1.5, clips) % max(clips // 20, 10)
    facts = zip(makers.tolist(), sounds.tolist(), rare.tolist(), strict=True)
    for clip, (maker, sound, tag) in enumerate(facts):
        recommender.add(
            CatalogueEntry(
                clip,
                maker,
                duration_s=8.0 + clip % 40,
                published_s=NOW_S - DAYS * 86400.0 * (1.0 - clip / clips),
                sound_id=sound,
                tags=(f"topic{clip % TOPICS}", f"rare{tag}"),
                language=("en", "de", "pt", "")[clip % 4],
            )
        )


def made_up(clips: int, viewers: int, events: int, *, seed: int = 2) -> Iterator[Event]:
    """Watches in the order of time: a few topics each, and the popular clips among them."""
    loved = np.random.default_rng(2).integers(0, TOPICS, (viewers, FAVOURITES))
    generator = np.random.default_rng(seed)
    for first in range(0, events, BLOCK):
        count = min(BLOCK, events - first)
        who = generator.integers(0, viewers, count)
        topic = loved[who, generator.integers(0, FAVOURITES, count)]
        strays = generator.random(count) > LOYALTY
        topic[strays] = generator.integers(0, TOPICS, int(strays.sum()))
        # The cube of a chance: the first tenth of a topic's clips has half of the watches.
        place = (generator.random(count) ** 3 * (clips // TOPICS)).astype(np.int64)
        clip = place * TOPICS + topic
        share = np.where(strays, generator.random(count) ** 3, generator.random(count) ** 0.5)
        yield from watches(
            who, clip, share, NOW_S - 86400.0 * (1.0 - (first + np.arange(count)) / events)
        )


def watches(
    who: NDArray[np.int64],
    clip: NDArray[np.int64],
    share: NDArray[np.float64],
    when_s: NDArray[np.float64],
) -> Iterator[Event]:
    """One event for each entry of the columns."""
    columns = (who.tolist(), clip.tolist(), share.tolist(), when_s.tolist())
    for viewer, clip_id, part, time_s in zip(*columns, strict=True):
        length_s = 8.0 + clip_id % 40
        yield Event(
            EventKind.WATCH,
            viewer_id=viewer,
            clip_id=clip_id,
            time_s=time_s,
            watched_s=part * length_s,
            duration_s=length_s,
        )


def pages(recommender: Recommender, viewers: int) -> dict[str, float]:
    """Ask for pages of ten by viewers in no order."""
    asking = np.random.default_rng(3).integers(0, viewers, PAGES + 100).tolist()
    for viewer in asking[:100]:  # compiled, and in the caches, as in a process that is up
        recommender.recommend(viewer, 10, now_s=NOW_S)
    return clocked(
        lambda page: recommender.recommend(asking[100 + page], 10, now_s=NOW_S + page), PAGES
    )


def clocked(page: Callable[[int], object], pages: int) -> dict[str, float]:
    """Return how long pages take, in milliseconds by the wall and of the thread's CPU."""
    took = np.zeros((pages, 2))
    for number in range(pages):
        before = time.perf_counter(), time.thread_time()
        page(number)
        took[number] = time.perf_counter() - before[0], time.thread_time() - before[1]
    wall, cpu = (took * 1000.0).T
    return {
        "p50_ms": round(float(np.percentile(wall, 50)), 3),
        "p99_ms": round(float(np.percentile(wall, 99)), 3),
        "p50_cpu_ms": round(float(np.percentile(cpu, 50)), 3),
        "p99_cpu_ms": round(float(np.percentile(cpu, 99)), 3),
    }


def observing(recommender: Recommender, clips: int, viewers: int) -> float:
    """Return events taken in a second of CPU, in a recommender that is full."""
    events = list(made_up(clips, viewers, EVENTS_LEAST, seed=5))
    before = time.process_time()
    for event in events:
        recommender.observe(event)
    return len(events) / (time.process_time() - before)


def shelved(recommender: Recommender) -> dict[str, Any]:
    """Write a snapshot and read it again."""
    before = time.perf_counter()
    snapshot = recommender.snapshot()
    written_s = time.perf_counter() - before
    before = time.perf_counter()
    Recommender.restore(snapshot)
    return {
        "snapshot_mib": round(len(snapshot) / MEBIBYTE, 1),
        "snapshot_s": round(written_s, 2),
        "restore_s": round(time.perf_counter() - before, 2),
        "peak_mib": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_A_MEBIBYTE
        ),
    }


def timed(what: Callable[[], None]) -> float:
    """Return how many seconds something took."""
    before = time.perf_counter()
    what()
    return time.perf_counter() - before


def resident_mib() -> float:
    """Return the memory that this process holds now."""
    pages_held = int(Path("/proc/self/statm").read_text().split()[1])
    return pages_held * resource.getpagesize() / MEBIBYTE
