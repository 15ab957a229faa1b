"""What the owner sets."""

from __future__ import annotations

from typing import Any

from django import forms

from filoscope.server.feed.kindness import DAY_MIN, Kindness
from filoscope.server.feed.policies import MIX, SCORE, PolicyRefused, Weight, Weights


class WeightsForm(forms.Form):
    """Every weight of the feed, with its bounds."""

    def __init__(self, *args: Any, weights: Weights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weight in (*SCORE, *MIX):
            self.fields[weight.name] = _field(weight, weights[weight.name])

    def clean(self) -> dict[str, Any]:
        """Make the weights of it."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        try:
            self.cleaned_data["weights"] = Weights(given)
        except PolicyRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data


def _field(weight: Weight, value: float) -> forms.FloatField:
    return forms.FloatField(
        label=weight.label,
        help_text=f"{weight.meaning[:1].upper()}{weight.meaning[1:]}. Usually {weight.default:g}.",
        min_value=weight.least,
        max_value=weight.most,
        initial=round(value, 4),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


def _minutes(label: str, help_text: str) -> forms.IntegerField:
    """Return a field of minutes; empty is no limit."""
    return _whole(label, help_text, most=DAY_MIN)


def _whole(label: str, help_text: str, *, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, min_value=1, max_value=most
    )


class KindnessForm(forms.Form):
    """Reminders for all, limits for minors; an empty field is no limit."""

    remind_min = _minutes(
        "Remind everybody after",
        "Minutes. Everybody can choose otherwise for themselves. Empty: nobody is reminded.",
    )
    minor_years = forms.IntegerField(
        label="Minors are younger than", min_value=0, max_value=30, help_text="Years."
    )
    minor_sitting_min = _minutes(
        "Their feed rests after", "Minutes in one go. Empty: no such limit."
    )
    minor_sitting_clips = _whole(
        "Or after so many clips", "In one go. Empty: no such limit.", most=100_000
    )
    minor_break_min = forms.IntegerField(
        label="It rests for", min_value=1, max_value=DAY_MIN, help_text="Minutes."
    )
    minor_day_min = _minutes("It ends for the day after", "Minutes. Empty: no such limit.")
    minor_quiet_from = forms.IntegerField(
        label="At night it rests from", min_value=0, max_value=23, help_text="Full hour, 0 to 23."
    )
    minor_quiet_to = forms.IntegerField(
        label="To", min_value=0, max_value=23, help_text="The same hour twice: no night."
    )
    time_zone = forms.CharField(
        label="Time zone of the community", max_length=60, help_text="As Europe/Berlin."
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Make the limits of it."""
        if self.errors:
            return self.cleaned_data
        try:
            self.cleaned_data["kindness"] = Kindness(**self.cleaned_data)
        except PolicyRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data
