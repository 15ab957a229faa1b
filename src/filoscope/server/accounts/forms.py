"""What people fill in about themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.core import context
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from filoscope.server.accounts.age import AGE_MAX_YEARS, age_years, is_old_enough
from filoscope.server.accounts.errors import HandleRefused
from filoscope.server.accounts.models import HANDLE_LENGTH_MAX, Account
from filoscope.server.accounts.pictures import FILE_BYTES_MAX
from filoscope.server.accounts.sign_in import AGE_REFUSED

HANDLE_HINT = "Letters, digits, dots and underscores."


class SignInForm(LoginForm):
    """Handle or email, and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Handle or email"
        self.fields["login"].widget.attrs = {
            "autocomplete": "username webauthn",
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": "254",
        }
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.fields["remember"].label = "Stay signed in"
        self.fields["remember"].initial = True

    def clean_login(self) -> str:
        """Take @alice for alice."""
        return str(super().clean_login()).removeprefix("@")


class SignUpForm(SignupForm):
    """Handle, email, password and birth date; the date is asked once and shown to nobody."""

    field_order = ("username", "email", "password1", "birth_date")
    is_refused = False  # for good: the page says so instead of asking again
    birth_date = forms.DateField(
        label="Birth date",
        help_text="Asked once, and shown to nobody.",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        handle = self.fields["username"]
        handle.label, handle.help_text = "Handle", HANDLE_HINT
        handle.widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": str(HANDLE_LENGTH_MAX),
            "data-handle-check": "/handles/check",
        }
        self.fields["email"].help_text = "To get back in when the password is lost."
        self.fields["password1"].help_text = "At least eight characters."
        for name in ("email", "password1"):
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_username(self) -> str:
        """Take @alice for alice."""
        self.cleaned_data["username"] = self.cleaned_data["username"].strip().removeprefix("@")
        return str(super().clean_username())

    def clean_birth_date(self) -> date:
        """Check the age; who is too young is remembered, so that another date changes nothing."""
        given: date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if given > today or age_years(given, today=today) > AGE_MAX_YEARS:
            raise forms.ValidationError("This is not a birth date. Check the year.")
        if not is_old_enough(given, today=today, min_years=settings.AGE_MIN_YEARS):
            context.request.session[AGE_REFUSED] = self.is_refused = True
            raise forms.ValidationError("You cannot have an account here.")
        return given

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        """Make the account; who loses a race for the handle is asked for another."""
        try:
            return super().try_save(request)  # type: ignore[no-any-return]
        except HandleRefused as refusal:
            from django.contrib import messages

            messages.error(request, str(refusal))
            return None, HttpResponseRedirect(request.get_full_path())


class ProfileForm(forms.ModelForm[Account]):
    """Name, words about oneself, and a picture."""

    avatar_file = forms.FileField(
        label="Picture",
        required=False,
        help_text=f"JPEG, PNG or WebP up to {FILE_BYTES_MAX // 1_000_000} MB. "
        "It is cut to a square; where and when it was taken is removed.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    avatar_gone = forms.BooleanField(label="Remove my picture", required=False)

    class Meta:
        model = Account
        fields = ("display_name", "bio")
        labels = {"display_name": "Name", "bio": "About you"}
        help_texts = {"display_name": "Empty: your handle is shown instead."}
        widgets = {
            "display_name": forms.TextInput(attrs={"autocomplete": "nickname"}),
            "bio": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_avatar_file(self) -> bytes | None:
        """Read the file, if it is not larger than any picture should be."""
        file = self.cleaned_data["avatar_file"]
        if not file:
            return None
        if file.size > FILE_BYTES_MAX:
            raise forms.ValidationError(
                f"The file is larger than {FILE_BYTES_MAX // 1_000_000} MB."
            )
        return bytes(file.read())


class HandleForm(forms.Form):
    """Another handle."""

    handle = forms.CharField(
        max_length=HANDLE_LENGTH_MAX + 1,
        help_text=HANDLE_HINT,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "data-handle-check": "/handles/check",
            }
        ),
    )

    def clean_handle(self) -> str:
        """Take @alice for alice."""
        return str(self.cleaned_data["handle"]).strip().removeprefix("@")
