"""`filoscope demo` and `add`: real files through the real pipeline, by real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filoscope.media.synthetic import write_test_clip
from tests.operations.conftest import Installation, Server

pytestmark = pytest.mark.xdist_group("operations")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's folder: two videos, one of them deeper, a text that claims to be one, and a note."""
    made = tmp_path_factory.mktemp("clips")
    write_test_clip(made / "harbour_at_noon.mp4", duration_s=0.5)
    (made / "2024").mkdir()
    write_test_clip(made / "2024" / "snow.mp4", duration_s=0.6)
    (made / "letter.mp4").write_text("dear bob")
    (made / "notes.txt").write_text("no video")
    return made


@pytest.fixture(scope="module")
def demo(installation: Installation, folder: Path) -> Iterator[Server]:
    with installation.serving("--clips", folder, command="demo") as server:
        server.wait_for("2 of 2 clips are there")
        yield server


def test_a_folder_of_ones_own_becomes_clips_that_people_like_and_what_is_unreadable_is_named(
    installation: Installation, demo: Server
) -> None:
    assert "left out  letter.mp4: " in demo.printed
    assert "notes.txt" not in demo.printed
    # Other tests send clips to this installation too: only those of the folder are meant.
    ours = (
        "Clip.objects.exclude(published_at=None).filter(account__avatar__gt='',"
        " upload__file_name__in=['harbour_at_noon.mp4', '2024/snow.mp4'])"
    )
    captions = installation.ask(f"sorted({ours}.values_list('caption', flat=True))")
    assert captions == "['harbour at noon', 'snow']"
    assert installation.ask(f"min({ours}.values_list('like_count', flat=True)) > 0") == "True"
    assert int(installation.ask("Account.objects.count()")) >= 12


def test_who_may_sign_in_is_printed_and_may(installation: Installation, demo: Server) -> None:
    line = next(line for line in demo.lines if "sign in as  olive" in line)
    password = line.split()[4]
    assert (
        installation.ask(f"Account.objects.get(handle='olive').check_password('{password}')")
        == "True"
    )


def test_files_are_added_beside_a_running_server_and_the_bad_one_is_named(
    installation: Installation, demo: Server, folder: Path
) -> None:
    done = installation.run(
        "add", folder / "2024" / "snow.mp4", folder / "letter.mp4", folder / "gone.mp4",
        "--as", "olive", "--caption", "Snow, again",
    )  # fmt: skip
    assert done.returncode == 1
    assert "1 of 3 files added as @olive" in done.stdout
    assert "letter.mp4: " in done.stderr
    assert "gone.mp4: No such file" in done.stderr
    found = installation.ask(
        "Clip.objects.exclude(completed_at=None).filter(caption='Snow, again').count()"
    )
    assert found == "1"


def test_a_second_demo_adds_nothing(installation: Installation, folder: Path, demo: Server) -> None:
    assert demo.stop() == 0
    before = installation.ask("(Clip.objects.count(), Upload.objects.count())")
    with installation.serving("--clips", folder, command="demo") as again:
        again.wait_for("sign in as  alice")
        again.wait_for("left out  letter.mp4|2 of 2")
        assert again.stop() == 0
    assert installation.ask("(Clip.objects.count(), Upload.objects.count())") == before
