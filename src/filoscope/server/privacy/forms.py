"""The last question before an account goes."""

from __future__ import annotations

from typing import Any

from django import forms

from filoscope.server.accounts.models import Account


class FarewellForm(forms.Form):
    """One writes one's handle, so that nobody does this by a slip of the thumb."""

    handle = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["handle"].label = f"Write {account.handle} to confirm"

    def clean_handle(self) -> str:
        """Take @alice for alice."""
        given = str(self.cleaned_data["handle"]).strip().removeprefix("@")
        if given.lower() != self.account.handle.lower():
            raise forms.ValidationError("This is not your handle.")
        return given
