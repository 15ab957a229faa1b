"""Chromium plays what was made: progressively by range, and piece by piece as HLS players do."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from filoscope.media import Ladder, transcode
from tests.engines.media.conftest import MakeClip

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CALM = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CALM += ["--disable-component-update", "--disable-sync", "--no-first-run", "--mute-audio"]
CALM += ["--autoplay-policy=no-user-gesture-required"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.xdist_group("media playback"),
]


class Ranges(SimpleHTTPRequestHandler):
    """Serve files and ranges of them, and remember what was asked for."""

    asked: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        """Answer with the file or the range."""
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted or "")
        first = int(found[1]) if found else 0
        last = int(found[2]) if found and found[2] else len(content) - 1
        self.send_response(206 if found else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", self.guess_type(str(path)))
        if found:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # The player has gone elsewhere.
            self.wfile.write(content[first : last + 1])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def made(clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ladder]:
    """Return a folder with the ladder of ten marked seconds."""
    folder = tmp_path_factory.mktemp("played")
    ladder = transcode(clip("ten.mp4", duration_s=10.0), folder)
    (folder / "index.html").write_text("<!doctype html><title>played</title><video></video>")
    return folder, ladder


@pytest.fixture
def page(made: tuple[Path, Ladder]) -> Iterator[Page]:
    """Open the page with its empty player."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranges, directory=str(made[0])))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Ranges.asked.clear()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


def test_a_fragmented_file_shows_its_duration_and_seeks_by_range(
    page: Page, made: tuple[Path, Ladder]
) -> None:
    (rung,) = made[1].rungs

    seen = page.evaluate(
        """async (source) => {
            const video = document.querySelector("video");
            const next = (name) => new Promise((done, fail) => {
                video.addEventListener(name, done, {once: true});
                video.addEventListener("error", () => fail(video.error.message), {once: true});
            });
            const canvas = new OffscreenCanvas(32, 18).getContext("2d", {willReadFrequently: true});
            const light = () => {
                canvas.drawImage(video, 0, 0, 32, 18);
                const pixels = canvas.getImageData(0, 0, 32, 18).data;
                return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
            };
            video.src = source;
            await next("loadeddata");
            const duration = video.duration, first = light(), lights = [];
            for (const time of [8.55, 8.4, 3.55, 3.45]) {
                video.currentTime = time;
                await next("seeked");
                lights.push(light());
            }
            return {duration, first, lights, width: video.videoWidth,
                    end: video.seekable.end(0)};
        }""",
        f"/{rung.file}",
    )

    assert seen["duration"] == pytest.approx(10.0, abs=0.03)
    assert seen["end"] == pytest.approx(10.0, abs=0.03)
    assert seen["width"] == rung.width
    bright = [light > 220 for light in seen["lights"]]
    assert bright == [True, False, True, False]
    assert any(wanted for path, wanted in Ranges.asked if path.endswith(rung.file))


def test_a_file_plays_to_its_end_with_its_sound(page: Page, made: tuple[Path, Ladder]) -> None:
    (rung,) = made[1].rungs

    seen = page.evaluate(
        """async (source) => {
            const video = document.querySelector("video");
            video.src = source;
            video.currentTime = 9;
            video.playbackRate = 4;
            const ended = new Promise((done) => video.addEventListener("ended", done));
            await video.play();
            await ended;
            return {time: video.currentTime, sound: video.webkitAudioDecodedByteCount,
                    pictures: video.getVideoPlaybackQuality().totalVideoFrames};
        }""",
        f"/{rung.file}",
    )

    assert seen["time"] == pytest.approx(10.0, abs=0.05)
    assert seen["sound"] > 0
    assert seen["pictures"] > 0


def test_the_pieces_of_the_playlist_fit_together_in_a_media_source(
    page: Page, made: tuple[Path, Ladder]
) -> None:
    (rung,) = made[1].rungs

    buffered = page.evaluate(
        """async ({playlist, codecs}) => {
            const text = await (await fetch(playlist)).text();
            const ranges = [...text.matchAll(/BYTERANGE[:=]"?(\\d+)@(\\d+)/g)]
                .map(([, size, at]) => [Number(at), Number(at) + Number(size) - 1]);
            const file = text.match(/URI="([^"]+)"/)[1];
            const video = document.querySelector("video"), media = new MediaSource();
            video.src = URL.createObjectURL(media);
            await new Promise((done) => media.addEventListener("sourceopen", done));
            const buffer = media.addSourceBuffer(`video/mp4; codecs="${codecs}"`);
            for (const [first, last] of ranges) {
                const piece = await fetch(file, {headers: {Range: `bytes=${first}-${last}`}});
                buffer.appendBuffer(await piece.arrayBuffer());
                await new Promise((done) => buffer.addEventListener("updateend", done));
            }
            const all = [];
            for (let i = 0; i < video.buffered.length; i++)
                all.push([video.buffered.start(i), video.buffered.end(i)]);
            return all;
        }""",
        {"playlist": f"/{rung.playlist}", "codecs": rung.codecs},
    )

    assert len(buffered) == 1
    assert buffered[0] == [pytest.approx(0, abs=0.03), pytest.approx(10.0, abs=0.08)]


def test_the_master_playlist_plays_where_the_browser_knows_hls(
    page: Page, made: tuple[Path, Ladder]
) -> None:
    seen = page.evaluate(
        """async (source) => {
            const video = document.querySelector("video");
            if (!video.canPlayType("application/vnd.apple.mpegurl")) return null;
            video.src = source;
            await new Promise((done, fail) => {
                video.addEventListener("loadeddata", done);
                video.addEventListener("error", () => fail(video.error.message));
            });
            return video.duration;
        }""",
        f"/{made[1].master}",
    )

    if seen is None:
        pytest.skip("this Chromium plays no HLS by itself")
    assert seen == pytest.approx(10.0, abs=0.05)
