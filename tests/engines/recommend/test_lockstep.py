"""Accounts that act together are found; people who like the same things are not."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.recommend.lockstep import GROUP_MIN, Lockstep

DAY_S = 86400.0
PEOPLE, CLIPS, DAYS, MAKERS = 300, 500, 10, 40
FARM = range(1000, 1012)
Deeds = list[tuple[float, int, int]]


def lively(seed: int) -> Deeds:
    """People who like what is new, what is loved, and whatever their favourite makers post."""
    generator = np.random.default_rng(seed)
    born_s = np.sort(generator.random(CLIPS)) * DAYS * DAY_S
    maker_of = generator.integers(0, MAKERS, CLIPS)
    deeds = set()
    for person in range(PEOPLE):
        for time_s in generator.random(generator.poisson(40)) * DAYS * DAY_S:
            there = int(np.searchsorted(born_s, time_s))
            newest = min(int(generator.zipf(1.3)), there)
            if there:
                any_ = int(generator.integers(0, there))
                deeds.add((time_s, person, there - newest if generator.random() < 0.5 else any_))
        for maker in generator.choice(MAKERS, 3, replace=False):
            for clip in np.flatnonzero(maker_of == maker).tolist():
                if generator.random() < 0.4:
                    deeds.add((born_s[clip] + generator.exponential(6 * 3600.0), person, clip))
    return sorted(deeds)


def hired(seed: int, *, targets: int = 25, others: int = 0) -> Deeds:
    """Accounts that like the same clips within minutes, and `others` between two of those."""
    generator = np.random.default_rng([seed, 1])
    deeds = set()
    for clip in generator.choice(CLIPS, targets, replace=False).tolist():
        begun_s = generator.random() * DAYS * DAY_S
        for account in FARM:
            deeds.add((begun_s + generator.exponential(300.0), account, clip))
            for _ in range(others):
                moment_s = generator.random() * DAYS * DAY_S
                deeds.add((moment_s, account, int(generator.integers(0, CLIPS))))
    return sorted(deeds)


def caught_in(deeds: Deeds, lockstep: Lockstep | None = None) -> set[int]:
    lockstep = lockstep or Lockstep()
    return {one for time_s, who, clip in deeds for one in lockstep.observe(who, clip, time_s)}


@pytest.mark.parametrize("seed", range(3))
def test_people_who_like_the_same_things_are_left_alone(seed: int) -> None:
    assert set() == caught_in(lively(seed))


@pytest.mark.parametrize("others", [0, 1, 3])
def test_a_farm_is_found_whole_and_nobody_else_even_where_it_likes_other_things_too(
    others: int,
) -> None:
    assert set(FARM) == caught_in(sorted(lively(5) + hired(5, others=others)))


def test_a_few_friends_who_like_everything_together_are_no_farm() -> None:
    friends = [deed for deed in hired(7) if deed[1] < FARM[0] + GROUP_MIN - 1]
    assert set() == caught_in(friends)


def test_the_answer_does_not_depend_on_who_is_called_what() -> None:
    deeds = sorted(lively(2) + hired(2))
    names = np.random.default_rng(0).permutation(2000)
    renamed = [(time_s, int(names[who]), int(names[clip])) for time_s, who, clip in deeds]
    assert {int(names[one]) for one in caught_in(deeds)} == caught_in(renamed)


def test_a_restart_in_between_changes_nothing() -> None:
    deeds = sorted(lively(3) + hired(3))
    never_stopped, stopped = Lockstep(), Lockstep()
    caught_in(deeds, never_stopped)
    caught_in(deeds[:5000], stopped)
    restarted = Lockstep()
    restarted.restore(stopped.state())
    caught_in(deeds[5000:], restarted)
    assert set(FARM) == restarted.caught
    for name, array in never_stopped.state().items():
        assert array.tolist() == restarted.state()[name].tolist(), name


def test_an_account_that_was_erased_leaves_no_trace() -> None:
    deeds = hired(4)
    lockstep = Lockstep()
    caught_in(deeds, lockstep)
    for account in FARM:
        lockstep.forget(account)
    assert all(not array.size for array in lockstep.state().values())
