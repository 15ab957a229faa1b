"""A better version of a clip: made by a job, shown, and taken back; the original stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from filoscope.media import MediaError, probe
from filoscope.server.accounts.models import Account
from filoscope.server.videos import actions, files, jobs, queries
from filoscope.server.videos.models import Clip, Improvement
from tests import running
from tests.engines.enhance.shaken import pan_and_shake, write_shaken
from tests.server.videos.conftest import receive


@pytest.fixture(scope="session")
def shaky_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds from a shaking hand."""
    path = tmp_path_factory.mktemp("clips") / "shaky.mp4"
    write_shaken(path, pan_and_shake(60, pan_px=1.0, shake_px=6.0)[1])
    return path


@pytest.fixture
def improved(places: Path, empty_queue: None, alice: Account, shaky_clip: Path) -> Clip:
    """Alice's shaky clip, improved as she wished when she sent it."""
    clip = receive(alice, shaky_clip, improve=True)
    running.work_off()
    clip.refresh_from_db()
    return clip


def test_a_shaky_clip_is_improved_as_its_maker_wished(improved: Clip, shaky_clip: Path) -> None:
    improvement = Improvement.objects.get()
    assert (True, True, True, "") == (
        improvement.is_wanted, improvement.is_made, improvement.is_shown, improvement.failure,
    )  # fmt: skip
    assert any("shakes" in line for line in improvement.diagnosis["words"])
    folder = files.folder_path(improvement.folder)
    assert {"better.mkv", "before.mp4", "after.mp4"} == {path.name for path in folder.iterdir()}
    assert ("ready", True) == (improved.state, improved.completed_at is not None)
    assert shaky_clip.read_bytes() == files.upload_path(improved.original).read_bytes()


def test_what_was_improved_is_taken_back_and_shown_again_without_another_diagnosis(
    improved: Clip,
) -> None:
    better = improved.folder
    actions.want_improvement(improved, is_wanted=False)
    improved.refresh_from_db()
    assert better == improved.folder  # it plays on meanwhile
    running.work_off()
    improved.refresh_from_db()
    improvement = Improvement.objects.get()
    assert (False, True) == (improvement.is_shown, improved.completed_at is not None)
    assert better != improved.folder
    actions.want_improvement(improved, is_wanted=True)
    running.work_off()
    assert Improvement.objects.get().is_shown


def test_a_clip_that_needs_nothing_is_left_alone_and_its_maker_is_told(
    places: Path, empty_queue: None, alice: Account, tmp_path: Path
) -> None:
    write_shaken(tmp_path / "calm.mp4", pan_and_shake(60, pan_px=1.0, shake_px=0.0)[1])
    clip = receive(alice, tmp_path / "calm.mp4", improve=True)
    running.work_off()
    clip.refresh_from_db()
    improvement = Improvement.objects.get()
    assert (False, False) == (improvement.is_made, improvement.is_shown)
    assert ["Nothing here needs mending: the clip is left as it is."] == improvement.diagnosis[
        "words"
    ]
    assert clip.completed_at is not None


def test_what_cannot_be_improved_plays_as_it_was_and_says_why(
    received: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **named: object) -> None:
        raise MediaError("It is too strange.")

    monkeypatch.setattr(jobs, "improve", fail)
    running.work_off()
    received.refresh_from_db()
    actions.want_improvement(received, is_wanted=True)
    running.work_off()
    received.refresh_from_db()
    improvement = Improvement.objects.get()
    assert (False, "It is too strange.") == (improvement.is_wanted, improvement.failure)
    assert ("ready", True) == (received.state, received.completed_at is not None)


def test_an_improvement_taken_up_after_a_kill_goes_on_in_its_folder(received: Clip) -> None:
    running.work_off()
    actions.want_improvement(received, is_wanted=True)
    first = actions.begin_improvement(received.pk)
    second = actions.begin_improvement(received.pk)
    assert first == second
    running.work_off()
    assert Improvement.objects.get().diagnosis is not None


def test_before_and_after_are_for_the_maker_alone(improved: Clip, bob: Account) -> None:
    folder = Improvement.objects.get().folder
    access = queries.folder_access(folder)
    assert access is not None
    assert (False, True) == (access.is_public, access.is_makers)
    assert (True, False) == (
        queries.is_own(access.clip_id, improved.account), queries.is_own(access.clip_id, bob),
    )  # fmt: skip


def test_a_deleted_clip_takes_its_better_version_along(improved: Clip) -> None:
    folder = files.folder_path(Improvement.objects.get().folder)
    actions.delete(improved)
    assert not folder.exists()


def test_a_sweep_keeps_the_better_version(improved: Clip) -> None:
    former_run = actions.sweep_orphans().removed_folders
    assert 1 == len(former_run)
    assert actions.sweep_orphans().is_clean
    assert files.folder_path(Improvement.objects.get().folder).is_dir()


def test_the_page_of_a_clip_offers_it_shows_both_and_takes_it_back(
    improved: Clip, alice: Account, client: Client
) -> None:
    client.force_login(alice)
    page = client.get(f"/v/{improved.slug}/edit").content.decode()
    assert "before.mp4" in page and "after.mp4" in page and "The camera shakes" in page
    answer = client.post(f"/v/{improved.slug}/improve", {"wanted": "0"})
    assert 302 == answer.status_code
    assert not Improvement.objects.get().is_wanted
    assert "Improve it" in client.get(f"/v/{improved.slug}/edit").content.decode()


def test_nobody_improves_the_clip_of_another(improved: Clip, bob: Account, client: Client) -> None:
    client.force_login(bob)
    assert 404 == client.post(f"/v/{improved.slug}/improve", {"wanted": "0"}).status_code


def test_what_plays_is_made_from_the_better_file(improved: Clip) -> None:
    better = files.folder_path(Improvement.objects.get().folder) / "better.mkv"
    shown = files.folder_path(improved.folder) / improved.renditions.get().file
    assert 60 == probe(better).frame_count == probe(shown).frame_count
