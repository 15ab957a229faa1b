"""People in a real browser: joining, following, talking, passkeys, keyboard, and what moderators hide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.seeding import Community

PASSWORD = "a calm green river"


@pytest.fixture
def her_clip(community: Community) -> Iterator[Any]:
    """A clip that no other test touches."""
    number = timezone.now().timestamp()
    maker = community.account(f"fay{number:.0f}{number % 1:.3f}"[:20], display_name="Fay")
    clip = community.publish(maker, published_at=timezone.now(), caption="Boats #sea")
    yield clip
    clip.delete()


def test_somebody_new_joins_and_follows_and_comments(phone: Page, her_clip: Any) -> None:
    phone.goto("/accounts/signup/?next=" + her_clip.account.get_absolute_url())
    phone.get_by_label("Handle").fill("admin")
    expect(phone.get_by_text("This handle is kept for the community itself.")).to_be_visible()
    phone.get_by_label("Handle").fill(f"new.{her_clip.slug}")
    expect(phone.get_by_text("This handle is free.")).to_be_visible()
    phone.get_by_label("Email").fill(f"{her_clip.slug}@example.org")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_label("Birth date").fill("1990-05-04")
    phone.get_by_role("button", name="Sign up").click()
    phone.wait_for_url("**" + her_clip.account.get_absolute_url())

    phone.get_by_role("button", name="Follow", exact=True).click()
    expect(phone.get_by_role("button", name="Following")).to_be_visible()
    expect(phone.get_by_text("1 follower", exact=True)).to_be_visible()

    phone.goto(f"/v/{her_clip.slug}/comments")
    phone.get_by_label("Add a comment").fill("What a morning")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("What a morning")).to_be_visible()
    phone.get_by_role("link", name="Reply to").click()
    phone.get_by_label("Add a comment").fill("And what a boat")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".remark.reply")).to_contain_text("And what a boat")
    phone.reload()
    expect(phone.locator(".remark")).to_have_count(2)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("button", name="Delete the comment by").first.click()
    expect(phone.locator(".remark")).to_have_count(0)


def test_who_is_too_young_is_told_once_and_asked_no_more(phone: Page) -> None:
    phone.goto("/accounts/signup/")
    phone.get_by_label("Handle").fill("young.one")
    phone.get_by_label("Email").fill("young@example.org")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_label("Birth date").fill(f"{timezone.now().year - 10}-01-01")
    phone.get_by_role("button", name="Sign up").click()
    expect(phone.get_by_role("heading", name="You cannot have an account here")).to_be_visible()
    phone.goto("/accounts/signup/")
    expect(phone.get_by_role("heading", name="You cannot have an account here")).to_be_visible()
    expect(phone.locator("form")).to_have_count(0)


def test_one_signs_in_with_the_keyboard_alone(desktop: Page, community: Community) -> None:
    number = timezone.now().timestamp()
    member = community.account(f"kay{number:.0f}", password=PASSWORD)
    desktop.goto("/accounts/login/?next=/settings")
    for _ in range(40):
        if desktop.evaluate("document.activeElement.name") == "login":
            break
        desktop.keyboard.press("Tab")
    desktop.keyboard.type(f"@{member.handle}")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type(PASSWORD)
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", name="Settings")).to_be_visible()
    assert member.handle == desktop.evaluate("document.body.dataset.account")


def test_a_passkey_is_added_and_is_enough_to_sign_in(
    desktop: Page, community: Community, live_address: str
) -> None:
    number = timezone.now().timestamp()
    member = community.account(f"pia{number:.0f}", password=PASSWORD)
    local = live_address.replace("127.0.0.1", "localhost")  # passkeys belong to names, not numbers
    devices = desktop.context.new_cdp_session(desktop)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    desktop.goto(f"{local}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    desktop.get_by_label("Handle or email").fill(member.handle)
    desktop.get_by_label("Password").fill(PASSWORD)
    desktop.get_by_role("button", name="Sign in", exact=True).click()
    desktop.wait_for_url("**/accounts/reauthenticate/**")
    desktop.get_by_label("Password").fill(PASSWORD)
    desktop.get_by_role("button", name="Confirm").click()
    desktop.wait_for_url(
        "**/accounts/2fa/webauthn/add/"
    )  # with its script: "Add" is nothing without
    desktop.get_by_label("Name", exact=True).fill("my phone")
    desktop.get_by_role("button", name="Add").click()
    desktop.wait_for_url("**/accounts/2fa/recovery-codes/")

    desktop.goto(f"{local}/settings")
    desktop.get_by_role("button", name="Sign out").click()
    desktop.goto(f"{local}/accounts/login/?next=/settings")
    desktop.get_by_role("button", name="Sign in with a passkey").click()
    desktop.wait_for_function(
        "handle => document.body.dataset.account === handle", arg=member.handle
    )

    desktop.goto(f"{local}/accounts/2fa/webauthn/")
    expect(desktop.get_by_text("my phone")).to_be_visible()
    said: list[str] = desktop.troubles  # type: ignore[attr-defined]
    said[:] = [words for words in said if not words.startswith(f"third party: {local}")]


def test_what_a_moderator_hides_is_gone_everywhere(
    open_page: Callable[..., Page], community: Community, alice: Any, her_clip: Any
) -> None:
    moderator = community.account(f"mod.{her_clip.slug}", role="moderator")
    reader, desk = open_page(390, 844, account=alice), open_page(1440, 900, account=moderator)
    reader.goto(f"/report?clip={her_clip.slug}")
    reader.get_by_label("Spam or scam").check()
    reader.get_by_label("Anything that helps").fill("Sells boats")
    reader.get_by_role("button", name="Report").click()
    expect(reader.get_by_text("Thank you. A moderator will look at it.")).to_be_visible()

    desk.goto("/moderation")
    case = desk.get_by_role("article", name=f"Clip by @{her_clip.account.handle}")
    expect(case).to_contain_text("Sells boats")
    case.get_by_label("Reason").fill("Advertising without saying so.")
    case.get_by_role("button", name="Hide").click()
    expect(desk.get_by_text("Nothing waits")).to_be_visible()

    reader.goto(her_clip.account.get_absolute_url())
    expect(reader.get_by_text("No clips yet")).to_be_visible()
    for address in (f"/v/{her_clip.slug}", f"/v/{her_clip.slug}/comments", her_clip.poster_url):
        assert 404 == reader.request.get(address).status
    reader.goto("/notifications")
    expect(reader.get_by_text("Thank you: the clip you reported was hidden.")).to_be_visible()


def test_news_come_into_the_open_inbox_by_themselves(
    open_page: Callable[..., Page], alice: Any, community: Community
) -> None:
    page = open_page(390, 844, account=alice)
    with page.expect_response("**/live"):
        page.goto("/notifications")
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    other = open_page(390, 844, account=community.account(f"fan.of.{alice.handle}"))
    other.goto(alice.get_absolute_url())
    other.get_by_role("button", name="Follow", exact=True).click()
    expect(page.locator(".inbox-line")).to_contain_text("followed you")
