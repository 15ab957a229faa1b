import pytest
from django.db import IntegrityError

from filoscope.server.accounts.models import Account

pytestmark = pytest.mark.django_db


def test_a_handle_belongs_to_one_account_in_any_case() -> None:
    Account.objects.create_user("alice")
    with pytest.raises(IntegrityError):
        Account.objects.create_user("Alice")
