"""`filoscope user`, `add` and `doctor`: what an owner does at the keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.operations.conftest import Installation

pytestmark = pytest.mark.xdist_group("operations")
# Names that no demo community has: one may have been made in the shared installation before.


def test_an_owner_is_made_with_a_password_that_is_printed_and_fits(
    installation: Installation,
) -> None:
    done = installation.run(
        "user", "create", "ottilie", "--role", "owner", "--email", "o@example.org"
    )
    assert done.returncode == 0, done.stderr
    password = done.stdout.split("password: ")[1].strip()
    seen = installation.ask(
        "(lambda a: (a.role, a.email, a.check_password('" + password + "')))"
        "(Account.objects.get(handle='ottilie'))"
    )
    assert seen == "('owner', 'o@example.org', True)"


def test_a_handle_is_given_once_in_any_case(installation: Installation) -> None:
    done = installation.run("user", "create", "ALICE")
    assert done.returncode == 1
    assert "@ALICE was not made" in done.stderr


def test_a_password_that_everyone_guesses_is_refused(installation: Installation) -> None:
    done = installation.run("user", "create", "bertram", "--password", "password")
    assert done.returncode == 1
    assert "too common" in done.stderr
    assert installation.ask("Account.objects.filter(handle='bertram').exists()") == "False"


def test_a_role_is_given_to_somebody_who_is_there_only(installation: Installation) -> None:
    assert installation.run("user", "promote", "Alice", "--role", "moderator").returncode == 0
    assert installation.ask("Account.objects.get(handle='alice').role") == "moderator"
    done = installation.run("user", "promote", "nobody", "--role", "owner")
    assert done.returncode == 1
    assert "nobody here is called @nobody" in done.stderr


def test_files_added_for_a_stranger_are_refused(installation: Installation, tmp_path: Path) -> None:
    done = installation.run("add", tmp_path / "clip.mp4", "--as", "carlotta")
    assert done.returncode == 1
    assert "filoscope user create carlotta" in done.stderr


def findings(done: object) -> dict[str, dict[str, str]]:
    """The findings that are not good, by what they are about."""
    found = json.loads(done.stdout)  # type: ignore[attr-defined]
    return {one["about"]: one for one in found if one["grade"] != "good"}


def test_a_sound_installation_is_called_so(own_installation: Installation) -> None:
    done = own_installation.run("doctor", "--json", FILOSCOPE_BIND="127.0.0.1:1")
    wrong = {about for about, one in findings(done).items() if one["grade"] == "bad"}
    assert wrong <= {"port"}  # port 1 is for root only, and answers to nobody
    about = {one["about"] for one in json.loads(done.stdout)}
    assert {"database", "schema", "disk", "memory", "codecs", "clock", "secret key"} <= about


def test_a_key_that_others_can_read_is_found_and_mended(own_installation: Installation) -> None:
    key = own_installation.home / "secret.key"
    key.chmod(0o644)
    done = own_installation.run("doctor", "--json")
    assert done.returncode == 1
    assert "chmod 600" in findings(done)["secret key"]["mend"]
    assert "secret key" not in findings(own_installation.run("doctor", "--json", "--repair"))
    assert key.stat().st_mode & 0o077 == 0


def test_a_file_without_a_clip_and_a_clip_without_a_job_are_found_and_mended(
    own_installation: Installation,
) -> None:
    import os

    stray = own_installation.home / "media" / "clips" / "ab" / ("ab" + "0" * 30)
    stray.mkdir(parents=True)
    (stray / "480.mp4").write_bytes(b"left over")
    os.utime(stray, (0, 0))
    made = own_installation.ask(
        "Clip.objects.create(account=Account.objects.get(handle='alice'), original='ab/none').pk"
    )
    assert made.isdigit()
    done = own_installation.run("doctor", "--json")
    assert done.returncode == 1
    assert {"files", "clips"} <= set(findings(done))
    assert {"files", "clips"} & set(
        findings(own_installation.run("doctor", "--json", "--repair"))
    ) == set()
    assert not stray.exists()


def test_settings_that_contradict_each_other_are_named_with_how_to_mend_it(
    installation: Installation,
) -> None:
    done = installation.run(
        "doctor",
        "--json",
        FILOSCOPE_ORIGIN="https://clips.example",
        FILOSCOPE_DEBUG="yes",
        FILOSCOPE_MAIL_URL="mail.example.org",
        FILOSCOPE_DISK_FREE_MIN=str(10**18),
        FILOSCOPE_WORKER="2",
    )
    found = {about: one["mend"] for about, one in findings(done).items()}
    assert done.returncode == 1
    assert "FILOSCOPE_BEHIND_PROXY=yes" in found["proxy"]
    assert "unset FILOSCOPE_DEBUG" in found["debug"]
    assert "smtp://" in found["mail"]
    assert "make room" in found["disk"]
    assert "FILOSCOPE_WORKERS" in found["settings"]


def test_a_setting_that_cannot_be_read_and_a_silent_database_are_named(
    installation: Installation,
) -> None:
    unreadable = installation.run("doctor", FILOSCOPE_UPLOAD_SECONDS_MAX="long")
    assert "FILOSCOPE_UPLOAD_SECONDS_MAX is 'long', but takes a whole number" in unreadable.stdout
    silent = installation.run(
        "doctor", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
    )
    assert "DATABASE_URL" in findings(silent)["database"]["mend"]


def test_no_database_is_a_sentence_and_no_traceback(installation: Installation) -> None:
    done = installation.run(
        "user", "create", "dora", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "DATABASE_URL" in done.stderr
