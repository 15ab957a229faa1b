"""One serving process of the trial: the server's own code below its web addresses, told by a pipe.

What a request for a page and a beacon do is done here without HTTP: `bench.feed` measures that.
"""

from __future__ import annotations

import hashlib
import io
import random
import time
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np

PAGE = 8  # cards, as the feed asks for
SEEN_OF_A_BEACON = PAGE  # clips that one beacon tells of, three events of each


def serve(pipe: Connection, seed: int) -> None:
    """Answer questions until there are none any more."""
    import django

    django.setup()
    from filoscope.recommend import warm

    warm()
    server = Server(seed)
    pipe.send("ready")
    while (asked := pipe.recv()) is not None:
        name, arguments = asked
        pipe.send(getattr(server, name)(*arguments))


class Server:
    """A process with an engine of its own."""

    def __init__(self, seed: int) -> None:
        from filoscope.server.feed.engine import engine
        from filoscope.server.feed.models import Viewer
        from filoscope.server.videos.models import Clip

        self.engine = engine()
        self.chance = random.Random(seed)
        self.slugs = list(Clip.objects.order_by("pk").values_list("slug", flat=True))
        self.slug_of = dict(Clip.objects.values_list("pk", "slug"))
        self.viewers = list(Viewer.objects.select_related("account").order_by("pk"))

    def page(self, place: int, now_s: float) -> list[int]:
        """Return the page of one viewer, as a request would get it."""
        self.engine.catch_up()
        return self._page(place, now_s)

    def tell(self, place: int, clip_id: int) -> float:
        """Let one viewer watch a clip to its end; return when that was in the log and learned."""
        self._beacon(place, [self.slug_of[clip_id]])
        return time.monotonic()

    def await_change(self, place: int, clip_id: int, now_s: float) -> float:
        """Ask for the page again and again until the clip has gone; return when that was."""
        while clip_id in self.page(place, now_s):
            time.sleep(0.001)
        return time.monotonic()

    def observe_for(self, seconds: float) -> dict[str, float]:
        """Record beacons as fast as they are taken."""
        return self._rate(seconds, lambda: 3 * self._beacon(self._anybody(), self._some_slugs()))

    def recommend_for(self, seconds: float) -> dict[str, float]:
        """Make pages as fast as they come."""
        return self._rate(seconds, lambda: bool(self.page(self._anybody(), time.time())))

    def catch_up(self) -> None:
        """Learn whatever was committed."""
        self.engine.catch_up(at_once=True)

    def reload(self) -> None:
        """Forget all, and read the tables again, as a process that starts does."""
        from filoscope.recommend import Recommender
        from filoscope.server.feed.engine import FeedEngine

        self.engine = FeedEngine(Recommender(seed=1))  # the same chance: pages can be compared
        self.engine.load()

    def digest(self) -> str:
        """Return what names the whole state: equal for equal bits."""
        return hashlib.sha256(self.engine.recommender.snapshot()).hexdigest()

    def parts(self) -> dict[str, str]:
        """Return the same for each array of the state."""
        with np.load(io.BytesIO(self.engine.recommender.snapshot())) as arrays:
            return {
                name: hashlib.sha256(arrays[name].tobytes()).hexdigest() for name in arrays.files
            }

    def pages(self, count: int, now_s: float) -> list[list[int]]:
        """Return the pages of the first viewers, by their score alone."""
        return [self._page(place, now_s) for place in range(count)]

    def _page(self, place: int, now_s: float) -> list[int]:
        who = self.viewers[place].account_id
        found = self.engine.recommend(who, PAGE, held=(), now_s=now_s, without=set())
        return [pick.clip_id for pick in found]

    def _beacon(self, place: int, slugs: list[str]) -> int:
        from filoscope.server.feed import actions
        from filoscope.server.feed.beacon import Told

        viewer = self.viewers[place]
        told = [
            Told(
                uuid.UUID(int=self.chance.getrandbits(128)),
                slug,
                kind,
                self.chance.uniform(1.0, 20.0) if kind == "watched" else None,
                "for-you",
                number,
                None,
                0.0,
            )
            for number, slug in enumerate(slugs)
            for kind in ("shown", "started", "watched")
        ]
        actions.record(viewer, viewer.account, told)
        self.engine.catch_up(at_once=True)
        return len(slugs)

    def _rate(self, seconds: float, act: Callable[[], int]) -> dict[str, float]:
        done, times = 0, 0
        began_s, cpu_s = time.monotonic(), time.process_time()
        while time.monotonic() - began_s < seconds:
            done += act()
            times += 1
        return {
            "done": done,
            "times": times,
            "seconds": time.monotonic() - began_s,
            "cpu_s": time.process_time() - cpu_s,
        }

    def _anybody(self) -> int:
        return self.chance.randrange(len(self.viewers))

    def _some_slugs(self) -> list[str]:
        return self.chance.sample(self.slugs, SEEN_OF_A_BEACON)
