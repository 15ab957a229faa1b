"""From the file on a phone to the clip in the feed, through the page: with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from filoscope.media.synthetic import write_test_clip
from tests import running

CHOOSE = "[data-upload] input[multiple]"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "holiday.mp4"
    write_test_clip(path, width=180, height=320, fps=24, duration_s=2.0)
    return path


@pytest.fixture
def upload_page(signed_in_page: Page) -> Page:
    signed_in_page.goto("/upload")
    signed_in_page.wait_for_selector("[data-upload][data-ready]")
    return signed_in_page


def item(page: Page, name: str) -> Any:
    return page.get_by_role("group", name=name)


def status(page: Page, name: str) -> Any:
    return item(page, name).locator("[data-status]")


def test_a_chosen_file_is_sent_posted_and_found_in_the_feed(
    upload_page: Page, film: Path, worker: running.Program
) -> None:
    upload_page.set_input_files(CHOOSE, film)
    row = item(upload_page, "holiday.mp4")
    row.get_by_label("Caption").fill("First light #sunrise")
    row.get_by_role("button", name="Post").click()
    expect(status(upload_page, "holiday.mp4")).to_contain_text("Your clip is there", timeout=60_000)
    row.get_by_role("link", name="Watch it").click()
    expect(upload_page).to_have_url(re.compile(r"/v/\w{11}$"))
    expect(upload_page.locator(".card").first).to_contain_text("First light")
    upload_page.goto("/latest")
    expect(upload_page.locator(".card").first).to_contain_text("First light")


def test_what_is_not_posted_stays_a_draft_and_can_be_discarded(
    upload_page: Page, alice: Any, film: Path, worker: running.Program
) -> None:
    upload_page.set_input_files(CHOOSE, film)
    expect(status(upload_page, "holiday.mp4")).to_contain_text("Press Post", timeout=60_000)
    assert alice.clips.get().published_at is None
    item(upload_page, "holiday.mp4").get_by_role("button", name="Discard").click()
    expect(item(upload_page, "holiday.mp4")).to_have_count(0)
    running.until(lambda: not alice.clips.exists(), what="the draft to go")


def test_a_reload_in_the_middle_goes_on_by_itself(
    upload_page: Page, alice: Any, film: Path
) -> None:
    refused: list[str] = []

    def lose(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    upload_page.route(
        "**/tus/*", lambda route: lose(route) if _is_part(route) else route.continue_()
    )
    upload_page.set_input_files(CHOOSE, film)
    item(upload_page, "holiday.mp4").get_by_label("Caption").fill("Kept words")
    expect(status(upload_page, "holiday.mp4")).to_contain_text("No connection")
    upload_page.unroute_all()
    upload_page.reload()
    expect(status(upload_page, "holiday.mp4")).not_to_contain_text("No connection")
    running.until(lambda: alice.clips.exists(), what="the file to arrive")
    assert 1 == alice.uploads.count()  # the same upload went on
    expect(item(upload_page, "holiday.mp4").get_by_label("Caption")).to_have_value("Kept words")
    assert refused
    upload_page.troubles[:] = [  # type: ignore[attr-defined]
        said
        for said in upload_page.troubles
        if "ERR_FAILED" not in said  # type: ignore[attr-defined]
    ]


def _is_part(route: Route) -> bool:
    return route.request.method == "PATCH"


def test_several_files_go_at_once_each_with_its_own_words(
    upload_page: Page, alice: Any, film: Path, tmp_path: Path
) -> None:
    other = tmp_path / "second.mp4"
    write_test_clip(other, width=320, height=180, fps=24, duration_s=1.0)
    upload_page.set_input_files(CHOOSE, [film, other])
    expect(upload_page.locator("upload-item")).to_have_count(2)
    running.until(lambda: alice.clips.count() == 2, what="both files to arrive")


def test_what_is_too_long_is_refused_before_it_is_sent(
    signed_in_page: Page, alice: Any, film: Path
) -> None:
    def with_a_limit_of_a_second(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer,
            body=re.sub(r'data-seconds-max="\d+"', 'data-seconds-max="1"', answer.text()),
        )

    signed_in_page.route("**/upload", with_a_limit_of_a_second)
    signed_in_page.goto("/upload")
    signed_in_page.wait_for_selector("[data-upload][data-ready]")
    signed_in_page.set_input_files(CHOOSE, film)
    expect(status(signed_in_page, "holiday.mp4")).to_have_text(
        "The clip is 0:02 long; at most 0:01 is allowed. Trim it first."
    )
    assert not alice.uploads.exists()


def test_a_text_that_calls_itself_a_video_is_refused_with_its_reason(
    upload_page: Page, tmp_path: Path, worker: running.Program
) -> None:
    lie = tmp_path / "lie.mp4"
    lie.write_text("<html>not a video</html>" * 100)
    upload_page.set_input_files(CHOOSE, lie)
    expect(item(upload_page, "lie.mp4")).to_have_attribute("data-failed", "", timeout=60_000)
    assert len(status(upload_page, "lie.mp4").inner_text()) > 20


def test_a_form_without_script_uploads_too(
    open_page: Callable[..., Page], alice: Any, film: Path
) -> None:
    page = open_page(390, 844, account=alice, scripts=False)
    page.goto("/upload")
    page.set_input_files("#file", film)
    page.get_by_label("Caption").fill("By hand")
    page.get_by_role("button", name="Post").click()
    expect(page).to_have_url(re.compile(r"/v/\w{11}/edit$"))
    assert "By hand" == alice.clips.get().caption


def test_captions_are_added_and_a_clip_is_deleted_by_keyboard_alone(
    open_page: Callable[..., Page], community: Any, alice: Any, tmp_path: Path
) -> None:
    from django.utils import timezone

    clip = community.publish(alice, published_at=timezone.now(), caption="Mine")
    words = tmp_path / "said.vtt"
    words.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nHello there\n")
    page = open_page(1440, 900, account=alice)
    page.goto(f"/v/{clip.slug}/edit")
    page.get_by_label("Captions", exact=True).set_input_files(words)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_label("Remove these captions")).to_be_visible()
    answer = page.request.get(f"/v/{clip.slug}/captions/en.vtt")
    assert "Hello there" in answer.text()
    page.get_by_role("link", name="Delete").press("Enter")
    page.get_by_role("button", name="Delete for good").press("Enter")
    expect(page).to_have_url(re.compile(rf"/@{alice.handle}$"))
    assert not alice.clips.exists()
