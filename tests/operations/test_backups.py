"""Away and back: what was there is there again, and a damaged backup changes nothing."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from filoscope.media.synthetic import write_test_clip
from filoscope.server.kit import embedded_database
from tests.operations.conftest import Installation

pytestmark = pytest.mark.xdist_group("operations")

SIGHT = "(list(Clip.objects.values_list('slug', 'original')), Account.objects.get(handle='alice').password)"


@pytest.fixture(scope="module")
def saved(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation with a clip on its way and a file that is played."""
    folder = tmp_path_factory.mktemp("saved")
    clip = folder / "marked.mp4"
    write_test_clip(clip, duration_s=0.5)
    sent = installation.run("add", clip, "--as", "alice", "--no-wait")
    assert sent.returncode == 0, sent.stderr
    played = installation.home / "media" / "clips" / "ab" / "cd" / "480.mp4"
    played.parent.mkdir(parents=True)
    played.write_bytes(b"a rendition" * 1000)
    path = folder / "saved.tar.gz"
    done = installation.run("backup", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("ending", [".tar.gz", ".tar.zst"])
def test_what_was_saved_comes_back_whole(
    installation: Installation, saved: Path, place: Path, ending: str
) -> None:
    path = saved
    if ending == ".tar.zst":
        path = place / "saved.tar.zst"
        done = installation.run("backup", path)
        if "install the program zstd" in done.stderr:
            pytest.skip("no zstd here")
    other = Installation(place / "other")
    done = installation.run("restore", path, "--into", other.home)
    assert done.returncode == 0, done.stderr
    assert other.ask(SIGHT) == installation.ask(SIGHT)
    for folder in ("media", "uploads"):
        assert _bytes_below(other.home / folder) == _bytes_below(installation.home / folder)
    key = other.home / "secret.key"
    assert key.read_text() == (installation.home / "secret.key").read_text()
    assert key.stat().st_mode & 0o077 == 0
    embedded_database.stop(other.home)


def _bytes_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_in_use_is_not_overwritten(installation: Installation, saved: Path) -> None:
    before = installation.ask(SIGHT)
    done = installation.run("restore", saved)
    assert done.returncode == 1
    assert "is not empty: --force" in done.stderr
    assert installation.ask(SIGHT) == before


def test_what_was_there_is_kept_when_it_is_replaced(
    own_installation: Installation, saved: Path
) -> None:
    (own_installation.home / "note.txt").write_text("of before")
    done = own_installation.run("restore", saved, "--force")
    assert done.returncode == 0, done.stderr
    (kept,) = own_installation.home.parent.glob("home.before-*")
    assert (kept / "note.txt").read_text() == "of before"
    assert own_installation.ask("Clip.objects.count()") == "1"


@pytest.mark.parametrize("damage", ["cut", "flipped", "swapped"])
def test_a_damaged_backup_changes_nothing(
    installation: Installation, saved: Path, place: Path, damage: str
) -> None:
    path = place / "damaged.tar.gz"
    if damage == "swapped":
        _swap_a_member(saved, path)
    else:
        whole = bytearray(saved.read_bytes())
        if damage == "flipped":
            whole[len(whole) // 2] ^= 0xFF
        path.write_bytes(whole if damage == "flipped" else whole[: len(whole) * 2 // 3])
    done = installation.run("restore", path, "--into", place / "other")
    assert done.returncode == 1
    assert "nothing was restored" in done.stderr or "is no whole backup" in done.stderr
    assert sorted(found.name for found in place.iterdir()) == ["damaged.tar.gz"]


def _swap_a_member(saved: Path, path: Path) -> None:
    """Write the same archive, with other bytes of the same length in one of its files."""
    import io

    with tarfile.open(saved) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            kept = content.read()
            if member.name.endswith("480.mp4"):
                kept = bytes(len(kept))
            new.addfile(member, io.BytesIO(kept))


def test_a_backup_that_reaches_outside_its_folder_is_refused(
    installation: Installation, place: Path
) -> None:
    import io

    path = place / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("../escaped")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"ooh"))
    done = installation.run("restore", path, "--into", place / "other")
    assert done.returncode == 1
    assert "does not belong into a backup" in done.stderr
    assert not (place / "escaped").exists()
