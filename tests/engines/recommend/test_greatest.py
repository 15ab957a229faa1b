"""What is kept of many is the greatest, and of equals the first, on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from filoscope.recommend.greatest import greatest

VALUES = some.lists(some.sampled_from([-3.5, -0.0, 0.0, 1e-9, 0.25, 0.5, 7.0, 1e6]), max_size=90)


@settings(max_examples=200, deadline=None)
@given(VALUES | some.lists(some.floats(-1e9, 1e9), max_size=60), some.integers(0, 100))
def test_the_greatest_are_kept_and_of_equals_the_first(values: list[float], count: int) -> None:
    by_height = sorted(range(len(values)), key=lambda index: -values[index])
    expected = sorted(by_height[:count])
    assert expected == greatest(np.array(values, np.float64), count).tolist()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_kind_of_number_makes_no_difference(kind: type[np.floating]) -> None:
    values = np.random.default_rng(1).random(5000).astype(kind)
    expected = np.sort(np.argsort(-values, kind="stable")[:320])
    assert expected.tolist() == greatest(values, 320).tolist()
