"""`filoscope add`: bring files in as somebody, many at once, and wait until they play.

filoscope add ~/Videos/*.mp4 --as alice
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filoscope.server.operations.arrivals import NO_DAILY_LIMIT, chunks_of, outcomes, readable
from filoscope.server.operations.installation import (
    OperationError,
    complain,
    home,
    prepared,
    say,
)
from filoscope.server.operations.lock import who_serves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Never

    from tqdm import tqdm

    from filoscope.server.accounts.models import Account

LOOK_EVERY_S = 0.5
EXIT_SOME_FAILED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="videos of any kind")
    parser.add_argument(
        "--as", dest="handle", required=True, metavar="HANDLE", help="whose clips they become"
    )
    parser.add_argument("--caption", help="for all of them; else each file's name")
    parser.add_argument(
        "--no-wait", action="store_true", help="return when they are sent, before they play"
    )


def run(options: argparse.Namespace) -> int:
    """Send the files; return 1 when one of them did not become a clip."""
    os.environ["FILOSCOPE_UPLOADS_A_DAY"] = NO_DAILY_LIMIT
    with prepared():
        account = _account(options.handle)
        batch = Batch()
        batch.send(account, options.files, caption=options.caption)
        if batch.waiting and not options.no_wait:
            if who_serves(home()) is None:
                complain("no server runs on this data folder: waiting for a worker from elsewhere")
            batch.wait()
        for name, why in batch.failures:
            complain(f"{name}: {why}")
        what = "sent" if options.no_wait else "added"
        say(f"{batch.good} of {len(options.files)} files {what} as {account}")
    return EXIT_SOME_FAILED if batch.failures else 0


@dataclass(slots=True)
class Batch:
    """The files of one call: sent, waited for, failed."""

    waiting: dict[str, str] = field(default_factory=dict)  # slug -> file
    failures: list[tuple[str, str]] = field(default_factory=list)
    good: int = 0

    def send(self, account: Account, paths: list[Path], *, caption: str | None) -> None:
        """Send every file, with a bar of bytes; one that is refused does not stop the others."""
        from tqdm import tqdm

        from filoscope.server.videos.actions import UploadWish, receive_chunks
        from filoscope.server.videos.errors import UploadRefused

        total = sum(path.stat().st_size for path in paths if path.is_file())
        with tqdm(total=total, unit="B", unit_scale=True, desc="sending", disable=None) as bar:
            for path in paths:
                try:
                    wish = UploadWish(
                        size_bytes=path.stat().st_size,
                        file_name=path.name[:255],
                        caption=readable(path) if caption is None else caption,
                    )
                    clip = receive_chunks(account, wish, _counted(path, bar))
                except (UploadRefused, OSError) as error:
                    reason = error.strerror if isinstance(error, OSError) else str(error)
                    self.failures.append((str(path), reason or str(error)))
                    continue
                self.waiting[clip.slug] = str(path)
                self.good += 1

    def wait(self) -> None:
        """Wait until each plays in all its sizes, or has failed."""
        from tqdm import tqdm

        with tqdm(total=len(self.waiting), unit="clip", desc="making", disable=None) as bar:
            while self.waiting:
                found = outcomes(list(self.waiting))
                for slug in list(self.waiting):
                    outcome = found.get(slug)
                    if outcome is None:
                        self._fail(slug, "the clip was deleted")
                    elif outcome.failure:
                        self._fail(slug, outcome.failure)
                    elif outcome.is_done:
                        del self.waiting[slug]
                    else:
                        continue
                    bar.update()
                time.sleep(LOOK_EVERY_S)

    def _fail(self, slug: str, why: str) -> None:
        self.failures.append((self.waiting.pop(slug), why))
        self.good -= 1


def _account(handle: str) -> Account:
    from filoscope.server.accounts.models import Account

    account = Account.objects.filter(handle__iexact=handle.removeprefix("@")).first()
    if account is None:
        raise OperationError(
            f"nobody here is called @{handle}: make them with `filoscope user create {handle}`"
        )
    return account


def _counted(path: Path, bar: tqdm[Never]) -> Iterator[bytes]:
    for chunk in chunks_of(path):
        yield chunk
        bar.update(len(chunk))
