"""What a person sees when something is not there, not allowed, or broken."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

pytestmark = pytest.mark.django_db


def test_an_unknown_address_answers_with_a_page_that_leads_on(client: Client) -> None:
    answer = client.get("/nowhere/at/all")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_stale_form_says_that_nothing_was_changed() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "alice"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_a_broken_page_is_drawn_without_the_database_or_the_request() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
