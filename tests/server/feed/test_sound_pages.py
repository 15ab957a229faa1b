"""The page of a sound: its clips by time and by views, and how often it was used since when."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.queries.sounds import chart
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip, Visibility
from tests.server.feed.conftest import NOW, publish
from tests.server.feed.test_finding import links

TODAY = date(2026, 11, 28)


@pytest.fixture
def sound(db: None) -> Sound:
    return Sound.objects.create(title="River song", artist="The Banks", is_original=False)


def test_most_watched_comes_first_and_goes_on_behind_a_page(
    client: Client, bob: Account, sound: Sound
) -> None:
    made = [publish(bob, sound=sound, view_count=(number * 7) % 40) for number in range(35)]
    by_views = [one.slug for one in sorted(made, key=lambda one: (-one.view_count, -one.pk))]
    page = f"{sound.get_absolute_url()}?by=watched"
    onward = re.search(r'rel="next" href="([^"]+)"', client.get(page).content.decode())
    assert onward is not None
    behind = f"{sound.get_absolute_url()}{onward[1].replace('&amp;', '&')}"
    assert by_views == links(client, page) + links(client, behind)


def test_uses_are_counted_by_day_for_clips_that_everybody_sees(
    client: Client, bob: Account, sound: Sound
) -> None:
    for days, visibility in ((0, "public"), (0, "public"), (3, "public"), (0, "private")):
        publish(bob, sound=sound, published_at=NOW - timedelta(days=days), visibility=visibility)
    page = client.get(sound.get_absolute_url()).content.decode()
    assert "Clips a day" in page and "3 clips in all, 2 at most in one day" in page
    today = timezone.localdate()
    assert f"{today:%-d %b %Y}: 2</title>" in page
    assert f"{today - timedelta(days=3):%-d %b %Y}: 1</title>" in page
    Clip.objects.update(visibility=Visibility.PRIVATE)
    assert "No clips yet" in client.get(sound.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("ages_days", "unit", "counted"),
    [
        ([0], "day", {27: 1}),
        ([0, 0, 1, 27], "day", {27: 2, 26: 1, 0: 1}),
        ([28, 0], "week", {25: 1, 21: 1}),
        ([6, 7, 0], "day", {21: 1, 20: 1, 27: 1}),
        ([400, 0], "week", {25: 1}),  # long ago: counted in all, beyond the left edge
    ],
)
def test_a_young_sound_is_charted_by_day_and_an_old_one_by_week(
    ages_days: list[int], unit: str, counted: dict[int, int]
) -> None:
    by_day: dict[date, int] = {}
    for age in ages_days:
        day = TODAY - timedelta(days=age)
        by_day[day] = by_day.get(day, 0) + 1
    made = chart(by_day, TODAY)
    bars = {place: bar.count for place, bar in enumerate(made.bars) if bar.count}
    assert (unit, counted, len(ages_days)) == (made.unit, bars, made.total)
    assert TODAY - timedelta(days=0 if unit == "day" else 6) == made.bars[-1].since
    tallest = max(made.bars, key=lambda bar: bar.height)
    assert (96.0, 0.0) == (tallest.height, tallest.y)
