"""A real Chromium before the network as it really runs, for every browser test.

What a test may ask for:

    live_address     "http://127.0.0.1:49152": granian, the ASGI application, this test's database
    community        who is there and what they have posted: `community.clips`, newest first, each of
                     them real files made by the real processing; `community.account("dora")` adds
                     somebody nobody else's test touches, `community.publish(...)` a further clip
    alice            an account of this test's own
    phone, desktop   pages of 390x844 (touch) and 1440x900, signed out, not opened yet
    signed_in_page   a phone on which alice is signed in
    open_page(...)   any other page: size, `account=`, `scripts=False`, `reduced_motion=True`
    worker           processing jobs runs beside the server, for tests that upload

Every page notes what goes wrong on it in `page.troubles`: console errors and warnings (so violations of
the Content-Security-Policy too), exceptions, requests to other hosts. It must be empty when the test
ends, unless the test has emptied it itself.

Chromium is `CHROMIUM` or what is on the path. Without one the tests skip; where CI is set, they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import running
from tests.browser.seeding import Community, seed

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=user-gesture-required",
    "--use-fake-device-for-media-stream",  # a camera that films a moving figure, for the studio
    "--use-fake-ui-for-media-stream",  # and is allowed to without being asked
]
RERUNS = 2  # a busy machine starves Chromium now and then; each rerun is listed at the end (-rR)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs them all: one server, one Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.flaky(reruns=RERUNS))


@pytest.fixture
def _django_db_helper() -> None:
    """No transaction around these tests, and no flush after each: the server sees what they write."""


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="package")
def community(home: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Community]:
    """The people and their clips; all of it is gone when the last browser test has run."""
    from django.core.management import call_command

    with (
        django_db_blocker.unblock(),
        override_settings(
            MEDIA_ROOT=home / "media", UPLOAD_ROOT=home / "uploads", DISK_FREE_MIN_BYTES=0
        ),
    ):
        yield seed(home)
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="package")
def live_address(home: Path, community: Community) -> Iterator[str]:
    server = running.WebServer(home, {"FILOSCOPE_DISK_FREE_MIN": 1, "FILOSCOPE_DEBUG": "yes"})
    yield server.start().address
    server.kill()


@pytest.fixture
def worker(home: Path, live_address: str) -> Iterator[running.Program]:
    program = running.worker(home, FILOSCOPE_DISK_FREE_MIN=1)
    program.start()
    yield program
    program.kill()


@pytest.fixture(scope="package")
def chromium(live_address: str) -> Iterator[Browser]:
    """Chromium, started once. Playwright's own event loop ends with it: others need theirs."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        words = "no Chromium found: install it or set CHROMIUM (see tests/browser/find_chromium.sh)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "yes"  # the loop runs in this thread, idle while we ask
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@dataclass(slots=True)
class Opener:
    """Opens pages in browsers of their own, and closes them with the test."""

    chromium: Browser
    address: str
    closing: ExitStack = field(default_factory=ExitStack)
    pages: list[Page] = field(default_factory=list)

    def __call__(
        self, width: int, height: int, *, account: Any = None, scripts: bool = True, **more: Any
    ) -> Page:
        """Return a page; `more` goes to Playwright's `new_context`."""
        is_phone = width < 800
        context = self.chromium.new_context(
            viewport={"width": width, "height": height},
            is_mobile=is_phone,
            has_touch=is_phone,
            java_script_enabled=scripts,
            base_url=self.address,
            **more,
        )
        self.closing.callback(context.close)
        if account is not None:
            self.sign_in(context, account)
        page = context.new_page()
        self._watch(page)
        self.pages.append(page)
        return page

    def sign_in(self, context: BrowserContext, account: Any) -> None:
        name, _, value = running.session_cookie(account).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def _watch(self, page: Page) -> None:
        troubles: list[str] = []
        page.troubles = troubles  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((self.address, "data:", "blob:"))
                else troubles.append(f"third party: {asked.url}")
            ),
        )


@pytest.fixture
def open_page(chromium: Browser, live_address: str) -> Iterator[Callable[..., Page]]:
    opener = Opener(chromium, live_address)
    with opener.closing:
        yield opener
        troubles = [said for page in opener.pages for said in page.troubles]  # type: ignore[attr-defined]
        assert [] == troubles


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(390, 844)


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    return open_page(1440, 900)


@pytest.fixture
def alice(community: Community) -> Any:
    return community.account(f"alice{next(_numbers)}", display_name="Alice")


@pytest.fixture
def signed_in_page(open_page: Callable[..., Page], alice: Any) -> Page:
    return open_page(390, 844, account=alice)


@pytest.fixture
def many_clips(community: Community) -> Iterator[int]:
    """Two hundred further clips, for as long as the test runs."""
    earlier = timezone.now() - timedelta(days=30)
    with community.crowd(200, published_before=earlier):
        yield 200
