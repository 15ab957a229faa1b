"""What comes when nearly everything has been seen."""

from __future__ import annotations

from filoscope.recommend import Recommender
from tests.engines.recommend.test_recommender import ALICE, BOB, clip, ids


def test_what_is_left_by_the_maker_just_seen_is_not_withheld():
    recommender = Recommender()
    for clip_id in range(6):
        recommender.add(clip(clip_id, maker_id=BOB if clip_id < 5 else ALICE))
    met = [5, 0]  # what is left is by the maker of the last one
    assert sorted(ids(recommender, exclude=met)) == [1, 2, 3, 4]
