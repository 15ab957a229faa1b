"""Every setting that an owner can make, in one table: the docs, the doctor and Django read it from here.

A setting is an environment variable. `read` answers its value, or the default.

    read("FILOSCOPE_UPLOAD_SECONDS_MAX")   # 180
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class SettingError(ValueError):
    """A setting whose value cannot be read; names it, its value and what it takes."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: what it means and how its text is read."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any] = str
    takes: str = "text"


def boolean(text: str) -> bool:
    """Read yes/no as people write it."""
    lowered = text.strip().lower()
    if lowered in {"1", "yes", "true", "on"}:
        return True
    if lowered in {"0", "no", "false", "off", ""}:
        return False
    raise ValueError(text)


def names(text: str) -> list[str]:
    """Read a list with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _whole(name: str, default: int, meaning: str) -> Setting:
    return Setting(name, str(default), meaning, int, "a whole number")


def _switch(name: str, default: str, meaning: str) -> Setting:
    return Setting(name, default, meaning, boolean, "yes or no")


GIB = 1024**3

SETTINGS: tuple[Setting, ...] = (
    # where things are
    Setting("FILOSCOPE_HOME", "./var", "The data folder: database, media, secret key"),
    Setting(
        "DATABASE_URL",
        "",
        "PostgreSQL of your own, as `postgresql://user:password@host/name`; "
        "empty: the embedded one in the data folder",
    ),
    Setting("FILOSCOPE_MEDIA", "", "Folder for media; empty: `media` in the data folder"),
    Setting(
        "FILOSCOPE_SECRET_KEY",
        "",
        "Signs sessions; empty: made once and kept in `secret.key` in the data folder",
    ),
    # the community
    Setting("FILOSCOPE_NAME", "Filoscope", "Name of the community, shown in titles"),
    Setting(
        "FILOSCOPE_ORIGIN",
        "",
        "Public address, as `https://clips.example.org`; empty: the address that is asked for",
    ),
    Setting(
        "FILOSCOPE_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "Host names that are answered, with commas; the host of FILOSCOPE_ORIGIN always is",
        names,
        "names with commas",
    ),
    _switch("FILOSCOPE_SIGNUP", "yes", "Whether anyone may sign up"),
    _whole("FILOSCOPE_AGE_MIN", 16, "Years of age from which one may have an account"),
    _whole(
        "FILOSCOPE_REPORTS_TO_HIDE",
        0,
        "Reports by different people after which a clip or comment is hidden until a moderator "
        "looks at it; 0: never",
    ),
    # the web server
    Setting("FILOSCOPE_BIND", "127.0.0.1:8000", "Address and port that the web server listens on"),
    _whole("FILOSCOPE_WEB_PROCESSES", 1, "Web server processes"),
    _whole("FILOSCOPE_WORKERS", 1, "Worker processes started by `filoscope serve`"),
    _switch("FILOSCOPE_BEHIND_PROXY", "no", "Trust X-Forwarded-Proto and X-Forwarded-For"),
    _switch("FILOSCOPE_DEBUG", "no", "Show tracebacks in the browser; never in public"),
    # uploads
    _whole("FILOSCOPE_UPLOAD_BYTES_MAX", 2 * GIB, "Largest file that may be uploaded, in bytes"),
    _whole("FILOSCOPE_UPLOAD_SECONDS_MAX", 180, "Longest clip, in seconds"),
    _whole("FILOSCOPE_UPLOAD_PIXELS_MAX", 3840 * 2160, "Largest picture, width times height"),
    _whole("FILOSCOPE_UPLOADS_A_DAY", 50, "Clips that one account may upload in 24 hours"),
    _whole(
        "FILOSCOPE_UPLOAD_EXPIRES_HOURS", 24, "Hours after which an unfinished upload is dropped"
    ),
    # the studio
    _whole("FILOSCOPE_TAKES_A_DAY", 200, "Takes that one account may send in 24 hours"),
    _whole("FILOSCOPE_TAKES_MAX", 20, "Takes that one draft may hold"),
    _whole("FILOSCOPE_DRAFTS_MAX", 20, "Drafts that one account may keep"),
    _whole(
        "FILOSCOPE_DRAFT_DAYS",
        30,
        "Days after which a draft that nobody touches goes with its takes",
    ),
    # processing
    _whole("FILOSCOPE_CHILD_MEMORY_BYTES", 3 * GIB, "Memory that one decoding process may take"),
    _whole("FILOSCOPE_CHILD_CPU_SECONDS", 3600, "CPU seconds that one decoding process may take"),
    _whole(
        "FILOSCOPE_DISK_FREE_MIN", 1 * GIB, "Free bytes on disk below which uploads are refused"
    ),
    # mail
    Setting("FILOSCOPE_MAIL_URL", "", "`smtp://user:password@host:587`; empty: written to `mail/`"),
    Setting(
        "FILOSCOPE_MAIL_FROM", "filoscope@localhost", "Sender of the mail that the server sends"
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def read(name: str, environment: Mapping[str, str] | None = None) -> Any:
    """Return the value of a setting; raise `SettingError` when it cannot be read."""
    setting = _BY_NAME[name]
    text = (os.environ if environment is None else environment).get(name, "") or setting.default
    try:
        return setting.parse(text)
    except ValueError as error:
        raise SettingError(f"{name} is {text!r}, but takes {setting.takes}") from error
